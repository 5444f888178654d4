"""Cost of a person-month in the Mesa engine: ``python benchmarks/engine.py [people] [months]``.

The baseline, five times, after a first run that fills the cache of compiled code. CPU time of this
process, because a shared machine's wall time is its neighbours'.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

from sim.engines import simulate
from sim.scenario.load import load_scenario


def main() -> None:
    """Print CPU seconds and microseconds a person-month: median, least and most of five."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    size = [f"population.people={people}", f"months={months}"]
    scenario = load_scenario("configs/baseline.yaml", size)
    simulate(scenario.model_copy(update={"months": 2}))
    seconds = []
    for _ in range(5):
        began = time.process_time()
        tables = simulate(scenario)
        seconds.append(time.process_time() - began)
    spread = [statistics.median(seconds), min(seconds), max(seconds)]
    each = [1e6 * s / (people * months) for s in spread]
    enrolled = int(tables.months["enrolled"].sum())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{people:,} people, {months} months, {enrolled:,} participant-months")
    print("                              median    least     most")
    print("CPU seconds               " + "".join(f"{s:10.2f}" for s in spread))
    print("microseconds/person-month " + "".join(f"{u:10.2f}" for u in each))
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
