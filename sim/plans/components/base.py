"""What every bonus reads (``Facts``) and hands back (``Paid``)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledPlan
from sim.plans.exact import muldiv
from sim.plans.volumes import Volumes
from sim.records import NOBODY, PAY_LINE, Books, Source, Table

SOURCES = len(Source)
FLOOR = np.int64(4)
_NONE = np.int64(0)


@dataclass(frozen=True)
class Facts:
    """What is settled before any bonus: the books, volumes, activity, ranks; a row a participant.

    ``lines`` asks for the single lines too; amounts do not depend on it.
    """

    plan: CompiledPlan
    books: Books
    volumes: Volumes
    gv: NDArray[np.int64]
    qualified: NDArray[np.bool_]
    paid_as: NDArray[np.int8]
    uplines: NDArray[np.int32]
    lines: bool

    @property
    def sponsor(self) -> NDArray[np.int32]:
        """The sponsor tree (other trees will stand beside it)."""
        return self.books.sponsor


class Rows(NamedTuple):
    """Totals of one bonus: sorted by payee, then source, free of zeros; amounts in minor units."""

    payee: NDArray[np.int64]
    source: NDArray[np.int64]
    amount: NDArray[np.int64]


@dataclass
class Paid:
    """What one bonus pays: totals, lines if asked for, exact maximum and breakage.

    ``used_orders`` marks the orders it claims for itself, so that later bonuses can leave them out.
    """

    rows: Rows
    maximum: Fraction
    breakage: dict[str, Fraction]
    lines: Table | None = None
    used_orders: NDArray[np.bool_] | None = None

    def close(self) -> Paid:
        """Drop empty reasons; AssertionError unless maximum = paid + breakage, exactly."""
        self.breakage = {reason: amount for reason, amount in self.breakage.items() if amount}
        paid = int(self.rows.amount.sum())
        if paid + sum(self.breakage.values()) != self.maximum:
            raise AssertionError(f"paid {paid} and breakage {self.breakage}: not {self.maximum}")
        return self


@dataclass
class Fixed:
    """Bonuses that no single order funds: a row a payee (rising), and weights by source.

    ``weight`` has a row a source class and a column a payee.
    """

    payee: NDArray[np.int64]
    level: NDArray[np.int64]
    amount: NDArray[np.int64]
    weight: NDArray[np.int64]


def book_fixed(index: int, facts: Facts, fixed: Fixed) -> tuple[Rows, Table | None]:
    """The totals, and the lines if asked for, of bonuses without a source order."""
    parts = spread(fixed.amount, fixed.weight)
    row, source = np.nonzero(parts.T)
    rows = Rows(fixed.payee[row], source.astype(np.int64), parts[source, row])
    if not facts.lines:
        return rows, None
    component, order = np.full(len(row), index), np.full(len(row), NOBODY)
    level = fixed.level[row]
    return rows, Table.of(PAY_LINE, component=component, order=order, level=level, **rows._asdict())


@njit
def gather(pay: NDArray[np.int64]) -> Rows:
    """The rows of a dense table of amounts (a row a source class, a column a participant)."""
    rows = np.int64(0)
    for p in range(pay.shape[1]):
        for s in range(pay.shape[0]):
            rows += pay[s, p] != 0
    payee, source = np.empty(rows, np.int64), np.empty(rows, np.int64)
    amount = np.empty(rows, np.int64)
    row = 0
    for p in range(pay.shape[1]):
        for s in range(pay.shape[0]):
            if pay[s, p] != 0:
                payee[row], source[row], amount[row] = p, s, pay[s, p]
                row += 1
    return Rows(payee, source, amount)


@njit
def spread(amount: NDArray[np.int64], weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split each amount over the source classes in proportion to ``weight``, to the unit.

    A part is the rise of the rounded-down running share, so the parts add up exactly. Negative
    weights count as zero. Without any weight the amount goes to the last class, participants'
    orders.
    """
    parts = np.zeros((weight.shape[0], len(amount)), np.int64)
    for i in range(len(amount)):
        total = np.int64(0)
        for s in range(weight.shape[0]):
            total += max(weight[s, i], _NONE)
        if total == 0:
            parts[-1, i] = amount[i]
            continue
        seen, given = np.int64(0), np.int64(0)
        for s in range(weight.shape[0]):
            seen += max(weight[s, i], _NONE)
            so_far = np.int64(muldiv(amount[i], seen, total, FLOOR))
            parts[s, i] = so_far - given
            given = so_far
    return parts
