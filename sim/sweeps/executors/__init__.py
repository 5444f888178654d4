"""Who runs the batches: this process, a pool of processes, or Ray, behind one protocol."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from sim.sweeps.runs import Batch, Crash, Report

LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES}
"""What a worker process finds in its environment, so that workers do not fight over cores."""

Work = Callable[[Batch], Report]
"""Does a batch where it is put; a module-level function, because workers find it by name."""

Take = Callable[[], Batch | None]
"""The next batch, or None if there is none now; asked again after every outcome."""


class Executor(Protocol):
    """Runs batches somewhere and tells how each ended, in whatever order.

    An error that ``work`` raises is raised by ``run``: a run that fails is no error but a row
    (worker.py).
    """

    @property
    def workers(self) -> int:
        """How many batches are worked on at the same time."""

    def run(self, work: Work, take: Take) -> Iterator[tuple[Batch, Report | Crash]]:
        """Work through all batches that ``take`` gives, a bounded number of them in flight."""

    def close(self) -> None:
        """Give back what is held. Batches in flight may be dropped; finished ones stay on disk."""


def open_executor(name: str, workers: int | None, address: str | None) -> Executor:
    """The executor of that name, ready to run: ``serial``, ``processes`` or ``ray``.

    ``workers`` defaults to one for each core (``serial`` has one always); ``address`` is that of a
    Ray cluster.
    """
    if name == "serial":
        from sim.sweeps.executors.serial import Serial

        return Serial()
    if name == "processes":
        from sim.sweeps.executors.processes import Processes

        return Processes(workers or cores())
    from sim.sweeps.executors.ray import Ray

    return Ray(workers, address)


@contextmanager
def one_thread() -> Iterator[None]:
    """An environment that child processes read before their first import: one thread each."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
