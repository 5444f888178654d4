"""Passes over everyone who did something in a month: their rows go into year and life.

``busy`` lists the participants, ``rows`` their rows of the month. A pass takes few arrays and calls
nothing that takes one, which would cost more than its work.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit
from sim.ledger.booking import NOT_FINITE, TOO_LARGE
from sim.ledger.exact import LOW_BITS, limbs_of
from sim.ledger.layout import (
    ACTIVE,
    BENCHMARKED,
    BEST_PAID_AS,
    BONUS,
    CELLS,
    EVENTS,
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
    HEADS,
    HOURS,
    KIT,
    LAST_ORDER,
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
from sim.ledger.state import Deeds, Ints, Longs, Terms

# With every sum below this, no difference or sum of a few of them leaves 64 bits.
LARGEST = 1 << 60
INFINITE = 0x7FF
N_SUMS = len(SUMS)
N_TALLIES = len(TALLIES)


@njit
def rows_of(busy: Ints, month_row: Ints, out: Longs) -> Ints:
    """Everybody's row of the month; a new one for who has none yet."""
    rows, used = np.empty(len(busy), np.int32), out[MONTH_ROWS]
    for k in range(len(busy)):
        row = month_row[busy[k]]
        if row == 0:
            used += 1
            row = used
        rows[k] = row
    out[MONTH_ROWS] = used
    return rows


@njit
def open_years(
    busy: Ints, sums: Longs, small: Ints, year_sums: Longs, year_small: Ints, out: Longs
) -> None:
    """Give a row of the year, with what stood before, to who has none yet."""
    used = int(out[YEAR_ROWS])
    for i in busy:
        if small[i, YEAR_ROW] == 0:
            used += 1
            small[i, YEAR_ROW] = used
            for c in range(N_SUMS):
                year_sums[used, c] = sums[i, c]
            for c in range(N_TALLIES):
                year_small[used, c] = small[i, c]
    out[YEAR_ROWS] = used


@njit
def complete_rows(
    busy: Ints, rows: Ints, deeds: Deeds, terms: Terms, small: Ints, cells: Longs, out: Longs
) -> None:
    """Write expenses, volume and what hours and goods are worth into the rows of the month."""
    hours, expenses, pv = deeds.hours, deeds.expenses, deeds.pv
    benchmark, over, below = terms.benchmark, terms.numerator, terms.denominator
    high = low = np.int64(0)
    for k in range(len(busy)):
        i, row = busy[k], rows[k]
        spent = expenses[i]
        cells[row, EXPENSE], cells[row, PV] = spent, pv[i]
        # round() of a float is half to even.
        cells[row, TIME_VALUE] = round(hours[i] * small[i, WAGE])
        cells[row, BENCHMARKED] = value_goods(cells[row, OWN_GOODS], benchmark, over, below)
        high += spent >> 32
        low += spent & LOW_BITS
    out[EVENTS + 2 * EXPENSES] += high
    out[EVENTS + 2 * EXPENSES + 1] += low


@inlined
def value_goods(goods: int, benchmark: int, over: int, below: int) -> int:
    """What a month's own goods are worth elsewhere, up to the benchmark."""
    # The floor of goods times over / below, without the large product.
    worth = goods
    if below != 1:
        worth = goods // below * over + goods % below * over // below
    elif over != 1:
        worth = goods * over
    return min(worth, benchmark)


@njit
def add_sums(busy: Ints, rows: Ints, cells: Longs, sums: Longs, out: Longs) -> None:
    """Add the rows of the month to life; note the first sum that is too large."""
    for k in range(len(busy)):
        i, row, bits = busy[k], rows[k], np.int64(0)
        for c in range(N_SUMS):
            value = cells[row, c]
            after = sums[i, c] + value
            sums[i, c] = after
            bits |= (value ^ (value >> 63)) | (after ^ (after >> 63))
        if bits >= LARGEST - 1 and out[FAULT] == 0:
            for c in range(N_SUMS):
                value, after = cells[row, c], sums[i, c]
                fits = -LARGEST < value < LARGEST and -LARGEST < after < LARGEST
                if not fits and out[FAULT] == 0:
                    out[FAULT], out[FAULT_WHO], out[FAULT_SUM] = TOO_LARGE, i, c


@njit
def add_pays(busy: Ints, rows: Ints, cells: Longs, small: Ints, pays: Longs, out: Longs) -> None:
    """Add bonuses by component to life; the first one opens a participant's purse."""
    used = int(out[PURSES])
    for k in range(len(busy)):
        i, row, some = busy[k], rows[k], np.int64(0)
        for c in range(pays.shape[1]):
            some |= cells[row, CELLS + c]
        if some != 0:
            if small[i, PURSE] == 0:
                used += 1
                small[i, PURSE] = used
            purse = small[i, PURSE]
            for c in range(pays.shape[1]):
                pays[purse, c] += cells[row, CELLS + c]
    out[PURSES] = used


@njit
def add_hours(
    busy: Ints,
    hours: NDArray[np.float64],
    bits: Longs,
    life: NDArray[np.float64],
    small: Ints,
    year: NDArray[np.float64],
    out: Longs,
) -> None:
    """Add hours to life and year, and to the exact total."""
    limbs = out[HOURS:]
    for i in busy:
        given, digits = hours[i], bits[i]
        if (digits >> 52) & INFINITE == INFINITE:
            out[FAULT] = NOT_FINITE
        elif given > 0:
            at, low, middle, high = limbs_of(digits)
            limbs[at] += low
            limbs[at + 1] += middle
            limbs[at + 2] += high
        life[i] += given
        year[small[i, YEAR_ROW]] += given


@njit
def take_ranks(
    busy: Ints,
    paid_as: NDArray[np.int8],
    title: NDArray[np.int8],
    held: NDArray[np.int8],
    small: Ints,
    year_small: Ints,
    out: Longs,
) -> None:
    """Count the month's ranks, and every rank held for the first time; keep the highest."""
    for i in busy:
        rank, year = paid_as[i], small[i, YEAR_ROW]
        out[PAID_AS + rank] += 1
        for new in range(held[i] + 1, title[i] + 1):
            out[NEW_TITLE + new] += 1
        held[i] = max(held[i], title[i])
        year_small[year, BEST_PAID_AS] = max(year_small[year, BEST_PAID_AS], rank)


@njit
def note_presence(
    busy: Ints,
    rows: Ints,
    qualified: NDArray[np.bool_],
    cells: Longs,
    small: Ints,
    out: Longs,
) -> None:
    """Count the month's presence, in life and among heads."""
    heads = np.zeros(N_TALLIES, np.int64)
    for k in range(len(busy)):
        i, row = busy[k], rows[k]
        ordered, sold, recruited = cells[row, ORDERED], cells[row, SOLD], cells[row, RECRUITED]
        present, paid = int(qualified[i]), int(cells[row, BONUS] != 0)
        small[i, ORDERING] += ordered
        small[i, QUALIFIED] += present
        small[i, ACTIVE] += ordered | present
        small[i, SELLING] += sold
        small[i, PAID] += paid
        small[i, RECRUITS] += recruited
        heads[ORDERING] += ordered
        heads[QUALIFIED] += present
        heads[ACTIVE] += ordered | present
        heads[SELLING] += sold
        heads[PAID] += paid
        heads[RECRUITING] += recruited > 0
    out[HEADS : HEADS + N_TALLIES] = heads


@njit
def pass_milestones(
    busy: Ints, rows: Ints, cells: Longs, sums: Longs, small: Ints, now: int
) -> None:
    """Note the first pay, the last order, and when fees and outlay have come back."""
    for k in range(len(busy)):
        i, row = busy[k], rows[k]
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


@njit
def keep(
    busy: Ints,
    rows: Ints,
    deeds: Deeds,
    held: NDArray[np.int8],
    cells: Longs,
    small: Ints,
    kept: Longs,
) -> None:
    """Write the rows of the active: who they are, the month's presence and sums."""
    qualified, paid_as, bits, at = deeds.qualified, deeds.paid_as, deeds.hours_bits, 0
    for k in range(len(busy)):
        i, row = busy[k], rows[k]
        if not qualified[i] and cells[row, ORDERED] == 0:
            continue
        kept[at, 0], kept[at, 1], kept[at, 2] = i, held[i], small[i, RECRUITS]
        kept[at, FILED_TALLIES + ORDERING] = cells[row, ORDERED]
        kept[at, FILED_TALLIES + QUALIFIED] = qualified[i]
        kept[at, FILED_TALLIES + ACTIVE] = 1
        kept[at, FILED_TALLIES + SELLING] = cells[row, SOLD]
        kept[at, FILED_TALLIES + PAID] = cells[row, BONUS] != 0
        kept[at, FILED_TALLIES + RECRUITS] = cells[row, RECRUITED]
        for c in range(N_SUMS):
            kept[at, FILED_SUMS + c] = cells[row, c]
        kept[at, FILED_HOURS], kept[at, REST] = bits[i], paid_as[i]
        at += 1
