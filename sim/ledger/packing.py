"""Columns in as few bytes as hold their values.

A column that is the same all along is one value; one that is mostly zero is a bit a row and the
rest of it, which is again one value where that is all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit

Values = NDArray[Any]
Longs = NDArray[np.int64]
FLOATS = ("hours",)
TYPES = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
# What survey() finds of each column.
ALL_OR, ALL_AND, SOME_AND, WIDEST, SOME = range(5)
# How a column is stored: one value, every value, those that are not zero, a bit where not zero.
ONE, DENSE, SPARSE, MASK = range(4)
# Rows visited at a time, so that all columns of them are read while they are at hand.
TILE = 64


class Packed(NamedTuple):
    """A column of ``rows`` values: all the same where there is but one, zero where not masked."""

    rows: int
    values: Values
    mask: NDArray[np.uint8] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes that the column takes."""
        return self.values.nbytes + (0 if self.mask is None else self.mask.nbytes)


def unpack(packed: Packed, dtype: Any) -> Values:
    """A packed column in full."""
    if packed.mask is None:
        if len(packed.values) == packed.rows:
            return packed.values.astype(dtype)
        return np.full(packed.rows, packed.values[0], dtype)
    out = np.zeros(packed.rows, dtype)
    out[np.unpackbits(packed.mask, count=packed.rows).view(np.bool_)] = packed.values
    return out


class Form(NamedTuple):
    """How a column is stored, in what width, and from which bytes on its values and mask stand."""

    kind: int
    width: int
    kept: int
    values: int
    mask: int
    end: int


def pack(rows: Longs, names: Sequence[str]) -> list[Packed]:
    """The columns of at least one row, those named in FLOATS being the bits of floats."""
    facts = np.zeros((rows.shape[1], 5), np.int64)
    facts[:, ALL_AND : SOME_AND + 1] = -1
    survey(rows, facts)
    forms, end = [], 0
    for name, found in zip(names, facts.tolist(), strict=True):
        forms.append(form_of(len(rows), found, name in FLOATS, end))
        end = forms[-1].end
    memory = np.empty(end // 8, np.int64)
    views = (memory.view(np.int8), memory.view(np.int16), memory.view(np.int32), memory)
    fill(rows, np.array(forms, np.int64), *views)
    shared, bits = facts[:, ALL_OR].tolist(), memory.view(np.uint8)
    stored = []
    for name, form, value in zip(names, forms, shared, strict=True):
        kind = np.float64 if name in FLOATS else TYPES[form.width]
        stored.append(packed(len(rows), value, form, bits, kind))
    return stored


def form_of(rows: int, facts: list[int], is_float: bool, start: int) -> Form:
    """The smallest form of a column, from what ``survey`` found; ``start`` is a multiple of 8."""
    widest = facts[WIDEST]
    width = 1 if widest < 1 << 7 else 2 if widest < 1 << 15 else 4 if widest < 1 << 31 else 8
    width = 8 if is_float else width
    some, mask = facts[SOME], (rows + 7) // 8
    kind, count = DENSE, rows
    if facts[ALL_OR] == facts[ALL_AND]:
        kind, count = ONE, 0
    elif facts[ALL_OR] == facts[SOME_AND] and mask + width < rows * width:
        kind, count = MASK, 0
    elif some * width + mask < rows * width:
        kind, count = SPARSE, some
    mask_at = start + (count * width + 7) // 8 * 8
    masked = kind in (SPARSE, MASK)
    return Form(kind, width, count, start, mask_at, mask_at + masked * ((mask + 7) // 8 * 8))


def packed(rows: int, value: int, form: Form, memory: NDArray[np.uint8], dtype: Any) -> Packed:
    """The column as it stands in the memory that ``fill`` filled, or all of it ``value``."""
    mask = memory[form.mask : form.mask + (rows + 7) // 8] if form.mask < form.end else None
    if form.kind in (ONE, MASK):
        return Packed(rows, np.array([value]).view(dtype)[:1].copy(), mask)
    values = memory[form.values : form.values + form.kept * form.width]
    return Packed(rows, values.view(dtype), mask)


@njit
def survey(rows: Longs, facts: Longs) -> None:
    """Find of each column: OR and AND of all, AND of those not zero, widest bits, and how many.

    All are the same where OR is AND; a value and its complement are equally wide.
    """
    for start in range(0, len(rows), TILE):
        stop = min(start + TILE, len(rows))
        for c in range(rows.shape[1]):
            all_or, all_and = facts[c, ALL_OR], facts[c, ALL_AND]
            some_and, widest, some = facts[c, SOME_AND], facts[c, WIDEST], facts[c, SOME]
            for r in range(start, stop):
                value = rows[r, c]
                zero = np.int64(value == 0)
                all_or |= value
                all_and &= value
                some_and &= value | -zero
                widest |= value ^ (value >> 63)
                some += 1 - zero
            facts[c, ALL_OR], facts[c, ALL_AND] = all_or, all_and
            facts[c, SOME_AND], facts[c, WIDEST], facts[c, SOME] = some_and, widest, some


@njit
def fill(
    rows: Longs,
    forms: Longs,
    by1: NDArray[np.int8],
    by2: NDArray[np.int16],
    by4: NDArray[np.int32],
    by8: Longs,
) -> None:
    """Write all columns as their forms say; the last four are the same memory."""
    at = np.zeros(len(forms), np.int64)
    for start in range(0, len(rows), TILE):
        tile = rows[start : start + TILE]
        for c in range(len(forms)):
            kind, width, values, mask = forms[c, 0], forms[c, 1], forms[c, 3], forms[c, 4]
            if kind == ONE:
                continue
            if kind != DENSE:
                write_mask(tile, c, by1[mask + start // 8 :])
            first, sparse = values // width + at[c], kind == SPARSE
            end = values // width + forms[c, 2]
            if kind == MASK:
                continue
            if width == 1:
                at[c] += write_values(tile, c, by1[first:end], sparse)
            elif width == 2:
                at[c] += write_values(tile, c, by2[first:end], sparse)
            elif width == 4:
                at[c] += write_values(tile, c, by4[first:end], sparse)
            else:
                at[c] += write_values(tile, c, by8[first:end], sparse)


@inlined
def write_values(tile: Longs, c: int, target: Values, sparse: bool) -> int:
    """Write a column's values, only those that are not zero if ``sparse``; gives how many."""
    if not sparse:
        for r in range(len(tile)):
            target[r] = tile[r, c]
        return len(tile)
    count = 0
    for r in range(len(tile)):
        # Written in any case and, where it is zero, written over: a branch would cost more.
        value = tile[r, c]
        if count < len(target):
            target[count] = value
        count += value != 0
    return count


@inlined
def write_mask(tile: Longs, c: int, target: NDArray[np.int8]) -> None:
    """Write a bit a row, the highest of each byte first, where a column is not zero."""
    for byte in range((len(tile) + 7) // 8):
        bits = 0
        for r in range(8 * byte, min(8 * byte + 8, len(tile))):
            bits |= int(tile[r, c] != 0) << (7 - (r & 7))
        target[byte] = bits if bits < 128 else bits - 256  # as a signed byte
