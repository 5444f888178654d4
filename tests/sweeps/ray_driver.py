"""A driver in a process of its own that does all that a test wants of Ray with one start of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_market import REAL, TOY

from sim.sweeps import run_study
from sim.sweeps.executors import ONE_THREAD, Executor, open_executor
from sim.sweeps.runs import Batch, Job, Report


def one_thread(_: Batch) -> Report:
    assert all(os.environ[name] == "1" for name in ONE_THREAD)
    return Report((float(os.getpid()),))


def disk_full(_: Batch) -> Report:
    raise OSError(28, "No space left on device")


def take(count: int) -> Iterator[Batch | None]:
    yield from [Batch(Job(TOY, (), Path()), (), {})] * count
    while True:
        yield None


def check(executor: Executor) -> None:
    """What every executor of worker processes has to keep."""
    found = [outcome for _, outcome in executor.run(one_thread, take(6).__next__)]
    assert len(found) == 6
    pids = {outcome.seconds[0] for outcome in found if isinstance(outcome, Report)}
    assert pids
    assert float(os.getpid()) not in pids
    with pytest.raises(OSError, match="No space left"):
        list(executor.run(disk_full, take(3).__next__))


def main(real: str, deadly: str, out: str) -> None:
    """Run both studies on one local cluster; all that standard output gets is what came of them."""
    held = open_executor("ray", 2, None)
    check(held)
    done = {
        "real": run_study(real, out=Path(out, "real"), executor="ray", recipe=REAL),
        "deadly": run_study(deadly, out=Path(out, "deadly"), executor="ray", recipe=TOY),
    }
    held.close()
    print(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
