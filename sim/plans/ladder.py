"""A plan's ranks as arrays, for the compiled pass that judges them."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.plans.quantities import in_hundredths
from sim.plans.schema import Plan
from sim.plans.schema_parts import Legs, Rank

NO_RANK_ASKED = -1
NO_VOLUME_ASKED = -(2**62)
PV, GV, FRONTLINE, FIRST, END = range(5)
"""Columns of ``Ladder.ask``."""


class Ladder(NamedTuple):
    """The ranks as arrays, and the three switches by which they are read; volumes in hundredths.

    ``ask`` has a row a rank (row r is rank number r + 1) with the columns PV, GV, FRONTLINE, and
    FIRST and END: the rows of ``need`` for its legs. A row of ``need`` is a leg condition and how
    many legs must meet it. Condition j is a set of alternatives, the rows ``start[j]`` to
    ``start[j + 1]`` of ``leg`` (least volume, least rank): a leg meets it if it meets one of them.
    No leg below ``leg_gv`` or ``leg_rank`` meets any condition, and nobody below ``pv`` or ``gv``
    holds any rank.
    """

    ask: NDArray[np.int64]
    need: NDArray[np.int64]
    start: NDArray[np.int64]
    leg: NDArray[np.int64]
    leg_gv: int
    leg_rank: int
    pv: int
    gv: int
    must_hold_lower: bool
    frontline_only: bool
    need_activity: bool


def compile_ladder(plan: Plan) -> Ladder:
    """Rank requirements as arrays.

    With distinct legs a leg may serve one requirement only. By Hall's theorem an assignment exists
    exactly if, for every set of requirements, enough legs meet at least one of them; so each set
    becomes a condition.
    """
    conditions: dict[tuple[Legs, ...], int] = {}
    ask: list[list[int]] = []
    need: list[list[int]] = []
    for rank in plan.ranks:
        first = len(need)
        for group in _groups(rank, plan.rank_rules.distinct_legs):
            alternatives = tuple(legs.model_copy(update={"count": 1}) for legs in group)
            condition = conditions.setdefault(alternatives, len(conditions))
            need.append([condition, sum(legs.count for legs in group)])
        volumes = in_hundredths(rank.require.pv), in_hundredths(rank.require.gv)
        ask.append([*volumes, rank.require.qualified_frontline, first, len(need)])
    number = {rank: i for i, rank in enumerate(plan.rank_ids)}
    entry = ask[:1] if plan.rank_rules.must_hold_lower else ask
    leg = [_least(legs, number) for group in conditions for legs in group]
    return Ladder(
        ask=np.array(ask, np.int64).reshape(-1, END + 1),
        need=np.array(need, np.int64).reshape(-1, 2),
        start=np.cumsum([0, *(len(group) for group in conditions)]).astype(np.int64),
        leg=np.array(leg, np.int64).reshape(-1, 2),
        leg_gv=min((gv for gv, _ in leg), default=NO_VOLUME_ASKED),
        leg_rank=min((rank for _, rank in leg), default=NO_RANK_ASKED),
        pv=min((row[PV] for row in entry), default=NO_VOLUME_ASKED),
        gv=min((row[GV] for row in entry), default=NO_VOLUME_ASKED),
        must_hold_lower=plan.rank_rules.must_hold_lower,
        frontline_only=plan.rank_rules.rank_leg == "frontline",
        need_activity=plan.rank_rules.need_activity,
    )


def _least(legs: Legs, number: dict[str, int]) -> list[int]:
    """The volume and the rank number that a leg must have at least."""
    return [
        NO_VOLUME_ASKED if legs.gv is None else in_hundredths(legs.gv),
        NO_RANK_ASKED if legs.rank is None else number[legs.rank],
    ]


def _groups(rank: Rank, distinct: bool) -> list[tuple[Legs, ...]]:
    legs = rank.require.legs
    largest = len(legs) if distinct else min(1, len(legs))
    return [group for size in range(1, largest + 1) for group in combinations(legs, size)]
