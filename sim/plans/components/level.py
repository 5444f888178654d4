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
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.plans.compile import REASONS, CompiledLevel
from sim.plans.components.base import Paid, paid_exactly
from sim.plans.components.walk import COUNTED, LINE, Sales, no_lines, walk
from sim.plans.exact import wide
from sim.plans.facts import Facts
from sim.records import PAY_LINE, Table

_NO_LINES = no_lines()
_NOTHING_CLAIMED = np.zeros(0, np.bool_)


def pay(component: CompiledLevel, facts: Facts, earlier: Mapping[str, Paid]) -> Paid:
    """Pay each level of each order's upline its rate of the order's cv."""
    orders = facts.orders
    sales = Sales(orders.day, orders.since_day, orders.cv)
    what = (
        sales,
        facts.bundles,
        facts.tree,
        component.terms,
        claimed(component, earlier),
        facts.lines,
    )
    found = walk(*what, _NO_LINES)
    table = None
    if facts.lines:
        lines = no_lines(found.lines)
        walk(*what, lines)
        table = _table(component.index, lines)
    maximum, breakage = account(found.sums.tolist(), found.paid * component.terms.den)
    paid = paid_exactly(found.rows, maximum, breakage, component.terms.den, table)
    paid.use = found.use
    return paid


def claimed(component: CompiledLevel, earlier: Mapping[str, Paid]) -> NDArray[np.bool_]:
    """Which orders are those of the bonuses that this one excludes; empty if it excludes none."""
    masks = [_is_claimed(earlier[name]) for name in component.exclude]
    return reduce(np.logical_or, masks) if masks else _NOTHING_CLAIMED


def _is_claimed(bonus: Paid) -> NDArray[np.bool_]:
    assert bonus.use is not None
    mask: NDArray[np.bool_] = bonus.use == COUNTED
    return mask


def account(sums: list[list[int]], paid: int) -> tuple[int, dict[str, int]]:
    """The maximum and the breakage by reason, over the rates' denominator like ``paid``.

    ``sums`` as ``walk`` leaves them.
    """
    *reasons, best, owed = (wide(high, low) for high, low in sums)
    breakage = dict(zip(REASONS, reasons, strict=True))
    maximum = best + sum(reasons)
    return maximum, breakage | {"lower_rate": best - owed, "rounding": owed - paid}


def _table(index: int, lines: NDArray[np.int64]) -> Table:
    columns = dict(zip(LINE, lines.T, strict=True))
    return Table.of(PAY_LINE, component=np.full(len(lines), index), **columns)
