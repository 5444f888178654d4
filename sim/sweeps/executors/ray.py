"""Ray: a cluster of its own on this machine, or one that runs already.

Facts that shape this file (Ray 2.60): `ray.init()` without an address joins whatever cluster runs
on the machine, so the local one is asked for by name. Messages about dead workers go to standard
output whatever the log settings, so standard output is led to standard error as long as Ray is up.
Arrays that pass through Ray are read-only, so batches and reports hold none. A local cluster
inherits the environment of this process; a `runtime_env`, which another's cluster needs, makes it
start its workers a second time. Token authentication, the default for local clusters, stays on: Ray
listens on all interfaces.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.sweeps.executors import ONE_THREAD, Take, Work, cores, one_thread
from sim.sweeps.runs import Batch, Crash, Report

STARTS = 3
"""How often a local cluster is started before giving up."""

RETRIES = 1
"""How often Ray tries a batch again whose worker or node died."""


class Ray:
    """Ray workers, each on one thread; at most two batches a worker are in flight."""

    def __init__(self, workers: int | None, address: str | None) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_task_oom_retries", str(RETRIES))  # Ray would retry without end
        self._held = contextlib.ExitStack()
        with contextlib.ExitStack() as guard:
            guard.callback(self.close)
            self._held.enter_context(contextlib.redirect_stdout(sys.stderr))
            self._ray = _connected(self._held, workers, address)
            self.workers = workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
            guard.pop_all()

    def run(self, work: Work, take: Take) -> Iterator[tuple[Batch, Report | Crash]]:
        """Work through all batches; a batch whose worker died on every try is a crash."""
        ray = self._ray
        remote = ray.remote(num_cpus=1, max_retries=RETRIES)(work)
        pending: dict[Any, Batch] = {}
        while True:
            while len(pending) < 2 * self.workers and (batch := take()) is not None:
                pending[remote.remote(batch)] = batch
            if not pending:
                return
            (done,), _ = ray.wait(list(pending), num_returns=1)
            yield pending.pop(done), self._outcome(done)

    def _outcome(self, done: Any) -> Report | Crash:
        errors = self._ray.exceptions
        try:
            report: Report = self._ray.get(done)
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError,
                errors.LocalRayletDiedError):  # fmt: skip
            return Crash()
        return report

    def close(self) -> None:
        """Leave the cluster; one that was started here ends with all that it is doing."""
        self._held.close()


def _connected(held: contextlib.ExitStack, workers: int | None, address: str | None) -> Any:
    """The ray module, connected; ``held`` undoes what was done for it."""
    import ray

    if ray.is_initialized():  # by a program that uses us: it is theirs, and stays up
        return ray
    if address is None:
        _let_tokens_work()
        held.enter_context(one_thread())
        settings: dict[str, Any] = {"num_cpus": workers or cores()}
    else:
        settings = {"runtime_env": {"env_vars": ONE_THREAD}}
    held.callback(ray.shutdown)
    for left in reversed(range(STARTS)):
        try:
            _start(ray, address, settings)
            break
        except Exception as error:
            # a machine under load: Ray waits half a minute for its own processes, and says so thus
            if "timed out during startup" not in str(error) or not left:
                raise
            ray.shutdown()
    return ray


def _start(ray: Any, address: str | None, settings: dict[str, Any]) -> None:
    ray.init(
        address=address or "local",
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
        **settings,
    )


def _let_tokens_work() -> None:
    """Ray keeps its token in the home folder; where that is read-only, give one for now."""
    if "RAY_AUTH_TOKEN" not in os.environ and not os.access(Path.home(), os.W_OK):
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
        os.environ["RAY_AUTH_MODE"] = "token"
