"""A pool of worker processes on this machine.

When a worker dies the standard pool breaks as a whole and does not tell which batch did it. So all
batches in flight are then done again, one at a time in a fresh pool: the one that kills its worker
once more is the crash.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing import connection, get_context, parent_process

from sim.sweeps.executors import Take, Work, one_thread
from sim.sweeps.runs import Batch, Crash, Report


class Processes:
    """Spawned worker processes, each on one thread; at most two batches a worker are in flight."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._held = ExitStack()
        self._held.enter_context(one_thread())
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, get_context("spawn"), initializer=_start_worker)

    def run(self, work: Work, take: Take) -> Iterator[tuple[Batch, Report | Crash]]:
        """Work through all batches; see the module's docstring for those that kill their worker."""
        pending: dict[Future[Report], Batch] = {}
        while True:
            broken = self._fill(work, take, pending)
            if not pending and broken is None:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            suspects = deque([broken] if broken else [])
            for future in done:
                batch = pending.pop(future)
                try:
                    yield batch, future.result()
                except BrokenProcessPool:
                    suspects.append(batch)
            if suspects:
                suspects.extend(pending.values())
                pending.clear()
                yield from self._one_by_one(work, suspects)

    def _fill(self, work: Work, take: Take, pending: dict[Future[Report], Batch]) -> Batch | None:
        """Submit up to the bound; a batch that meets a broken pool is given back."""
        while len(pending) < 2 * self.workers and (batch := take()) is not None:
            try:
                pending[self._pool.submit(work, batch)] = batch
            except BrokenProcessPool:
                return batch
        return None

    def _one_by_one(
        self, work: Work, suspects: deque[Batch]
    ) -> Iterator[tuple[Batch, Report | Crash]]:
        self._renew()
        while suspects:
            batch = suspects.popleft()
            try:
                yield batch, self._pool.submit(work, batch).result()
            except BrokenProcessPool:
                self._renew()
                yield batch, Crash()

    def _renew(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._fresh()

    def close(self) -> None:
        """Wait for the batches that are being worked on, drop the others, end the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._held.close()


def _start_worker() -> None:
    """Let Ctrl-C end a worker at once without a traceback, and a killed driver take it along."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """The pool's own workers would wait for ever for the next batch of a driver that is gone."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
