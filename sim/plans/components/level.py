"""The level (unilevel) bonus, and the fast start as the same walk over newcomers' orders.

Maximum (``best_rates``): on every order counted, the top rate of any rank on each level, as if a
qualified holder of that rank stood there. What is missing from it is breakage, by reason:

* ``missing_upline``: the level's number is larger than the number of people above the order;
* ``levels_left_over``: there were enough people above, but the walk passed over some and the line
  ended;
* ``inactive``, ``gate``: the one who stands there fails the activity test, or the bonus's own pv
  gate (an inactive person is counted as inactive whatever else it lacks);
* ``not_deep_enough``: the rank of the one who stands there does not reach the level;
* ``lower_rate``: the payee's rank has a lower rate than the best one;
* ``excluded``: the order is another bonus's and the plan counts it in the maximum;
* ``rounding``: exact amounts less paid ones (negative where rounding gives more).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.plans.compile import CompiledLevel
from sim.plans.components.base import SOURCES, Facts, Paid, gather
from sim.plans.components.walk import (
    COUNTED,
    EXCLUDED,
    GATE,
    INACTIVE,
    LEFT_OUT,
    REASONS,
    SHUT_OUT,
    Grid,
    Lines,
    Outcome,
    Sales,
    Upline,
    no_lines,
    walk,
)
from sim.plans.genealogy import nearest_above
from sim.records import PAY_LINE, Table


def pay(component: CompiledLevel, facts: Facts, earlier: Mapping[str, Paid]) -> Paid:
    """Pay each level of each order's upline its rate of the order's cv."""
    use = _uses(component, facts, earlier)
    sales, upline, grid = (
        _sales(component, facts, use),
        _upline(component, facts),
        _grid(component, facts),
    )
    out, rows = _run(sales, upline, grid, no_lines())
    table = None
    if facts.lines:
        lines = no_lines(rows)
        _run(sales, upline, grid, lines)
        table = _table(component.index, lines)
    breakage, maximum = account(component, out.tally, int(out.pay.sum()))
    return Paid(gather(out.pay), maximum, breakage, table, use == COUNTED).close()


def _run(sales: Sales, upline: Upline, grid: Grid, lines: Lines) -> tuple[Outcome, int]:
    people = len(upline.standing)
    out = Outcome(
        pay=np.zeros((SOURCES, people), np.int64),
        tally=np.zeros((len(grid.num) + len(REASONS), grid.num.shape[1]), np.int64),
        running=np.zeros(people if grid.per_total else 0, np.int64),
    )
    rows = walk(sales, upline, grid, lines, out)
    return out, rows


def _uses(component: CompiledLevel, facts: Facts, earlier: Mapping[str, Paid]) -> NDArray[np.int8]:
    """Which orders count, which are shut out but in the maximum, and which are left out."""
    counted = component.pays_on[facts.volumes.order_class]
    if component.last_day is not None:
        counted &= in_window(component.last_day, facts)
    use = np.where(counted, COUNTED, LEFT_OUT).astype(np.int8)
    for name in component.exclude:
        claimed = earlier[name].used_orders
        if claimed is None:
            raise ValueError(f"component {name!r} claims no orders, so none can be left out")
        use[counted & claimed] = SHUT_OUT if component.excluded_in_maximum else LEFT_OUT
    return use


def in_window(last_day: int, facts: Facts) -> NDArray[np.bool_]:
    """Whether each order comes within ``last_day`` days of its buyer's first day with the firm."""
    orders = facts.books.orders
    age = orders.day.astype(np.int64) - orders.since_day
    inside: NDArray[np.bool_] = (age >= 0) & (age <= last_day)
    return inside


def _sales(component: CompiledLevel, facts: Facts, use: NDArray[np.int8]) -> Sales:
    orders = facts.books.orders
    return Sales(
        np.ascontiguousarray(orders.credited_to, np.int32),
        np.ascontiguousarray(orders.source, np.int8),
        np.ascontiguousarray(orders.cv, np.int64),
        use,
        component.first[facts.volumes.order_class],
    )


def _upline(component: CompiledLevel, facts: Facts) -> Upline:
    enough = facts.volumes.activity >= component.payee_pv_min
    standing = np.where(enough, facts.paid_as, GATE).astype(np.int8)
    standing[~facts.qualified] = INACTIVE
    stands = _stands(component, standing >= 0, facts.paid_as)
    next_up = np.stack([nearest_above(facts.sponsor, row) for row in stands])
    return Upline(facts.uplines, next_up, stands[0], standing)


def _stands(
    component: CompiledLevel, qualified: NDArray[np.bool_], rank: NDArray[np.int8]
) -> list[NDArray[np.bool_]]:
    """Who holds a place in the line: by level under dynamic compression, else for all levels."""
    if component.compression == "dynamic":
        opens = component.scale.opens
        return [qualified & opens[rank, k] for k in range(opens.shape[1])]
    if component.compression == "standard":
        return [qualified]
    if component.compression == "skip_below_rank":
        reaches = rank >= component.skip_rank
        return [reaches if component.skip_everybody else reaches | qualified]
    return [np.ones(len(rank), np.bool_)]


def _grid(component: CompiledLevel, facts: Facts) -> Grid:
    plan, scale = facts.plan, component.scale
    num = np.where(scale.opens, scale.num, -1)
    return Grid(num, scale.den, plan.quantum, plan.mode, plan.per_total)


def account(
    component: CompiledLevel, tally: NDArray[np.int64], paid: int
) -> tuple[dict[str, Fraction], Fraction]:
    """Breakage by reason and the maximum, exactly, from the cv that met each outcome."""
    scale = component.scale
    ranks, levels = len(scale.rates), range(len(scale.best))
    cv = [[int(x) for x in row] for row in tally]
    breakage = {
        reason: sum((cv[ranks + i][k] * scale.best[k] for k in levels), Fraction(0))
        for i, reason in enumerate(REASONS)
        if i != EXCLUDED
    }
    # an order that is shut out was added to every level's column at once
    breakage["excluded"] = sum(
        (cv[ranks + EXCLUDED][k] * scale.best[k] for k in levels), Fraction(0)
    )
    top = sum((cv[r][k] * scale.best[k] for r in range(ranks) for k in levels), Fraction(0))
    owed = sum((cv[r][k] * scale.rates[r][k] for r in range(ranks) for k in levels), Fraction(0))
    breakage["lower_rate"] = top - owed
    maximum = top + sum(breakage[reason] for reason in REASONS)
    breakage["rounding"] = owed - paid
    return breakage, maximum


def _table(index: int, lines: Lines) -> Table:
    return Table.of(PAY_LINE, component=np.full(len(lines.payee), index), **lines._asdict())
