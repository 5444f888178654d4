"""Who knows whom: contact networks, drawn from ``sim.draws``, and how to walk them.

A network is undirected and simple. It is stored as compressed sparse rows (CSR): the contacts of
person p are ``neighbours[indptr[p]:indptr[p + 1]]``, in rising order; a tie stands in both rows. A
well-mixed market stores nothing: both arrays are empty, and everybody else is a contact.

    network = generate(spec, people=1000, seed=1)
    contacts_of(*network, 1000, person)            # how many contacts a person has
    pick_contact(*network, 1000, person, luck)     # one of them, at random

The same spec, people and seed give the same bytes on any number of threads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, stream
from sim.jit import njit
from sim.world.networks.blocks import stochastic_block
from sim.world.networks.csr import Rows
from sim.world.networks.edge_file import edge_list
from sim.world.networks.preferential import scale_free
from sim.world.networks.regular import random_regular
from sim.world.networks.rings import ring, small_world

MOST_PEOPLE = (1 << 31) - 1


class Network(NamedTuple):
    """A contact network of n people: ``indptr`` has n + 1 row bounds, or none if all may meet."""

    indptr: NDArray[np.int64]
    neighbours: NDArray[np.int32]


def generate(spec: Any, people: int, seed: int, folder: Path = Path()) -> Network:
    """Draw the network that the ``network`` section of a scenario describes, for so many people.

    The path of an edge list starts at ``folder``. Raises ValueError with field, value and bound if
    there are too few people for the network, or with file and line if an edge list is not sound.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"people: must be from 1 to {MOST_PEOPLE}, not {people}")
    if spec.kind == "well_mixed":
        return Network(np.zeros(0, np.int64), np.zeros(0, np.int32))
    return Network(*_rows(spec, people, stream(seed, 0, int(Draw.NETWORK)), folder))


def _rows(spec: Any, people: int, key: int, folder: Path) -> Rows:
    match spec.kind:
        case "ring":
            return ring(people, spec.degree)
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


# All three take the same four arguments, so that a network goes in as it is; not each needs all.


@njit
def contacts_of(
    indptr: NDArray[np.int64],
    neighbours: NDArray[np.int32],  # noqa: ARG001
    n_people: int,
    person: int,
) -> int:
    """How many contacts a person has."""
    if len(indptr) == 0:
        return n_people - 1
    return int(indptr[person + 1] - indptr[person])


@njit
def contact(
    indptr: NDArray[np.int64],
    neighbours: NDArray[np.int32],
    n_people: int,  # noqa: ARG001
    person: int,
    index: int,
) -> int:
    """The contact of a person at a place 0 .. contacts_of - 1 of the person's list, which rises."""
    if len(indptr) == 0:
        return index + 1 if index >= person else index
    return int(neighbours[indptr[person] + index])


@njit
def pick_contact(
    indptr: NDArray[np.int64], neighbours: NDArray[np.int32], n_people: int, person: int, u: float
) -> int:
    """One contact of a person, all equally likely for u uniform in [0, 1); -1 if there is none."""
    count = contacts_of(indptr, neighbours, n_people, person)
    if count < 1:
        return -1
    return contact(indptr, neighbours, n_people, person, int(u * count))
