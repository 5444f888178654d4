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

from sim.jit import inlined, njit
from sim.records import ORDER, PAY, Table

Bytes = NDArray[np.int8]
Shorts = NDArray[np.int16]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Rows = list[NDArray[Any]]
WORDS_OF_HEAD = 3
# A column's width and padding take at most two words.
WORDS_OF_COLUMN = 2
# Rows whose order is checked at a time.
BLOCK = 64
NAMES = [c.name for c in ORDER]
# The columns of orders by rank in the order of rows: person, purpose, then all as declared.
FIRST = (NAMES.index("person"), NAMES.index("purpose"))


class OrderColumns(NamedTuple):
    """All columns of ORDER, as declared."""

    person: Ints
    incarnation: Ints
    participant: Ints
    credited_to: Ints
    day: Ints
    since_day: Ints
    source: Bytes
    purpose: Bytes
    units: Ints
    paid: Longs
    margin: Longs
    pv: Longs
    qv: Longs
    cv: Longs
    cost: Longs


class PayColumns(NamedTuple):
    """All columns of PAY, as declared."""

    payee: Ints
    component: Shorts
    source: Bytes
    amount: Longs


class Buffer(NamedTuple):
    """The same memory as integers of 1, 2, 4 and 8 bytes."""

    by1: Bytes
    by2: Shorts
    by4: Ints
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
        of_orders = OrderColumns(*[column for _, column in orders])
        of_pay = PayColumns(*[column for _, column in pay])
        word = pack_month(of_orders, of_pay, self._buffer)
        if word == UNSORTED:
            of_orders = OrderColumns(*_taken(of_orders, order_ranking(of_orders)))
            of_pay = PayColumns(*_taken(of_pay, np.lexsort(of_pay[::-1])))
            word = pack_month(of_orders, of_pay, self._buffer)
        self._hash.update(self._buffer.by8[:word])

    @property
    def hex(self) -> str:
        r"""The fingerprint of all months so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()


def new_buffer(words: int) -> Buffer:
    """Memory for so many words of 8 bytes."""
    memory = np.zeros(words, np.int64)
    return Buffer(memory.view(np.int8), memory.view(np.int16), memory.view(np.int32), memory)


def order_ranking(orders: OrderColumns) -> NDArray[np.intp]:
    """Rows sorted by person, purpose, then everything; fast where few share person and purpose."""
    key = orders.person.astype(np.int64) * 256 + orders.purpose
    ranking = np.argsort(key, kind="stable")
    same = key[ranking][1:] == key[ranking][:-1]
    tied = np.zeros(len(key), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    rows = ranking[tied]
    # Within a run of equal keys the full ranking decides; runs keep their places.
    ranking[tied] = rows[np.lexsort((*_taken(orders, rows)[::-1], key[rows]))]
    return ranking


def _taken(columns: tuple[NDArray[Any], ...], rows: NDArray[np.intp]) -> Rows:
    return [column[rows] for column in columns]


UNSORTED = -1


@njit
def pack_month(orders: OrderColumns, pay: PayColumns, buffer: Buffer) -> int:
    """Write all columns after the head; gives the word after them, UNSORTED where rows are not."""
    if not (orders_in_order(orders) and pay_in_order(pay)):
        return UNSORTED
    word = WORDS_OF_HEAD
    word = pack_column(orders.person, buffer, word)
    word = pack_column(orders.incarnation, buffer, word)
    word = pack_column(orders.participant, buffer, word)
    word = pack_column(orders.credited_to, buffer, word)
    word = pack_column(orders.day, buffer, word)
    word = pack_column(orders.since_day, buffer, word)
    word = pack_column(orders.source, buffer, word)
    word = pack_column(orders.purpose, buffer, word)
    word = pack_column(orders.units, buffer, word)
    word = pack_column(orders.paid, buffer, word)
    word = pack_column(orders.margin, buffer, word)
    word = pack_column(orders.pv, buffer, word)
    word = pack_column(orders.qv, buffer, word)
    word = pack_column(orders.cv, buffer, word)
    word = pack_column(orders.cost, buffer, word)
    word = pack_column(pay.payee, buffer, word)
    word = pack_column(pay.component, buffer, word)
    word = pack_column(pay.source, buffer, word)
    return pack_column(pay.amount, buffer, word)


@njit
def orders_in_order(orders: OrderColumns) -> bool:
    """Whether no order belongs before the one above it."""
    person, purpose = orders.person, orders.purpose
    for start in range(1, len(person), BLOCK):
        stop = min(start + BLOCK, len(person))
        if rising(person[start - 1 : stop], purpose[start - 1 : stop]):
            continue
        for k in range(start, stop):
            ahead = compare(person, k)
            if ahead == 0:
                ahead = compare(purpose, k)
            if ahead < 0 or (ahead == 0 and compare_rest(orders, k) < 0):
                return False
    return True


@inlined
def rising(person: Ints, purpose: Bytes) -> bool:
    """Whether person and then purpose rise from each row to the next, found without a branch."""
    open_rows = 0
    for k in range(1, len(person)):
        same = (person[k] == person[k - 1]) & (purpose[k] > purpose[k - 1])
        open_rows += not ((person[k] > person[k - 1]) | same)
    return open_rows == 0


@inlined
def compare(column: NDArray[Any], k: int) -> int:
    """1 where the value is greater than the one above it, -1 where it is less, 0 where equal."""
    return int(column[k] > column[k - 1]) - int(column[k] < column[k - 1])


@njit
def compare_rest(orders: OrderColumns, k: int) -> int:
    """``compare`` by the columns after person and purpose; the first that differs decides."""
    signs = (
        compare(orders.incarnation, k),
        compare(orders.participant, k),
        compare(orders.credited_to, k),
        compare(orders.day, k),
        compare(orders.since_day, k),
        compare(orders.source, k),
        compare(orders.units, k),
        compare(orders.paid, k),
        compare(orders.margin, k),
        compare(orders.pv, k),
        compare(orders.qv, k),
        compare(orders.cv, k),
        compare(orders.cost, k),
    )
    for sign in signs:
        if sign != 0:
            return sign
    return 0


@njit
def pay_in_order(pay: PayColumns) -> bool:
    """Whether no pay row belongs before the one above it."""
    payee, component, source, amount = pay.payee, pay.component, pay.source, pay.amount
    for k in range(1, len(payee)):
        ahead = compare(payee, k)
        if ahead == 0:
            ahead = compare(component, k)
        if ahead == 0:
            ahead = compare(source, k)
        if ahead < 0 or (ahead == 0 and compare(amount, k) < 0):
            return False
    return True


@njit
def pack_column(column: NDArray[Any], buffer: Buffer, word: int) -> int:
    """Write the width of a column and its values from a word on; gives the word after them."""
    by1, by2, by4, by8 = buffer
    rows, first, width = len(column), word + 1, width_of(column)
    end = first + (rows * width + 7) // 8
    by8[end - 1] = 0
    by8[word] = width
    if width == 1:
        copy(column, by1[8 * first : 8 * first + rows])
    elif width == 2:
        copy(column, by2[4 * first : 4 * first + rows])
    elif width == 4:
        copy(column, by4[2 * first : 2 * first + rows])
    else:
        copy(column, by8[first:end])
    return end


@njit
def width_of(column: NDArray[Any]) -> int:
    """The fewest bytes in which every value fits."""
    if len(column) == 0 or column.itemsize == 1:
        return 1
    low = high = column[0]
    # Written so that it vectorises, as min and max do not.
    for k in range(len(column)):
        value = column[k]
        low = value if value < low else low
        high = value if value > high else high
    # A value and its complement need the same width.
    most = max(int(high), ~int(low))
    return 1 if most < 1 << 7 else 2 if most < 1 << 15 else 4 if most < 1 << 31 else 8


@inlined
def copy(source: NDArray[Any], target: NDArray[Any]) -> None:
    """Copy all values into another type of integer."""
    for k in range(len(source)):
        target[k] = source[k]
