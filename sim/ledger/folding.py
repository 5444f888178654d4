"""One pass over all participants: the month's rows go into year and life, and are counted.

Whoever did nothing this month costs one look at each of a few columns and nothing is written.
"""

from __future__ import annotations

import numpy as np

from sim.jit import inlined, njit
from sim.ledger.booking import (
    NOT_FINITE,
    TOO_LARGE,
    book_orders,
    book_pay,
    book_renewals,
    row_of,
    welcome,
)
from sim.ledger.exact import add_float, tally, tally_rows
from sim.ledger.layout import (
    ACTIVE,
    BENCHMARKED,
    BEST_PAID_AS,
    BONUS,
    CELLS,
    DEEPEST,
    DEPTHS,
    ENROLLED,
    EVENTS,
    EVER,
    EXPENSE,
    EXPENSES,
    FAULT,
    FAULT_SUM,
    FAULT_WHO,
    FEE_RECOUPED,
    FILED_HOURS,
    FILED_SUMS,
    FILED_TALLIES,
    FIRST_PAY,
    FLOWS,
    HEADS,
    HOURS,
    KIT,
    LAST_ORDER,
    LASTING,
    MONTH_ROWS,
    NEW_TITLE,
    ORDERED,
    ORDERING,
    OWN_GOODS,
    OWN_USE,
    PAID,
    PAID_AS,
    PURSE,
    PURSES,
    PV,
    QUALIFIED,
    RECOUPED,
    RECRUITED,
    RECRUITING,
    RECRUITS,
    RENEWAL,
    REST,
    RETAIL_MARGIN,
    ROWS,
    SELLING,
    SOLD,
    SUMS,
    TALLIES,
    TIME_VALUE,
    TOP_UP,
    WAGE,
    YEAR_ROW,
    YEAR_ROWS,
)
from sim.ledger.state import Books, Deeds, Ints, Longs, Members, Orders, Pay, People, Terms
from sim.records import COMPANY, NOBODY

# With every sum below this, no difference or sum of a few of them leaves 64 bits.
LARGEST = 1 << 60
INFINITE = 0x7FF
N_SUMS = len(SUMS)
N_TALLIES = len(TALLIES)
# How many rows ahead the memory is asked for.
AHEAD = 8


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
        fault = book_pay(pay, n, month_row, cells, out)
    if fault == 0:
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
    """Fold the rows of everyone who did something into year and life; their hours and ranks."""
    out, month_row, cells, small, sums = (
        books.out,
        books.month_row,
        books.cells,
        books.small,
        books.sums,
    )
    pays, year_small, year_hours, held = books.pays, books.year_small, books.year_hours, books.title
    year_sums, life_hours = books.year_sums, books.hours
    bits, hours, expenses, pv = deeds.hours_bits, deeds.hours, deeds.expenses, deeds.pv
    qualified, paid_as, title = deeds.qualified, deeds.paid_as, deeds.title
    now, active = terms.month + 1, 0
    for k in range(len(busy)):
        i = busy[k]
        row = row_of(i, month_row, out)
        month_row[i] = 0
        year = open_year(i, sums, small, year_sums, year_small, out)
        cells[row, EXPENSE], cells[row, PV] = expenses[i], pv[i]
        tally(out, EVENTS + 2 * EXPENSES, expenses[i])
        # round() of a float is half to even.
        cells[row, TIME_VALUE] = round(hours[i] * small[i, WAGE])
        cells[row, BENCHMARKED] = value_goods(cells[row, OWN_GOODS], terms)
        add_sums(i, row, cells, sums, out)
        add_pays(i, row, cells, small, pays, out)
        life_hours[i] += hours[i]
        year_hours[year] += hours[i]
        add_hours(hours[i], bits[i], out)
        rank = int(paid_as[i])
        year_small[year, BEST_PAID_AS] = max(year_small[year, BEST_PAID_AS], rank)
        held[i] = take_rank(rank, int(title[i]), int(held[i]), out)
        note_presence(i, row, qualified[i], cells, small, out)
        pass_milestones(i, row, cells, sums, small, now)
        if qualified[i] or cells[row, ORDERED]:
            kept[active, 0], kept[active, 1], kept[active, 2] = i, held[i], small[i, RECRUITS]
            kept[active, REST], kept[active, REST + 1] = rank, terms.month
            kept[active, FILED_HOURS] = bits[i]
            keep(active, row, qualified[i], cells, kept)
            active += 1


@inlined
def open_year(
    i: int, sums: Longs, small: Ints, year_sums: Longs, year_small: Ints, out: Longs
) -> int:
    """The participant's row of the year; a new one, with what stood before, where there is none."""
    if small[i, YEAR_ROW] == 0:
        out[YEAR_ROWS] += 1
        year = out[YEAR_ROWS]
        small[i, YEAR_ROW] = year
        for c in range(N_SUMS):
            year_sums[year, c] = sums[i, c]
        for c in range(N_TALLIES):
            year_small[year, c] = small[i, c]
    return int(small[i, YEAR_ROW])


@inlined
def value_goods(goods: int, terms: Terms) -> int:
    """What a month's own goods are worth elsewhere, up to the benchmark."""
    # The floor of goods times numerator over denominator, without the large product.
    worth = goods
    if terms.denominator != 1:
        worth = goods // terms.denominator * terms.numerator
        worth += goods % terms.denominator * terms.numerator // terms.denominator
    elif terms.numerator != 1:
        worth = goods * terms.numerator
    return min(worth, terms.benchmark)


@inlined
def add_sums(i: int, row: int, cells: Longs, sums: Longs, out: Longs) -> None:
    """Add a row of the month to life."""
    bits = np.int64(0)
    for c in range(N_SUMS):
        value = cells[row, c]
        after = sums[i, c] + value
        sums[i, c] = after
        bits |= (value ^ (value >> 63)) | (after ^ (after >> 63))
    if bits >= LARGEST - 1 and out[FAULT] == 0:
        find_large(i, row, cells, sums, out)


@njit
def find_large(i: int, row: int, cells: Longs, sums: Longs, out: Longs) -> None:
    """Note which sum of a participant is too large, if one is."""
    for c in range(N_SUMS):
        value, after = cells[row, c], sums[i, c]
        fits = -LARGEST < value < LARGEST and -LARGEST < after < LARGEST
        if not fits and out[FAULT] == 0:
            out[FAULT], out[FAULT_WHO], out[FAULT_SUM] = TOO_LARGE, i, c


@inlined
def add_pays(i: int, row: int, cells: Longs, small: Ints, pays: Longs, out: Longs) -> None:
    """Add a month's bonuses by component to life; the first one opens the participant's purse."""
    some = np.int64(0)
    for k in range(pays.shape[1]):
        some |= cells[row, CELLS + k]
    if some != 0:
        if small[i, PURSE] == 0:
            out[PURSES] += 1
            small[i, PURSE] = out[PURSES]
        purse = int(small[i, PURSE])
        for k in range(pays.shape[1]):
            pays[purse, k] += cells[row, CELLS + k]


@inlined
def add_hours(hours: float, bits: int, out: Longs) -> None:
    """Add a participant's hours of the month to the exact total."""
    if (bits >> 52) & INFINITE == INFINITE:
        out[FAULT] = NOT_FINITE
    elif hours > 0:
        add_float(out, HOURS, bits)


@inlined
def take_rank(paid_as: int, title: int, before: int, out: Longs) -> int:
    """Count the month's rank, and every rank held for the first time; gives the highest title."""
    out[PAID_AS + paid_as] += 1
    for rank in range(before + 1, title + 1):
        out[NEW_TITLE + rank] += 1
    return max(before, title)


@inlined
def note_presence(i: int, row: int, qualified: bool, cells: Longs, small: Ints, out: Longs) -> None:
    """Count a month's presence, in life and among heads."""
    ordered, sold, recruited = cells[row, ORDERED], cells[row, SOLD], cells[row, RECRUITED]
    present, paid = int(qualified), int(cells[row, BONUS] != 0)
    small[i, ORDERING] += ordered
    small[i, QUALIFIED] += present
    small[i, ACTIVE] += ordered | present
    small[i, SELLING] += sold
    small[i, PAID] += paid
    small[i, RECRUITS] += recruited
    out[HEADS + ORDERING] += ordered
    out[HEADS + QUALIFIED] += present
    out[HEADS + ACTIVE] += ordered | present
    out[HEADS + SELLING] += sold
    out[HEADS + PAID] += paid
    out[HEADS + RECRUITING] += recruited > 0


@inlined
def pass_milestones(i: int, row: int, cells: Longs, sums: Longs, small: Ints, now: int) -> None:
    """Note the first pay, the last order, and when fees and outlay have come back."""
    if cells[row, ORDERED]:
        small[i, LAST_ORDER] = now
    if cells[row, BONUS] > 0 and small[i, FIRST_PAY] == 0:
        small[i, FIRST_PAY] = now
    income, fees = sums[i, BONUS] + sums[i, RETAIL_MARGIN], sums[i, KIT] + sums[i, RENEWAL]
    outlay = fees + sums[i, OWN_USE] + sums[i, TOP_UP] + sums[i, EXPENSE]
    if fees > 0 and income >= fees and small[i, FEE_RECOUPED] == 0:
        small[i, FEE_RECOUPED] = now
    if outlay > 0 and income >= outlay and small[i, RECOUPED] == 0:
        small[i, RECOUPED] = now


@inlined
def keep(at: int, row: int, qualified: bool, cells: Longs, kept: Longs) -> None:
    """Note the month's presence and sums of somebody active."""
    kept[at, FILED_TALLIES + ORDERING] = cells[row, ORDERED]
    kept[at, FILED_TALLIES + QUALIFIED] = qualified
    kept[at, FILED_TALLIES + ACTIVE] = 1
    kept[at, FILED_TALLIES + SELLING] = cells[row, SOLD]
    kept[at, FILED_TALLIES + PAID] = cells[row, BONUS] != 0
    kept[at, FILED_TALLIES + RECRUITS] = cells[row, RECRUITED]
    for c in range(N_SUMS):
        kept[at, FILED_SUMS + c] = cells[row, c]
