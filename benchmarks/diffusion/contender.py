"""One contender's run of the diffusion model: ``python -m benchmarks.diffusion.contender NAME``.

NAME is ``mesa_plain``, ``numpy``, or an engine of ours. Prints set-up, the cost of the month loop
and the facts as JSON. Set-up is drawing people and contacts, and compiling, where there is any.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from benchmarks.diffusion import FOUNDERS, LEVELS, Facts
from benchmarks.measuring import Cost, timed

if TYPE_CHECKING:
    from sim.ledger import LedgerTables

SCENARIO = "configs/diffusion.yaml"


def contend(name: str, people: int, months: int, seed: int) -> tuple[float, Cost, Facts]:
    """Seconds of set-up, cost of the month loop, and what came out."""
    if name == "mesa_plain":
        from benchmarks.diffusion import mesa_plain

        start = time.perf_counter()
        agents = mesa_plain.Diffusion(people, rng=seed)
        set_up = time.perf_counter() - start
        return set_up, timed(lambda: agents.run_for(months)), agents.facts()
    if name == "numpy":
        from benchmarks.diffusion import vectorised

        start = time.perf_counter()
        arrays = vectorised.Diffusion(people, seed)
        set_up = time.perf_counter() - start
        return set_up, timed(lambda: arrays.run(months)), arrays.facts()
    return ours(name, people, months, seed)


def ours(engine: str, people: int, months: int, seed: int) -> tuple[float, Cost, Facts]:
    """The same of our scenario, by an engine of ours."""
    from benchmarks.engine import market, run

    scenario = market(SCENARIO, people, months).model_copy(update={"seed": seed})
    assert scenario.founders.count == max(1, round(FOUNDERS * people))
    done = run(scenario, engine)
    return done.set_up, done.loop, facts_of(done.tables, people)


def facts_of(tables: LedgerTables, people: int) -> Facts:
    """The facts as our books tell them: a unit costs 100, a level pays 5."""
    months = tables.months
    orders = int(months["gross_sales"].sum()) / 100_00
    return Facts(
        ever_joined=int(months["enrolments"].sum()) / people,
        active=int(months["enrolled"].sum()) / (people * len(months["month"])),
        orders=orders / people,
        bonus=int(months["bonus"].sum()) / (5_00 * LEVELS * orders),
    )


def main() -> None:
    """Run the contender that the command line names."""
    asks = argparse.ArgumentParser(
        prog="python -m benchmarks.diffusion.contender", description=__doc__
    )
    asks.add_argument("name")
    asks.add_argument("--people", type=int, default=100_000)
    asks.add_argument("--months", type=int, default=60)
    asks.add_argument("--seed", type=int, default=1)
    args = asks.parse_args()
    set_up, loop, facts = contend(args.name, args.people, args.months, args.seed)
    print(json.dumps({"set_up": set_up, **loop._asdict(), **facts._asdict()}))


if __name__ == "__main__":
    main()
