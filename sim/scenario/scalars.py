"""What an unquoted YAML scalar means: YAML 1.2's core schema, less what readers disagree on.

Whole numbers become ``int``, other numbers ``Decimal`` (never a float), ``true`` and ``false``
bool. The traps of YAML 1.1 stay text: ``no``, ``12:30``, ``1_000``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from sim.scenario.errors import shortened

MAX_DIGITS = 40
MAX_POWER = 24

Scalar = str | int | Decimal | bool | None

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_TWO_READINGS = re.compile(r"[-+]?0([0-9]+|o[0-7]+|x[0-9a-fA-F]+)")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class BadScalarError(ValueError):
    """A scalar that is refused: what is wrong with it, and what to write instead."""

    def __init__(self, says: str, hint: str = "") -> None:
        super().__init__(says)
        self.says = says
        self.hint = hint


def resolved(text: str) -> Scalar:
    """The value of the unquoted scalar ``text``. Raises BadScalarError.

    >>> resolved("1e6"), resolved("no"), resolved("12:30"), resolved("-0")
    (Decimal('1E+6'), 'no', '12:30', 0)
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INFINITE.fullmatch(text):
        raise BadScalarError(f"{text} is not a finite number")
    if _TWO_READINGS.fullmatch(text):
        raise BadScalarError(
            f"{shortened(text)} has two readings (decimal, octal or hexadecimal)",
            "write a number in decimal digits without leading zeros, or text in quotes",
        )
    return _number(text) if _NUMBER.fullmatch(text) else text


def _number(text: str) -> int | Decimal:
    digits, _, power = text.lower().partition("e")
    if len(text) > MAX_DIGITS:
        raise BadScalarError(f"{shortened(text)} has more than {MAX_DIGITS} characters")
    number = Decimal(digits)
    if number == 0:
        # a negative zero is zero
        return 0 if _INTEGER.fullmatch(text) else Decimal(0)
    if len(power) > 4 or abs(number.adjusted() + int(power or 0)) > MAX_POWER:
        low, high = f"1e-{MAX_POWER}", f"1e{MAX_POWER}"
        raise BadScalarError(
            f"{shortened(text)} is beyond the numbers that are read, {low} to {high}"
        )
    return int(text) if _INTEGER.fullmatch(text) else Decimal(text)
