"""Double entry: every movement of money is taken from one account and given to another."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.records import FLOW_ENDS, Account, Flow

BONUS = "BONUS"
ENDS = tuple((flow.name, *FLOW_ENDS[flow]) for flow in Flow)
LOW_BITS = np.int64(0xFFFFFFFF)


class LedgerError(Exception):
    """An invariant of the ledger is broken: a fault of the program, never of its user."""


class Entry(NamedTuple):
    """One posting: in ``month``, ``amount`` minor units left account ``giver`` for ``taker``.

    ``flow`` is the name of a ``Flow``, or BONUS with the ``component`` of the plan that paid it.
    """

    month: int
    flow: str
    component: str
    giver: Account
    taker: Account
    amount: int


def exact_sums(rows: NDArray[np.int64]) -> list[int]:
    """The sum of each integer column as a Python integer, right even where 64 bits would overflow.

    High and low halves are summed apart; right for fewer than 2**31 rows.

    >>> exact_sums(np.array([[2**62, 1], [2**62, 2], [2**62, -4]]))
    [13835058055282163712, -1]
    """
    high, low = (rows >> 32).sum(axis=0), (rows & LOW_BITS).sum(axis=0)
    return [(h << 32) + x for h, x in zip(high.tolist(), low.tolist(), strict=True)]


class Accounts:
    """The five accounts of one currency and the journal of everything that was posted to them.

    Balances are Python integers in minor units, so they cannot overflow.
    """

    def __init__(self) -> None:
        self.balance: dict[Account, int] = dict.fromkeys(Account, 0)
        self.journal: list[Entry] = []

    def post(self, month: int, flow: Flow, amount: int) -> None:
        """Move ``amount`` minor units between the two accounts that the flow names."""
        name, giver, taker = ENDS[flow]
        self._enter(month, name, "", giver, taker, amount)

    def post_bonus(self, month: int, component: str, amount: int) -> None:
        """Move a component's bonuses of the month from the firm to the participants."""
        self._enter(month, BONUS, component, Account.FIRM, Account.PARTICIPANTS, amount)

    def _enter(
        self, month: int, flow: str, component: str, giver: Account, taker: Account, amount: int
    ) -> None:
        if amount:
            self.balance[giver] -= amount
            self.balance[taker] += amount
            self.journal.append(Entry(month, flow, component, giver, taker, amount))

    def check(self, month: int) -> None:
        """Raise LedgerError unless all accounts together hold exactly nothing."""
        agree(month, "all accounts together", sum(self.balance.values()), 0)


def agree(month: int, account: str, booked: int, expected: int) -> None:
    """Raise LedgerError, naming month, account and difference, unless both figures are equal."""
    if booked != expected:
        raise LedgerError(
            f"month {month}: {account}: booked {booked}, expected {expected}, "
            f"difference {booked - expected} minor units"
        )


def journal_columns(journal: list[Entry]) -> dict[str, NDArray[Any]]:
    """The journal as named columns, one row a posting."""
    return {
        "month": np.array([e.month for e in journal], np.int32),
        "flow": np.array([e.flow for e in journal], np.str_),
        "component": np.array([e.component for e in journal], np.str_),
        "giver": np.array([e.giver.name for e in journal], np.str_),
        "taker": np.array([e.taker.name for e in journal], np.str_),
        "amount": np.array([e.amount for e in journal], np.int64),
    }
