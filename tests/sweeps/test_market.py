"""The shipped studies, with the real market."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.sweeps import run_study
from sim.sweeps.runs import Recipe
from sim.sweeps.worker import simulate, summarise

FIXED = Recipe(simulate, summarise, code="these tests")
"""The real market under a name of its own: the sources may be edited while the tests run."""


def studies(root: Path) -> list[Path]:
    return sorted((root / "configs" / "studies").glob("*.yaml"))


def test_every_shipped_study_is_sound(root: Path, tmp_path: Path) -> None:
    assert {"quick", "executors"} <= {path.stem for path in studies(root)}
    for path in studies(root):
        told = run_study(
            path, out=tmp_path / path.stem, dry_run=True, recipe=FIXED, note=pytest.fail
        )
        assert told["to_do"] == told["runs"] > 0


def shrunk(root: Path, folder: Path, name: str, people: int, months: int) -> Path:
    """A shipped study with smaller and shorter markets."""
    text = (root / "configs" / "studies" / f"{name}.yaml").read_text()
    text = text.replace("../", f"{root}/configs/")
    lines = [line for line in text.splitlines() if not line.startswith(("people:", "months:"))]
    path = folder / f"{name}.yaml"
    path.write_text("\n".join([*lines, f"people: {people}", f"months: {months}", ""]))
    return path


@pytest.mark.usefixtures("ray_up")
def test_forty_real_runs_through_serial_and_ray_are_byte_equal(root: Path, tmp_path: Path) -> None:
    path = shrunk(root, tmp_path, "executors", 60, 5)
    for executor in ("serial", "ray"):
        done = run_study(path, out=tmp_path / executor, executor=executor, recipe=FIXED)
        assert done["counts"] == {"ok": 40, "failed": 0, "crashed": 0, "missing": 0}
    serial = (tmp_path / "serial" / "runs.parquet").read_bytes()
    assert serial == (tmp_path / "ray" / "runs.parquet").read_bytes()
    hashes = pq.read_table(tmp_path / "serial" / "runs.parquet").column("ledger_sha256")
    assert len(hashes.unique()) > 30  # the runs are not all one market


@pytest.mark.trust
@pytest.mark.usefixtures("ray_up")
def test_the_study_of_the_executors_is_byte_equal_through_all_three(
    root: Path, tmp_path: Path
) -> None:
    path = root / "configs" / "studies" / "executors.yaml"
    tables = set()
    for executor in ("serial", "processes", "ray"):
        done = run_study(path, out=tmp_path / executor, executor=executor, recipe=FIXED)
        assert done["counts"]["ok"] == 40
        tables.add((tmp_path / executor / "runs.parquet").read_bytes())
    assert len(tables) == 1
