"""The declared ways to round an exact amount to whole units, in plain Python."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction


class Rounding(IntEnum):
    """What happens to the part of an amount that is smaller than the smallest unit of money.

    HALF_EVEN: to the nearest, a tie to the even one. HALF_UP: to the nearest, a tie away from zero,
    so that a clawback undoes its payment. HALF_CEILING: to the nearest, a tie towards plus
    infinity. DOWN: towards zero. FLOOR, CEILING: towards minus and plus infinity.
    """

    HALF_EVEN = 0
    HALF_UP = 1
    HALF_CEILING = 2
    DOWN = 3
    FLOOR = 4
    CEILING = 5


def round_exact(amount: Fraction, mode: Rounding) -> int:
    """The whole number that ``mode`` makes of ``amount``.

    >>> [round_exact(Fraction(-5, 2), m) for m in Rounding]
    [-2, -3, -2, -2, -3, -2]
    """
    return round_ratio(amount.numerator, amount.denominator, mode)


def round_ratio(num: int, den: int, mode: Rounding) -> int:
    """The whole number that ``mode`` makes of num / den, den > 0."""
    floor, rest = divmod(num, den)
    return floor + int(rest != 0 and _rises(floor, rest, den, mode))


def _rises(floor: int, rest: int, den: int, mode: Rounding) -> bool:
    """Whether ``floor + rest / den``, 0 < rest < den, rounds to ``floor + 1``."""
    if mode == Rounding.FLOOR:
        return False
    if mode == Rounding.CEILING:
        return True
    if mode == Rounding.DOWN:
        return floor < 0
    if 2 * rest != den:
        return 2 * rest > den
    if mode == Rounding.HALF_EVEN:
        return floor % 2 == 1
    return mode == Rounding.HALF_CEILING or floor >= 0
