"""How a month passes. Each engine turns a scenario into the tables of its ledger."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.scenario.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.ledger import LedgerTables
    from sim.scenario.schema import Scenario

Progress = Callable[[int, str], None]
"""Called with the number of months done and a word on what is being done."""


class Engine(StrEnum):
    """The engines that can run a scenario."""

    MESA = "mesa"


def simulate(
    scenario: Scenario,
    *,
    engine: Engine = Engine.MESA,
    keep_lines: bool = False,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> LedgerTables:
    """Run a scenario to its last month and close its books.

    ``keep_lines`` keeps every order and pay row for a ledger folder. ``ready`` is called when the
    people stand and the first month is about to begin. Same scenario, same tables.
    """
    from sim.engines.books import open_ledger
    from sim.engines.mesa.model import MarketModel

    assert engine is Engine.MESA
    if keep_lines and int(scenario.start[:4]) + scenario.months // 12 >= 9999:
        says = "a ledger folder has dates, and dates end with the year 9999"
        raise InputError(Problem(Place(scenario.name), "start", says, scenario.start))
    ledger = open_ledger(scenario, keep_lines=keep_lines)
    model = MarketModel(market_scenario=scenario, ledger=ledger)
    if ready is not None:
        ready()
    for month in range(scenario.months):
        model.run_for(1)
        if progress is not None:
            progress(month + 1, f"month {month + 1} of {scenario.months}")
    return ledger.close()
