"""The pool: a share of the period's cv, divided by points among qualified holders of ranks.

Maximum: the whole fund. Breakage: ``unearned_pool`` is what no holder may take (nobody has points,
or a holder's share is above ``max_share``); ``rounding`` is the residue of the split, each holder's
share being rounded by the plan's mode (it is negative where rounding gives more than the fund, at
most half a quantum a holder). For tracing, every share is split over the fund's cv by source class.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledPool
from sim.plans.components.base import NOT_PAID, Paid, Rows, book, fixed_lines, no_rows, spread
from sim.plans.facts import Facts
from sim.plans.rounding import Rounding, round_exact
from sim.plans.volumes import SOURCES

_NOTHING = Fraction(0)


def pay(component: CompiledPool, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Divide the fund by points."""
    fund = component.share * sum(sum(facts.cv[c]) for c in component.pays_on)
    held = [n * p for n, p in zip(facts.holders, component.points, strict=True) if n and p]
    if not (fund and held):
        return Paid(no_rows(), fund, {"unearned_pool": fund} if fund else {})
    exact = _shares(component, fund, facts.holders, sum(held, _NOTHING))
    money = np.array([_payable(facts, share) for share in exact], np.int64)
    by_source = [sum(facts.cv[c][s] for c in component.pays_on) for s in range(SOURCES)]
    rows = _share_out(facts.tree.qualified, facts.tree.rank, money, np.array(by_source, np.int64))
    owed = sum((n * x for n, x in zip(facts.holders, exact, strict=True) if x), _NOTHING)
    paid = int(rows.amount.sum())
    breakage = {"unearned_pool": fund - owed, "rounding": owed - paid}
    if sum(n * int(m) for n, m in zip(facts.holders, money, strict=True)) != paid:
        raise AssertionError(f"component {component.id!r}: the rows pay {paid}, its shares do not")
    level = np.zeros(len(rows.payee), np.int16)
    lines = fixed_lines(component.index, facts.tree.ids, rows, level) if facts.lines else None
    return Paid(rows, fund, {reason: x for reason, x in breakage.items() if x}, lines)


def _shares(
    component: CompiledPool, fund: Fraction, holders: list[int], points: Fraction
) -> list[Fraction]:
    """What one holder of each rank is owed, exactly; nothing where nobody holds it."""
    limit = Fraction(1) if component.max_share is None else component.max_share
    return [
        fund * min(p / points, limit) if n and p else _NOTHING
        for n, p in zip(holders, component.points, strict=True)
    ]


def _payable(facts: Facts, share: Fraction) -> int:
    quantum = facts.plan.quantum
    if not share:
        return 0
    return quantum * round_exact(share / quantum, Rounding(facts.plan.mode))


@njit
def _share_out(
    qualified: NDArray[np.bool_],
    rank: NDArray[np.int8],
    money: NDArray[np.int64],
    by_source: NDArray[np.int64],
) -> Rows:
    """Pay every qualified participant the money of its rank."""
    which = np.full(len(rank), NOT_PAID, np.int32)
    for i in range(len(rank)):
        if qualified[i]:
            which[i] = rank[i]
    weight = np.empty((len(money), len(by_source)), np.int64)
    for r in range(len(money)):
        for s in range(len(by_source)):
            weight[r, s] = by_source[s]
    return book(which, spread(money, weight))
