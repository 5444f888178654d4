"""Sums in compiled code that are exact whatever their size.

A total of integers is a pair (high, low): the sums of the values' upper and lower 32 bits, right
for fewer than 2**31 values. A total of floats is a row of ``LIMBS`` integers, 32 bits of the fixed
point number each, so that any order of the rows gives the same, correctly rounded sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit

LOW_BITS = np.int64(0xFFFFFFFF)
FRACTION = np.int64((1 << 52) - 1)
HIDDEN_BIT = np.int64(1 << 52)
LIMBS = 67
UNIT = 1 << 1074
SAFE = 1 << 62


@inlined
def tally(out: NDArray[np.int64], at: int, value: int) -> None:
    """Add ``value`` to the total whose halves stand at ``at`` and after it."""
    out[at] += value >> 32
    out[at + 1] += value & LOW_BITS


@njit
def is_large(column: NDArray[Any]) -> bool:
    """Whether the plain sum of some of the values could leave 62 bits."""
    bits = np.int64(0)
    for k in range(len(column)):
        # As wide as the value, below zero too.
        bits |= column[k] ^ (column[k] >> 63)
    return bool(bits > SAFE // (len(column) + 1))


@njit
def tally_column(out: NDArray[np.int64], at: int, column: NDArray[Any]) -> None:
    """Add a whole column to the total whose halves stand at ``at`` and after it."""
    if is_large(column):
        for value in column:
            tally(out, at, value)
    else:
        total = np.int64(0)
        for k in range(len(column)):
            total += column[k]
        tally(out, at, int(total))


@njit
def tally_rows(out: NDArray[np.int64], at: int, rows: NDArray[np.int64]) -> None:
    """Add each column of a matrix to a total; the totals stand side by side from ``at`` on."""
    bits, sums = np.int64(0), np.zeros(rows.shape[1], np.int64)
    for r in range(rows.shape[0]):
        for c in range(rows.shape[1]):
            value = rows[r, c]
            bits |= value ^ (value >> 63)
            sums[c] += value
    large = bits > SAFE // (len(rows) + 1)
    for c in range(rows.shape[1]):
        if large:
            for r in range(rows.shape[0]):
                tally(out, at + 2 * c, rows[r, c])
        else:
            tally(out, at + 2 * c, sums[c])


def whole(halves: NDArray[np.int64]) -> list[int]:
    """Totals as Python integers; the halves of each stand side by side."""
    high, low = halves[::2].tolist(), halves[1::2].tolist()
    return [(h << 32) + x for h, x in zip(high, low, strict=True)]


@inlined
def limbs_of(bits: int) -> tuple[int, int, int, int]:
    """A finite float above zero, given as its 64 bits: its first limb's place, and three limbs.

    Totals of limbs are right for fewer than 2**30 values.
    """
    exponent = bits >> 52
    digits = bits & FRACTION
    if exponent:
        digits |= HIDDEN_BIT
        exponent -= 1
    shift = exponent & 31
    upper = digits >> (32 - shift)
    low = (digits << shift) & LOW_BITS
    return exponent >> 5, int(low), int(upper & LOW_BITS), int(upper >> 32)


def as_float(limbs: NDArray[np.int64]) -> float:
    """The sum of the limbs that were gathered, rounded once."""
    used = np.flatnonzero(limbs).tolist()
    return sum(limbs.item(at) << (32 * at) for at in used) / UNIT
