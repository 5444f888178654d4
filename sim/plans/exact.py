"""Exact a * num / den of integers in compiled code: 128-bit product, declared rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit

Word = int | np.int64

_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_HALF_BITS = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_TOP = np.uint64(63)
_LIMIT = np.uint64(1 << 63)
_MOST = np.int64(2**63 - 1)
_LEAST = np.int64(-(2**63))


@njit
def magnitude(a: Word) -> np.uint64:
    """|a| without overflow, for every int64 including the smallest."""
    if a >= 0:
        return np.uint64(a)
    return np.uint64(-(a + 1)) + _ONE


@njit
def product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The 128-bit product of two unsigned numbers as (high, low) words."""
    a_low, a_high = a & _LOW, a >> _HALF_BITS
    b_low, b_high = b & _LOW, b >> _HALF_BITS
    low = a_low * b_low
    cross = a_high * b_low + (low >> _HALF_BITS)
    other = a_low * b_high + (cross & _LOW)
    high = a_high * b_high + (cross >> _HALF_BITS) + (other >> _HALF_BITS)
    return high, (other << _HALF_BITS) | (low & _LOW)


@njit
def divide(high: np.uint64, low: np.uint64, den: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Quotient and remainder of a 128-bit number by ``den`` <= 2^63; OverflowError past 64 bits."""
    if high == _ZERO:
        return low // den, low % den
    if high >= den:
        raise OverflowError("an exact amount does not fit in 64 bits")
    rest = high
    for _ in range(64):
        # rest < den <= 2^63, so doubling it cannot overflow
        rest = (rest << _ONE) | (low >> _TOP)
        low = low << _ONE
        if rest >= den:
            rest = rest - den
            low = low | _ONE
    return low, rest


@njit
def grows(quotient: np.uint64, rest: np.uint64, den: np.uint64, negative: bool, mode: Word) -> bool:
    """Whether ``mode`` rounds ``quotient``, with ``rest`` / ``den`` left, up in magnitude."""
    if rest == _ZERO or mode == 3:
        return False
    if mode >= 4:
        return bool(negative == (mode == 4))
    other = den - rest
    if rest != other:
        return bool(rest > other)
    if mode == 0:
        return bool((quotient & _ONE) == _ONE)
    return mode == 1 or not negative


@njit
def muldiv(a: Word, num: Word, den: Word, mode: Word) -> int:
    """Return a * num / den rounded by ``mode`` (a code of ``Rounding``), exact for all int64.

    Raises ZeroDivisionError for den <= 0 and OverflowError where the result exceeds 64 bits.
    """
    if den <= 0:
        raise ZeroDivisionError("a rate needs a positive denominator")
    negative = (a < 0) != (num < 0)
    high, low = product(magnitude(a), magnitude(num))
    quotient, rest = divide(high, low, np.uint64(den))
    if grows(quotient, rest, np.uint64(den), negative, mode):
        quotient = quotient + _ONE
        if quotient == _ZERO:
            raise OverflowError("an exact amount does not fit in 64 bits")
    if quotient > _LIMIT or (quotient == _LIMIT and not negative):
        raise OverflowError("an exact amount does not fit in 64 bits")
    if negative:
        if quotient == _ZERO:
            return 0
        return int(-np.int64(quotient - _ONE) - np.int64(1))
    return int(np.int64(quotient))


@njit
def added(a: Word, b: Word) -> int:
    """Return a + b, or OverflowError where int64 would wrap."""
    # tested before adding: the compiler may take it that a signed sum never wraps
    if (b > 0 and a > _MOST - b) or (b < 0 and a < _LEAST - b):
        raise OverflowError("an exact amount does not fit in 64 bits")
    return int(a + b)


@njit
def add_product(total: NDArray[np.uint64], a: Word, b: Word) -> None:
    """Add a * b to a 128-bit number in two's complement, words (high, low); it wraps beyond."""
    high, low = product(magnitude(a), magnitude(b))
    if (a < 0) != (b < 0):
        high, low = ~high, ~low + _ONE
        high += _ONE if low == _ZERO else _ZERO
    total[1] += low
    total[0] += high + (_ONE if total[1] < low else _ZERO)


def wide(high: int, low: int) -> int:
    """The number that ``add_product`` has added up, from its two words.

    >>> wide(2**64 - 1, 2**64 - 5)
    -5
    """
    return ((high - (1 << 64) if high >> 63 else high) << 64) + low
