"""What a sweep is made of: design points, runs of them, and batches of runs for a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Status(StrEnum):
    """How a run stands: ``failed`` raised, ``crashed`` killed its worker, ``missing`` is open."""

    OK = "ok"
    FAILED = "failed"
    CRASHED = "crashed"
    MISSING = "missing"


class Origin(StrEnum):
    """The stage in which a run failed."""

    SIMULATE = "simulate"
    SUMMARISE = "summarise"
    EXTRACT = "extract"
    WORKER = "worker"


@dataclass(frozen=True)
class Point:
    """One design point: its number from 0, the varied values by field, and its whole scenario."""

    number: int
    varied: Mapping[str, Any]
    scenario: Scenario


@dataclass(frozen=True)
class Run:
    """One simulation: a point under the luck of one replicate. ``run_id`` names its content."""

    run_id: str
    point: int
    replicate: int
    seed: int
    attempt: int = 1


@dataclass(frozen=True)
class Recipe:
    """How one run is made: a scenario becomes tables, tables become the nested summary.

    Both are module-level functions, because workers find them by name. ``code`` names their
    version; without one it is the hash of all our sources.
    """

    simulate: Callable[[Scenario], Any]
    summarise: Callable[[Scenario, Any], Mapping[str, Any]]
    code: str | None = None

    def version(self) -> str:
        """What a run id holds of the code."""
        if self.code is not None:
            return self.code
        from sim.jit import source_hash

        return source_hash()


@dataclass(frozen=True)
class Job:
    """What all batches of a sweep share: recipe, outputs to keep, and where shards are written."""

    recipe: Recipe
    outputs: tuple[str, ...]
    shards: Path
    fail_fast: bool = False


@dataclass(frozen=True)
class Batch:
    """Runs that one worker does in one go, with the points that they need."""

    job: Job
    runs: tuple[Run, ...]
    points: Mapping[int, Point]

    @property
    def name(self) -> str:
        """The name of its shard. A batch that is done twice writes the same file twice."""
        ids = "".join(f"{run.run_id}/{run.attempt}" for run in self.runs)
        return hashlib.sha256(ids.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Failure:
    """One run that gave no result, in one line."""

    run: Run
    origin: Origin
    error: str


@dataclass(frozen=True)
class Report:
    """What a worker tells of a batch that is on disk: seconds of each run, and the failures."""

    seconds: tuple[float, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Crash:
    """The worker died under the batch, again after another try; nothing is known of its runs."""
