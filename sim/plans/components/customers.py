"""Customers who count as recruits: the orders of a buyer and seller lie together, and add up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.volumes import Bundles, Orders
from sim.records import Source

_PREFERRED = int(Source.PREFERRED_CUSTOMER)
_AS_THEY_STAND = np.zeros(0, np.int64)


def by_buyer(orders: Orders) -> NDArray[np.int64]:
    """The orders in an order in which those of one buyer and seller are together.

    Empty if they stand in such an order, as those of a simulation do.
    """
    if _stand_together(orders.person, orders.incarnation, orders.credited_to):
        return _AS_THEY_STAND
    return np.lexsort((orders.credited_to, orders.incarnation, orders.person))


@njit
def _stand_together(
    person: NDArray[np.int32], life: NDArray[np.int32], seller: NDArray[np.int32]
) -> bool:
    """Whether the orders rise by person, life of the person, and seller."""
    falls = np.int64(0)
    # no early way out, so that the compiler can test many orders at once
    for o in range(1, len(person)):
        earlier = (seller[o] < seller[o - 1]) & (life[o] == life[o - 1])
        earlier = ((life[o] < life[o - 1]) | earlier) & (person[o] == person[o - 1])
        falls += (person[o] < person[o - 1]) | earlier
    return bool(falls == 0)


@njit
def ordering_customers(
    orders: Orders,
    bundles: Bundles,
    turn: NDArray[np.int64],
    least: int,
    recruits: NDArray[np.int32],
) -> None:
    """Add to ``recruits[row, 0]`` the preferred customers of each row of the tree who order enough.

    A customer is a person in one life, and counts with each seller whose orders from it add up to
    ``least`` hundredths of a point. ``turn`` as ``by_buyer`` gives it.
    """
    persons, lives, sellers = orders.person, orders.incarnation, orders.credited_to
    sources, pv, of, at = orders.source, orders.pv, bundles.of, bundles.at
    last, volume = -1, np.int64(0)
    for i in range(len(sources)):
        o = int(turn[i]) if len(turn) > 0 else i
        if sources[o] != _PREFERRED:
            continue
        same = last >= 0 and persons[o] == persons[last] and lives[o] == lives[last]
        if same and sellers[o] == sellers[last]:
            volume += pv[o]
        else:
            if last >= 0:
                recruits[at[of[last]], 0] += volume >= least
            volume = pv[o]
        last = o
    if last >= 0:
        recruits[at[of[last]], 0] += volume >= least
