"""The engine that is asked for against the Mesa engine, on one market, in one run."""

from __future__ import annotations

from typing import Any

from benchmarks.measuring import alternating, fresh, spread, times_faster
from benchmarks.results import Ask, Result

FULL = {"people": (20_000,), "months": (120,), "repeats": 5}
SHORT = {"people": (1_000,), "months": (24,), "repeats": 2}


def measure(ask: Ask) -> Result:
    """Both engines in turn, each time in a fresh process.

    Raises:
        RuntimeError: the engines leave different books.
    """
    people, months = ask.people[0], ask.months[0]
    size = ("--people", people, "--months", months)
    found = alternating(
        list(dict.fromkeys(["mesa", ask.engine])),
        ask.repeats,
        lambda name: fresh("benchmarks.engine", ask.scenario, "--engine", name, *size),
    )
    books = {run["sha256"] for runs in found.values() for run in runs}
    if len(books) > 1:
        raise RuntimeError(f"the books of {', '.join(found)} differ: {sorted(books)}")
    ratio = times_faster(found["mesa"], found[ask.engine])
    return Result(
        f"The engines: {people:,} people, {months} months",
        [row(name, runs, people * months) for name, runs in found.items()],
        {
            f"times as fast as mesa is {ask.engine}, in CPU time": [*ratio],
            "participant-months": found["mesa"][0]["enrolled"],
        },
        [f"month loop of `{ask.scenario}`, without set-up; all runs leave the same books"],
    )


def row(name: str, runs: list[dict[str, Any]], person_months: int) -> dict[str, Any]:
    """One engine's line of the table."""
    cpu = spread(run["cpu"] for run in runs)
    return {
        "engine": name,
        "CPU s": cpu.median,
        "least": cpu.least,
        "most": cpu.most,
        "wall s": spread(run["wall"] for run in runs).median,
        "us a person-month": 1e6 * cpu.median / person_months,
        "million person-months a CPU second": person_months / cpu.median / 1e6,
        "set-up s": spread(run["set_up"] for run in runs).median,
        "peak MB": spread(run["peak_mb"] for run in runs).median,
    }
