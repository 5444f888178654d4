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
from operator import mul

import numpy as np
from numpy.typing import NDArray

from sim.plans.compile import CompiledLevel, Scale
from sim.plans.components.base import Paid, paid_exactly
from sim.plans.components.walk import COUNTED, REASONS, Lines, no_lines, walk
from sim.plans.facts import Facts
from sim.records import PAY_LINE, Table

_NO_LINES = no_lines()
_NOTHING_CLAIMED = np.zeros(0, np.bool_)


def pay(component: CompiledLevel, facts: Facts, earlier: Mapping[str, Paid]) -> Paid:
    """Pay each level of each order's upline its rate of the order's cv."""
    what = facts.orders, facts.tree, component.terms, claimed(component, earlier)
    found = walk(*what, _NO_LINES)
    table = None
    if facts.lines:
        lines = no_lines(found.lines)
        walk(*what, lines)
        table = _table(component.index, lines)
    maximum, breakage = account(component.scale, found.tally.tolist(), found.paid)
    paid = paid_exactly(found.rows, maximum, breakage, component.scale.den, table)
    paid.use = found.use
    return paid


def claimed(component: CompiledLevel, earlier: Mapping[str, Paid]) -> NDArray[np.bool_]:
    """Which orders are those of the bonuses that this one excludes; empty if it excludes none."""
    masks = [earlier[name].use == COUNTED for name in component.exclude]
    return np.logical_or.reduce(masks) if masks else _NOTHING_CLAIMED


def account(scale: Scale, tally: list[list[int]], paid: int) -> tuple[int, dict[str, int]]:
    """The maximum and the breakage by reason, over ``scale.den``, from the cv of each outcome.

    ``tally`` has a row a rank that was paid, then a row a reason, and a column a level.
    """
    ranks = len(scale.num)
    top = [sum(map(mul, row, scale.best)) if any(row) else 0 for row in tally]
    owed = sum(
        sum(map(mul, row, num))
        for row, num in zip(tally[:ranks], scale.num, strict=True)
        if any(row)
    )
    breakage = dict(zip(REASONS, top[ranks:], strict=True))
    breakage["lower_rate"] = sum(top[:ranks]) - owed
    breakage["rounding"] = owed - paid * scale.den
    return sum(top), breakage


def _table(index: int, lines: Lines) -> Table:
    return Table.of(PAY_LINE, component=np.full(len(lines.payee), index), **lines._asdict())
