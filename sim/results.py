"""A results folder: written aside, complete or not there at all, and readable again.

``manifest.json`` names what made the folder and the SHA-256 of every other file in it. The tables
are Parquet without any time or place inside: same scenario, seed and code give the same bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.ledger import columns as declared
from sim.paths import PACKAGE
from sim.records import Column

FORMAT = "downline-results-1"
STAMP = "SIMULATED: the outcome of a model, not a finding about any firm"
TABLES = ("months", "participants", "person_months", "lives", "entry", "journal")
LIBRARIES = ("downline", "numpy", "scipy", "numba", "mesa", "ray", "pyarrow", "pydantic")
ROW_GROUP = 1 << 18
Columns = Mapping[str, NDArray[Any]]


class ResultsError(Exception):
    """A results folder cannot be written or read; the message says which and why, for the user."""


@dataclass(frozen=True)
class Results:
    """A results folder as read: what made it, its summary and its tables."""

    folder: Path
    manifest: dict[str, Any]
    summary: dict[str, Any]
    tables: LedgerTables


def check_out(out: Path) -> None:
    """Raise ResultsError where ``out`` could not be written; call it before the work begins.

    A results folder of ours may be replaced, an empty folder filled; anything else is left alone.
    """
    if not out.exists():
        if out.is_symlink():
            raise ResultsError(f"{out}: a link that leads nowhere; choose another --out")
        parent = next(p for p in out.absolute().parents if p.exists())
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            raise ResultsError(f"{out}: cannot be created, {parent} is not a writable folder")
        return
    if not out.is_dir():
        raise ResultsError(f"{out}: is a file, not a results folder; choose another --out")
    if any(out.iterdir()) and not _is_ours(out):
        raise ResultsError(
            f"{out}: exists and is no results folder (it has no manifest.json of downline); "
            "nothing was written. Choose another --out"
        )


def _is_ours(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT


def write_results(
    out: Path,
    tables: LedgerTables,
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    fill: Callable[[Path], None] | None = None,
    ledger: str | None = None,
) -> Path:
    """Write a results folder under the name ``out`` and give its path; all of it or nothing.

    ``manifest`` is what ``describe_run`` gives. ``fill`` gets the folder with its tables and
    summary in place and may add files (figures, report). ``ledger`` ("parquet" or "csv") adds the
    ledger folder of a run that kept its lines. Everything is written beside ``out`` and renamed at
    the end; an older results folder there is moved away first and deleted last, and comes back if
    the renaming fails.

    Raises:
        ResultsError: ``out`` is not ours to write, or the disk refuses.
    """
    check_out(out)
    target = out.resolve()
    made = [p for p in target.parents if not p.exists()]
    aside = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        aside.chmod(0o755)
        _write_into(aside, tables, summary, fill, ledger)
        _write_manifest(aside, tables, manifest)
        _put_in_place(aside, target)
    except OSError as error:
        _clean(aside, made)
        raise ResultsError(f"{out}: could not be written: {error.strerror or error}") from error
    except BaseException:
        _clean(aside, made)
        raise
    return out


def _write_into(
    folder: Path,
    tables: LedgerTables,
    summary: Mapping[str, Any],
    fill: Callable[[Path], None] | None,
    ledger: str | None,
) -> None:
    with ThreadPoolExecutor(2) as pool:  # Arrow packs without the interpreter's lock
        list(pool.map(lambda name: _write_one(folder, name, tables), TABLES))
    _dump(folder / "summary.json", summary)
    if ledger is not None:
        if tables.write_folder is None:
            raise ResultsError("the run kept no order lines, so there is no ledger to write")
        tables.write_folder(folder / "ledger", ledger)
    if fill is not None:
        fill(folder)


def _write_one(folder: Path, name: str, tables: LedgerTables) -> None:
    write_table(folder / f"{name}.parquet", getattr(tables, name), table_columns(name, tables))


def _write_manifest(folder: Path, tables: LedgerTables, manifest: Mapping[str, Any]) -> None:
    books = {
        "start": list(tables.start),
        "currency": tables.currency,
        "minor_digits": tables.minor_digits,
        "component_ids": list(tables.component_ids),
        "rank_ids": list(tables.rank_ids),
        "benchmark": tables.benchmark,
        "sha256": tables.sha256,
    }
    head = {"format": FORMAT, "stamp": STAMP, **manifest, "books": books}
    _dump(folder / "manifest.json", {**head, "files": file_hashes(folder)})
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _put_in_place(aside: Path, target: Path) -> None:
    """Rename ``aside`` to ``target``; what lies there goes away only when that has worked."""
    old = None
    if target.exists() and any(target.iterdir()):
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
        target.rename(old)
    try:
        aside.rename(target)
    except BaseException:
        if old is not None:
            old.rename(target)
        raise
    _sync(target.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _clean(aside: Path | None, made: list[Path]) -> None:
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    for parent in made:
        try:
            parent.rmdir()
        except OSError:
            return


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _dump(path: Path, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False, default=_plain)
    path.write_text(text + "\n", "utf-8")


def _plain(value: Any) -> Any:
    """What JSON does not know: numpy scalars and arrays as numbers, everything else as text."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return str(value)


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder`` but its manifest, by relative path, sorted."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / "manifest.json")
    return {p.relative_to(folder).as_posix(): _sha256(p) for p in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table_columns(name: str, tables: LedgerTables) -> tuple[Column, ...]:
    """The declared columns of one of TABLES; none for the journal, whose names speak."""
    components = tables.component_ids
    return {
        "months": declared.month_columns(components, tables.rank_ids),
        "participants": declared.participant_columns(components),
        "person_months": declared.person_month_columns(),
        "lives": declared.life_columns(components),
        "entry": declared.entry_columns(components),
        "journal": (),
    }[name]


def write_table(path: Path, table: Columns, columns: tuple[Column, ...] = ()) -> None:
    """Write a table to Parquet, byte for byte the same for the same values.

    A table that has ``pieces()`` is asked for these and never held whole. Units and meanings of
    ``columns`` go into the fields' metadata.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    told = {c.name: {"unit": c.unit, "meaning": c.meaning} for c in columns}
    groups = row_groups(table)
    first = next(groups)
    kinds = (
        pa.string() if v.dtype.kind == "U" else pa.from_numpy_dtype(v.dtype) for v in first.values()
    )
    fields = [pa.field(n, k, metadata=told.get(n)) for n, k in zip(first, kinds, strict=True)]
    schema = pa.schema(fields, metadata={"stamp": STAMP})
    # A dictionary pays for counts, ranks and months; money and ids rarely repeat.
    unlike = {c.name for c in columns if c.unit in ("participant", "person")}
    coded = [n for n, v in first.items() if v.dtype.itemsize <= 4 and n not in unlike]
    with pq.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, use_dictionary=coded, version="2.6"
    ) as writer:
        for group in chain([first], groups):
            arrays = [_arrow(v, f.type) for v, f in zip(group.values(), schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), ROW_GROUP)


def _arrow(values: NDArray[Any], kind: Any) -> Any:
    """A column as an Arrow array; numbers in place, because ``pa.array`` would load pandas."""
    import pyarrow as pa

    if values.dtype.kind != "U":
        return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])
    words = [word.encode() for word in values.tolist()]
    ends = np.cumsum([0, *map(len, words)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(words))]
    return pa.Array.from_buffers(kind, len(words), buffers)


def row_groups(table: Columns) -> Iterator[dict[str, NDArray[Any]]]:
    """All rows in order, ROW_GROUP at a time and at least once, whatever pieces they come in."""
    pieces = table.pieces() if hasattr(table, "pieces") else [dict(table)]
    waiting: list[dict[str, NDArray[Any]]] = []
    rows, told = 0, False
    for piece in pieces:
        length, at = len(next(iter(piece.values()))), 0
        while at < length:
            more = min(ROW_GROUP - rows, length - at)
            waiting.append({name: values[at : at + more] for name, values in piece.items()})
            rows, at = rows + more, at + more
            if rows == ROW_GROUP:
                yield _end_to_end(waiting)
                waiting, rows, told = [], 0, True
    if waiting or not told:
        yield _end_to_end(waiting or [dict(table)])


def _end_to_end(parts: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def describe_run(
    scenario: Mapping[str, Any], seed: int, engine: str, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """What a manifest says of a run: scenario in full, seed, engine, code, libraries, host, time.

    ``seconds`` is wall time by stage. Of the host only cores, platform and Python are told.
    """
    return {
        "scenario": dict(scenario),
        "seed": seed,
        "engine": engine,
        "versions": {name: _version(name) for name in LIBRARIES},
        "git": git_state(),
        "host": {
            "cores": os.cpu_count(),
            "platform": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "seconds": dict(seconds),
        "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def git_state(root: Path = PACKAGE.parent) -> dict[str, Any]:
    """``commit`` of the checkout that the code runs from and whether it was ``changed`` since.

    Both None where the code is installed, or git is not there.
    """
    try:
        top, commit = _git(root, "rev-parse", "--show-toplevel", "HEAD").split("\n")
        if Path(top).resolve() != root.resolve():
            return {"commit": None, "changed": None}
        changed = bool(_git(root, "status", "--porcelain", "--", "sim", "configs"))
    except (OSError, ValueError, subprocess.SubprocessError):
        return {"commit": None, "changed": None}
    return {"commit": commit, "changed": changed}


def _git(root: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *command], capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout.strip()


def damaged_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Files that are missing or do not have the SHA-256 that the manifest names, and why."""
    wrong = []
    for name, digest in manifest["files"].items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            wrong.append(f"{name} (outside the folder)")
        elif not path.is_file():
            wrong.append(f"{name} (missing)")
        elif _sha256(path) != digest:
            wrong.append(f"{name} (changed)")
    return wrong


def read_results(folder: Path, verify: bool = True) -> Results:
    """Read a results folder; with ``verify`` every file must have the hash that its manifest names.

    Raises:
        ResultsError: no results folder, or missing or changed files, which the message lists.
    """
    if not folder.is_dir() or not _is_ours(folder):
        raise ResultsError(f"{folder}: no results folder of downline (no manifest.json of ours)")
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        wrong = damaged_files(folder, manifest) if verify else []
        if wrong:
            raise ResultsError(f"{folder}: differs from its manifest: {', '.join(wrong)}")
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
        books = manifest["books"]
        rest: dict[str, Any] = {name: read_table(folder / f"{name}.parquet") for name in TABLES}
        rest |= {key: books[key] for key in ("currency", "minor_digits", "benchmark", "sha256")}
        tables = LedgerTables(
            start=tuple(books["start"]),
            component_ids=tuple(books["component_ids"]),
            rank_ids=tuple(books["rank_ids"]),
            **rest,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{folder}: cannot be read: {error!r}") from error
    return Results(folder, manifest, summary, tables)


def read_table(path: Path) -> Columns:
    """A Parquet table as named columns."""
    import pyarrow.parquet as pq

    # Not pq.read_table, nor to_numpy: both would load pandas, which takes longer than most tables.
    with pq.ParquetFile(path) as file:
        table = file.read().combine_chunks()
    arrays = {n: table.column(n).combine_chunks() for n in table.column_names}
    return {
        name: np.array(a.to_pylist(), np.str_) if str(a.type) == "string" else np.from_dlpack(a)
        for name, a in arrays.items()
    }
