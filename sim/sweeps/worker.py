"""What a worker does with a batch: every run by itself, then one shard, then a short report.

A run that raises is a row with status ``failed``, its origin and traceback; it never ends the
batch.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.sweeps.outputs import extract
from sim.sweeps.runs import Batch, Failure, Job, Origin, Point, Recipe, Report, Run, Status
from sim.sweeps.shards import write_shard

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


def simulate(scenario: Scenario) -> Any:
    """The tables of one market (`sim.engines`)."""
    from sim import engines

    return engines.simulate(scenario)


def summarise(scenario: Scenario, tables: Any) -> Mapping[str, Any]:
    """The summary of one market, as in summary.json (`sim.run`)."""
    from sim import run

    summary: Mapping[str, Any] = run.summarise(scenario, tables)
    return summary


MARKET = Recipe(simulate, summarise)
"""The recipe of every sweep of ours: run the market, take its summary."""


def run_batch(batch: Batch) -> Report:
    """Do the runs of a batch and write its shard. Only a failure to write is raised."""
    rows: list[dict[str, Any]] = []
    for run in batch.runs:
        rows.append(run_one(batch.job, batch.points[run.point], run))
        if batch.job.fail_fast and rows[-1]["status"] != Status.OK:
            break
    write_shard(batch.job.shards, batch.name, rows, batch.job.outputs)
    failures = tuple(
        Failure(run, Origin(row["origin"]), row["error"])
        for run, row in zip(batch.runs, rows, strict=False)
        if row["status"] != Status.OK
    )
    return Report(tuple(row["seconds"] for row in rows), failures)


def run_one(job: Job, point: Point, run: Run) -> dict[str, Any]:
    """The row of one run, be it a result or a failure with its origin."""
    row: dict[str, Any] = {
        "run_id": run.run_id, "point": run.point, "replicate": run.replicate, "seed": run.seed,
        "attempt": run.attempt,
    }  # fmt: skip
    began = time.perf_counter()
    origin = Origin.SIMULATE
    try:
        scenario = point.scenario.model_copy(update={"seed": run.seed})
        tables = job.recipe.simulate(scenario)
        origin = Origin.SUMMARISE
        summary = job.recipe.summarise(scenario, tables)
        origin = Origin.EXTRACT
        row |= {"status": Status.OK, "outputs": extract(summary, job.outputs)}
    except Exception as error:  # whatever a model raises is data about that run
        row |= {"status": Status.FAILED, "origin": origin, "error": told(error)}
        row["traceback"] = "".join(traceback.format_exception(error))
    return row | {"seconds": time.perf_counter() - began}


def told(error: BaseException) -> str:
    """An error in one line: its type and the first line of its message."""
    message = str(error).strip().splitlines()
    return f"{type(error).__name__}: {message[0]}" if message else type(error).__name__
