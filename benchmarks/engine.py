"""One market by one engine, in the process that asks: ``python -m benchmarks.engine SCENARIO``.

Prints what it cost as JSON: set-up and month loop apart, after a run of a few hundred people that
compiles, or loads what is compiled.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measuring import Cost, peak_mb

if TYPE_CHECKING:
    from sim.ledger import LedgerTables
    from sim.scenario.schema import Scenario

WARM = 600
"""People of the market that is run to compile."""


class Measured(NamedTuple):
    """A run: seconds of set-up, cost of the month loop, and the closed books."""

    set_up: float
    loop: Cost
    tables: LedgerTables


def market(path: str, people: int | None = None, months: int | None = None) -> Scenario:
    """The scenario at ``path`` in another size; the share of founders stays what the file says."""
    from sim.scenario.load import load_scenario

    asked = load_scenario(path)
    people = people or asked.population.people
    founders = founders_of(asked, people)
    size = [f"population.people={people}", f"founders.count={founders}"]
    return load_scenario(path, [*size, f"months={months or asked.months}"])


def founders_of(scenario: Scenario, people: int) -> int:
    """As many founders among ``people`` as the scenario has among its own."""
    return max(1, round(scenario.founders.count * people / scenario.population.people))


def few(scenario: Scenario) -> Scenario:
    """The same market with few people and months: all that has to be compiled."""
    people = min(WARM, scenario.population.people)
    return scenario.model_copy(
        update={
            "population": scenario.population.model_copy(update={"people": people}),
            "founders": scenario.founders.model_copy(update={"count": min(10, people - 1)}),
            "months": min(14, scenario.months),
        }
    )


def run(scenario: Scenario, engine: str) -> Measured:
    """Run a scenario, compiled code warm; the loop ends with the closing of the books."""
    from sim.engines import Engine, simulate

    simulate(few(scenario), engine=Engine(engine))
    began: list[float] = []
    start = time.perf_counter()
    tables = simulate(
        scenario,
        engine=Engine(engine),
        ready=lambda: began.extend((time.process_time(), time.perf_counter())),
    )
    cpu, wall = time.process_time(), time.perf_counter()
    loop = Cost(cpu - began[0], wall - began[1], peak_mb())
    return Measured(began[1] - start, loop, tables)


def main() -> None:
    """Measure the market that the command line names."""
    asks = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    asks.add_argument("scenario")
    asks.add_argument("--engine", default="compiled")
    asks.add_argument("--people", type=int)
    asks.add_argument("--months", type=int)
    args = asks.parse_args()
    scenario = market(args.scenario, args.people, args.months)
    done = run(scenario, args.engine)
    told = {
        "engine": args.engine,
        "people": scenario.population.people,
        "founders": scenario.founders.count,
        "months": scenario.months,
        "set_up": done.set_up,
        **done.loop._asdict(),
        "enrolled": int(done.tables.months["enrolled"].sum()),
        "sha256": done.tables.sha256,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
