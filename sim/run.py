"""One market from scenario to summary and results folder."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from sim.engines import Engine, Progress, simulate
from sim.engines.rulebook import rules_of
from sim.jit import compiling_once
from sim.ledger import LedgerTables
from sim.scenario.contacts import WellMixed
from sim.scenario.schema import Scenario

Report = Callable[[Path, LedgerTables, Mapping[str, Any], Mapping[str, Any]], Path]
"""Adds figures and a page to a folder: (folder, tables, summary, manifest)."""


def summarise(scenario: Scenario, tables: LedgerTables) -> dict[str, Any]:
    """All that is measured of a run, as plain JSON values under the names of ``summary.json``."""
    from sim.measures.outcomes import Yardstick
    from sim.measures.summary import summarise as measure

    measuring = scenario.measuring
    level = Fraction(str(measuring.price_level))
    yardstick = Yardstick(band=measuring.break_even, price_level=level)
    return {
        "name": scenario.name,
        "stamp": "SIMULATED",
        "people": scenario.population.people,
        "months": scenario.months,
        "seed": scenario.seed,
        **measure(tables, yardstick),
    }


def run_scenario(
    scenario: Scenario,
    *,
    engine: str = Engine.COMPILED,
    threads: int = 1,
    out: Path | None = None,
    keep_ledger: bool = False,
    progress: Progress | None = None,
    closed: Callable[[LedgerTables], None] | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Run a scenario and return its summary; with ``out`` write a results folder too.

    ``threads`` share the work of the compiled engine. ``closed`` is called with the tables as soon
    as the books are closed; ``report`` adds figures and a page to the folder. ``seconds`` of the
    summary splits the wall time by stage: "compile", "set_up", "months", "measure", and "write" in
    what is returned alone, for the files hold what was known before. ``person_months_per_second``
    counts every person of the market in every month of the loop, after compilation and without
    set-up and writing.

    Raises:
        ResultsError: ``out`` cannot be written; nothing is left behind.
    """
    clock, say = Clock(), progress or (lambda _done, _text: None)
    rules_of(scenario)  # what cannot run is told before anything is said or done
    say(0, "compiling")
    with compiling_once(engine):
        simulate(_glimpse(scenario), engine=Engine(engine))
    clock.lap("compile")
    tables = simulate(
        scenario,
        engine=Engine(engine),
        threads=threads,
        keep_lines=keep_ledger,
        progress=say,
        ready=lambda: clock.lap("set_up"),
    )
    clock.lap("months")
    if closed is not None:
        closed(tables)
    say(scenario.months, "measuring")
    summary = summarise(scenario, tables)
    clock.lap("measure")
    summary |= _told_of(scenario, engine, clock.laps)
    if out is not None:
        say(scenario.months, "writing")
        _write(out, scenario, tables, summary, report, "parquet" if keep_ledger else None)
        clock.lap("write")
    return summary


def _told_of(scenario: Scenario, engine: str, laps: dict[str, float]) -> dict[str, Any]:
    """What a summary tells of the run itself."""
    person_months = scenario.population.people * scenario.months
    return {
        "engine": str(engine),
        "seconds": laps,
        "person_months_per_second": person_months / max(laps["months"], 1e-9),
        "peak_memory_mb": peak_memory_mb(),
    }


def _write(
    out: Path,
    scenario: Scenario,
    tables: LedgerTables,
    summary: Mapping[str, Any],
    report: Report | None,
    ledger: str | None,
) -> None:
    from sim.results import describe_run, write_results

    told = scenario.model_dump(mode="json")
    manifest = describe_run(told, scenario.seed, summary["engine"], summary["seconds"])
    fill = None if report is None else partial(_fill, report, tables, summary, manifest)
    write_results(out, tables, summary, manifest, fill=fill, ledger=ledger)


def _fill(
    report: Report,
    tables: LedgerTables,
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    folder: Path,
) -> None:
    report(folder, tables, summary, manifest)


class Clock:
    """Wall seconds by stage, in the order of the stages."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._began = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage; the next one begins."""
        now = time.perf_counter()
        self.laps[stage] = round(now - self._began, 4)
        self._began = now


def peak_memory_mb() -> float:
    """The most memory that this process has held, in MB."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(held / (1e6 if sys.platform == "darwin" else 1e6 / 1024), 1)


def _glimpse(scenario: Scenario) -> Scenario:
    """One month of a hamlet under the same plan: all that has to be compiled, and little else."""
    population = scenario.population.model_copy(update={"people": 40})
    founders = scenario.founders.model_copy(update={"count": 2})
    changes: dict[str, Any] = {"months": 2, "population": population, "founders": founders}
    changes["network"] = WellMixed()  # a stored network of this scenario may not fit 40 people
    return scenario.model_copy(update=changes)
