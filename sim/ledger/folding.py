"""A month into the books: what happened is booked, then everyone concerned is folded.

Whoever did nothing this month costs one look at each of a few columns and nothing is written.
"""

from __future__ import annotations

from sim.jit import njit
from sim.ledger.booking import (
    book_orders,
    book_pay,
    book_renewals,
    total_orders,
    total_pay,
    welcome,
)
from sim.ledger.exact import tally_rows
from sim.ledger.layout import (
    ACTIVE,
    DEEPEST,
    DEPTHS,
    ENROLLED,
    EVER,
    FAULT,
    FLOWS,
    HEADS,
    LASTING,
    MONTH_ROWS,
    REST,
    ROWS,
)
from sim.ledger.passes import (
    add_hours,
    add_pays,
    add_sums,
    complete_rows,
    keep,
    note_presence,
    open_years,
    pass_milestones,
    rows_of,
    take_ranks,
)
from sim.ledger.state import Books, Deeds, Ints, Longs, Members, Orders, Pay, People, Terms
from sim.records import COMPANY, NOBODY


@njit
def post_month(
    orders: Orders,
    pay: Pay,
    deeds: Deeds,
    terms: Terms,
    members: Members,
    people: People,
    books: Books,
    kept: Longs,
) -> None:
    """Book a month's events on participants and fold them into year and life.

    Everything that came out stands in ``Books.out``, the rows of the active in ``kept``; after a
    fault the books are of no use.
    """
    n, month_row, cells, out = len(members.sponsor), books.month_row, books.cells, books.out
    out[LASTING:] = 0
    fault = book_orders(orders, n, month_row, cells, out)
    if fault == 0:
        total_orders(orders, out)
        fault = book_pay(pay, n, month_row, cells, out)
    if fault == 0:
        total_pay(pay, out)
        fault = book_renewals(deeds.renewed, terms.fee, n, month_row, cells, out)
    if fault == 0:
        fault = welcome(terms, members, people, books)
    out[FAULT] = fault
    if fault == 0:
        out[HEADS + EVER] = ever_members(members.person, people.membership)
        count_heads(members.left_month, books.depth, out)
        fold(choose(deeds, books), deeds, terms, books, kept)
        rows = cells[1 : out[MONTH_ROWS] + 1]
        tally_rows(out, ROWS, rows[:, :FLOWS])
        rows[:] = 0


@njit
def ever_members(persons: Ints, memberships: Ints) -> int:
    """How many of the people now in the market have ever enrolled.

    Each of them points at exactly one membership that points back: the last one.
    """
    ever = 0
    for i in range(COMPANY + 1, len(persons)):
        ever += memberships[persons[i]] == i
    return ever


@njit
def count_heads(left_month: Ints, depth: Ints, out: Longs) -> None:
    """Count the enrolled and how deep they stand."""
    enrolled = depths = deepest = 0
    for i in range(COMPANY + 1, len(left_month)):
        here = left_month[i] == NOBODY
        enrolled += here
        depths += here * depth[i]
        deepest = max(deepest, here * depth[i])
    out[HEADS + ENROLLED], out[HEADS + DEPTHS], out[HEADS + DEEPEST] = enrolled, depths, deepest


@njit
def choose(deeds: Deeds, books: Books) -> Ints:
    """Everyone who did something, rising."""
    month_row, before, busy = books.month_row, books.title, books.busy
    pv, qualified, paid_as, title = deeds.pv, deeds.qualified, deeds.paid_as, deeds.title
    bits, expenses = deeds.hours_bits, deeds.expenses
    found = 0
    for i in range(COMPANY + 1, len(pv)):
        busy[found] = i
        found += (
            (month_row[i] != 0)
            | (paid_as[i] != 0)
            | qualified[i]
            | (bits[i] != 0)
            | (expenses[i] != 0)
            | (pv[i] != 0)
            | (title[i] > before[i])
        )
    return busy[:found]


@njit
def fold(busy: Ints, deeds: Deeds, terms: Terms, books: Books, kept: Longs) -> None:
    """Fold the rows of everyone who did something into year and life, one matter after another."""
    cells, sums, small, out = books.cells, books.sums, books.small, books.out
    rows = rows_of(busy, books.month_row, out)
    open_years(busy, sums, small, books.year_sums, books.year_small, out)
    complete_rows(busy, rows, deeds, terms, small, cells, out)
    add_sums(busy, rows, cells, sums, out)
    add_pays(busy, rows, cells, small, books.pays, out)
    add_hours(busy, deeds.hours, deeds.hours_bits, books.hours, small, books.year_hours, out)
    take_ranks(busy, deeds.paid_as, deeds.title, books.title, small, books.year_small, out)
    note_presence(busy, rows, deeds.qualified, cells, small, out)
    pass_milestones(busy, rows, cells, sums, small, terms.month + 1)
    keep(busy, rows, deeds, books.title, cells, small, kept)
    active = int(out[HEADS + ACTIVE])
    kept[:active, REST + 1] = terms.month
    books.month_row[busy] = 0
