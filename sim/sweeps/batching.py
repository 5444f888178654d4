"""Cuts the open runs into batches of about a second, so that overhead and tail stay small."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median

from sim.sweeps.runs import Batch, Job, Point, Report, Run

BATCH_SECONDS = 1.0
BATCHES_A_WORKER = 8
RECENT = 50


class Queue:
    """The batches of a sweep: the first hold one run each, whose time sets the size of the next."""

    def __init__(
        self, job: Job, points: Mapping[int, Point], runs: Sequence[Run], workers: int
    ) -> None:
        self._job = job
        self._points = points
        self._runs = deque(runs)
        self._again: deque[Batch] = deque()
        self._most = math.ceil(len(runs) / (BATCHES_A_WORKER * workers))
        self._seconds: deque[float] = deque(maxlen=RECENT)

    def take(self) -> Batch | None:
        """The next batch, or None if there is none now."""
        if self._again:
            return self._again.popleft()
        size = min(self.size(), len(self._runs))
        return self._batch([self._runs.popleft() for _ in range(size)]) if size else None

    def size(self) -> int:
        """Runs that fit into a second, by the recent ones; at most an eighth of a worker's part."""
        if not self._seconds:
            return 1
        fitting = BATCH_SECONDS / max(median(self._seconds), 1e-6)
        return max(1, min(int(fitting), self._most))

    def learn(self, report: Report) -> None:
        """Take note of how long runs took."""
        self._seconds.extend(report.seconds)

    def split(self, batch: Batch) -> None:
        """Put the runs of a crashed batch back, each in a batch of its own, to find the one."""
        self._again.extend(self._batch([run]) for run in batch.runs)

    def _batch(self, runs: Sequence[Run]) -> Batch:
        needed = {run.point: self._points[run.point] for run in runs}
        return Batch(self._job, tuple(runs), needed)
