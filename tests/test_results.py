import hashlib
import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "ledger"))
from ledger_maker import random_market

from sim import results
from sim.results import (
    ResultsError,
    check_out,
    describe_run,
    read_results,
    read_table,
    write_results,
    write_table,
)


@pytest.fixture(scope="module")
def tables():
    return random_market(11, 15, keep_lines=True).close()


def manifest(seed=11):
    return describe_run({"name": "test", "people": 60}, seed, "mesa", {"months": 0.5})


def write(out, tables, **kw):
    return write_results(out, tables, {"people": 60, "share": 0.25}, manifest(), **kw)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_folder_is_complete_and_says_how_it_was_made(tables, tmp_path):
    def fill(folder):
        (folder / "figures").mkdir()
        (folder / "figures" / "a.svg").write_text("<svg/>")

    write(tmp_path / "deep" / "out", tables, fill=fill, ledger="parquet")
    out = tmp_path / "deep" / "out"
    told = json.loads((out / "manifest.json").read_text())
    assert told["scenario"] == {"name": "test", "people": 60}
    assert (told["seed"], told["engine"]) == (11, "mesa")
    assert told["versions"]["numpy"] == np.__version__
    assert set(told["host"]) == {"cores", "platform", "python"}
    assert told["git"] == results.git_state()
    expected = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert set(told["files"]) == expected - {"manifest.json"}
    assert {"figures/a.svg", "ledger/orders.parquet", "summary.json"} <= expected
    for name, digest in told["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert names(tmp_path / "deep") == ["out"]


def test_what_is_read_is_what_was_written(tables, tmp_path):
    write(tmp_path / "out", tables)
    back = read_results(tmp_path / "out")
    assert back.summary == {"people": 60, "share": 0.25}
    for name in results.TABLES:
        one, two = getattr(tables, name), getattr(back.tables, name)
        assert list(one) == list(two)
        for column, values in one.items():
            assert np.array_equal(values, two[column]), (name, column)
            assert values.dtype.kind == two[column].dtype.kind
    for name in ("start", "currency", "component_ids", "rank_ids", "sha256", "benchmark"):
        assert getattr(back.tables, name) == getattr(tables, name)


def test_tables_are_byte_equal(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, random_market(3, 15).close())
    for name in results.TABLES:
        file = f"{name}.parquet"
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    write(tmp_path / "c", random_market(4, 15).close())
    other = (tmp_path / "c" / "months.parquet").read_bytes()
    assert other != (tmp_path / "a" / "months.parquet").read_bytes()


class InPieces(dict):
    """A table that gives its rows a few at a time, and lets nobody look at whole columns."""

    def __init__(self, table, sizes):
        super().__init__(table)
        self.cuts = np.cumsum([0, *sizes])

    def pieces(self):
        for start, end in pairwise(self.cuts):
            yield {name: dict.__getitem__(self, name)[start:end].copy() for name in self}


def some_rows(n):
    luck = np.random.default_rng(n)
    words = np.array(["", "a", "größer"])[luck.integers(0, 3, n)]
    return {
        "id": np.arange(n, dtype=np.int32),
        "rank": luck.integers(0, 9, n).astype(np.int8),
        "money": luck.integers(-(2**62), 2**62, n),
        "hours": luck.random(n),
        "word": words,
    }


@pytest.mark.parametrize("sizes", [[], [0], [7], [3, 4], [1, 0, 9, 2], [64, 1], [200, 55], [130]])
def test_a_table_in_pieces_has_the_bytes_of_the_whole(tmp_path, monkeypatch, sizes):
    monkeypatch.setattr(results, "ROW_GROUP", 64)
    table = some_rows(sum(sizes))
    write_table(tmp_path / "whole", table)
    write_table(tmp_path / "pieces", InPieces(table, sizes))
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "whole").read_bytes()
    back = read_table(tmp_path / "pieces")
    for name, values in table.items():
        assert np.array_equal(back[name], values)
    groups = list(results.row_groups(InPieces(table, sizes)))
    assert [len(g["id"]) for g in groups[:-1]] == [64] * (len(groups) - 1)


def test_tables_are_written_and_read_without_pandas(tmp_path):
    code = (
        "import sys, numpy as np; from pathlib import Path; from sim.results import *;"
        "path = Path(sys.argv[1]);"
        "write_table(path, {'a': np.arange(5), 'b': np.array(['x', 'y', 'z', '', 'x'])});"
        "read_table(path); print('pandas' in sys.modules)"
    )
    made = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "t")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.strip() == "False"


def test_columns_carry_unit_and_meaning(tables, tmp_path):
    import pyarrow.parquet as pq

    write(tmp_path / "out", tables)
    schema = pq.read_schema(tmp_path / "out" / "participants.parquet")
    assert schema.metadata[b"stamp"].startswith(b"SIMULATED")
    for field in schema:
        assert field.metadata[b"meaning"]
        assert field.metadata[b"unit"]


@pytest.mark.parametrize("old", [False, True])
def test_a_failure_leaves_everything_as_it_was(tables, tmp_path, old):
    out = tmp_path / "new" / "out"
    if old:
        write(out, tables)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def fail(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(out, tables, fill=fail)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert names(tmp_path) == (["new"] if old else [])


def test_a_disk_that_refuses_a_table_leaves_nothing(tables, tmp_path, monkeypatch):
    honest = results.write_table

    def full(path, *rest):
        if path.name == "lives.parquet":
            raise OSError(28, "No space left on device")
        honest(path, *rest)

    monkeypatch.setattr(results, "write_table", full)
    with pytest.raises(ResultsError, match="No space left"):
        write(tmp_path / "out", tables)
    assert names(tmp_path) == []


def test_a_renaming_that_fails_brings_the_old_folder_back(tables, tmp_path, monkeypatch):
    out = write(tmp_path / "out", tables)
    before = results.file_hashes(out)
    honest = Path.rename

    def rename(self, target):
        if self.suffix == ".part":
            raise OSError(28, "No space left on device")
        return honest(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(ResultsError, match="No space left"):
        write(out, tables)
    assert results.file_hashes(out) == before
    assert names(tmp_path) == ["out"]


def test_ours_is_replaced(tables, tmp_path):
    write(tmp_path / "out", tables, ledger="csv")
    write(tmp_path / "out", tables)
    assert not (tmp_path / "out" / "ledger").exists()
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_is_filled(tables, tmp_path):
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", tables)
    assert read_results(tmp_path / "out").summary["people"] == 60


@pytest.mark.parametrize("content", [None, "{}", "[1]", "not json", b"\xff\xfe"])
def test_the_folders_of_others_are_left_alone(tables, tmp_path, content):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    if content is not None:
        path = out / "manifest.json"
        path.write_bytes(content) if isinstance(content, bytes) else path.write_text(content)
    with pytest.raises(ResultsError, match=r"out: exists and is no results folder"):
        write(out, tables)
    assert (out / "thesis.txt").read_text() == "mine"
    assert names(tmp_path) == ["out"]


def test_a_file_in_the_way_or_in_the_path_is_refused(tables, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultsError, match="is a file"):
        write(tmp_path / "file", tables)
    with pytest.raises(ResultsError, match="not a writable folder"):
        check_out(tmp_path / "file" / "below")


def test_a_ledger_that_was_not_kept_is_not_written(tmp_path):
    with pytest.raises(ResultsError, match="kept no order lines"):
        write(tmp_path / "out", random_market(1, 3).close(), ledger="parquet")
    assert names(tmp_path) == []


def change_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: change_byte(f / "months.parquet"), r"months.parquet \(changed\)"),
        (lambda f: (f / "lives.parquet").unlink(), r"lives.parquet \(missing\)"),
        (lambda f: (f / "summary.json").write_text("{}"), r"summary.json \(changed\)"),
        (lambda f: (f / "manifest.json").unlink(), "no results folder"),
        (shutil.rmtree, "no results folder"),
        (lambda f: (f / "manifest.json").write_text('{"format": "downline-results-1"}'), "cannot"),
    ],
)
def test_damage_is_reported(tables, tmp_path, damage, message):
    out = write(tmp_path / "out", tables)
    damage(out)
    with pytest.raises(ResultsError, match=message):
        read_results(out)


def test_a_manifest_cannot_point_outside(tables, tmp_path):
    out = write(tmp_path / "out", tables)
    told = json.loads((out / "manifest.json").read_text())
    told["files"]["../secret"] = "0" * 64
    (out / "manifest.json").write_text(json.dumps(told))
    with pytest.raises(ResultsError, match="outside the folder"):
        read_results(out)


def test_no_not_a_number_reaches_a_json_file(tables, tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(tmp_path / "out", tables, {"x": float("nan")}, manifest())
    assert names(tmp_path) == []


def test_the_commit_is_that_of_the_checkout_and_changes_show(tmp_path):
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "a.py").write_text("1")
    me = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "sim"], [*me, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    told = results.git_state(tmp_path)
    assert len(told["commit"]) == 40
    assert told["changed"] is False
    (tmp_path / "sim" / "a.py").write_text("2")
    assert results.git_state(tmp_path) == {**told, "changed": True}
    assert results.git_state(tmp_path / "sim") == {"commit": None, "changed": None}


def test_code_outside_a_checkout_has_no_commit(tmp_path):
    assert results.git_state(tmp_path) == {"commit": None, "changed": None}
