"""How to walk a contact network: one interface for compiled code and for Python.

    network = draw_network(spec, people=1000, seed=1)
    contacts_of(network, person)             # how many contacts a person has
    pick_contact(network, person, luck)      # one of them, at random
    scratch = np.empty(most_contacts(network), np.int32)
    for i in range(fill_contacts(network, person, scratch)): ...

Drawn networks store rows of contacts (CSR): those of person p are
``neighbours[indptr[p]:indptr[p + 1]]``, in rising order. A ring and a computed random regular
network store nothing: each contact is worked out when it is asked for, at the same cost at any
number of people. In a well-mixed market everybody may meet everybody, and nobody is a friend.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit, prefetch
from sim.world.networks.computed import (
    fill_lift,
    lift_contact,
    lift_knows,
    ring_contact,
    ring_knows,
)
from sim.world.networks.network import LIFT, RING, STORED, WELL_MIXED, Network


def most_contacts(network: Network) -> int:
    """The largest number that ``fill_contacts`` returns for anybody: the length of its scratch."""
    if network.kind == STORED:
        return int(np.diff(network.indptr).max())
    return 0 if network.kind == WELL_MIXED else network.degree


# In each function the stored rows come first: they wait for memory, the others compute.


@njit
def contacts_of(network: Network, person: int) -> int:
    """How many contacts a person has; everybody else in a well-mixed market."""
    if network.kind == STORED:
        return int(network.indptr[person + 1]) - int(network.indptr[person])
    return network.people - 1 if network.kind == WELL_MIXED else network.degree


@njit
def contact(network: Network, person: int, index: int) -> int:
    """The contact of a person at a place 0 .. contacts_of - 1 of the person's list.

    The list rises by contact, but for the few of a lift who know a newcomer (see ``computed``).
    """
    if network.kind == STORED:
        return int(network.neighbours[network.indptr[person] + index])
    if network.kind == WELL_MIXED:
        return index + 1 if index >= person else index
    if network.kind == RING:
        return ring_contact(network.people, network.degree, person, index)
    return lift_contact(
        network.people, network.degree, network.key, network.size, network.bits, person, index
    )


@njit
def pick_contact(network: Network, person: int, u: float) -> int:
    """One contact of a person, all equally likely for u uniform in [0, 1); -1 if there is none."""
    count = contacts_of(network, person)
    if count < 1:
        return -1
    return contact(network, person, int(u * count))


@njit
def knows(network: Network, person: int, other: int) -> bool:
    """Whether ``other`` is among the contacts of ``person``; no one is in a well-mixed market."""
    if network.kind == STORED:
        low, stop = int(network.indptr[person]), int(network.indptr[person + 1])
        end = stop
        while low < end:
            middle = (low + end) >> 1
            if network.neighbours[middle] < other:
                low = middle + 1
            else:
                end = middle
        return low < stop and network.neighbours[low] == other
    if network.kind == WELL_MIXED:
        return False
    if network.kind == RING:
        return ring_knows(network.people, network.degree, person, other)
    return lift_knows(
        network.people, network.degree, network.key, network.size, network.bits, person, other
    )


@inlined
def expect(network: Network, person: int) -> None:
    """Ask the memory for the contacts of a person who will be looked at soon."""
    if network.kind == STORED:
        prefetch(network.neighbours, network.indptr[person])
        prefetch(network.neighbours, max(0, network.indptr[person + 1] - 1))


@inlined
def known_contacts(network: Network, person: int, scratch: NDArray[np.int32]) -> NDArray[np.int32]:
    """The contacts that ``fill_contacts`` would write, where they stand or else in ``scratch``."""
    if network.kind == STORED:
        return network.neighbours[network.indptr[person] : network.indptr[person + 1]]
    return scratch[: fill_contacts(network, person, scratch)]


@njit
def fill_contacts(network: Network, person: int, out: NDArray[np.int32]) -> int:
    """Write the contacts of a person into ``out``, rising, and return how many there are.

    ``out`` has ``most_contacts`` places or more. Nothing is written in a well-mixed market.
    """
    if network.kind == STORED:
        start, stop = int(network.indptr[person]), int(network.indptr[person + 1])
        for i in range(start, stop):
            out[i - start] = network.neighbours[i]
        return stop - start
    if network.kind == RING:
        for i in range(network.degree):
            out[i] = ring_contact(network.people, network.degree, person, i)
    if network.kind == LIFT:
        fill_lift(
            network.people,
            network.degree,
            network.key,
            network.size,
            network.bits,
            person,
            out,
        )
    return network.degree
