"""Customers who count as recruits: a hash table of buyers, in compiled code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.volumes import Orders
from sim.records import Source

_PREFERRED = int(Source.PREFERRED_CUSTOMER)
_EMPTY = -1
# an odd number whose multiples spread over the top bits
_SPREAD = np.int64(0x1E3779B97F4A7C15)


@njit
def ordering_customers(
    orders: Orders, at: NDArray[np.int32], least: int, recruits: NDArray[np.int32]
) -> None:
    """Add to ``recruits[row, 0]`` the preferred customers of each row of the tree who order enough.

    A customer is a person in one life, and counts with each seller whose orders from it add up to
    ``least`` hundredths of a point.
    """
    theirs = np.int64(0)
    for o in range(len(orders.source)):
        theirs += orders.source[o] == _PREFERRED
    slots = 2
    while slots < 2 * theirs:
        slots *= 2
    first, volume = np.full(slots, _EMPTY, np.int32), np.zeros(slots, np.int64)
    for o in range(len(orders.source)):
        if orders.source[o] == _PREFERRED:
            slot = _slot_of(o, orders.person, orders.incarnation, orders.credited_to, first)
            first[slot] = o
            volume[slot] += orders.pv[o]
    for slot in range(slots):
        if first[slot] != _EMPTY and volume[slot] >= least:
            recruits[at[first[slot]], 0] += 1


@njit
def _slot_of(
    o: int,
    persons: NDArray[np.int32],
    lives: NDArray[np.int32],
    sellers: NDArray[np.int32],
    first: NDArray[np.int32],
) -> int:
    """The slot of an order's buyer and seller: theirs already, or the next empty one."""
    person, life, seller = persons[o], lives[o], sellers[o]
    mixed = ((np.int64(person) * _SPREAD + life) * _SPREAD + seller) * _SPREAD
    slot = (mixed >> 32) & (len(first) - 1)
    while first[slot] != _EMPTY:
        other = first[slot]
        if persons[other] == person and lives[other] == life and sellers[other] == seller:
            break
        slot = (slot + 1) & (len(first) - 1)
    return int(slot)
