"""Paid-as ranks (step 6 of a settlement): one pass from the bottom of the tree to the top.

Whoever stands below has a larger id, so when a participant is ranked, all its legs are final.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledPlan
from sim.plans.volumes import Volumes


class People(NamedTuple):
    """Columns that ranks are judged by, a row a participant."""

    sponsor: NDArray[np.int32]
    enrolled: NDArray[np.bool_]
    qualified: NDArray[np.bool_]
    pv: NDArray[np.int64]
    gv: NDArray[np.int64]


class Rules(NamedTuple):
    """The ladder as arrays (see ``compile.Ladder``) and its three switches."""

    pv: NDArray[np.int64]
    gv: NDArray[np.int64]
    frontline: NDArray[np.int64]
    start: NDArray[np.int64]
    leg_gv: NDArray[np.int64]
    leg_rank: NDArray[np.int64]
    need_start: NDArray[np.int64]
    need: NDArray[np.int64]
    need_count: NDArray[np.int64]
    must_hold_lower: bool
    frontline_only: bool
    need_activity: bool


def paid_as(
    plan: CompiledPlan,
    volumes: Volumes,
    gv: NDArray[np.int64],
    qualified: NDArray[np.bool_],
    sponsor: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """The rank number for which each participant qualifies in this period, 0 for none."""
    if not plan.plan.ranks:
        return np.zeros(len(sponsor), np.int8)
    switches = plan.plan.rank_rules
    ladder = [getattr(plan.ladder, name) for name in Rules._fields[:9]]
    frontline_only = switches.rank_leg == "frontline"
    rules = Rules._make([*ladder, switches.must_hold_lower, frontline_only, switches.need_activity])
    ranks: NDArray[np.int8] = _rank_everybody(
        People(sponsor, enrolled, qualified, volumes.personal, gv), rules
    )
    return ranks


@njit
def _rank_everybody(people: People, rules: Rules) -> NDArray[np.int8]:
    """Rank every row from the last to the first, telling each sponsor what the leg is worth."""
    n = len(people.sponsor)
    rank = np.zeros(n, np.int8)
    best = np.zeros(n, np.int8)
    frontline = np.zeros(n, np.int64)
    legs = np.zeros((n, len(rules.start) - 1), np.int32)
    for i in range(n - 1, 0, -1):
        if people.enrolled[i] and (people.qualified[i] or not rules.need_activity):
            rank[i] = _rank_of(i, people, rules, frontline[i], legs[i])
        best[i] = max(best[i], rank[i])
        up = people.sponsor[i]
        frontline[up] += people.qualified[i]
        best[up] = max(best[up], best[i])
        held = rank[i] if rules.frontline_only else best[i]
        for j in range(legs.shape[1]):
            legs[up, j] += _leg_meets(people.gv[i], held, rules, j)
    return rank


@njit
def _leg_meets(gv: int, held: int, rules: Rules, j: int) -> bool:
    """Whether a leg of volume ``gv`` and rank ``held`` meets an alternative of condition j."""
    for c in range(rules.start[j], rules.start[j + 1]):
        if gv >= rules.leg_gv[c] and held >= rules.leg_rank[c]:
            return True
    return False


@njit
def _rank_of(i: int, people: People, rules: Rules, frontline: int, legs: NDArray[np.int32]) -> int:
    """The highest rank met; with ``must_hold_lower`` the last one before the first miss."""
    highest = 0
    for r in range(len(rules.pv)):
        met = (
            people.pv[i] >= rules.pv[r]
            and people.gv[i] >= rules.gv[r]
            and frontline >= rules.frontline[r]
        )
        for c in range(rules.need_start[r], rules.need_start[r + 1]):
            met = met and legs[rules.need[c]] >= rules.need_count[c]
        if met:
            highest = r + 1
        elif rules.must_hold_lower:
            break
    return highest
