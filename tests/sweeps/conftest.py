"""One local Ray cluster for all tests of sweeps that need one: starting it takes seconds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.sweeps.executors import open_executor

HERE = Path(__file__).resolve().parent
WORKER_PATH = os.pathsep.join([str(HERE), str(HERE.parents[1])])
"""Where the processes of Ray find the toy market and the package."""


@pytest.fixture(scope="session")
def ray_up() -> Iterator[None]:
    """A cluster that is up; a sweep that finds it uses it and leaves it up."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = WORKER_PATH
    cluster = open_executor("ray", 2, None)
    yield
    cluster.close()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
