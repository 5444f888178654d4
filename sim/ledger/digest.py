r"""The fingerprint of a ledger: one SHA-256 over the integers of every order and pay row.

What is hashed, so that anyone can check it with another program: the UTF-8 text
``downline-ledger-1\n<currency>\n<YYYY-MM>\n<component ids joined by newlines>\n``; then, month by
month, three integers (month, number of orders, number of pay rows), the orders (all columns of
``records.ORDER`` in declared order) sorted by person, purpose and then by every column in declared
order, and the pay rows (columns of ``records.PAY``) sorted by every column in declared order. Each
integer is 8 bytes, signed, little-endian, row after row. Nothing else enters: not the names of
people, not whether lines are kept, not the engine.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.records import Table


class Digest:
    """A running SHA-256 that is fed once a month; ``hex`` may be asked at any time."""

    def __init__(self, currency: str, start: tuple[int, int], component_ids: tuple[str, ...]):
        head = ["downline-ledger-1", currency, f"{start[0]:04d}-{start[1]:02d}", *component_ids]
        self._hash = hashlib.sha256(("\n".join(head) + "\n").encode())

    def add(self, month: int, orders: Table, pay: Table) -> None:
        """Take in one month's orders and pay rows, in whatever order they come."""
        self._hash.update(np.array([month, len(orders), len(pay)], "<i8").tobytes())
        self._hash.update(_block(orders, _order_ranking(orders)))
        self._hash.update(_block(pay, _ranking(pay)))

    @property
    def hex(self) -> str:
        r"""The fingerprint of all months so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()


def _block(table: Table, rows: NDArray[np.intp]) -> bytes:
    block = np.empty((len(table), len(table.columns)), "<i8")
    for k, (_, column) in enumerate(table):
        block[:, k] = column[rows]
    return block.tobytes()


def _ranking(table: Table, rows: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
    columns: list[NDArray[Any]] = [c if rows is None else c[rows] for _, c in table]
    return np.lexsort(columns[::-1])


def _order_ranking(orders: Table) -> NDArray[np.intp]:
    """Rows sorted by person, purpose, then everything; fast where the rows are sorted already."""
    key = orders.person.astype(np.int64) * 256 + orders.purpose
    ranking = np.argsort(key, kind="stable")
    same = key[ranking][1:] == key[ranking][:-1]
    if same.any():
        tied = np.zeros(len(key), np.bool_)
        tied[1:] |= same
        tied[:-1] |= same
        rows = ranking[tied]
        # Within a run of equal keys the full ranking decides; runs keep their places.
        order = np.lexsort((np.argsort(_ranking(orders, rows)), key[rows]))
        ranking[tied] = rows[order]
    return ranking
