"""How cost and memory grow with people and with months: the whole command, and its month loop."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from benchmarks.measuring import Cost, exponent, fresh, spread, whole_process
from benchmarks.results import Ask, Result, shown

FULL = {
    "people": (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000),
    "months": (12, 24, 60, 120, 240, 480),
    "repeats": 3,
}
SHORT = {"people": (500, 1_000, 2_000), "months": (6, 12), "repeats": 1}
MONTHS = 120
"""Months of the runs in which people grow, at most the longest run asked for."""
PEOPLE = 100_000
"""People of the runs in which months grow, at most the largest market asked for."""
ONCE = 2_000_000
"""Larger markets than this are run once."""


def measure(ask: Ask) -> Result:
    """A row a size: people first, then months."""
    months, people = min(MONTHS, max(ask.months)), min(PEOPLE, max(ask.people))
    sizes = [(p, months) for p in ask.people] + [(people, m) for m in ask.months if m != months]
    whole_run(ask, min(ask.people), min(ask.months), 1)  # compiles what only the command uses
    rows = [row(ask, *size) for size in sizes]
    by_people = [r for r in rows if r["months"] == months]
    by_months = [r for r in rows if r["people"] == people]
    last = [r for r in by_people if r["people"] >= max(ask.people) // 10]
    return Result(
        "Growth with people and months",
        rows,
        {
            f"exponent of the loop's CPU time in people, {months} months": grows(
                by_people, "people", "loop CPU s"
            ),
            "the same over the largest tenfold": grows(last, "people", "loop CPU s"),
            "exponent of the whole command's wall time in people": grows(
                by_people, "people", "whole wall s"
            ),
            f"exponent of the loop's CPU time in months, {people:,} people": grows(
                by_months, "months", "loop CPU s"
            ),
        },
        [
            f"whole: `downline run {ask.scenario} --engine {ask.engine} --people N --months M "
            "--set founders.count=F`, from start to end, world, report and files included; F keeps "
            "the share of founders that the file has",
            f"loop: `python -m benchmarks.engine {ask.scenario} --engine {ask.engine}`, months "
            "without set-up",
            f"medians of {ask.repeats}, of more than {ONCE:,} people one run; exponents by least "
            "squares on logarithms, with standard error",
        ],
    )


def row(ask: Ask, people: int, months: int) -> dict[str, Any]:
    """What one size costs."""
    print(f"  {people:,} people, {months} months", file=sys.stderr, flush=True)
    rounds = range(ask.repeats if people <= ONCE else 1)
    size = ("--engine", ask.engine, "--people", people, "--months", months)
    loops = [fresh("benchmarks.engine", ask.scenario, *size) for _ in rounds]
    wholes = [whole_run(ask, people, months, loops[0]["founders"]) for _ in rounds]
    cpu = spread(loop["cpu"] for loop in loops).median
    return {
        "people": people,
        "months": months,
        "whole wall s": spread(whole.wall for whole in wholes).median,
        "whole CPU s": spread(whole.cpu for whole in wholes).median,
        "whole peak MB": spread(whole.peak_mb for whole in wholes).median,
        "set-up s": spread(loop["set_up"] for loop in loops).median,
        "loop wall s": spread(loop["wall"] for loop in loops).median,
        "loop CPU s": cpu,
        "loop ns a person-month": 1e9 * cpu / (people * months),
    }


def whole_run(ask: Ask, people: int, months: int, founders: int) -> Cost:
    """``downline run`` with a results folder that is thrown away."""
    command = ["run", ask.scenario, "--engine", ask.engine, "--people", people, "--months", months]
    command += ["--set", f"founders.count={founders}"]
    with tempfile.TemporaryDirectory() as folder:
        out = ["--out", f"{folder}/results", "--quiet"]
        return whole_process([sys.executable, "-m", "sim.cli", *map(str, command), *out])


def grows(rows: Sequence[dict[str, Any]], size: str, cost: str) -> str:
    """The exponent of a column in another, with its standard error; a dash where it has none."""
    if len({r[size] for r in rows}) < 2:
        return "-"
    slope, error = exponent([r[size] for r in rows], [r[cost] for r in rows])
    return f"{slope:.3f}, standard error {shown(error)}"
