"""What both engines write and read of a month: its orders, the firm's books, the claims."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.ledger import Ledger
from sim.ledger.flows import Valuation
from sim.records import ORDER, Table
from sim.scenario.behaviour import Believing
from sim.scenario.fields import minor
from sim.scenario.schema import Scenario

PURPOSE = next(i for i, column in enumerate(ORDER) if column.name == "purpose")


def order_table(orders: list[tuple[int, ...]]) -> Table:
    """A month's orders, rows of ORDER, as a table in canonical order: by person, then purpose.

    Raises:
        OverflowError: a number does not fit its column.
    """
    table = Table(ORDER, len(orders))
    if not orders:
        return table
    rows = np.array(sorted(orders, key=lambda order: (order[0], order[PURPOSE])), np.int64)
    for i, column in enumerate(ORDER):
        kept = getattr(table, column.name)
        kept[:] = rows[:, i]
        if (kept != rows[:, i]).any():
            raise OverflowError(f"an order's {column.name} is too large: {rows[:, i].max()}")
    return table


def claims(last_pay: NDArray[Any], believing: Believing) -> tuple[float, float]:
    """Monthly income that recruiters show, and the true mean of all enrolled; minor units.

    ``last_pay`` are the last settlement's bonuses of the enrolled. Shown is the mean of the top
    earners, at least the story that is told before the firm has any. Sums are of whole numbers.
    """
    story = float(minor(believing.story))
    if len(last_pay) == 0:
        return story, 0.0
    top = max(1, round(believing.shown * len(last_pay)))
    shown = int(np.partition(last_pay, len(last_pay) - top)[-top:].sum()) / top
    return max(story, shown), int(last_pay.sum()) / len(last_pay)


@njit
def add_up(who: NDArray[np.int32], amount: NDArray[np.int64], total: NDArray[np.int64]) -> None:
    """Add each amount to its participant's total, in place."""
    for i in range(len(who)):
        total[who[i]] += amount[i]


def open_ledger(scenario: Scenario, *, keep_lines: bool = False) -> Ledger:
    """Empty books for a scenario, dated from its first month."""
    year, month = scenario.start.split("-")
    plan = scenario.plan
    return Ledger(
        (int(year), int(month)),
        scenario.currency,
        tuple(component.id for component in plan.components),
        plan.rank_ids[1:],
        keep_lines,
        valuation=Valuation(benchmark=minor(scenario.measuring.household_benchmark)),
        minor_digits=plan.money.decimals,
    )
