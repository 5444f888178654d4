"""What every bonus reads (``Facts``) and hands back (``Paid``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledPlan
from sim.plans.exact import muldiv
from sim.plans.volumes import Volumes
from sim.records import NOBODY, PAY_LINE, Books, Source, Table

SOURCES = len(Source)
FLOOR = 4


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


@dataclass
class Paid:
    """What one bonus pays. ``amount`` has a row a source class and a column a participant (minor units).

    ``maximum`` = sum of ``amount`` + sum of ``breakage``, exactly. ``used_orders`` marks the orders it claims
    for itself, so that later bonuses can leave them out.
    """

    amount: NDArray[np.int64]
    maximum: Fraction
    breakage: dict[str, Fraction]
    lines: Table | None = None
    used_orders: NDArray[np.bool_] | None = None

    def close(self) -> Paid:
        """Drop empty reasons and prove the identity maximum = paid + breakage; AssertionError if it fails."""
        self.breakage = {reason: amount for reason, amount in self.breakage.items() if amount}
        paid = int(self.amount.sum())
        if paid + sum(self.breakage.values()) != self.maximum:
            raise AssertionError(f"paid {paid} and breakage {self.breakage} do not make {self.maximum}")
        return self


@dataclass
class Fixed:
    """Bonuses that no single order funds: payees, levels, amounts, and weights that split them by source."""

    payee: NDArray[np.int64]
    level: NDArray[np.int64]
    amount: NDArray[np.int64]
    weight: NDArray[np.int64] = field(default_factory=lambda: np.zeros((SOURCES, 0), np.int64))


def book_fixed(index: int, facts: Facts, fixed: Fixed) -> tuple[NDArray[np.int64], Table | None]:
    """Amounts by source and participant, and the lines if asked for, of bonuses without a source order."""
    parts = spread(fixed.amount, fixed.weight)
    amount = np.zeros((SOURCES, len(facts.sponsor)), np.int64)
    amount[:, fixed.payee] = parts
    if not facts.lines:
        return amount, None
    row, source = np.nonzero(parts.T)
    return amount, Table.of(
        PAY_LINE,
        payee=fixed.payee[row],
        component=np.full(len(row), index),
        order=np.full(len(row), NOBODY),
        source=source,
        level=fixed.level[row],
        amount=parts[source, row],
    )


@njit
def spread(amount: NDArray[np.int64], weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Split each amount over the source classes in proportion to ``weight`` (a row a source), to the unit.

    A part is the rise of the rounded-down running share, so the parts add up exactly. Negative weights count
    as zero. Without any weight the amount goes to the last class, participants' orders.
    """
    parts = np.zeros((weight.shape[0], len(amount)), np.int64)
    for i in range(len(amount)):
        total = np.int64(0)
        for s in range(weight.shape[0]):
            total += max(weight[s, i], 0)
        if total == 0:
            parts[-1, i] = amount[i]
            continue
        seen, given = np.int64(0), np.int64(0)
        for s in range(weight.shape[0]):
            seen += max(weight[s, i], 0)
            so_far = muldiv(amount[i], seen, total, FLOOR)
            parts[s, i] = so_far - given
            given = so_far
    return parts
