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
    floor = amount.numerator // amount.denominator
    rest = amount - floor
    return floor + int(_rises(floor, rest, mode))


def _rises(floor: int, rest: Fraction, mode: Rounding) -> bool:
    """Whether ``floor + rest``, 0 <= rest < 1, rounds to ``floor + 1``."""
    half = Fraction(1, 2)
    if rest == 0 or mode == Rounding.FLOOR:
        return False
    if mode == Rounding.CEILING:
        return True
    if mode == Rounding.DOWN:
        return floor < 0
    if rest != half:
        return rest > half
    if mode == Rounding.HALF_EVEN:
        return floor % 2 == 1
    return mode == Rounding.HALF_CEILING or floor >= 0
