"""How an experiment runs its study: by the sweep, with the table as rows by design point."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.registry import Job
from sim.measures.intervals import replicate_interval
from sim.sweeps import Recipe, run_study

Rows = list[dict[str, Any]]


class Mean(NamedTuple):
    """A mean over replicates with its 95 % Student interval and its standard error."""

    value: float
    low: float
    high: float
    se: float
    n: int


def run_points(study: Path, recipe: Recipe, job: Job) -> list[Rows]:
    """Run a study on all cores: the rows of each design point in turn, by replicate.

    Raises:
        RuntimeError: runs failed; the message has the first one's error.
    """
    from pyarrow import parquet

    with tempfile.TemporaryDirectory() as folder:
        done = run_study(
            study,
            executor="processes",
            out=Path(folder) / "runs",
            note=job.say,
            recipe=recipe,
            progress=lambda made, total: job.say(f"{study.parent.name}: run {made} of {total}"),
            seed=job.seed,
        )
        rows = parquet.read_table(done["table"]).to_pylist()
    failed = [row for row in rows if row["status"] != "ok"]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(rows)} runs failed: {failed[0]['error']}")
    rows.sort(key=lambda row: (row["point"], row["replicate"]))
    points = sorted({row["point"] for row in rows})
    return [[row for row in rows if row["point"] == point] for point in points]


def mean_of(values: Sequence[float | None]) -> Mean:
    """The mean of the values that there are, with its interval; NaN where there is none."""
    known = [float(v) for v in values if v is not None]
    if not known:
        return Mean(math.nan, math.nan, math.nan, math.nan, 0)
    found = replicate_interval(known)
    n = len(known)
    spread = math.sqrt(sum((v - found.value) ** 2 for v in known) / max(n - 1, 1))
    return Mean(found.value, found.low, found.high, spread / math.sqrt(n), n)


def column(rows: Rows, name: str) -> list[float | None]:
    """One output of all replicates."""
    return [row[name] for row in rows]
