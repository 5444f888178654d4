"""Parts of a sweep by themselves: batches, outputs, columns, shards, exact texts."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_market import TOY

from sim.sweeps.batching import Queue
from sim.sweeps.design import exact
from sim.sweeps.identity import column
from sim.sweeps.outputs import extract, has, leaves
from sim.sweeps.runs import Batch, Job, Report, Run, Status
from sim.sweeps.shards import read_shard, replace_file, write_shard
from sim.sweeps.store import run_table, standings

JOB = Job(TOY, ("a",), Path())


def queue_of(count: int, workers: int) -> Queue:
    runs = [Run(f"{i:016x}", 0, i, i) for i in range(count)]
    return Queue(JOB, {0: None}, runs, workers)  # type: ignore[dict-item]


@given(st.integers(0, 200), st.integers(1, 8), st.floats(1e-4, 10), st.data())
def test_batches_hold_every_run_once_whatever_crashes(
    count: int, workers: int, seconds: float, data: Any
) -> None:
    queue = queue_of(count, workers)
    seen: list[str] = []
    crashed = False
    while (batch := queue.take()) is not None:
        assert 1 <= len(batch.runs) <= max(1, math.ceil(count / (8 * workers)))
        if not crashed and len(batch.runs) > 1 and data.draw(st.booleans()):
            crashed = True
            queue.split(batch)
            continue
        seen += [run.run_id for run in batch.runs]
        queue.learn(Report((seconds,) * len(batch.runs)))
    assert sorted(seen) == [f"{i:016x}" for i in range(count)]


@pytest.mark.parametrize(("seconds", "size"), [(0.001, 63), (0.1, 10), (0.4, 2), (0.6, 1), (9, 1)])
def test_a_batch_takes_about_a_second_and_leaves_eight_a_worker(seconds: float, size: int) -> None:
    queue = queue_of(1000, 2)
    assert queue.size() == 1
    queue.learn(Report((seconds,) * 3))
    assert queue.size() == size


SUMMARY = {
    "people": 5, "flag": True, "none": None, "nan": math.nan, "name": "text", "ledger_sha256": "ab",
    "quantiles": {"0.5": 2.5}, "list": [1], "seconds": {"loop": 1.0}, "peak_memory_mb": 3,
}  # fmt: skip


def test_leaves_are_the_numbers_and_known_texts() -> None:
    assert set(leaves(SUMMARY)) == {
        "people", "flag", "none", "nan", "ledger_sha256", "quantiles.0.5"
    }  # fmt: skip


def test_extraction_gives_numbers_texts_and_nulls() -> None:
    paths = ["people", "flag", "none", "none.deeper", "nan", "quantiles.0.5", "ledger_sha256"]
    assert list(extract(SUMMARY, paths).values()) == [5.0, 1.0, None, None, None, 2.5, "ab"]


@pytest.mark.parametrize("path", ["absent", "list", "name", "quantiles", "seconds.loop", "nones"])
def test_what_is_no_output_is_refused(path: str) -> None:
    assert not has(leaves(SUMMARY), path)
    with pytest.raises(KeyError, match=path):
        extract(SUMMARY, ["people", path])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], pa.int64()), ([1, Decimal("2.5")], pa.float64()), ([True, False], pa.bool_()),
        (["a", 1], pa.string()), ([2**63, 1], pa.float64()), ([None, 3], pa.int64()),
        ([{"kind": "ring"}, "x"], pa.string()), ([True, 1], pa.string()),
    ],
)  # fmt: skip
def test_a_varied_field_gets_the_plainest_column(values: list[Any], kind: pa.DataType) -> None:
    assert column(values).type == kind
    assert len(column(values)) == len(values)


def test_exact_texts() -> None:
    assert exact(Decimal("12.50")) == exact(Decimal("12.5")) == "12.5"
    assert exact(Decimal("1E+3")) == "1000"
    assert exact(Fraction(1, 3)) == "1/3"
    with pytest.raises(TypeError):
        exact(object())


def row(run: str, status: Status, attempt: int, a: float | None) -> dict[str, Any]:
    return {
        "run_id": run, "point": 0, "replicate": 0, "seed": 1, "status": status,
        "attempt": attempt, "seconds": 0.5, "outputs": {"a": a},
    }  # fmt: skip


def test_the_last_attempt_counts_and_then_the_success(
    tmp_path: Path,
) -> None:
    rows = [
        row("y", Status.FAILED, 1, None), row("y", Status.OK, 2, 2.0),
        row("x", Status.OK, 1, 1.0), row("x", Status.CRASHED, 1, None),
        row("z", Status.OK, 1, 3.0), row("z", Status.FAILED, 2, None),
        row("alien", Status.OK, 1, 9),
    ]  # fmt: skip
    table = read_shard(write_shard(tmp_path, "s", rows, ["a"]), ["a"])
    found = {name: (s.status, s.attempt) for name, s in standings(table).items() if name != "alien"}
    assert found == {"x": (Status.OK, 1), "y": (Status.OK, 2), "z": (Status.FAILED, 2)}
    runs = [Run(name, 0, 0, 1) for name in "zyx"]
    merged = run_table(table, runs, {"field": column([7])})
    assert merged.column("run_id").to_pylist() == ["x", "y", "z"]
    assert merged.column("a").to_pylist() == [1.0, 2.0, None]
    assert merged.column("field").to_pylist() == [7, 7, 7]
    assert not {"attempt", "seconds"} & set(merged.column_names)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    replace_file(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_batch_that_is_done_again_has_the_same_shard_and_a_retry_another() -> None:
    runs = (Run("a" * 16, 0, 0, 1), Run("b" * 16, 0, 1, 2))
    again = (Run("a" * 16, 0, 0, 1, attempt=2), runs[1])
    assert Batch(JOB, runs, {}).name == Batch(JOB, runs, {}).name
    assert Batch(JOB, runs, {}).name != Batch(JOB, again, {}).name
