"""Rows of lives and of calendar years, written out of the running books."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit
from sim.ledger.exact import tally_rows
from sim.ledger.layout import (
    BEST_PAID_AS,
    FILED_HOURS,
    FILED_SUMS,
    FILED_TALLIES,
    FIRST_PAY,
    FLOWS,
    MILESTONES,
    PURSE,
    RECRUITS,
    REST,
    SUMS,
    TALLIES,
    YEAR,
    YEAR_ROW,
)
from sim.ledger.state import Ints, Longs
from sim.records import NOBODY

N_SUMS = len(SUMS)
N_TALLIES = len(TALLIES)
N_YEAR = len(YEAR)


class Lives(NamedTuple):
    """Of ``Books``: what is summed since enrolment; ``hours`` as bits."""

    sums: Longs
    small: Ints
    hours: Longs
    title: NDArray[np.int8]
    pays: Longs


class Year(NamedTuple):
    """The running year: its first month, and of ``Books`` how things stood before; hours as bits.

    ``pays_before`` has a row a purse of then. ``left_month``, ``customers`` and ``paid_as`` have a
    row a participant.
    """

    opened: int
    sums: Longs
    small: Ints
    hours: Longs
    pays_before: Longs
    left_month: Ints
    customers: Ints
    paid_as: NDArray[np.int8]


@njit
def file_lives(first: int, last: int, month: int, horizon: int, lives: Lives, rows: Longs) -> None:
    """Write ENTRY rows, or LIFE rows where ``horizon`` is 0, of a range of participants."""
    sums, small, hours, title, pays = lives
    for i in range(first, last):
        at = i - first
        rows[at, 0], rows[at, 1], rows[at, 2] = i, title[i], small[i, RECRUITS]
        for c in range(N_TALLIES):
            rows[at, FILED_TALLIES + c] = small[i, c]
        for c in range(N_SUMS):
            rows[at, FILED_SUMS + c] = sums[i, c]
        rows[at, FILED_HOURS] = hours[i]
        if horizon == 0:
            for c in range(len(MILESTONES)):
                rows[at, REST + c] = small[i, FIRST_PAY + c] - 1
        else:
            rows[at, REST], rows[at, REST + 1] = horizon, month
        pay_from = rows.shape[1] - pays.shape[1]
        for k in range(pays.shape[1]):
            rows[at, pay_from + k] = pays[small[i, PURSE], k]


@njit
def file_year(start: int, lives: Lives, year: Year, rows: Longs) -> tuple[int, int]:
    """Write YEAR rows from a participant on, as many as there is room for.

    A row for everyone who was enrolled on any day of the year or had any flow of money in it. Gives
    the rows written and the participant to go on with.
    """
    small, left_month = lives.small, year.left_month
    i, at = start, 0
    while i < len(left_month) and at < len(rows):
        here = left_month[i] == NOBODY or left_month[i] >= year.opened
        if here or moved(i, small[i, YEAR_ROW], lives.sums, year.sums):
            write_year(i, at, lives, year, rows)
            at += 1
        i += 1
    return at, i


@njit
def moved(i: int, year_row: int, sums: Longs, before: Longs) -> bool:
    """Whether any money of a participant moved in the year."""
    if year_row == 0:
        return False
    changed = False
    for c in range(FLOWS):
        changed |= sums[i, c] != before[year_row, c]
    return changed


@inlined
def write_year(i: int, at: int, lives: Lives, year: Year, rows: Longs) -> None:
    """Write the row of one participant; who did nothing in the year has zeros."""
    small, sums, pays = lives.small, lives.sums, lives.pays
    year_row, purse = int(small[i, YEAR_ROW]), int(small[i, PURSE])
    rows[at, 0], rows[at, 1], rows[at, 2] = i, lives.title[i], small[i, RECRUITS]
    for c in range(N_TALLIES):
        before = year.small[year_row, c] if year_row else small[i, c]
        rows[at, FILED_TALLIES + c] = small[i, c] - before
    for c in range(N_SUMS):
        stood = year.sums[year_row, c] if year_row else sums[i, c]
        rows[at, FILED_SUMS + c] = sums[i, c] - stood
    rows[at, FILED_HOURS] = year.hours[year_row]
    rows[at, REST] = year.customers[i]
    rows[at, REST + 1] = year.small[year_row, BEST_PAID_AS]
    rows[at, REST + 2] = year.paid_as[i]
    for k in range(pays.shape[1]):
        had = year.pays_before[purse, k] if purse < len(year.pays_before) else 0
        rows[at, N_YEAR + k] = pays[purse, k] - had


@njit
def add_up(rows: Longs, first: int, last: int, out: Longs) -> None:
    """Add columns of rows to totals of two halves each (exact.py)."""
    tally_rows(out, 0, rows[:, first:last])
