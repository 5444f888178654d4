"""Paid-as ranks (step 6 of a settlement): one pass from the bottom of the tree to the top.

Whoever stands below has a larger id, so when a participant is ranked, all its legs are final.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit
from sim.plans.ladder import END, FIRST, FRONTLINE, GV, PV, Ladder
from sim.plans.volumes import GROUP, PERSONAL

_MOST_LEGS = 32_000
"""Legs are counted up to here; no rank can ask for more."""


@njit
def paid_as(
    parent: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
    qualified: NDArray[np.bool_],
    volume: NDArray[np.int64],
    ladder: Ladder,
) -> NDArray[np.int8]:
    """The rank number for which each participant qualifies in this period, 0 for none.

    Rows are ranked from the last to the first, each telling its sponsor what the leg is worth.
    """
    n, ask, need = len(parent), ladder.ask, ladder.need
    start, leg, lower = ladder.start, ladder.leg, ladder.must_hold_lower
    rank = np.zeros(n, np.int8)
    if len(ask) == 0:
        return rank
    best, frontline = np.zeros(n, np.int8), np.zeros(n, np.int32)
    legs = np.zeros((n, len(start) - 1), np.int16)
    for i in range(n - 1, 0, -1):
        pv, gv, up = volume[i, PERSONAL], volume[i, GROUP], parent[i]
        may = enrolled[i] and (qualified[i] or not ladder.need_activity)
        if may and pv >= ladder.pv and gv >= ladder.gv:
            rank[i] = _rank_of(i, pv, gv, frontline[i], legs, ask, need, lower)
        best[i] = max(best[i], rank[i])
        frontline[up] += qualified[i]
        best[up] = max(best[up], best[i])
        held = rank[i] if ladder.frontline_only else best[i]
        if held < ladder.leg_rank or gv < ladder.leg_gv:
            continue
        for j in range(len(start) - 1):
            if legs[up, j] < _MOST_LEGS:
                for c in range(start[j], start[j + 1]):
                    if gv >= leg[c, 0] and held >= leg[c, 1]:
                        legs[up, j] += 1
                        break
    return rank


@inlined
def _rank_of(
    i: int,
    pv: int,
    gv: int,
    frontline: int,
    legs: NDArray[np.int16],
    ask: NDArray[np.int64],
    need: NDArray[np.int64],
    must_hold_lower: bool,
) -> int:
    """The highest rank met; with ``must_hold_lower`` the last one before the first miss."""
    highest = 0
    for r in range(len(ask)):
        met = pv >= ask[r, PV] and gv >= ask[r, GV] and frontline >= ask[r, FRONTLINE]
        for c in range(ask[r, FIRST], ask[r, END]):
            met = met and legs[i, need[c, 0]] >= need[c, 1]
        if met:
            highest = r + 1
        elif must_hold_lower:
            break
    return highest
