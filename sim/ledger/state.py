"""The columns that compiled code reads and writes, bundled by what they are rows of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.ledger.layout import (
    CELLS,
    COMPONENTS,
    EVENTS,
    FAULT,
    HEADS,
    HOURS,
    MONTH_ROWS,
    NEW_TITLE,
    PAID_AS,
    PURSES,
    ROWS,
    SMALL,
    SMALL_OF_YEAR,
    SUMS,
    YEAR_ROWS,
)
from sim.records import MonthEvents, Table

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Orders(NamedTuple):
    """What the books read of ORDER."""

    participant: Ints
    credited_to: Ints
    purpose: NDArray[np.int8]
    units: Ints
    paid: Longs
    margin: Longs
    pv: Longs
    cv: Longs
    cost: Longs


class Pay(NamedTuple):
    """The columns of PAY."""

    payee: Ints
    component: NDArray[np.int16]
    source: NDArray[np.int8]
    amount: Longs


class Members(NamedTuple):
    """What the ledger reads of every participant each month."""

    person: Ints
    incarnation: Ints
    sponsor: Ints
    joined_month: Ints
    left_month: Ints


class People(NamedTuple):
    """What the ledger reads of the people in the market."""

    incarnation: Ints
    outside_wage: Ints
    membership: Ints


class Deeds(NamedTuple):
    """What participants settled, gave and spent in a month; ``hours_bits`` is ``hours`` as bits."""

    pv: Longs
    qualified: NDArray[np.bool_]
    paid_as: NDArray[np.int8]
    title: NDArray[np.int8]
    hours: NDArray[np.float64]
    hours_bits: Longs
    expenses: Longs
    renewed: Ints


class Terms(NamedTuple):
    """The numbers of a month: its count, the first newcomer, the fee, and how goods are valued."""

    month: int
    first_new: int
    fee: int
    benchmark: int
    numerator: int
    denominator: int


class Books(NamedTuple):
    """All that is written; layout.py says what stands where.

    A row a participant: ``sums``, ``small`` and ``hours`` since enrolment, the highest ``title``,
    the ``depth`` in the sponsor tree, and ``month_row``, the row among those of the month (zero
    for none). A row for everyone ever paid: ``pays``, bonuses by component since enrolment. A row
    for everyone who did something this year: sums and small numbers as they stood before, and the
    year's hours. A row for everyone who did something this month: ``cells``, which are zero between
    two months. Row 0 of year, month and pay is nobody's. ``busy`` lists who did something this
    month. ``out`` is what the month adds up to.

    Plain arrays side by side, because bundles within bundles take compilers very long.
    """

    sums: Longs
    small: Ints
    hours: NDArray[np.float64]
    title: NDArray[np.int8]
    depth: Ints
    month_row: Ints
    pays: Longs
    year_sums: Longs
    year_small: Ints
    year_hours: NDArray[np.float64]
    cells: Longs
    busy: Ints
    out: Longs


class Outcome(NamedTuple):
    """Views of ``Books.out``: what a month adds up to.

    ``events``, ``rows`` and ``components`` are halves of totals; ``hours`` limbs (exact.py).
    """

    fault: Longs
    events: Longs
    rows: Longs
    heads: Longs
    paid_as: Longs
    new_title: Longs
    hours: Longs
    components: Longs

    @classmethod
    def of(cls, out: Longs) -> Outcome:
        """The views of a row of totals."""
        ends = (FAULT, MONTH_ROWS, EVENTS, ROWS, HEADS, PAID_AS, NEW_TITLE, HOURS, COMPONENTS)
        parts = np.split(out, ends)
        return cls(parts[1], *parts[3:])


def new_books(rows: int, components: int) -> Books:
    """Books with room for so many participants; memory is taken only where something is written."""
    return Books(
        sums=np.zeros((rows, len(SUMS)), np.int64),
        small=np.zeros((rows, SMALL), np.int32),
        hours=np.zeros(rows),
        title=np.zeros(rows, np.int8),
        depth=np.zeros(rows, np.int32),
        month_row=np.zeros(rows, np.int32),
        pays=np.zeros((rows, components), np.int64),
        year_sums=np.zeros((rows, len(SUMS)), np.int64),
        year_small=np.zeros((rows, SMALL_OF_YEAR), np.int32),
        year_hours=np.zeros(rows),
        cells=np.zeros((rows, CELLS + components), np.int64),
        busy=np.zeros(rows, np.int32),
        out=np.zeros(COMPONENTS + 2 * components, np.int64),
    )


def grown(books: Books, rows: int, participants: int) -> Books:
    """The same books with room for ``rows`` in place of ``participants`` of them."""
    new = new_books(rows, books.pays.shape[1])
    of_year, purses = books.out.item(YEAR_ROWS) + 1, books.out.item(PURSES) + 1
    used = dict.fromkeys(("sums", "small", "hours", "title", "depth", "month_row"), participants)
    used |= dict.fromkeys(("year_sums", "year_small", "year_hours"), of_year)
    used |= {"pays": purses, "out": len(books.out)}
    for name, length in used.items():
        getattr(new, name)[:length] = getattr(books, name)[:length]
    return new


def with_new_year(books: Books) -> Books:
    """The same books at the start of a year: its rows are empty."""
    books.out[YEAR_ROWS] = 0
    return books._replace(
        year_sums=np.zeros_like(books.year_sums),
        year_small=np.zeros_like(books.year_small),
        year_hours=np.zeros_like(books.year_hours),
    )


def columns_of[T: tuple[NDArray[Any], ...]](bundle: type[T], table: Table) -> T:
    """The columns of a table that a bundle names."""
    names: tuple[str, ...] = bundle._fields  # type: ignore[attr-defined]
    return bundle(*[getattr(table, name) for name in names])


def deeds_of(events: MonthEvents) -> Deeds:
    """The participants' part of a month's events, in the types that compiled code expects."""
    settled = events.settlement
    hours = np.ascontiguousarray(events.hours, np.float64)
    return Deeds(
        np.ascontiguousarray(settled.pv, np.int64),
        np.ascontiguousarray(settled.qualified, np.bool_),
        np.ascontiguousarray(settled.paid_as, np.int8),
        np.ascontiguousarray(settled.title, np.int8),
        hours,
        hours.view(np.int64),
        np.ascontiguousarray(events.expenses, np.int64),
        np.ascontiguousarray(events.renewed, np.int32),
    )
