"""The shard: one Parquet file a batch, complete or absent, with a digest of its rows inside.

A shard is written beside its place, flushed to disk and renamed, so that a killed worker leaves
either the whole shard or a ``.tmp`` file. Reading recomputes the digest: a file cut short or
changed is told from a good one.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.sweeps.outputs import TEXTS

if TYPE_CHECKING:
    import pyarrow as pa

RUN_FIELDS = {
    "run_id": "string", "point": "int64", "replicate": "int64", "seed": "int64", "status": "string",
    "origin": "string", "error": "string", "traceback": "string",
}  # fmt: skip
"""Columns of every row, the same whoever ran it and when."""

WORK_FIELDS = {"attempt": "int64", "seconds": "float64"}
"""Columns about the work itself; they stay in the shards."""

DIGEST = b"rows_sha256"


class CorruptShard(Exception):  # noqa: N818  it names a state of a file, and is handled, not shown
    """A shard that cannot be trusted: cut short, changed, or of other columns."""


def shard_schema(outputs: Sequence[str]) -> pa.Schema:
    """The columns of a shard: the run, the work, and a column an output."""
    import pyarrow as pa

    kinds = {**RUN_FIELDS, **WORK_FIELDS, **{o: output_kind(o) for o in outputs}}
    return pa.schema(list(kinds.items()))


def output_kind(output: str) -> str:
    """The Arrow type of an output's column."""
    return "string" if output in TEXTS else "float64"


def write_shard(
    folder: Path, name: str, rows: Sequence[dict[str, Any]], outputs: Sequence[str]
) -> Path:
    """Write rows, as `worker.run_one` makes them, to ``folder/name.parquet``; give its path."""
    import pyarrow as pa

    flat = [{**row, **(row.get("outputs") or {})} for row in rows]
    table = pa.Table.from_pylist(flat, schema=shard_schema(outputs))
    target = folder / f"{name}.parquet"
    write_table(table.replace_schema_metadata({DIGEST: digest(table)}), target)
    return target


def write_table(table: pa.Table, target: Path) -> None:
    """Write a table under its name only once it is complete and on disk. Same table, same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    replace_file(target, sink.getvalue().to_pybytes())


def replace_file(target: Path, data: bytes) -> None:
    """Put ``data`` at ``target`` in one step: a crash leaves the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest(table: pa.Table) -> bytes:
    """SHA-256 over all rows as JSON, in hex."""
    rows = json.dumps(table.to_pylist(), separators=(",", ":"))
    return hashlib.sha256(rows.encode()).hexdigest().encode()


def read_shard(path: Path, outputs: Sequence[str]) -> pa.Table:
    """The rows of a shard. Raises CorruptShard if they are not the rows that were written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
        table.validate(full=True)
        claimed = (table.schema.metadata or {}).get(DIGEST)
        if table.schema.remove_metadata() != shard_schema(outputs) or claimed != digest(table):
            raise CorruptShard(path.name)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise CorruptShard(path.name) from error
    return table.replace_schema_metadata(None)
