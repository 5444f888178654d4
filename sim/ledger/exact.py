"""Sums in compiled code that are exact whatever their size.

A total of integers is a pair (high, low): the sums of the values' upper and lower 32 bits, right
for fewer than 2**31 values. A total of floats is a row of ``LIMBS`` integers, 32 bits of the fixed
point number each, so that any order of the rows gives the same, correctly rounded sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit

LOW_BITS = np.int64(0xFFFFFFFF)
FRACTION = np.int64((1 << 52) - 1)
HIDDEN_BIT = np.int64(1 << 52)
LIMBS = 67
UNIT = 1 << 1074


@njit
def tally(out: NDArray[np.int64], at: int, value: int) -> None:
    """Add ``value`` to the total whose halves stand at ``at`` and after it."""
    out[at] += value >> 32
    out[at + 1] += value & LOW_BITS


@njit
def tally_column(out: NDArray[np.int64], at: int, column: NDArray[np.int64]) -> None:
    """Add a whole column to the total whose halves stand at ``at`` and after it."""
    high = low = np.int64(0)
    for value in column:
        high += value >> 32
        low += value & LOW_BITS
    out[at] += high
    out[at + 1] += low


def whole(halves: NDArray[np.int64]) -> list[int]:
    """Totals as Python integers; the halves of each stand side by side."""
    high, low = halves[::2].tolist(), halves[1::2].tolist()
    return [(h << 32) + x for h, x in zip(high, low, strict=True)]


@njit
def add_float(out: NDArray[np.int64], first: int, bits: int) -> None:
    """Add a finite float above zero, given as its 64 bits, to the limbs from ``first`` on.

    Right for fewer than 2**30 values.
    """
    exponent = bits >> 52
    digits = bits & FRACTION
    if exponent:
        digits |= HIDDEN_BIT
        exponent -= 1
    at, shift = first + (exponent >> 5), exponent & 31
    upper = digits >> (32 - shift)
    out[at] += (digits << shift) & LOW_BITS
    out[at + 1] += upper & LOW_BITS
    out[at + 2] += upper >> 32


def as_float(limbs: NDArray[np.int64]) -> float:
    """The sum that ``add_float`` gathered, rounded once."""
    used = np.flatnonzero(limbs).tolist()
    return sum(limbs.item(at) << (32 * at) for at in used) / UNIT
