"""The rules that books must keep to be read exactly (step 1 of a settlement)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.volumes import CV, PV, Orders
from sim.records import NOBODY, Books, Purpose, Source

LARGEST_SUM = 2.0**61
"""No column of a period may add up to more than this, so that no sum over participants can wrap."""

_SIGN = np.int64(63)


@njit
def in_order(sponsor: NDArray[np.int32]) -> bool:
    """Whether row 0 has the sponsor -1 and every row i a sponsor from 0 to i - 1."""
    wrong = np.int64(sponsor[0] != NOBODY)
    # no early way out, so that the compiler can test many rows at once
    for i in range(1, len(sponsor)):
        wrong += (sponsor[i] < 0) | (sponsor[i] >= i)
    return bool(wrong == 0)


@njit
def has_small_sums(orders: Orders, bits: NDArray[np.int64]) -> bool:
    """Whether no column of volume adds up to too much; ``bits`` as ``volumes.add_up`` gives it."""
    others = np.int64(0)
    for value in orders.qv:
        others |= value ^ (value >> _SIGN)
    return (
        _is_small(orders.pv, int(bits[PV]))
        and _is_small(orders.qv, int(others))
        and _is_small(orders.cv, int(bits[CV]))
    )


@njit
def _is_small(column: NDArray[np.int64], bits: int) -> bool:
    """Whether the values add up, all taken as positive, to at most LARGEST_SUM.

    No value is known to be larger than 2 * ``bits`` + 1 in magnitude.
    """
    if (2.0 * float(bits) + 1.0) * len(column) <= LARGEST_SUM:
        return True
    total = 0.0
    for value in column:
        total += abs(float(value))
    return total <= LARGEST_SUM


def explain(books: Books) -> None:
    """Raise what is wrong with unreadable books: ValueError with column, row and bound."""
    sponsor, n, orders = books.sponsor, len(books.sponsor), books.orders
    low, high = np.zeros(n), np.arange(n)
    low[0] = NOBODY
    bad = np.flatnonzero((sponsor < low) | (sponsor >= high))
    if len(bad):
        raise ValueError(
            f"participant {bad[0]} has sponsor {sponsor[bad[0]]}; a sponsor's id is smaller than "
            "its recruit's and only the company (0) has none (-1)"
        )
    _within("credited_to", orders.credited_to, 0, n)
    _within("participant", orders.participant, NOBODY, n)
    _within("source", orders.source, 0, len(Source))
    _within("purpose", orders.purpose, 0, len(Purpose))
    for name in ("pv", "qv", "cv"):
        if np.abs(getattr(orders, name).astype(np.float64)).sum() > LARGEST_SUM:
            raise OverflowError(f"the orders' {name} adds up to more than 2^61")


def _within(name: str, column: NDArray[Any], low: int, high: int) -> None:
    outside = np.flatnonzero((column < low) | (column >= high))
    if len(outside):
        row = int(outside[0])
        raise ValueError(f"order {row} has {name} {column[row]}, outside {low} to {high - 1}")
