"""How numbers are written for people: amounts, shares and counts, the same in every view."""

from __future__ import annotations

import math

STAMP = "SIMULATED"
MISSING = "–"


def amount(major: float, currency: str, decimals: int = 0) -> str:
    """An amount of whole units: ``amount(-1250, "USD")`` is ``-$1,250``."""
    if not math.isfinite(major):
        return MISSING
    sign = "-" if round(major, decimals) < 0 else ""
    code = "$" if currency == "USD" else f"{currency} "
    return f"{sign}{code}{abs(major):,.{decimals}f}"


def precise(major: float, currency: str) -> str:
    """An amount with cents where it is below ten, so that little does not look like nothing."""
    return amount(major, currency, 2 if 0 < abs(major) < 10 else 0)


def short_amount(major: float, currency: str) -> str:
    """An amount for an axis: ``$300``, ``$30k``, ``$1M``."""
    size = abs(major)
    scale, letter = next(
        ((s, x) for s, x in ((1e9, "bn"), (1e6, "M"), (1e3, "k")) if size >= s), (1, "")
    )
    sign = "-" if major < 0 else ""
    code = "$" if currency == "USD" else f"{currency} "
    return f"{sign}{code}{size / scale:g}{letter}"


def percent(share: float | None, decimals: int = 1) -> str:
    """A share 0-1 in per cent; what is above zero and would print as 0 is ``<0.1 %``."""
    if share is None or not math.isfinite(share):
        return MISSING
    least = 10.0**-decimals
    if 0 < share * 100 < least / 2:
        return f"<{least:g} %"
    return f"{share * 100:.{decimals}f} %"


def count(number: float) -> str:
    """A count with thousands set apart."""
    return f"{number:,.0f}"


def plural(number: int, noun: str, many: str = "") -> str:
    """A count with its noun: ``plural(1, "person", "people")`` is ``1 person``."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
