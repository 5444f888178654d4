"""Where a month of the compiled engine goes: ``python -m benchmarks.phases SCENARIO``.

Prints the wall seconds of one run by phase as JSON, as the engine itself tells them, and the
closing of the books; code is compiled before.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import fresh, timed
from benchmarks.results import Ask, Result

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

FULL = {"people": (20_000, 1_000_000), "months": (120,), "repeats": 5}
SHORT = {"people": (1_000,), "months": (24,), "repeats": 1}


def measure(ask: Ask) -> Result:
    """A row a phase and size, of the run whose months took the median time."""
    months, rows = ask.months[0], []
    for people in ask.people:
        print(f"  {people:,} people", file=sys.stderr, flush=True)
        size = ("--people", people, "--months", months)
        runs = [fresh("benchmarks.phases", ask.scenario, *size) for _ in range(ask.repeats)]
        rows += rows_of(sorted(runs, key=lambda r: sum(r.values()))[len(runs) // 2], people, months)
    note = f"wall seconds of the month loop of `{ask.scenario}`; the run of median length"
    return Result(f"Phases of the compiled engine: {months} months", rows, notes=[note])


def rows_of(seconds: dict[str, float], people: int, months: int) -> list[dict[str, Any]]:
    """The phases of one run, in the order of the month, and their sum."""
    total = sum(seconds.values())
    return [
        {
            "people": people,
            "phase": phase,
            "seconds": spent,
            "share, %": 100 * spent / total,
            "us a month": 1e6 * spent / months,
            "ns a person-month": 1e9 * spent / (people * months),
        }
        for phase, spent in (seconds | {"all": total}).items()
    ]


def seconds_of(scenario: Scenario) -> dict[str, float]:
    """Run a scenario by the compiled engine: wall seconds by phase."""
    from sim.engines.books import open_ledger
    from sim.engines.compiled.model import CompiledMarket

    ledger = open_ledger(scenario)
    market = CompiledMarket(scenario, ledger)
    for _ in range(scenario.months):
        market.step()
    return dict(market.seconds) | {"close": timed(ledger.close).wall}


def main() -> None:
    """Run the market that the command line names."""
    from benchmarks.engine import few, market

    asks = argparse.ArgumentParser(prog="python -m benchmarks.phases", description=__doc__)
    asks.add_argument("scenario")
    asks.add_argument("--people", type=int)
    asks.add_argument("--months", type=int)
    args = asks.parse_args()
    scenario = market(args.scenario, args.people, args.months)
    seconds_of(few(scenario))
    print(json.dumps(seconds_of(scenario)))


if __name__ == "__main__":
    main()
