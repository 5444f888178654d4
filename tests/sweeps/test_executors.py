"""The same study through serial, processes and Ray: equal bytes, whatever fails or dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from toy_market import FAILS, KILLS, SLOW, TOY, write_study

from sim.sweeps import run_study
from sim.sweeps.executors import ONE_THREAD, Executor, open_executor
from sim.sweeps.runs import Batch, Crash, Report

HERE = Path(__file__).resolve().parent
SCRIPT = """
import json, sys
from pathlib import Path
from sim.sweeps import run_study
from toy_market import TOY
study, out, executor = sys.argv[1:]
done = run_study(study, out=Path(out), executor=executor, workers=2, recipe=TOY)
print(json.dumps(done))
"""


def in_a_process(study: Path, out: Path, executor: str) -> subprocess.Popen[str]:
    """The sweep in a driver process of its own."""
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(study), str(out), executor],
        env={**os.environ, "PYTHONPATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def forty(text: str) -> str:
    return text.replace("[0.1, 0.2]", f"[0.1, 0.2, 0.3, {FAILS}]").replace(
        "replicates: 3", "replicates: 5"
    )


@pytest.mark.usefixtures("ray_up")
def test_forty_runs_through_serial_processes_and_ray_are_byte_equal(tmp_path: Path) -> None:
    path = write_study(tmp_path, forty)
    tables = {}
    for executor in ("serial", "processes", "ray"):
        out = tmp_path / executor
        done = run_study(
            path, out=out, executor=executor, workers=None if executor == "serial" else 2,
            note=lambda _: None, recipe=TOY,
        )  # fmt: skip
        assert done["counts"] == {"ok": 30, "failed": 10, "crashed": 0, "missing": 0}
        tables[executor] = (out / "runs.parquet").read_bytes()
    assert tables["processes"] == tables["serial"]
    assert tables["ray"] == tables["serial"]


def threads_of_worker(_: Batch) -> Report:
    assert all(os.environ[name] == "1" for name in ONE_THREAD)
    return Report((float(os.getpid()),))


def boom(_: Batch) -> Report:
    raise OSError(28, "No space left on device")


def outcomes(executor: Executor, work: object, count: int) -> list[Report | Crash]:
    batches: list[Batch | None] = [Batch(None, (), {}) for _ in range(count)]  # type: ignore[arg-type]
    take = iter([*batches, None, None, None, None, None]).__next__
    return [outcome for _, outcome in executor.run(work, take)]  # type: ignore[arg-type]


@pytest.mark.usefixtures("ray_up")
@pytest.mark.parametrize("name", ["processes", "ray"])
def test_workers_are_other_processes_on_one_thread(name: str) -> None:
    before = dict(os.environ)
    executor = open_executor(name, 2, None)
    try:
        found = outcomes(executor, threads_of_worker, 6)
    finally:
        executor.close()
    assert len(found) == 6
    assert all(isinstance(report, Report) for report in found)
    assert float(os.getpid()) not in {report.seconds[0] for report in found}  # type: ignore[union-attr]
    assert dict(os.environ) == before


@pytest.mark.usefixtures("ray_up")
@pytest.mark.parametrize("name", ["serial", "processes", "ray"])
def test_what_is_no_fault_of_a_run_ends_the_sweep(name: str) -> None:
    executor = open_executor(name, None if name == "serial" else 2, None)
    try:
        with pytest.raises(OSError, match="No space left"):
            outcomes(executor, boom, 3)
    finally:
        executor.close()


def deadly(text: str) -> str:
    return text.replace("[0.1, 0.2]", f"[0.1, {KILLS}]").replace("replicates: 3", "replicates: 2")


def test_runs_that_kill_their_worker_are_rows_and_take_nobody_along(tmp_path: Path) -> None:
    path = write_study(tmp_path, deadly)
    tables = {}
    for executor in ("processes", "ray"):
        process = in_a_process(path, tmp_path / executor, executor)
        answer, notes = process.communicate(timeout=300)
        assert process.returncode == 0, notes
        assert json.loads(answer)["counts"] == {"ok": 4, "failed": 0, "crashed": 4, "missing": 0}
        assert notes.count("failed in worker") == 4
        tables[executor] = (tmp_path / executor / "runs.parquet").read_bytes()
    assert tables["processes"] == tables["ray"]
    rows = pq.read_table(tmp_path / "ray" / "runs.parquet").to_pylist()
    crashed = {(r["staying.leave"], r["origin"]) for r in rows if r["status"] == "crashed"}
    assert crashed == {(KILLS, "worker")}
    assert all("worker process died" in r["error"] for r in rows if r["status"] == "crashed")


def children_of(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_a_killed_driver_takes_its_workers_along_and_the_sweep_goes_on(tmp_path: Path) -> None:
    path = write_study(tmp_path, lambda text: text.replace("[0.1, 0.2]", f"[0.1, {SLOW}]"))
    out = tmp_path / "out"
    driver = in_a_process(path, out, "processes")
    wait_for(lambda: len(list(out.glob("shards/*.parquet"))) >= 3)
    workers = children_of(driver.pid)
    driver.send_signal(signal.SIGKILL)
    driver.communicate()
    assert len(workers) >= 2
    wait_for(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in workers))
    notes: list[str] = []
    done = run_study(path, out=out, executor="serial", note=notes.append, recipe=TOY)
    assert 0 < done["added"] < 12
    assert done["counts"] == {"ok": 12, "failed": 0, "crashed": 0, "missing": 0}
    assert sum(pq.read_metadata(s).num_rows for s in out.glob("shards/*.parquet")) == 12
    run_study(path, out=tmp_path / "fresh", recipe=TOY)
    assert (out / "runs.parquet").read_bytes() == (tmp_path / "fresh/runs.parquet").read_bytes()


def test_fail_fast_stops_a_pool(tmp_path: Path) -> None:
    path = write_study(tmp_path, lambda t: forty(t).replace("[0.1, 0.2", f"[{FAILS}, 0.2"))
    path.write_text(path.read_text().replace(f", {FAILS}]", "]"))
    done = run_study(
        path, out=tmp_path / "out", executor="processes", workers=2, fail_fast=True,
        note=lambda _: None, recipe=TOY,
    )  # fmt: skip
    assert done["counts"]["failed"] >= 1
    assert done["counts"]["missing"] >= 10
