r"""The fingerprint of a ledger: one SHA-256 over the integers of every order and pay row.

What is hashed, so that anyone can check it with another program. First the UTF-8 text
``downline-ledger-2\n<currency>\n<YYYY-MM>\n<component ids joined by newlines>\n``. Then, month by
month, three integers of 8 bytes: the month, the number of orders, the number of pay rows; then the
columns of the orders (``records.ORDER`` in declared order) and the columns of the pay rows
(``records.PAY``). Orders are sorted by person, purpose and then by every column in declared order;
pay rows by every column in declared order.

A column is its width as an integer of 8 bytes, then its values one after the other in that many
bytes each, then bytes of zero up to a multiple of 8. The width is the smallest of 1, 2, 4 and 8 in
which all its values fit, 1 for a column without rows. All integers are signed and little-endian.

Nothing else enters: not the names of people, not whether lines are kept, not the engine.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.records import ORDER, PAY, Table

Longs = NDArray[np.int64]
Rows = list[NDArray[Any]]
WORDS_OF_HEAD = 3
# A column's width and padding take at most two words.
WORDS_OF_COLUMN = 2
NAMES = [c.name for c in ORDER]
# The columns of orders by rank in the order of rows: person, purpose, then all as declared.
FIRST = (NAMES.index("person"), NAMES.index("purpose"))
RANKED = (*FIRST, *(k for k in range(len(ORDER)) if k not in FIRST))


class Buffer(NamedTuple):
    """The same memory as integers of 1, 2, 4 and 8 bytes."""

    by1: NDArray[np.int8]
    by2: NDArray[np.int16]
    by4: NDArray[np.int32]
    by8: Longs


class Digest:
    """A running SHA-256 that is fed once a month; ``hex`` may be asked at any time."""

    def __init__(self, currency: str, start: tuple[int, int], component_ids: tuple[str, ...]):
        head = ["downline-ledger-2", currency, f"{start[0]:04d}-{start[1]:02d}", *component_ids]
        self._hash = hashlib.sha256(("\n".join(head) + "\n").encode())
        self._buffer = new_buffer(0)

    def add(self, month: int, orders: Table, pay: Table) -> None:
        """Take in one month's orders and pay rows, in whatever order they come."""
        words = len(orders) * len(ORDER) + len(pay) * len(PAY) + WORDS_OF_HEAD
        words += WORDS_OF_COLUMN * (len(ORDER) + len(PAY))
        if len(self._buffer.by8) < words:
            self._buffer = new_buffer(words * 5 // 4)
        self._buffer.by8[:WORDS_OF_HEAD] = month, len(orders), len(pay)
        of_orders, of_pay = [c for _, c in orders], [c for _, c in pay]
        if not in_order([of_orders[k] for k in RANKED]):
            of_orders = _taken(of_orders, order_ranking(of_orders))
        if not in_order(of_pay):
            of_pay = _taken(of_pay, np.lexsort(of_pay[::-1]))
        word = WORDS_OF_HEAD
        for column in (*of_orders, *of_pay):
            kind = np.int64 if column.itemsize == np.dtype(np.int64).itemsize else np.int32
            word = pack_column(column.astype(kind, copy=False), *self._buffer, word)
        self._hash.update(self._buffer.by8[:word])

    @property
    def hex(self) -> str:
        r"""The fingerprint of all months so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()


def new_buffer(words: int) -> Buffer:
    """Memory for so many words of 8 bytes."""
    memory = np.zeros(words, np.int64)
    return Buffer(memory.view(np.int8), memory.view(np.int16), memory.view(np.int32), memory)


def in_order(columns: Rows) -> bool:
    """Whether no row belongs before the one above it, by every column in turn."""
    open_rows = np.flatnonzero(columns[0][1:] <= columns[0][:-1]) + 1
    for column in columns:
        if not len(open_rows):
            break
        above, here = column[open_rows - 1], column[open_rows]
        if (here < above).any():
            return False
        open_rows = open_rows[here == above]
    return True


def order_ranking(orders: Rows) -> NDArray[np.intp]:
    """Rows sorted by person, purpose, then everything; fast where few share person and purpose."""
    person, purpose = FIRST
    key = orders[person].astype(np.int64) * 256 + orders[purpose]
    ranking = np.argsort(key, kind="stable")
    same = key[ranking][1:] == key[ranking][:-1]
    tied = np.zeros(len(key), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    rows = ranking[tied]
    # Within a run of equal keys the full ranking decides; runs keep their places.
    ranking[tied] = rows[np.lexsort((*_taken(orders, rows)[::-1], key[rows]))]
    return ranking


def _taken(columns: Rows, rows: NDArray[np.intp]) -> Rows:
    return [column[rows] for column in columns]


@njit
def pack_column(
    column: NDArray[Any],
    by1: NDArray[np.int8],
    by2: NDArray[np.int16],
    by4: NDArray[np.int32],
    by8: Longs,
    word: int,
) -> int:
    """Write the width of a column and its values from a word on; gives the word after them."""
    rows, first = len(column), word + 1
    # A value and its complement need the same width, and the widest bit of all decides.
    bits = np.int64(0)
    for k in range(rows):
        number = np.int64(column[k])
        bits |= number ^ (number >> 63)
    width = 1 if bits < 1 << 7 else 2 if bits < 1 << 15 else 4 if bits < 1 << 31 else 8
    end = first + (rows * width + 7) // 8
    by8[end - 1] = 0
    by8[word] = width
    if width == 1:
        for k in range(rows):
            by1[8 * first + k] = column[k]
    elif width == 2:
        for k in range(rows):
            by2[4 * first + k] = column[k]
    elif width == 4:
        for k in range(rows):
            by4[2 * first + k] = column[k]
    else:
        for k in range(rows):
            by8[first + k] = column[k]
    return end
