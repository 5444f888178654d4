"""What every bonus hands back (``Paid``), and how fixed sums are traced to their source."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.exact import muldiv
from sim.records import NOBODY, PAY_LINE, Table

FLOOR = np.int64(4)
_NONE = np.int64(0)


class Rows(NamedTuple):
    """Totals of one bonus: sorted by payee (a row of the tree), then source, and free of zeros.

    Amounts are in minor units.
    """

    payee: NDArray[np.int32]
    source: NDArray[np.int8]
    amount: NDArray[np.int64]


def no_rows() -> Rows:
    """Nothing paid."""
    return Rows(np.zeros(0, np.int32), np.zeros(0, np.int8), np.zeros(0, np.int64))


@dataclass
class Paid:
    """What one bonus pays: totals, lines if asked for, exact maximum and breakage.

    ``use`` tells which orders it claims for itself, so that later bonuses can leave them out.
    """

    rows: Rows
    maximum: Fraction
    breakage: dict[str, Fraction]
    lines: Table | None = None
    use: NDArray[np.int8] | None = None


def paid_exactly(
    rows: Rows, maximum: int, breakage: dict[str, int], den: int = 1, lines: Table | None = None
) -> Paid:
    """A bonus whose maximum and breakage are given over ``den``; reasons of nothing are dropped.

    Raises AssertionError unless maximum = paid + breakage, exactly.
    """
    paid = int(rows.amount.sum())
    if paid * den + sum(breakage.values()) != maximum:
        raise AssertionError(f"paid {paid} and breakage {breakage} / {den}: not {maximum} / {den}")
    shares = {reason: Fraction(part, den) for reason, part in breakage.items() if part}
    return Paid(rows, Fraction(maximum, den), shares, lines)


def fixed_lines(index: int, ids: NDArray[np.int32], rows: Rows, level: NDArray[np.int16]) -> Table:
    """The lines of bonuses that no single order funds: a line a row of the totals."""
    return Table.of(
        PAY_LINE,
        payee=ids[rows.payee],
        component=np.full(len(rows.payee), index),
        order=np.full(len(rows.payee), NOBODY),
        source=rows.source,
        level=level,
        amount=rows.amount,
    )


@njit
def spread(amount: NDArray[np.int64], weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split each amount over the source classes in proportion to ``weight``, to the unit.

    ``weight`` and the result have a row an amount and a column a source class. A part is the rise
    of the rounded-down running share, so the parts add up exactly. Negative weights count as zero.
    Without any weight the amount goes to the last class, participants' orders.
    """
    parts = np.zeros(weight.shape, np.int64)
    for i in range(len(amount)):
        total = np.int64(0)
        for s in range(weight.shape[1]):
            total += max(weight[i, s], _NONE)
        if total == 0:
            parts[i, -1] = amount[i]
            continue
        seen, given = np.int64(0), np.int64(0)
        for s in range(weight.shape[1]):
            seen += max(weight[i, s], _NONE)
            so_far = np.int64(muldiv(amount[i], seen, total, FLOOR))
            parts[i, s] = so_far - given
            given = so_far
    return parts


@njit
def book(payee: NDArray[np.int32], part: NDArray[np.int32], parts: NDArray[np.int64]) -> Rows:
    """The totals of fixed sums: each payee (rows of the tree, rising) receives parts[part]."""
    most, row = len(payee) * parts.shape[1], 0
    who, source, amount = (
        np.empty(most, np.int32),
        np.empty(most, np.int8),
        np.empty(most, np.int64),
    )
    for i in range(len(payee)):
        for s in range(parts.shape[1]):
            if parts[part[i], s] != 0:
                who[row], source[row], amount[row] = payee[i], s, parts[part[i], s]
                row += 1
    return Rows(who[:row], source[:row], amount[:row])
