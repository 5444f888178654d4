"""Where an engine's month goes: seconds by phase, as the engine itself tells them."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.measuring import fresh
from benchmarks.results import Ask, Result

FULL = {"people": (20_000, 1_000_000), "months": (120,), "repeats": 5}
SHORT = {"people": (1_000,), "months": (24,), "repeats": 1}


def measure(ask: Ask) -> Result:
    """A row a phase and size, of the run whose loop took the median CPU time.

    Raises:
        RuntimeError: the engine tells no phases.
    """
    months, rows = ask.months[0], []
    for people in ask.people:
        print(f"  {people:,} people", file=sys.stderr, flush=True)
        size = ("--engine", ask.engine, "--people", people, "--months", months)
        runs = [fresh("benchmarks.engine", ask.scenario, *size) for _ in range(ask.repeats)]
        rows += rows_of(sorted(runs, key=lambda run: float(run["cpu"]))[len(runs) // 2])
    return Result(f"Phases of the month: {ask.engine}, {months} months", rows)


def rows_of(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The phases of one run; what the engine does not name is the rest of the loop."""
    if not run["phases"]:
        raise RuntimeError(f"the engine {run['engine']} tells no seconds by phase")
    phases = run["phases"] | {"rest": run["wall"] - sum(run["phases"].values())}
    return [
        {
            "people": run["people"],
            "phase": phase,
            "seconds": seconds,
            "share of the loop, %": 100 * seconds / run["wall"],
            "us a month": 1e6 * seconds / run["months"],
            "ns a person-month": 1e9 * seconds / (run["people"] * run["months"]),
        }
        for phase, seconds in phases.items()
    ]
