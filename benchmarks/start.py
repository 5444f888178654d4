"""How long a user waits for a small market: whole warm processes."""

from __future__ import annotations

import sys
import tempfile
from typing import Any

from benchmarks.measuring import spread, whole_process
from benchmarks.results import Ask, Result

FULL = {"people": (10_000,), "months": (60,), "repeats": 7}
SHORT = {"people": (500,), "months": (12,), "repeats": 2}
SCENARIO = "configs/baseline.yaml"


def measure(ask: Ask) -> Result:
    """A row a command, after a first call that fills the cache of compiled code."""
    size = ["--people", str(ask.people[0]), "--months", str(ask.months[0])]
    run = ["run", SCENARIO, "--engine", ask.engine, *size]
    rows = [row(command, ask.repeats) for command in (["--help"], run)]
    return Result("Whole commands, warm", rows, notes=[f"medians of {ask.repeats}"])


def row(command: list[str], repeats: int) -> dict[str, Any]:
    """What one command costs."""
    print(f"  downline {' '.join(command)}", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        full = [sys.executable, "-m", "sim.cli", *command]
        if command[0] == "run":
            full += ["--out", f"{folder}/results", "--quiet"]
        costs = [whole_process(full) for _ in range(1 + repeats)][1:]
    wall = spread(cost.wall for cost in costs)
    return {
        "command": f"`downline {' '.join(command)}`",
        "wall s": wall.median,
        "least": wall.least,
        "most": wall.most,
        "CPU s": spread(cost.cpu for cost in costs).median,
        "peak MB": spread(cost.peak_mb for cost in costs).median,
    }
