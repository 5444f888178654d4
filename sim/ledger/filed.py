"""Finished rows, stored narrow: each column of a chunk in as few bytes as hold its values.

A column that is the same all along is one value; one that is mostly zero is a bit a row and the
rest of it. What follows from the membership (person, sponsor, months enrolled and the like) is not
stored at all but looked up when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import NOBODY, Column, Table

CHUNK = 1 << 16
Values = NDArray[Any]


class Packed(NamedTuple):
    """A column of ``rows`` values: all the same where there is but one, zero where not masked."""

    rows: int
    values: Values
    mask: NDArray[np.uint8] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that the column takes."""
        return self.values.nbytes + (0 if self.mask is None else self.mask.nbytes)


def narrow(values: Values) -> Values:
    """The same whole numbers in the smallest signed type that holds them; floats as they are."""
    if values.dtype.kind != "i":
        return values
    low, high = int(values.min()), int(values.max())
    for dtype in (np.int8, np.int16, np.int32):
        limits = np.iinfo(dtype)
        if limits.min <= low and high <= limits.max:
            return values.astype(dtype)
    return values.astype(np.int64)


def pack(values: Values) -> Packed:
    """Store a column of at least one row in few bytes."""
    if (values == values[0]).all():
        return Packed(len(values), narrow(values[:1]))
    dense = narrow(values)
    some = dense != 0
    kept = dense[some]
    if len(kept) * dense.itemsize + len(values) // 8 >= dense.nbytes:
        return Packed(len(values), dense)
    if (kept == kept[0]).all():
        kept = kept[:1].copy()
    return Packed(len(values), kept, np.packbits(some))


def unpack(packed: Packed, dtype: Any) -> Values:
    """A packed column in full."""
    if packed.mask is None:
        if len(packed.values) == packed.rows:
            return packed.values.astype(dtype)
        return np.full(packed.rows, packed.values[0], dtype)
    out = np.zeros(packed.rows, dtype)
    out[np.unpackbits(packed.mask, count=packed.rows).view(np.bool_)] = packed.values
    return out


class Chunk(NamedTuple):
    """Some rows of a table, by column: packed, or as they came."""

    rows: int
    columns: Mapping[str, Packed | Values]

    def read(self, name: str, dtype: Any) -> Values:
        """One stored column in full."""
        column = self.columns[name]
        return unpack(column, dtype) if isinstance(column, Packed) else column.astype(dtype)


class Drawer:
    """Gathers rows as they are filed; as soon as there are many, they are packed."""

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._loose: list[Chunk] = []
        self._loose_rows = 0

    def add(self, rows: int, fixed: Mapping[str, int], columns: Mapping[str, Values]) -> None:
        """File rows: values that all of them share, and columns, which are taken as they are."""
        if rows:
            same = {name: Packed(rows, np.array([value])) for name, value in fixed.items()}
            self._loose.append(Chunk(rows, {**same, **columns}))
            self._loose_rows += rows
        if self._loose_rows >= CHUNK:
            self._pack()

    def _pack(self) -> None:
        packed = {}
        for name, first in self._loose[0].columns.items():
            kind = first.values.dtype if isinstance(first, Packed) else first.dtype
            packed[name] = pack(np.concatenate([c.read(name, kind) for c in self._loose]))
        self._chunks.append(Chunk(self._loose_rows, packed))
        self._loose, self._loose_rows = [], 0

    @property
    def chunks(self) -> list[Chunk]:
        """All rows, packed, in the order in which they were filed."""
        if self._loose_rows:
            self._pack()
        return self._chunks


class Identity(NamedTuple):
    """What stays the same of every membership, and when it ended."""

    person: NDArray[np.int32]
    incarnation: NDArray[np.int32]
    sponsor: NDArray[np.int32]
    motive: NDArray[np.int8]
    joined_month: NDArray[np.int32]
    left_month: NDArray[np.int32]

    @classmethod
    def of(cls, participants: Table) -> Identity:
        """A copy of these columns as they are now."""
        return cls(*[getattr(participants, name).copy() for name in cls._fields])


class Filed(Mapping[str, Values]):
    """A table that is unpacked one column at a time, each time that the column is asked for.

    ``columns`` declare names and types. Chunks store ``participant``, what was summed, and the
    first and last month that a row spans, ``since`` and ``until``; ``pieces`` goes through a long
    table a chunk at a time.
    """

    def __init__(
        self, columns: tuple[Column, ...], chunks: list[Chunk], identity: Identity
    ) -> None:
        self._types = {c.name: np.dtype(c.dtype) for c in columns}
        self._chunks, self._identity = chunks, identity
        self.rows = sum(chunk.rows for chunk in chunks)

    def __getitem__(self, name: str) -> Values:
        out = np.empty(self.rows, self._types[name])
        at = 0
        for chunk in self._chunks:
            out[at : at + chunk.rows] = self._column(chunk, name)
            at += chunk.rows
        return out

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def pieces(self) -> Iterator[dict[str, Values]]:
        """All rows in order, some at a time, each piece a dict of all columns."""
        for chunk in self._chunks:
            yield {name: self._column(chunk, name) for name in self._types}

    @property
    def nbytes(self) -> int:
        """Bytes that the stored columns take."""
        return sum(c.nbytes for chunk in self._chunks for c in chunk.columns.values())

    def _column(self, chunk: Chunk, name: str) -> Values:
        dtype = self._types[name]
        if name in chunk.columns:
            return chunk.read(name, dtype)
        if name == "left_month":
            return self._left(chunk).astype(dtype)
        if name == "months_enrolled":
            return self._months_enrolled(chunk).astype(dtype)
        if name == "bonus_from_customers":
            return chunk.read("bonus", dtype) - chunk.read("bonus_from_participants", dtype)
        of_membership: Values = getattr(self._identity, name)
        return of_membership[chunk.read("participant", np.int64)].astype(dtype)

    def _left(self, chunk: Chunk) -> NDArray[np.int64]:
        """Month of leaving where that was in the rows' span or before it."""
        left = self._identity.left_month[chunk.read("participant", np.int64)].astype(np.int64)
        return np.where(left <= chunk.read("until", np.int64), left, NOBODY)

    def _months_enrolled(self, chunk: Chunk) -> NDArray[np.int64]:
        """Months of the rows' span with at least one day enrolled."""
        who, until = chunk.read("participant", np.int64), chunk.read("until", np.int64)
        left = self._left(chunk)
        last = np.where(left == NOBODY, until, left)
        joined = self._identity.joined_month[who]
        first = np.maximum(joined, chunk.read("since", np.int64))
        months: NDArray[np.int64] = np.maximum(last - first + 1, 0)
        return months
