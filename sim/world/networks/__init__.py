"""Who knows whom: contact networks, drawn from ``sim.draws``; ``walking`` says how to walk them.

A network is undirected and simple. The same spec, people and seed give the same network on any
number of threads.

    network = draw_network(spec, people=1000, seed=1)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, stream
from sim.jit import njit
from sim.world.networks.blocks import stochastic_block
from sim.world.networks.computed import lift, ring
from sim.world.networks.csr import Rows
from sim.world.networks.edge_file import edge_list
from sim.world.networks.network import STORED, WELL_MIXED, Network, network_of
from sim.world.networks.preferential import scale_free
from sim.world.networks.regular import random_regular
from sim.world.networks.rings import small_world
from sim.world.networks.walking import contacts_of, fill_contacts

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


# -- until the engines walk a Network: the same networks as rows, and how those are walked ---------


def generate(
    spec: Any, people: int, seed: int, folder: Path = Path()
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """The rows of ``draw_network``, computed kinds stored too; both empty if well mixed."""
    network = draw_network(spec, people, seed, folder)
    if network.kind in (STORED, WELL_MIXED):
        return network.indptr, network.neighbours
    return _stored(network)


@njit
def _stored(network: Network) -> tuple[NDArray[Any], NDArray[np.int32]]:
    indptr = np.zeros(network.people + 1, np.int32)
    for p in range(network.people):
        indptr[p + 1] = indptr[p] + contacts_of(network, p)
    neighbours = np.empty(indptr[-1], np.int32)
    for p in range(network.people):
        fill_contacts(network, p, neighbours[indptr[p] :])
    return indptr, neighbours
