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

from sim.plans.compile import CompiledPool
from sim.plans.components.base import SOURCES, Facts, Fixed, Paid, book_fixed
from sim.plans.rounding import Rounding, round_exact


def pay(component: CompiledPool, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Divide the fund by points."""
    by_source = fund_cv(component, facts)
    fund = component.share * int(by_source.sum())
    rank = np.where(facts.qualified, facts.paid_as, -1)
    holders = [int((rank == r).sum()) for r in range(len(component.points))]
    exact, rounded = shares(component, facts, fund, holders)
    money = np.array([*rounded, 0], np.int64)[rank]
    payee = np.flatnonzero(money)
    weight = np.repeat(by_source[:, None], len(payee), axis=1)
    fixed = Fixed(payee, np.zeros(len(payee), np.int64), money[payee], weight)
    rows, lines = book_fixed(component.index, facts, fixed)
    owed = sum((n * share for n, share in zip(holders, exact, strict=True)), Fraction(0))
    breakage = {"unearned_pool": fund - owed, "rounding": owed - int(rows.amount.sum())}
    return Paid(rows, fund, breakage, lines).close()


def fund_cv(component: CompiledPool, facts: Facts) -> NDArray[np.int64]:
    """The cv that feeds the fund, by source class, in minor units."""
    orders = facts.books.orders
    counted = component.pays_on[facts.volumes.order_class]
    cv = [orders.cv[counted & (orders.source == s)].sum() for s in range(SOURCES)]
    return np.array(cv, np.int64)


def shares(
    component: CompiledPool, facts: Facts, fund: Fraction, holders: list[int]
) -> tuple[list[Fraction], list[int]]:
    """What one holder of each rank is owed, exactly and rounded (``holders`` by rank)."""
    points = sum((n * p for n, p in zip(holders, component.points, strict=True)), Fraction(0))
    if not points:
        return [Fraction(0)] * len(holders), [0] * len(holders)
    exact = [fund * _limited(component, p / points) for p in component.points]
    plan = facts.plan
    return exact, [plan.quantum * round_exact(x / plan.quantum, Rounding(plan.mode)) for x in exact]


def _limited(component: CompiledPool, share: Fraction) -> Fraction:
    return share if component.max_share is None else min(share, component.max_share)
