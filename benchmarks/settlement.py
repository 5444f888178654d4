"""What a month's settlement costs: ``python benchmarks/settlement.py [participants]``.

Random recursive trees in which everybody is enrolled, orders of 120 points, totals depth. CPU time
of the process, medians, after compiling. The columns, by plan:

- fixed: 2,000 participants, 20 orders, a call
- idle: all participants and 20 orders, less the fixed cost, a participant
- order: a fifth of the participants, at least 2,000, 60 % of whom order, an order
- all: everybody orders, a call
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.plans.compile import CompiledPlan, compile_plan
from sim.plans.settle import PlanState, settle
from sim.records import ORDER, Books, Period, Purpose, Source, Table
from sim.scenario.load import load_plan

PLANS = ("single_level", "unilevel_5", "teaching", "doterra_us_2017")
FEW = 20


def tree_of(participants: int) -> NDArray[np.int32]:
    """The sponsor column of a random recursive tree under the company."""
    n = participants + 1
    luck = np.random.default_rng(1).random(n)
    sponsor = np.floor(luck * np.maximum(np.arange(n) - 1, 0) + 1).astype(np.int32)
    sponsor[:2] = [-1, 0]
    return sponsor


def books_of(participants: int, orders: int) -> Books:
    """Books in which so many participants, drawn without return, order once."""
    who = 1 + np.random.default_rng(2).permutation(participants)[:orders]
    table = Table.of(
        ORDER,
        person=who,
        participant=who,
        credited_to=who,
        source=np.full(orders, int(Source.PARTICIPANT)),
        purpose=np.full(orders, int(Purpose.OWN_USE)),
        day=np.full(orders, 730_000),
        since_day=np.where(who % 10 == 0, 729_980, 729_000),
        pv=np.full(orders, 12_000),
        qv=np.full(orders, 12_000),
        cv=np.full(orders, 12_000),
    )
    enrolled = np.ones(participants + 1, np.bool_)
    enrolled[0] = False
    return Books(Period(0, 729_990, 730_020), tree_of(participants), enrolled, table)


def cost(plan: CompiledPlan, books: Books, calls: int) -> float:
    """Median CPU seconds of a call that follows another."""
    state = PlanState.empty()
    return _median(lambda: settle(plan, books, state), calls)


def _median(work: Callable[[], object], calls: int) -> float:
    work()
    seconds = []
    for _ in range(calls):
        began = time.process_time_ns()
        work()
        seconds.append((time.process_time_ns() - began) / 1e9)
    return statistics.median(seconds)


def main() -> None:
    """Print a table of costs, a row a plan."""
    participants = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    some = max(participants // 5, 2_000)
    small, idle = books_of(2_000, FEW), books_of(participants, FEW)
    ordering, everybody = books_of(some, some * 3 // 5), books_of(participants, participants)
    print(f"{participants:,} participants")
    print("plan                fixed us    idle ns   order ns      all s")
    for name in PLANS:
        plan = compile_plan(load_plan(f"configs/plans/{name}.yaml"))
        fixed = cost(plan, small, 100)
        row = (
            fixed * 1e6,
            max(cost(plan, idle, 5) - fixed, 0) / participants * 1e9,
            cost(plan, ordering, 5) / len(ordering.orders) * 1e9,
        )
        figures = "".join(f"{x:11.1f}" for x in row)
        print(f"{name:17s}{figures}{cost(plan, everybody, 3):11.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
