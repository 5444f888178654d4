"""Finished rows, stored narrow: each column of a chunk in as few bytes as hold its values.

A column that is the same all along is one value; one that is mostly zero is a bit a row and the
rest of it. What follows from the membership (person, sponsor, months enrolled and the like) is not
stored at all but looked up when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.ledger.packing import Packed, Values, pack, unpack
from sim.records import NOBODY, Column, Table

# So many rows stay in fast memory until they are packed.
CHUNK = 1 << 14


class Chunk(NamedTuple):
    """Some rows of a table, by column."""

    rows: int
    columns: Mapping[str, Packed]

    def read(self, name: str, dtype: Any) -> Values:
        """One stored column in full."""
        return unpack(self.columns[name], dtype)


class Drawer:
    """Gathers rows of whole numbers as they are filed; as soon as there are many, they are packed.

    ``names`` are those of the columns, in their order; ``hours`` are the bits of floats.
    ``same`` are columns that go by another name too, ``fixed`` what all rows share.
    """

    def __init__(
        self, names: Sequence[str], same: Mapping[str, str] | None = None, **fixed: int
    ) -> None:
        self._names, self._same, self._fixed = tuple(names), same or {}, fixed
        self._rows = np.empty((0, len(self._names)), np.int64)
        self._loose = 0
        self._chunks: list[Chunk] = []

    def emptied(self, **fixed: int) -> Drawer:
        """An empty drawer in the memory of this one, which is of no use any more.

        Fresh memory would cost more than what is written there.
        """
        new = Drawer(self._names, self._same, **fixed)
        new._rows = self._rows
        return new

    def room(self, rows: int) -> NDArray[np.int64]:
        """Memory for so many rows more, to be filled from its front; ``add`` files them."""
        if self._loose + rows > len(self._rows):
            if self._loose:
                self._pack()
            # Memory is taken only where something is written.
            self._rows = np.empty((2 * rows + CHUNK, len(self._names)), np.int64)
        return self._rows[self._loose :]

    def add(self, rows: int) -> None:
        """File the first rows of ``room``."""
        self._loose += rows
        if self._loose >= CHUNK:
            self._pack()

    def _pack(self) -> None:
        rows = self._loose
        columns = dict(zip(self._names, pack(self._rows[:rows], self._names), strict=True))
        columns |= {name: columns[twin] for name, twin in self._same.items()}
        columns |= {name: Packed(rows, np.array([v])) for name, v in self._fixed.items()}
        self._chunks.append(Chunk(rows, columns))
        self._loose = 0

    @property
    def chunks(self) -> list[Chunk]:
        """All rows, packed, in the order in which they were filed."""
        if self._loose:
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
        # A column that goes by two names is one.
        stored = {id(c): c for chunk in self._chunks for c in chunk.columns.values()}
        return sum(c.nbytes for c in stored.values())

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
