"""The diffusion model three times in one run: plain Mesa, numpy, and our scenario."""

from __future__ import annotations

from typing import Any

from benchmarks.diffusion import Facts
from benchmarks.measuring import alternating, fresh, spread, times_faster
from benchmarks.results import Ask, Result

FULL = {"people": (100_000,), "months": (60,), "repeats": 5}
SHORT = {"people": (2_000,), "months": (60,), "repeats": 2}
NOTES = [
    "month loop alone: people and contacts are drawn, and code is compiled, before the clock "
    "starts",
    "facts are means over the rounds; each contender has luck of its own, so that they agree to "
    "sampling noise",
    "ours does more on the same model: traits, beliefs and morale of a person, a day for every "
    "order, exact money with rounding and breakage, a double entry and a proof of the books each "
    "month, yearly and lifetime tables, and their fingerprint; the other two count",
]


def measure(ask: Ask) -> Result:
    """All contenders in turn, each time in a fresh process with a seed of its own round."""
    people, months = ask.people[0], ask.months[0]
    size = ("--people", people, "--months", months)
    seeds: dict[str, int] = {}

    def contend(name: str) -> dict[str, Any]:
        seeds[name] = seeds.get(name, 0) + 1
        return fresh("benchmarks.diffusion.contender", name, *size, "--seed", seeds[name])

    found = alternating(["mesa_plain", "numpy", ask.engine], ask.repeats, contend)
    rows = [row(name, runs, people * months) for name, runs in found.items()]
    ours = found[ask.engine]
    figures = {
        f"times as fast as {other} is {ask.engine}, in CPU time": [
            *times_faster(found[other], ours)
        ]
        for other in ("mesa_plain", "numpy")
    }
    return Result(f"The diffusion model: {people:,} people, {months} months", rows, figures, NOTES)


def row(name: str, runs: list[dict[str, Any]], person_months: int) -> dict[str, Any]:
    """One contender's line of the table: speed first, then what came out."""
    cpu = spread(run["cpu"] for run in runs)
    facts = {f: sum(run[f] for run in runs) / len(runs) for f in Facts._fields}
    return {
        "contender": name,
        "CPU s": cpu.median,
        "least": cpu.least,
        "most": cpu.most,
        "wall s": spread(run["wall"] for run in runs).median,
        "million person-months a CPU second": person_months / cpu.median / 1e6,
        "set-up s": spread(run["set_up"] for run in runs).median,
        "peak MB": spread(run["peak_mb"] for run in runs).median,
        "ever joined": facts["ever_joined"],
        "person-months as a member": facts["active"],
        "orders a person": facts["orders"],
        "bonus paid of 25 %": facts["bonus"],
    }
