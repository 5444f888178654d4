"""Sweeps with a toy market: resuming, damage, failures, refusals."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from toy_market import FAILS, HEALS, TOY, simulate, summarise, write_study

from sim.scenario.errors import InputError
from sim.sweeps import Recipe, run_study
from sim.sweeps.design import design_points, runs_of
from sim.sweeps.study import load_study


def sweep(path: Path, out: Path, **options: Any) -> dict[str, Any]:
    return run_study(path, out=out, **{"recipe": TOY, **options})


def shards(out: Path) -> list[Path]:
    return sorted((out / "shards").glob("*.parquet"))


def rows_in(shard: Path) -> int:
    return int(pq.read_metadata(shard).num_rows)


def test_a_grid_with_replicates_gives_one_row_a_run(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    done = sweep(write_study(tmp_path), tmp_path / "out", progress=lambda *t: told.append(t))
    assert done["counts"] == {"ok": 12, "failed": 0, "crashed": 0, "missing": 0}
    assert list(done)[-1] == "counts"
    assert done["added"] == 12
    assert told[-1] == (12, 12)
    table = pq.read_table(tmp_path / "out" / "runs.parquet")
    assert table.num_rows == 12
    ids = table.column("run_id").to_pylist()
    assert ids == sorted(set(ids))
    assert all(len(i) == 16 for i in ids)
    rows = table.to_pylist()
    pairs = {(r["considering.join"], r["staying.leave"], r["replicate"]) for r in rows}
    assert pairs == {(a, b, r) for a in (-4.5, -4.0) for b in (0.1, 0.2) for r in range(3)}
    assert all(
        r["nested.leave"] == r["staying.leave"] and r["luck"] == r["seed"] % 1000 for r in rows
    )
    assert {r["point"]: r["considering.join"] for r in rows} == {0: -4.5, 1: -4.5, 2: -4.0, 3: -4.0}


def test_shards_carry_run_ids_and_no_half_files(tmp_path: Path) -> None:
    sweep(write_study(tmp_path), tmp_path / "out")
    assert sum(pq.read_table(s).num_rows for s in shards(tmp_path / "out")) == 12
    assert all("run_id" in pq.read_schema(s).names for s in shards(tmp_path / "out"))
    assert not list((tmp_path / "out").rglob("*.tmp"))


def test_the_same_command_again_adds_nothing(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    first = sweep(path, out)
    before = {p: p.read_bytes() for p in [*shards(out), out / "runs.parquet"]}
    again = sweep(path, out)
    assert again["added"] == 0
    assert again["counts"] == first["counts"]
    assert {p: p.read_bytes() for p in [*shards(out), out / "runs.parquet"]} == before


def test_the_manifest_tells_the_study_and_true_hashes(tmp_path: Path) -> None:
    sweep(write_study(tmp_path), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["state"] == "complete"
    assert manifest["study"]["vary"] == {
        "considering.join": ["-4.5", "-4"], "staying.leave": ["0.1", "0.2"]
    }  # fmt: skip
    assert set(manifest["files"]) == {"runs.parquet", "design.parquet"}
    for name, digest in manifest["files"].items():
        data = (tmp_path / "out" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest


@pytest.mark.parametrize("lost", [[0], [1, 5], list(range(7)), "all"])
def test_lost_shards_are_done_again_to_the_same_bytes(tmp_path: Path, lost: Any) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    want = (out / "runs.parquet").read_bytes()
    there = shards(out)
    gone = there if lost == "all" else [there[i] for i in lost]
    missing = sum(pq.read_table(s).num_rows for s in gone)
    for shard in gone:
        shard.unlink()
    (out / "runs.parquet").unlink()
    told: list[tuple[int, int]] = []
    done = sweep(path, out, progress=lambda *t: told.append(t))
    assert done["added"] == missing
    assert told[-1] == (missing, missing)
    assert (out / "runs.parquet").read_bytes() == want


def test_every_cut_and_every_changed_byte_of_a_shard_is_found(tmp_path: Path) -> None:
    from sim.sweeps.shards import CorruptShard, read_shard

    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    shard = shards(out)[0]
    outputs = load_study(path).study.outputs
    good, rows = shard.read_bytes(), read_shard(shard, outputs).to_pylist()
    damaged = [good[:n] for n in range(0, len(good), 97)]
    damaged += [good[:n] + bytes([good[n] ^ 0x55]) + good[n + 1 :] for n in range(0, len(good), 13)]
    found = 0
    for data in damaged:
        shard.write_bytes(data)
        try:
            assert read_shard(shard, outputs).to_pylist() == rows  # a byte that carries nothing
        except CorruptShard:
            found += 1
    assert found > 0.5 * len(damaged)


def test_a_damaged_shard_is_told_and_done_again(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    want = (out / "runs.parquet").read_bytes()
    whole, cut = shards(out)[:2]
    lost = rows_in(whole) + rows_in(cut)
    cut.write_bytes(cut.read_bytes()[:-20])
    whole.write_bytes(b"PAR1")
    notes: list[str] = []
    done = sweep(path, out, note=notes.append)
    assert done["added"] == lost
    assert [str(whole), str(cut)] == [note.split(":")[0] for note in notes[:2]]
    assert notes[2:] == [f"{12 - lost} of 12 runs are done already"]
    assert (out / "runs.parquet").read_bytes() == want


def test_a_leftover_of_a_killed_worker_is_cleared(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    (out / "shards" / ".abc.parquet.xyz.tmp").write_bytes(b"half")
    sweep(path, out)
    assert not list(out.rglob("*.tmp"))


def test_a_sweep_killed_at_its_very_start_can_be_started_again(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    out.mkdir()
    (out / ".lock").touch()
    (out / ".manifest.json.abc.tmp").write_text("{")
    assert sweep(path, out)["counts"]["ok"] == 12
    assert not list(out.rglob("*.tmp"))


def with_failures(text: str) -> str:
    return text.replace("[0.1, 0.2]", f"[0.1, {FAILS}]")


def test_a_run_that_raises_is_a_row_with_origin_and_traceback(tmp_path: Path) -> None:
    notes: list[str] = []
    done = sweep(write_study(tmp_path, with_failures), tmp_path / "out", note=notes.append)
    assert done["counts"] == {"ok": 6, "failed": 6, "crashed": 0, "missing": 0}
    rows = pq.read_table(tmp_path / "out" / "runs.parquet").to_pylist()
    failed = [r for r in rows if r["status"] == "failed"]
    assert {r["staying.leave"] for r in failed} == {FAILS}
    assert {(r["origin"], r["error"]) for r in failed} == {("simulate", "ValueError: the market")}
    assert all("in simulate" in r["traceback"] and r["luck"] is None for r in failed)
    assert all(r["origin"] is None and r["traceback"] is None for r in rows if r["status"] == "ok")
    assert sum("failed in simulate: ValueError: the market" in note for note in notes) == 6


def test_failed_runs_count_as_done_until_they_are_to_be_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_HEALED", str(tmp_path / "healed"))
    path = write_study(tmp_path, lambda text: text.replace("[0.1, 0.2]", f"[0.1, {HEALS}]"))
    out = tmp_path / "out"
    assert sweep(path, out)["counts"]["failed"] == 6
    (tmp_path / "healed").touch()
    assert sweep(path, out)["added"] == 0
    retried = sweep(path, out, retry_failed=True)
    assert (retried["added"], retried["counts"]["ok"], retried["counts"]["failed"]) == (6, 12, 0)
    other = sweep(path, tmp_path / "other")
    assert other["counts"]["ok"] == 12
    assert (out / "runs.parquet").read_bytes() == (tmp_path / "other/runs.parquet").read_bytes()


def test_fail_fast_stops_at_the_first_failure_and_can_go_on(tmp_path: Path) -> None:
    path, out = write_study(tmp_path, with_failures), tmp_path / "out"
    done = sweep(path, out, fail_fast=True)
    assert done["counts"]["failed"] == 1
    assert done["counts"]["missing"] > 0
    assert done["table"] is None
    assert not (out / "runs.parquet").exists()
    assert sweep(path, out)["counts"] == {"ok": 6, "failed": 6, "crashed": 0, "missing": 0}


def missing_output(scenario: Any, tables: Any) -> dict[str, Any]:
    summary = dict(summarise(scenario, tables))
    if scenario.population.people == 50 and scenario.months == 20:
        del summary["luck"]
    return summary


def test_an_output_that_a_run_lacks_is_that_runs_failure(tmp_path: Path) -> None:
    path = write_study(tmp_path, lambda t: t.replace("vary:", "months: 20\nvary:"))
    recipe = Recipe(simulate, missing_output, code="x")
    sweep(path, tmp_path / "out", recipe=recipe)
    rows = pq.read_table(tmp_path / "out" / "runs.parquet").to_pylist()
    assert {(r["status"], r["origin"]) for r in rows} == {("failed", "extract")}
    assert "has no luck" in rows[0]["error"]


def test_dry_run_checks_everything_and_writes_nothing(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    told = sweep(path, out, dry_run=True)
    assert (told["runs"], told["to_do"], told["points"]) == (12, 12, 4)
    assert told["counts"]["missing"] == 12
    assert not out.exists()
    sweep(path, out)
    lost = rows_in(shards(out)[0])
    shards(out)[0].write_bytes(b"")
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    told = sweep(path, out, dry_run=True)
    assert (told["to_do"], told["counts"]["ok"]) == (lost, 12 - lost)
    assert told["estimated_run_seconds"] > 0
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_more_replicates_extend_a_sweep_as_if_it_had_them_from_the_start(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    path.write_text(path.read_text().replace("replicates: 3", "replicates: 5"))
    assert sweep(path, out)["added"] == 8
    sweep(path, tmp_path / "fresh")
    assert (out / "runs.parquet").read_bytes() == (tmp_path / "fresh/runs.parquet").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("replicates: 3", "replicates: 2", "replicates: are 3 there and 2 now"),
        ("seed: 7", "seed: 8", "seed: is 7 there and 8 now"),
        ("[-4.5, -4.0]", "[-4.5, -3.0]", "vary: is"),
        ("luck, pull", "luck", "outputs: is"),
        ("vary:", "months: 11\nvary:", "months: is null there and 11 now"),
        (
            "vary:",
            "pairing: independent\nvary:",
            'pairing: is "common" there and "independent" now',
        ),
    ],
)
def test_another_study_in_the_folder_is_refused_by_name(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError) as caught:
        sweep(path, out)
    assert told in str(caught.value)
    assert "manifest.json" in str(caught.value)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def test_a_changed_scenario_is_refused_by_field(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    write_study(tmp_path, market=lambda text: text.replace("soap", "tea"))
    with pytest.raises(InputError, match=r'product\.name: is "soap" there and "tea" now'):
        sweep(path, out)
    (out / "design.parquet").unlink()
    with pytest.raises(InputError, match="the scenario or its plan has changed"):
        sweep(path, out)


def test_other_code_is_refused(tmp_path: Path) -> None:
    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    with pytest.raises(InputError, match=r"code: .*toy-1, now toy-2"):
        sweep(path, out, recipe=Recipe(simulate, summarise, code="toy-2"))


def test_the_code_of_a_real_sweep_is_the_hash_of_our_sources() -> None:
    from sim.jit import source_hash

    assert Recipe(simulate, summarise).version() == source_hash()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    with pytest.raises(InputError, match="holds something else"):
        sweep(path, mine)
    with pytest.raises(InputError, match="is not a folder"):
        sweep(path, mine / "thesis.txt")
    assert [p.name for p in mine.iterdir()] == ["thesis.txt"]


def test_two_sweeps_cannot_share_a_folder(tmp_path: Path) -> None:
    import fcntl

    path, out = write_study(tmp_path), tmp_path / "out"
    sweep(path, out)
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another sweep is writing here"):
            sweep(path, out)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"executor": "serial", "workers": 2}, "--workers"),
        ({"executor": "processes", "address": "auto"}, "--address"),
    ],
)
def test_options_without_effect_are_refused(
    tmp_path: Path, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        sweep(write_study(tmp_path), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_common_pairing_shares_luck_and_independent_does_not(tmp_path: Path) -> None:
    seeds = {}
    for pairing in ("common", "independent"):
        file = load_study(
            write_study(tmp_path, lambda t, p=pairing: t + f"pairing: {p}\n")  # type: ignore[misc]
        )
        runs = runs_of(file.study, design_points(file), "x")
        seeds[pairing] = {(run.point, run.replicate): run.seed for run in runs}
        assert len({run.run_id for run in runs}) == 12
    common, independent = seeds["common"], seeds["independent"]
    assert all(common[point, r] == common[0, r] for point, r in common)
    assert len(set(common.values())) == 3
    assert len(set(independent.values())) == 12


def test_seeds_are_those_of_numpys_spawn_keys(tmp_path: Path) -> None:
    file = load_study(write_study(tmp_path))
    for run in runs_of(file.study, design_points(file), "x"):
        words = np.random.SeedSequence(7, spawn_key=(run.replicate,)).generate_state(2, np.uint32)
        assert run.seed == (int(words[0]) + (int(words[1]) << 32)) // 2


def test_a_run_id_follows_all_that_makes_the_run_and_nothing_else(tmp_path: Path) -> None:
    def ids(study: Any = str, market: Any = str, code: str = "x") -> dict[tuple[int, int], str]:
        file = load_study(write_study(tmp_path, study, market))
        return {
            (r.point, r.replicate): r.run_id for r in runs_of(file.study, design_points(file), code)
        }

    first = ids()
    assert first == ids(lambda t: t.replace("replicates: 3", "executor: ray\nreplicates: 3"))
    assert first == ids(market=lambda t: "# a comment\n" + t.replace("seed", "seed") + "seed: 5\n")
    more = ids(lambda t: t.replace("replicates: 3", "replicates: 4"))
    assert first.items() < more.items()
    for other in (
        ids(code="y"),
        ids(lambda t: t.replace("seed: 7", "seed: 8")),
        ids(market=lambda t: t.replace("months: 12", "months: 13")),
        ids(market=lambda t: t.replace("USD}", "USD, kit: {price: 10}}")),
    ):
        assert not set(first.values()) & set(other.values())
