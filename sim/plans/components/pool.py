"""The pool: a share of the period's cv, divided by points among qualified holders of ranks.

Maximum: the whole fund. Breakage: ``unearned_pool`` is what no holder may take (nobody has points,
or a holder's share is above ``max_share``); ``rounding`` is the residue of the split, each holder's
share being rounded by the plan's mode (it is negative where rounding gives more than the fund, at
most half a quantum a holder). For tracing, every share is split over the fund's cv by source class.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from operator import mul

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledPool
from sim.plans.components.base import Paid, Rows, book, fixed_lines, no_rows, paid_exactly, spread
from sim.plans.facts import Facts
from sim.plans.rounding import Rounding, round_ratio
from sim.plans.volumes import SOURCES

_NOBODY_PAID = no_rows()


def pay(component: CompiledPool, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Divide the fund by points."""
    by_source = [sum(facts.cv[c][s] for c in component.pays_on) for s in range(SOURCES)]
    fund = component.share.numerator * sum(by_source)
    total = sum(map(mul, facts.holders, component.points))
    if not (fund and total):
        unearned = Fraction(fund, component.share.denominator)
        return Paid(_NOBODY_PAID, unearned, {"unearned_pool": unearned} if fund else {})
    shares, whole = _shares(component, facts.holders, total)
    den = component.share.denominator * whole
    money = [_payable(facts, fund * share, den) for share in shares]
    rows = _share_out(facts.tree.qualified, facts.tree.rank, np.array(money), np.array(by_source))
    owed = fund * sum(map(mul, facts.holders, shares))
    paid = sum(map(mul, facts.holders, money))
    breakage = {"unearned_pool": fund * whole - owed, "rounding": owed - paid * den}
    level = np.zeros(len(rows.payee), np.int16)
    lines = fixed_lines(component.index, facts.tree.ids, rows, level) if facts.lines else None
    return paid_exactly(rows, fund * whole, breakage, den, lines)


def _shares(component: CompiledPool, holders: list[int], total: int) -> tuple[list[int], int]:
    """What part of the fund one holder of each rank is owed, and what stands for the whole fund.

    Nothing where nobody holds the rank.
    """
    limit = Fraction(1) if component.max_share is None else component.max_share
    most, den = limit.numerator * total, limit.denominator
    shares = zip(holders, component.points, strict=True)
    return [min(points * den, most) if n else 0 for n, points in shares], total * den


def _payable(facts: Facts, num: int, den: int) -> int:
    """The money paid for num / den minor units."""
    quantum = facts.plan.quantum
    return quantum * round_ratio(num, den * quantum, Rounding(facts.plan.mode))


@njit
def _share_out(
    qualified: NDArray[np.bool_],
    rank: NDArray[np.int8],
    money: NDArray[np.int64],
    by_source: NDArray[np.int64],
) -> Rows:
    """Pay every qualified participant the money of its rank."""
    payee, part, count = np.empty(len(rank), np.int32), np.empty(len(rank), np.int32), 0
    for i in range(len(rank)):
        payee[count], part[count] = i, rank[i]
        count += qualified[i] and money[rank[i]] != 0
    weight = np.empty((len(money), len(by_source)), np.int64)
    for r in range(len(money)):
        weight[r] = by_source
    return book(payee[:count], part[:count], spread(money, weight))
