"""Seconds of one month's settlement: ``python benchmarks/settlement.py [participants]``.

A uniform random tree, one order of 120 points each, totals depth; median of five after compiling.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

import numpy as np

from sim.plans.compile import compile_plan
from sim.plans.settle import PlanState, settle
from sim.records import ORDER, Books, Period, Purpose, Source, Table
from sim.scenario.load import load_plan

PLANS = ("unilevel_5", "teaching", "doterra_us_2017")


def books_of(participants: int) -> Books:
    """A random recursive tree in which everybody is enrolled and orders once."""
    luck = np.random.default_rng(1)
    n = participants + 1
    sponsor = np.floor(luck.random(n) * np.maximum(np.arange(n) - 1, 0) + 1).astype(np.int32)
    sponsor[:2] = [-1, 0]
    who = np.arange(1, n)
    orders = Table.of(
        ORDER,
        person=who,
        participant=who,
        credited_to=who,
        source=np.full(participants, int(Source.PARTICIPANT)),
        purpose=np.full(participants, int(Purpose.OWN_USE)),
        day=np.full(participants, 730_000),
        since_day=np.where(who % 10 == 0, 729_980, 729_000),
        pv=np.full(participants, 12_000),
        qv=np.full(participants, 12_000),
        cv=np.full(participants, 12_000),
    )
    enrolled = np.ones(n, np.bool_)
    enrolled[0] = False
    return Books(Period(0, 729_990, 730_020), sponsor, enrolled, orders)


def main() -> None:
    """Print wall seconds by plan: median, least and most of five."""
    participants = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    books, few = books_of(participants), books_of(100)
    print(f"{participants:,} participants and orders")
    print("plan                  median    least     most")
    for name in PLANS:
        plan = compile_plan(load_plan(f"configs/plans/{name}.yaml"))
        settle(plan, few, PlanState.empty())
        seconds = []
        for _ in range(5):
            began = time.perf_counter()
            settle(plan, books, PlanState.empty())
            seconds.append(time.perf_counter() - began)
        spread = [statistics.median(seconds), min(seconds), max(seconds)]
        print(f"{name:18s}" + "".join(f"{s:9.2f}" for s in spread))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
