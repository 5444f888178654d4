"""How a month passes. Each engine turns a scenario into the tables of its ledger."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.scenario.errors import InputError, Place, Problem

if TYPE_CHECKING:
    from sim.engines.rulebook import Rules
    from sim.ledger import Ledger, LedgerTables
    from sim.scenario.schema import Scenario

Progress = Callable[[int, str], None]
"""Called with the number of months done and a word on what is being done."""


class Engine(StrEnum):
    """The engines that can run a scenario: they give the same ledger, to the cent and the row."""

    COMPILED = "compiled"
    MESA = "mesa"


def simulate(
    scenario: Scenario,
    *,
    engine: Engine = Engine.COMPILED,
    rules: Rules | None = None,
    threads: int = 1,
    keep_lines: bool = False,
    progress: Progress | None = None,
    ready: Callable[[], None] | None = None,
) -> LedgerTables:
    """Run a scenario to its last month and close its books.

    ``rules`` decide in place of the scenario's (see ``sim.engines.rulebook``). ``threads`` share
    the compiled engine's work on a large market; neither they nor the engine change a bit of the
    tables. ``keep_lines`` keeps every order and pay row for a ledger folder. ``ready`` is called
    when the people stand and the first month is about to begin. Same scenario, same tables.
    """
    from sim.engines.books import open_ledger
    from sim.engines.rulebook import blaming, rules_of, with_rules

    if rules is not None:
        scenario = with_rules(scenario, rules)
    if keep_lines and int(scenario.start[:4]) + scenario.months // 12 >= 9999:
        says = "a ledger folder has dates, and dates end with the year 9999"
        raise InputError(Problem(Place(scenario.name), "start", says, scenario.start))
    ledger = open_ledger(scenario, keep_lines=keep_lines)
    with blaming(rules_of(scenario)):
        step = _stepper(engine, scenario, ledger, threads)
        if ready is not None:
            ready()
        for month in range(scenario.months):
            step()
            if progress is not None:
                progress(month + 1, f"month {month + 1} of {scenario.months}")
    return ledger.close()


def _stepper(
    engine: Engine, scenario: Scenario, ledger: Ledger, threads: int
) -> Callable[[], object]:
    """What runs the next month, with the people in place."""
    if engine is Engine.MESA:
        from sim.engines.mesa.model import MarketModel

        model = MarketModel(market_scenario=scenario, ledger=ledger)
        return lambda: model.run_for(1)
    from sim.engines.rulebook import rules_of
    from sim.engines.variant import module_for

    compiled = module_for(rules_of(scenario), "sim.engines.compiled.model")
    step: Callable[[], object] = compiled.CompiledMarket(scenario, ledger, threads).step
    return step
