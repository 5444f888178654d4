"""Exact quantities as they stand in a plan file: rates, points and money, never through a float."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

POINT = 100
"""Volume is kept in hundredths of a point."""

LARGEST = 10**12
"""No numerator, denominator, volume or amount in a plan file may exceed this."""

_NUMBER = re.compile(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})$")
_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string"}]}


def _short(value: object) -> str:
    """``value`` as it is shown in a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _shown(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 60 else _short(value)


def _decimal(text: str) -> Fraction:
    if not _NUMBER.match(text):
        raise ValueError(f"{_short(text)} is not a plain decimal number")
    return Fraction(Decimal(text))


def _from_text(text: str) -> Fraction:
    """Read '0.05', '1/3' or '5 %'."""
    text = text.strip()
    if text.endswith("%"):
        return _decimal(text[:-1].strip()) / 100
    above, slash, below = text.partition("/")
    if not slash:
        return _decimal(text)
    divisor = _decimal(below.strip())
    if divisor == 0:
        raise ValueError(f"{_short(text)} divides by zero")
    return _decimal(above.strip()) / divisor


def exact(value: object) -> Fraction:
    """The exact rational that ``value`` writes; ValueError unless it is exact and finite."""
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{value!r} is not a number")
    if isinstance(value, float):
        raise ValueError(
            f"{value!r} is a binary floating-point number; write it as exact text or a decimal"
        )
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > 24:
            raise ValueError(f"{_short(value)} is not a finite number of reasonable size")
        return Fraction(value)
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, str):
        return _from_text(value)
    raise ValueError(f"{_short(value)} is not a number")


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is true or false, not a whole number")
    return value


def _rate(value: object) -> Fraction:
    rate = exact(value)
    if not 0 <= rate <= 1:
        raise ValueError(f"{_shown(value)} is outside the range 0 to 1")
    if rate.denominator > LARGEST:
        raise ValueError(f"{_shown(value)} is finer than one part in {LARGEST}")
    return rate


def _factor(value: object) -> Fraction:
    factor = exact(value)
    if not 0 <= factor <= 100 or factor.denominator > LARGEST:
        raise ValueError(
            f"{_shown(value)} is outside the range 0 to 100, or finer than one part in {LARGEST}"
        )
    return factor


def _points(value: object) -> Fraction:
    points = exact(value)
    if not 0 <= points <= LARGEST:
        raise ValueError(f"{_shown(value)} points is outside the range 0 to {LARGEST}")
    if (points * POINT).denominator != 1:
        raise ValueError(f"{_shown(value)} points is finer than a hundredth of a point")
    return points


def _amount(value: object) -> Fraction:
    amount = exact(value)
    if not 0 <= amount <= LARGEST:
        raise ValueError(f"{_shown(value)} is outside the range 0 to {LARGEST}")
    return amount


def in_hundredths(points: Fraction) -> int:
    """Points as the whole hundredths in which volumes are kept."""
    return int(points * POINT)


def written(value: Fraction) -> str:
    """The shortest exact text of ``value``: a decimal where there is one, else a fraction.

    >>> written(Fraction(1, 20)), written(Fraction(1, 3)), written(Fraction(100))
    ('0.05', '1/3', '100')
    """
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(abs(int(value * 10**digits))).zfill(digits + 1)
    text = f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return "-" + text if value < 0 else text


_WRITE = PlainSerializer(written, return_type=str)

Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number; true and false are none."""

Rate = Annotated[Fraction, BeforeValidator(_rate), _WRITE, WithJsonSchema(_SCHEMA)]
"""A share from 0 to 1, written 0.05, '1/3' or '5 %'."""

Factor = Annotated[Fraction, BeforeValidator(_factor), _WRITE, WithJsonSchema(_SCHEMA)]
"""A multiplier from 0 to 100."""

Points = Annotated[Fraction, BeforeValidator(_points), _WRITE, WithJsonSchema(_SCHEMA)]
"""Volume in points, at most two decimals."""

Amount = Annotated[Fraction, BeforeValidator(_amount), _WRITE, WithJsonSchema(_SCHEMA)]
"""Money in major units of the plan's currency; the plan checks that it is whole minor units."""
