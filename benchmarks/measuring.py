"""How a benchmark measures: fresh processes, process CPU time beside wall time, medians.

The CPU time of a process is its own; the wall time of a shared machine is its neighbours' too. What
measures imports little, so that a process that only starts another is small.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
MEGABYTES = 1e6 if sys.platform == "darwin" else 1e6 / 1024
"""Divides ``ru_maxrss``, which is in bytes on one system and in kibibytes on the others."""


class Cost(NamedTuple):
    """Seconds of CPU and of wall time, and the most memory held, in MB."""

    cpu: float
    wall: float
    peak_mb: float


class Spread(NamedTuple):
    """A median with its least and most."""

    median: float
    least: float
    most: float


def spread(values: Iterable[float]) -> Spread:
    """The median, the least and the most of some values."""
    known = sorted(values)
    return Spread(statistics.median(known), known[0], known[-1])


def timed(work: Callable[[], object]) -> Cost:
    """What a piece of work costs in this process; the peak is that of the process so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(cpu, wall, peak_mb())


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTES


def whole_process(command: Sequence[str]) -> Cost:
    """What a command costs from its start to its end, run by a small process of its own.

    Raises:
        RuntimeError: the command failed; its errors are in the message.
    """
    return Cost(**fresh("benchmarks.measuring", *command))


def fresh(module: str, *arguments: object) -> dict[str, Any]:
    """What ``python -m module arguments``, run in a process of its own, prints as JSON.

    Raises:
        RuntimeError: the process failed; its errors are in the message.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def alternating(
    contenders: Sequence[str], repeats: int, measure: Callable[[str], dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Every contender once a round, so that a slow minute of the machine hits all alike."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for round_ in range(repeats):
        for name in contenders:
            print(f"  {name}, {round_ + 1} of {repeats}", file=sys.stderr, flush=True)
            found[name].append(measure(name))
    return found


def times_faster(slow: Sequence[dict[str, Any]], fast: Sequence[dict[str, Any]]) -> Spread:
    """By how much ``fast`` needs less CPU time than ``slow``, round by round."""
    return spread(s["cpu"] / f["cpu"] for s, f in zip(slow, fast, strict=True))


class Exponent(NamedTuple):
    """The slope of log cost on log size, with its standard error (nan from two sizes)."""

    slope: float
    error: float


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> Exponent:
    """The exponent with which cost grows, by least squares.

    ``sizes`` and ``costs`` are positive, at least two different sizes.
    """
    import math

    x, y = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    slope, intercept = statistics.linear_regression(x, y)
    rest = sum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    mean = statistics.fmean(x)
    spread_x = sum((a - mean) ** 2 for a in x)
    if len(x) < 3:
        return Exponent(slope, math.nan)
    return Exponent(slope, math.sqrt(rest / (len(x) - 2) / spread_x))


def _environment() -> dict[str, str]:
    return os.environ | ONE_THREAD


def main() -> None:
    """Run the command line's words as a command and print what it cost as JSON.

    The system counts the peak of a process from that of the one that started it, so the starter
    must be small. Ends with the command's status.
    """
    began = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / MEGABYTES)
    print(json.dumps(cost._asdict()))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
