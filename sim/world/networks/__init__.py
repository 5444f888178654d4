"""Who knows whom: contact networks, drawn from ``sim.draws``; ``walking`` says how to walk them.

A network is undirected and simple. The same spec, people and seed give the same network on any
number of threads.

    network = draw_network(spec, people=1000, seed=1)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.draws import Draw, stream
from sim.world.networks.blocks import stochastic_block
from sim.world.networks.computed import lift, ring
from sim.world.networks.csr import Rows
from sim.world.networks.edge_file import edge_list
from sim.world.networks.network import STORED, WELL_MIXED, Network, network_of
from sim.world.networks.preferential import scale_free
from sim.world.networks.regular import random_regular
from sim.world.networks.rings import small_world

MOST_PEOPLE = (1 << 31) - 1


def draw_network(spec: Any, people: int, seed: int, folder: Path = Path()) -> Network:
    """Draw the network that the ``network`` section of a scenario describes, for so many people.

    The path of an edge list starts at ``folder``. Raises ValueError with field, value and bound if
    there are too few people for the network, or with file and line if an edge list is not sound.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"people: must be from 1 to {MOST_PEOPLE}, not {people}")
    key = stream(seed, 0, int(Draw.NETWORK))
    match spec.kind:
        case "well_mixed":
            return network_of(WELL_MIXED, people)
        case "ring":
            return ring(people, spec.degree)
        case "random_regular" if not spec.stored:
            return lift(people, spec.degree, key)
    indptr, neighbours = _rows(spec, people, key, folder)
    return network_of(STORED, people, indptr=indptr, neighbours=neighbours)


def _rows(spec: Any, people: int, key: int, folder: Path) -> Rows:
    match spec.kind:
        case "small_world":
            return small_world(people, spec.degree, spec.rewire, key)
        case "scale_free":
            return scale_free(people, spec.links, key)
        case "random_regular":
            return random_regular(people, spec.degree, key)
        case "stochastic_block":
            return stochastic_block(people, spec.blocks, spec.within, spec.between, key)
        case "edge_list":
            return edge_list(folder / spec.file, people)
    raise ValueError(f"network.kind: there is no network {spec.kind!r}")
