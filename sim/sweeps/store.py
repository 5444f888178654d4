"""The folder of a sweep: what it is, which runs are done, and the one table that they make.

- ``manifest.json``: study, code, libraries, host, counts, SHA-256 of the tables
- ``design.parquet``: a row a design point, with the varied values and the whole scenario
- ``shards/``: what workers wrote, a file a batch (shards.py)
- ``runs.parquet``: a row a run, sorted by run_id; there once every run has a row
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results import describe_run
from sim.scenario.errors import InputError, Place, Problem
from sim.sweeps.identity import Identity, differences
from sim.sweeps.runs import Run, Status
from sim.sweeps.shards import CorruptShard, read_shard, replace_file, write_table

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "downline-sweep-1"
HINT = "choose another --out, or delete that folder"


@dataclass(frozen=True)
class Standing:
    """How a run stands after the last attempt that left a row."""

    status: Status
    attempt: int
    seconds: float


class Store:
    """A sweep's folder that this process has opened for itself."""

    def __init__(self, folder: Path, identity: Identity) -> None:
        self.folder = folder
        self.shards = folder / "shards"
        self.table = folder / "runs.parquet"
        self.identity = identity

    def rows(self, note: Callable[[str], None], repair: bool = True) -> pa.Table:
        """The rows of all good shards; a bad one is told and, to ``repair``, deleted."""
        import pyarrow as pa

        from sim.sweeps.shards import shard_schema

        tables = [shard_schema(self.identity.outputs).empty_table()]
        for path in sorted(self.shards.glob("*.parquet")):
            try:
                tables.append(read_shard(path, self.identity.outputs))
            except CorruptShard:
                note(f"{path}: is damaged; its runs are to be done again")
                if repair:
                    path.unlink()
        return pa.concat_tables(tables)

    def begin(self) -> None:
        """Make ready for work: say what the folder is, clear what a killed sweep left behind."""
        self.write_manifest(state="running")  # first: a killed sweep must know its folder again
        self.shards.mkdir(exist_ok=True)
        for left in (*self.folder.glob(".*.tmp"), *self.shards.glob(".*.tmp")):
            left.unlink(missing_ok=True)
        write_table(self.identity.design_table(), self.folder / "design.parquet")

    def write_manifest(self, **facts: Any) -> None:
        """Write manifest.json: the identity, and what is known of the work by now."""
        files = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (self.folder / "design.parquet", self.table)
            if path.exists()
        }
        described = describe_run({}, self.identity.study.seed, "", {})
        made = {key: described[key] for key in ("versions", "git", "host", "finished")}
        manifest = {"format": FORMAT, **self.identity.as_dict(), **facts, **made, "files": files}
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        replace_file(self.folder / "manifest.json", text.encode())


@contextmanager
def opened(folder: Path, identity: Identity) -> Iterator[Store]:
    """The folder as a store that no other sweep can open meanwhile; it is made if it is not there.

    Raises InputError if it belongs to another study, holds something else, or cannot be written.
    """
    check_folder(folder, identity)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise _refusal(folder, f"cannot be written: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _refusal(folder, "another sweep is writing here", "wait for its end") from None
        check_folder(folder, identity)  # once more: another sweep may just have ended here
        yield Store(folder, identity)


def check_folder(folder: Path, identity: Identity) -> bool:
    """Whether ``folder`` holds this very sweep, begun or done; False if it is free to be used.

    Writes nothing. Raises InputError if it holds something else; what differs is named.
    """
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise _refusal(folder, "is not a folder")
    if all(path.name == ".lock" or path.match(".manifest.json.*.tmp") for path in folder.iterdir()):
        return False
    old = _manifest(folder)
    found = list(differences(folder, old, identity))
    if found:
        place = Place(str(folder / "manifest.json"))
        raise InputError(*(Problem(place, field, says, hint=HINT) for field, says in found))
    return True


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _refusal(folder, "holds something else than a sweep of this format")
    return manifest


def _refusal(folder: Path, says: str, hint: str = "choose another --out") -> InputError:
    return InputError(Problem(Place(str(folder)), "", says, hint=hint))


def standings(rows: pa.Table) -> dict[str, Standing]:
    """How each run stands, by run id: its last attempt counts, and of one attempt the success."""
    best = _best(rows)
    names = ("run_id", "status", "attempt", "seconds")
    columns = [take(rows.column(name), best.values()).to_pylist() for name in names]
    return {i: Standing(Status(s), n, t) for i, s, n, t in zip(*columns, strict=True)}


def take[T: (pa.Table, pa.ChunkedArray)](what: T, rows: Iterable[int]) -> T:
    """The rows of these numbers, which may be none."""
    import pyarrow as pa

    return what.take(pa.array(rows, pa.int64()))


def _best(rows: pa.Table) -> dict[str, int]:
    """For each run id the number of the row that counts."""
    ids, attempts, states = (rows.column(n).to_pylist() for n in ("run_id", "attempt", "status"))
    best: dict[str, int] = {}
    for row, name in enumerate(ids):
        old = best.setdefault(name, row)
        if (attempts[row], states[row] == Status.OK) > (attempts[old], states[old] == Status.OK):
            best[name] = row
    return best


def run_table(rows: pa.Table, runs: Sequence[Run], varied: Mapping[str, pa.Array]) -> pa.Table:
    """The table of a sweep: one row a run that has one, sorted by run id, whoever made it and when.

    ``varied`` has an array over the design points for each varied field.
    """
    from sim.sweeps.shards import RUN_FIELDS, WORK_FIELDS

    best = _best(rows)
    chosen = take(rows, [best[i] for i in sorted({run.run_id for run in runs} & best.keys())])
    points = chosen.column("point")
    for field, values in varied.items():
        chosen = chosen.append_column(field, values.take(points))
    outputs = [n for n in rows.column_names if n not in {**RUN_FIELDS, **WORK_FIELDS}]
    first, last = list(RUN_FIELDS)[:4], list(RUN_FIELDS)[4:]
    return chosen.select([*first, *varied, *outputs, *last]).combine_chunks()
