"""One batch after the other in this process: quickest for small studies, and to debug in."""

from __future__ import annotations

from collections.abc import Iterator

from sim.sweeps.executors import Take, Work
from sim.sweeps.runs import Batch, Crash, Report


class Serial:
    """Runs batches here. A run that kills the process kills the sweep, which can be resumed."""

    workers = 1

    def run(self, work: Work, take: Take) -> Iterator[tuple[Batch, Report | Crash]]:
        """Work through all batches."""
        while (batch := take()) is not None:
            yield batch, work(batch)

    def close(self) -> None:
        """Nothing is held."""
