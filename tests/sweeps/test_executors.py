"""The same study through serial, processes and Ray: equal bytes, whatever fails or dies."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from ray_driver import check
from toy_market import FAILS, KILLS, REAL, SLOW, TOY, deadly, driver, write_study

from sim.sweeps import run_study
from sim.sweeps.executors import open_executor

HERE = Path(__file__).resolve().parent


ALL_OK = {"ok": 0, "failed": 0, "crashed": 0, "missing": 0}


def table_of(out: Path) -> bytes:
    return (out / "runs.parquet").read_bytes()


def forty(text: str) -> str:
    return text.replace("[0.1, 0.2]", f"[0.1, 0.2, 0.3, {FAILS}]").replace(
        "replicates: 3", "replicates: 5"
    )


def test_forty_runs_through_serial_and_processes_are_byte_equal(tmp_path: Path) -> None:
    path = write_study(tmp_path, forty)
    tables = set()
    for executor, workers in (("serial", None), ("processes", 2)):
        done = run_study(
            path, out=tmp_path / executor, executor=executor, workers=workers,
            note=lambda _: None, recipe=TOY,
        )  # fmt: skip
        assert done["counts"] == {"ok": 30, "failed": 10, "crashed": 0, "missing": 0}
        tables.add((tmp_path / executor / "runs.parquet").read_bytes())
    assert len(tables) == 1


def test_processes_run_elsewhere_on_one_thread_and_raise_what_is_no_runs_fault() -> None:
    before = dict(os.environ)
    executor = open_executor("processes", 2, None)
    try:
        check(executor)
    finally:
        executor.close()
    assert dict(os.environ) == before


def shrunk(root: Path, folder: Path, people: int, months: int) -> Path:
    """The shipped study of 40 runs with smaller and shorter markets."""
    text = (root / "configs" / "studies" / "executors.yaml").read_text()
    lines = text.replace("../", f"{root}/configs/").splitlines()
    kept = [line for line in lines if not line.startswith(("people:", "months:"))]
    path = folder / "executors.yaml"
    path.write_text("\n".join([*kept, f"people: {people}", f"months: {months}", ""]))
    return path


def test_ray_gives_the_bytes_of_serial_and_of_processes(root: Path, tmp_path: Path) -> None:
    real = shrunk(root, tmp_path, 60, 5)
    lethal = write_study(tmp_path / "lethal", deadly)
    process = driver(HERE / "ray_driver.py", real, lethal, tmp_path / "ray")
    serial = run_study(real, out=tmp_path / "serial", executor="serial", recipe=REAL)
    pool = run_study(
        lethal, out=tmp_path / "pool", executor="processes", workers=2, recipe=TOY,
        note=lambda _: None,
    )  # fmt: skip
    answer, notes = process.communicate(timeout=500)
    assert process.returncode == 0, notes
    done = json.loads(answer)  # and nothing else on standard output, though workers died
    assert done["real"]["counts"] == serial["counts"] == dict(ALL_OK, ok=40)
    assert done["deadly"]["counts"] == pool["counts"] == dict(ALL_OK, ok=2, crashed=2)
    assert notes.count("failed in worker") == 2
    assert table_of(tmp_path / "ray" / "real") == table_of(tmp_path / "serial")
    assert table_of(tmp_path / "ray" / "deadly") == table_of(tmp_path / "pool")
    hashes = pq.read_table(tmp_path / "serial" / "runs.parquet").column("ledger_sha256")
    assert len(hashes.unique()) > 30  # not all the same market
    rows = pq.read_table(tmp_path / "pool" / "runs.parquet").to_pylist()
    crashed = [row for row in rows if row["status"] == "crashed"]
    assert {(row["staying.leave"], row["origin"]) for row in crashed} == {(KILLS, "worker")}
    assert all("worker process died" in row["error"] for row in crashed)


@pytest.mark.trust
def test_the_shipped_study_is_byte_equal_through_all_three(root: Path, tmp_path: Path) -> None:
    path = root / "configs" / "studies" / "executors.yaml"
    tables = set()
    for executor in ("serial", "processes", "ray"):
        done = run_study(path, out=tmp_path / executor, executor=executor, recipe=REAL)
        assert done["counts"] == dict(ALL_OK, ok=40)
        tables.add(table_of(tmp_path / executor))
    assert len(tables) == 1


def test_every_shipped_study_is_sound(root: Path, tmp_path: Path) -> None:
    studies = sorted((root / "configs" / "studies").glob("*.yaml"))
    assert {"quick", "executors"} <= {path.stem for path in studies}
    for path in studies:
        out = tmp_path / path.stem
        told = run_study(path, out=out, dry_run=True, recipe=REAL, note=pytest.fail)
        assert told["to_do"] == told["runs"] > 0


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
    killed = driver(HERE / "pool_driver.py", path, out)
    wait_for(lambda: len(list(out.glob("shards/*.parquet"))) >= 3)
    workers = children_of(killed.pid)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
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
