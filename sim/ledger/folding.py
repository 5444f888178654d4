"""One pass over all participants: the month's rows go into year and life, and are counted.

Whoever did nothing this month costs one look at each of a few columns and nothing is written.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sim.jit import njit
from sim.ledger.booking import (
    NOT_FINITE,
    TOO_LARGE,
    book_orders,
    book_pay,
    book_renewals,
    row_of,
    welcome,
)
from sim.ledger.exact import add_float, tally
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
    FIRST_PAY,
    FLOWS,
    HEADS,
    HOURS,
    KEPT_SUMS,
    KEPT_TALLIES,
    KIT,
    LAST_ORDER,
    LASTING,
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


@njit
def post_month(
    orders: Orders,
    pay: Pay,
    deeds: Deeds,
    terms: Terms,
    members: Members,
    people: People,
    books: Books,
) -> None:
    """Book a month's events on participants and fold them into year and life.

    Everything that came out stands in ``Books.out``; after a fault the books are of no use.
    """
    n, month_row, cells, out = len(members.sponsor), books.month_row, books.cells, books.out
    erase(out, LASTING)
    fault = book_orders(orders, n, month_row, cells, out)
    if fault == 0:
        fault = book_pay(pay, n, month_row, cells, out)
    if fault == 0:
        fault = book_renewals(deeds.renewed, terms.fee, n, month_row, cells, out)
    if fault == 0:
        fault = welcome(terms.first_new, members, people, books)
    out[FAULT] = fault
    if fault == 0:
        out[HEADS + EVER] = ever_members(people.membership)
        count_heads(members.left_month, books.depth, out)
        fold(deeds, terms, books)


@njit
def ever_members(memberships: Ints) -> int:
    """How many of the people now in the market have ever enrolled."""
    ever = 0
    for membership in memberships:
        ever += membership != NOBODY
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
def fold(deeds: Deeds, terms: Terms, books: Books) -> None:
    """Fold the rows of everyone who did something."""
    for i in range(COMPANY + 1, len(deeds.pv)):
        if (
            (books.month_row[i] != 0)
            | (deeds.paid_as[i] != 0)
            | deeds.qualified[i]
            | (deeds.hours_bits[i] != 0)
            | (deeds.expenses[i] != 0)
            | (deeds.pv[i] != 0)
            | (deeds.title[i] > books.title[i])
        ):
            tally(books.out, EVENTS + 2 * EXPENSES, deeds.expenses[i])
            fold_one(i, deeds, terms, books)


@njit
def fold_one(i: int, deeds: Deeds, terms: Terms, books: Books) -> None:
    """Fold one participant's row of the month into year and life, and clear it."""
    out, hours, small = books.out, deeds.hours[i], books.small[i]
    cells, sums = books.cells[row_of(i, books.month_row, out)], books.sums[i]
    if small[YEAR_ROW] == 0:
        out[YEAR_ROWS] += 1
        small[YEAR_ROW] = out[YEAR_ROWS]
        copy(sums, books.year_sums[small[YEAR_ROW]], 0, N_SUMS)
        copy(small, books.year_small[small[YEAR_ROW]], 0, N_TALLIES)
    year = small[YEAR_ROW]
    cells[EXPENSE], cells[PV] = deeds.expenses[i], deeds.pv[i]
    # round() of a float is half to even.
    cells[TIME_VALUE] = round(hours * small[WAGE])
    cells[BENCHMARKED] = value_goods(cells[OWN_GOODS], terms)
    add_sums(i, cells, sums, out)
    add_pays(cells, small, books.pays, out)
    books.hours[i] += hours
    books.year_hours[year] += hours
    add_hours(hours, deeds.hours_bits[i], out)
    paid_as, title = int(deeds.paid_as[i]), int(deeds.title[i])
    best = books.year_small[year, BEST_PAID_AS]
    books.year_small[year, BEST_PAID_AS] = max(best, paid_as)
    books.title[i] = take_rank(paid_as, title, int(books.title[i]), out)
    at = out[HEADS + ACTIVE]
    kept = books.kept[at]
    if add_tallies(cells, int(deeds.qualified[i]), small, kept, out):
        kept[0], kept[1], kept[2], kept[3] = i, books.title[i], small[RECRUITS], paid_as
        copy(cells, kept, KEPT_SUMS, N_SUMS)
        books.kept_hours[at] = hours
    pass_milestones(cells, sums, small, terms.month + 1)
    erase(cells, 0)
    books.month_row[i] = 0


@njit
def copy(source: NDArray[Any], target: NDArray[Any], at: int, count: int) -> None:
    """Copy ``count`` values; a plain loop compiles far quicker than a slice."""
    for c in range(count):
        target[at + c] = source[c]


@njit
def erase(target: Longs, first: int) -> None:
    """Set everything from a place on to zero."""
    for c in range(first, len(target)):
        target[c] = 0


@njit
def value_goods(goods: int, terms: Terms) -> int:
    """What a month's own goods are worth elsewhere, up to the benchmark."""
    # The floor of goods times numerator over denominator, without the large product.
    worth = goods // terms.denominator * terms.numerator
    worth += goods % terms.denominator * terms.numerator // terms.denominator
    return min(worth, terms.benchmark)


@njit
def add_sums(i: int, cells: Longs, sums: Longs, out: Longs) -> None:
    """Add a row of the month to life; its money flows to the totals of participants' rows."""
    for c in range(N_SUMS):
        value = cells[c]
        after = sums[c] + value
        fits = -LARGEST < value < LARGEST and -LARGEST < after < LARGEST
        if not fits and out[FAULT] == 0:
            out[FAULT], out[FAULT_WHO], out[FAULT_SUM] = TOO_LARGE, i, c
        sums[c] = after
    for c in range(FLOWS):
        tally(out, ROWS + 2 * c, cells[c])


@njit
def add_pays(cells: Longs, small: Ints, pays: Longs, out: Longs) -> None:
    """Add a month's bonuses by component to life; the first one opens the participant's purse."""
    for k in range(pays.shape[1]):
        amount = cells[CELLS + k]
        if amount != 0:
            if small[PURSE] == 0:
                out[PURSES] += 1
                small[PURSE] = out[PURSES]
            pays[small[PURSE], k] += amount


@njit
def add_hours(hours: float, bits: int, out: Longs) -> None:
    """Add a participant's hours of the month to the exact total."""
    if (bits >> 52) & INFINITE == INFINITE:
        out[FAULT] = NOT_FINITE
    elif hours > 0:
        add_float(out, HOURS, bits)


@njit
def take_rank(paid_as: int, title: int, before: int, out: Longs) -> int:
    """Count the month's rank, and every rank held for the first time; gives the highest title."""
    out[PAID_AS + paid_as] += 1
    for rank in range(before + 1, title + 1):
        out[NEW_TITLE + rank] += 1
    return max(before, title)


@njit
def add_tallies(cells: Longs, qualified: int, small: Ints, kept: Longs, out: Longs) -> bool:
    """Count a month's presence, in life and among heads; says whether the participant is active.

    The counts go into ``kept``, which stays only if so.
    """
    active = cells[ORDERED] | qualified
    kept[KEPT_TALLIES + ORDERING], kept[KEPT_TALLIES + QUALIFIED] = cells[ORDERED], qualified
    kept[KEPT_TALLIES + ACTIVE], kept[KEPT_TALLIES + SELLING] = active, cells[SOLD]
    kept[KEPT_TALLIES + PAID] = cells[BONUS] != 0
    kept[KEPT_TALLIES + RECRUITS] = cells[RECRUITED]
    for c in range(N_TALLIES):
        small[c] += kept[KEPT_TALLIES + c]
    for c in range(RECRUITS):
        out[HEADS + c] += kept[KEPT_TALLIES + c]
    out[HEADS + RECRUITING] += cells[RECRUITED] > 0
    return bool(active)


@njit
def pass_milestones(cells: Longs, sums: Longs, small: Ints, now: int) -> None:
    """Note the first pay, the last order, and when fees and outlay have come back."""
    if cells[ORDERED]:
        small[LAST_ORDER] = now
    if cells[BONUS] > 0 and small[FIRST_PAY] == 0:
        small[FIRST_PAY] = now
    income, fees = sums[BONUS] + sums[RETAIL_MARGIN], sums[KIT] + sums[RENEWAL]
    outlay = fees + sums[OWN_USE] + sums[TOP_UP] + sums[EXPENSE]
    if fees > 0 and income >= fees and small[FEE_RECOUPED] == 0:
        small[FEE_RECOUPED] = now
    if outlay > 0 and income >= outlay and small[RECOUPED] == 0:
        small[RECOUPED] = now
