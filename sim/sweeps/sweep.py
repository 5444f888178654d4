"""Runs a study: check everything, find what is left to do, do it, and make the one table."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.scenario.errors import COMMAND_LINE, InputError, Place, Problem
from sim.sweeps.batching import Queue
from sim.sweeps.design import design_points, runs_of
from sim.sweeps.executors import Executor, open_executor
from sim.sweeps.identity import Identity
from sim.sweeps.probe import check_outputs
from sim.sweeps.runs import Batch, Crash, Failure, Job, Origin, Recipe, Report, Run, Status
from sim.sweeps.shards import CorruptShard, read_shard, write_shard, write_table
from sim.sweeps.store import Standing, Store, check_folder, opened, run_table, standings
from sim.sweeps.study import StudyFile, load_study
from sim.sweeps.worker import MARKET, run_batch

Progress = Callable[[int, int], None]
"""Called with the number of runs done in this call and of all that it has to do."""

DIED = "the worker process died in this run, and again when the run was alone"


@dataclass(frozen=True)
class Ways:
    """How the caller wants a study to be run."""

    executor: str
    workers: int | None
    address: str | None
    fail_fast: bool
    retry_failed: bool
    progress: Progress | None
    note: Callable[[str], None]


def tell(text: str) -> None:
    """Say something on standard error."""
    print(text, file=sys.stderr)


def run_study(  # noqa: PLR0913  the options of `downline sweep`, one by one
    study: str | Path,
    *,
    executor: str | None = None,
    workers: int | None = None,
    address: str | None = None,
    out: Path | None = None,
    dry_run: bool = False,
    fail_fast: bool = False,
    retry_failed: bool = False,
    allow_code: bool = False,
    progress: Progress | None = None,
    note: Callable[[str], None] = tell,
    recipe: Recipe = MARKET,
    seed: int | None = None,
) -> dict[str, Any]:
    """Run a study file into the folder ``out`` (results/NAME if absent), or go on with it.

    The study says what the call leaves open: executor, workers, seed. ``note`` is told of failed
    runs as they come. ``allow_code`` lets the scenario name a file of rules. Returns what was done,
    ``counts`` by status last. The runs that are done already are not done again; the failed ones
    are with ``retry_failed``. ``dry_run`` checks everything and writes nothing.

    Raises:
        InputError: study, scenario, plan, options or folder are at fault. Nothing was run then.
    """
    file = load_study(study, allow_code=allow_code)
    if seed is not None:
        file = replace(file, study=file.study.model_copy(update={"seed": seed}))
    ways = Ways(executor or file.study.executor, workers or file.study.workers, address,
                fail_fast, retry_failed, progress, note)  # fmt: skip
    _check_ways(ways, workers)
    points = design_points(file)
    identity = Identity(file.study, points, recipe.version())
    runs = runs_of(file.study, points, identity.code)
    folder = (out or Path("results") / file.path.stem).absolute()
    if not check_folder(folder, identity):
        check_outputs(file, points, recipe, note)
    if dry_run:
        return _forecast(file, Store(folder, identity), runs, ways)
    with opened(folder, identity) as store:
        return _sweep(file, store, runs, ways, recipe)


def _check_ways(ways: Ways, workers: int | None) -> None:
    """Refuse options that would be without effect."""
    place = Place(COMMAND_LINE)
    if ways.address is not None and ways.executor != "ray":
        raise InputError(Problem(place, "--address", f"the executor is {ways.executor}",
                                 hint="only --executor ray has an address"))  # fmt: skip
    if ways.executor == "serial" and (workers or 1) > 1:
        raise InputError(Problem(place, "--workers", f"serial has one worker, not {workers}",
                                 hint="take --executor processes or ray"))  # fmt: skip


def _forecast(file: StudyFile, store: Store, runs: list[Run], ways: Ways) -> dict[str, Any]:
    """What a sweep would do, and how long it would take if earlier runs are there to tell."""
    known = standings(store.rows(ways.note, repair=False)) if store.shards.is_dir() else {}
    todo = _todo(runs, known, ways.retry_failed)
    seconds = [standing.seconds for standing in known.values()]
    return {
        "study": str(file.path),
        "out": str(store.folder),
        "dry_run": True,
        "points": len(store.identity.points),
        "replicates": file.study.replicates,
        "runs": len(runs),
        "to_do": len(todo),
        "estimated_run_seconds": len(todo) * sum(seconds) / len(seconds) if seconds else None,
        "counts": _counts(runs, known),
    }


def _todo(runs: list[Run], known: Mapping[str, Standing], retry_failed: bool) -> list[Run]:
    """The runs without a row, and with ``retry_failed`` the failed ones once more."""
    todo = []
    for run in runs:
        standing = known.get(run.run_id)
        if standing is None:
            todo.append(run)
        elif retry_failed and standing.status is not Status.OK:
            todo.append(replace(run, attempt=standing.attempt + 1))
    return todo


def _counts(runs: list[Run], known: Mapping[str, Standing]) -> dict[str, int]:
    """How many runs stand how, every status named."""
    found = Counter(known[r.run_id].status if r.run_id in known else Status.MISSING for r in runs)
    return {status.value: found[status] for status in Status}


def _sweep(
    file: StudyFile, store: Store, runs: list[Run], ways: Ways, recipe: Recipe
) -> dict[str, Any]:
    began = time.perf_counter()
    store.begin()
    known = standings(store.rows(ways.note))
    todo = _todo(runs, known, ways.retry_failed)
    if todo:
        store.table.unlink(missing_ok=True)
        job = Job(recipe, store.identity.outputs, store.shards, ways.fail_fast)
        if len(todo) < len(runs):
            ways.note(f"{len(runs) - len(todo)} of {len(runs)} runs are done already")
        _Work(store, job, todo, ways).do()
    rows = store.rows(ways.note)
    now = standings(rows)
    counts = _counts(runs, now)
    if not counts[Status.MISSING]:
        write_table(run_table(rows, runs, store.identity.varied()), store.table)
    done = {
        "executor": ways.executor,
        "points": len(store.identity.points),
        "replicates": file.study.replicates,
        "added": sum(run.run_id in now for run in todo),
        "seconds": round(time.perf_counter() - began, 3),
        "run_seconds": round(sum(now[r.run_id].seconds for r in runs if r.run_id in now), 3),
    }
    store.write_manifest(state=_state(counts), **done, counts=counts)
    table = str(store.table) if store.table.exists() else None
    named = {"study": str(file.path), "out": str(store.folder), "table": table}
    return {**named, **done, "counts": counts}


def _state(counts: Mapping[str, int]) -> str:
    return "stopped" if counts[Status.MISSING] else "complete"


class _Work:
    """The loop of the driver: batches go out, reports come in."""

    def __init__(self, store: Store, job: Job, todo: list[Run], ways: Ways) -> None:
        self.store, self.job, self.todo, self.ways = store, job, todo, ways
        self.done = 0

    def do(self) -> None:
        """Do all runs, or stop at the first failure if so asked."""
        executor = open_executor(self.ways.executor, self.ways.workers, self.ways.address)
        with closing(executor):
            self._loop(executor)

    def _loop(self, executor: Executor) -> None:
        points = {point.number: point for point in self.store.identity.points}
        queue = Queue(self.job, points, self.todo, executor.workers)
        for batch, outcome in executor.run(run_batch, queue.take):
            report = self._report(batch, outcome)
            if report is None:
                queue.split(batch)
                continue
            queue.learn(report)
            self._show(report)
            if report.failures and self.ways.fail_fast:
                return

    def _report(self, batch: Batch, outcome: Report | Crash) -> Report | None:
        """What came of a batch; None if it crashed and holds several runs, one of which did it."""
        if isinstance(outcome, Report):
            return outcome
        if len(batch.runs) > 1:
            return None
        return self._crashed(batch)

    def _crashed(self, batch: Batch) -> Report:
        """A row for the run that kills its worker, unless the worker died after writing its row."""
        (run,) = batch.runs
        try:
            read_shard(self.job.shards / f"{batch.name}.parquet", self.job.outputs)
        except CorruptShard:
            row = {
                "run_id": run.run_id, "point": run.point, "replicate": run.replicate,
                "seed": run.seed, "status": Status.CRASHED, "origin": Origin.WORKER,
                "error": DIED, "attempt": run.attempt, "seconds": 0.0,
            }  # fmt: skip
            write_shard(self.job.shards, batch.name, [row], self.job.outputs)
            return Report((), (Failure(run, Origin.WORKER, DIED),))
        return Report((0.0,))

    def _show(self, report: Report) -> None:
        self.done += max(len(report.seconds), len(report.failures))
        for failure in report.failures:
            run = failure.run
            where = f"run {run.run_id} (point {run.point}, replicate {run.replicate})"
            self.ways.note(f"{where} failed in {failure.origin}: {failure.error}")
        if self.ways.progress is not None:
            self.ways.progress(self.done, len(self.todo))
