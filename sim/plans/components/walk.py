"""The walk up the tree that every bonus paid order by order shares, compiled.

For each order and each level the kernel looks up who stands there, pays, or writes down why not. It
never multiplies what is not paid: it adds the cv up by outcome, and the exact amounts follow from
those sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import (
    EXCLUDED,
    GATE,
    INACTIVE,
    LEFT_OVER,
    MISSING,
    NO_WINDOW,
    REASONS,
    STANDINGS_UNPAID,
    Compression,
    Terms,
)
from sim.plans.components.base import Rows
from sim.plans.exact import added, muldiv
from sim.plans.facts import Tree
from sim.plans.volumes import ACTIVITY, SOURCES

_REASONS = len(REASONS)
LEFT_OUT, COUNTED, SHUT_OUT = 0, 1, 2
"""What an order is used for."""

_NONE = int(Compression.NONE)
_DYNAMIC = int(Compression.DYNAMIC)
_SKIP_BELOW_RANK = int(Compression.SKIP_BELOW_RANK)
_SLOTS = 128
_SLOT_MASK = np.uint8(_SLOTS - 1)
_ONE = np.int64(1)
# an odd number whose multiples spread over the top bits
_SPREAD = np.int64(0x1E3779B97F4A7C15)


LINE = ("payee", "order", "source", "level", "amount")
"""Columns of the lines that a walk writes."""


def no_lines(rows: int = 0) -> NDArray[np.int64]:
    """Room for ``rows`` lines; none when only totals are wanted."""
    return np.zeros((rows, len(LINE)), np.int64)


class Sales(NamedTuple):
    """The columns of a period's orders that a walk reads (see records.ORDER)."""

    day: NDArray[np.int32]
    since_day: NDArray[np.int32]
    source: NDArray[np.int8]
    cv: NDArray[np.int64]


class Upward(NamedTuple):
    """What a walk leaves.

    Totals; the outcomes that were met (a rank that was paid, or a reason counted on from the
    ranks) and the cv of each by level; what each order was used for; the number of lines that pay
    and their sum.
    """

    rows: Rows
    outcome: NDArray[np.int64]
    cv: NDArray[np.int64]
    use: NDArray[np.int8]
    lines: int
    paid: int


class Upline(NamedTuple):
    """The tree as one bonus sees it, a row a participant.

    ``line`` has in column 0 the standing: the rank of the qualified, else INACTIVE or GATE counted
    on from the highest rank; in the others the nearest row strictly above that may stand there, 0
    if none: one for all levels, or one a level (``step`` 0 or 1). ``starts`` tells who may stand at
    level 1. Unsigned, so that no index into it is tested for counting from the end.
    """

    line: NDArray[np.uint32]
    starts: NDArray[np.bool_]
    step: int


class Book(NamedTuple):
    """What a walk adds to while it runs.

    ``pay`` holds amounts by source and row of the tree; ``tally`` the cv by outcome and level;
    ``ends`` the cv of lines that end, by levels taken and people above; ``running`` each payee's
    unrounded numerators, used only where the plan rounds totals. ``known`` remembers each line's
    money by slot (of the cv) and rate, and ``known_cv`` for which cv: a month has few different
    orders.
    """

    pay: NDArray[np.int64]
    tally: NDArray[np.int64]
    ends: NDArray[np.int64]
    running: NDArray[np.int64]
    known: NDArray[np.int64]
    known_cv: NDArray[np.int64]


@njit
def walk(
    sales: Sales,
    tree: Tree,
    terms: Terms,
    claimed: NDArray[np.bool_],
    lines: NDArray[np.int64],
) -> Upward:
    """Pay every order up the tree. ``claimed`` marks other bonuses' orders, or has length 0."""
    people, rates, levels = len(tree.ids), len(terms.num), terms.rate.shape[1]
    ranks = len(terms.rate) - STANDINGS_UNPAID
    use = _uses(tree.kind, sales.day, sales.since_day, claimed, terms)
    upline = _upline(tree.parent, tree.qualified, tree.rank, tree.volume, terms)
    book = Book(
        pay=np.zeros((SOURCES, people), np.int64),
        tally=np.zeros((ranks + _REASONS, levels), np.int64),
        ends=np.zeros((levels, levels + 1), np.int64),
        running=np.zeros(people if terms.per_total else 0, np.int64),
        known=np.zeros((_SLOTS, rates), np.int64),
        known_cv=np.zeros((_SLOTS, rates), np.int64),
    )
    written, paid = _pay_orders(sales, tree, terms, use, upline, book, lines)
    _shut_out(sales.cv, use, book.tally, ranks + EXCLUDED)
    _close_ends(book.ends, book.tally, ranks)
    outcome, cv = _met(book.tally)
    return Upward(_gather(book.pay), outcome, cv, use, written, paid)


@njit
def _uses(
    kind: NDArray[np.int8],
    day: NDArray[np.int32],
    since: NDArray[np.int32],
    claimed: NDArray[np.bool_],
    terms: Terms,
) -> NDArray[np.int8]:
    """Which orders count, which are shut out but in the maximum, and which are left out.

    A window counts the days after the buyer's first day with the firm.
    """
    use = np.zeros(len(kind), np.int8)
    out = SHUT_OUT if terms.excluded_in_maximum else LEFT_OUT
    for o in range(len(kind)):
        age = np.int64(day[o]) - np.int64(since[o])
        if terms.pays_on[kind[o]] and (terms.last_day == NO_WINDOW or 0 <= age <= terms.last_day):
            use[o] = out if len(claimed) > 0 and claimed[o] else COUNTED
    return use


@njit
def _upline(
    parent: NDArray[np.int32],
    qualified: NDArray[np.bool_],
    rank: NDArray[np.int8],
    volume: NDArray[np.int64],
    terms: Terms,
) -> Upline:
    n, compression = len(parent), terms.compression
    ranks = len(terms.rate) - STANDINGS_UNPAID
    step = int(compression == _DYNAMIC)
    line = np.zeros((n, 2 + (terms.rate.shape[1] - 1) * step), np.uint32)
    holds, starts = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    for i in range(1, n):
        standing = ranks + INACTIVE
        if qualified[i]:
            enough = volume[i, ACTIVITY] >= terms.payee_pv_min
            standing = rank[i] if enough else ranks + GATE
        able = standing < ranks
        if compression == _SKIP_BELOW_RANK:
            able = (able and not terms.skip_everybody) or rank[i] >= terms.skip_rank
        line[i, 0] = standing
        holds[i] = able or compression == _NONE
        starts[i] = holds[i] and (step == 0 or terms.outcome[standing, 0] < ranks)
    _point_up(parent, line, holds, starts, terms.outcome)
    return Upline(line, starts, step)


@njit
def _point_up(
    parent: NDArray[np.int32],
    line: NDArray[np.uint32],
    holds: NDArray[np.bool_],
    starts: NDArray[np.bool_],
    outcome: NDArray[np.uint16],
) -> None:
    """Fill in the nearest row above: the parent where it may stand, else whom the parent sees."""
    width, ranks = line.shape[1], len(outcome) - STANDINGS_UNPAID
    for i in range(1, len(parent)):
        up = parent[i]
        if up == 0:
            continue
        line[i, 1] = up if starts[up] else line[up, 1]
        for k in range(2, width):
            line[i, k] = line[up, k]
        if width > 2 and holds[up]:
            standing = line[up, 0]
            for k in range(2, width):
                if outcome[standing, k - 1] < ranks:
                    line[i, k] = up


@njit
def _pay_orders(
    sales: Sales,
    tree: Tree,
    terms: Terms,
    use: NDArray[np.int8],
    upline: Upline,
    book: Book,
    lines: NDArray[np.int64],
) -> tuple[int, int]:
    """Walk up from every order until its levels are used up; how many lines pay, and their sum."""
    # taken out of their tuples once: each look into one inside the loop would count a reference
    cvs, sources, at, kind, above = sales.cv, sales.source, tree.at, tree.kind, tree.above
    first, outcome, rates = terms.first, terms.outcome, terms.rate
    pay, ends = book.pay, book.ends
    line, starts, step = upline.line, upline.starts, upline.step
    tally, known, known_cv = book.tally, book.known, book.known_cv
    ids, keep = tree.ids, len(lines) > 0
    levels, written, paid = rates.shape[1], 0, 0
    for o in range(len(use)):
        cv, source, who = cvs[o], np.uint8(sources[o]), np.uint32(at[o])
        if use[o] != COUNTED or cv == 0:
            continue
        itself = first[kind[o]] and who > 0
        people = min(above[who] + itself, levels)
        stays = itself and starts[who]
        slot = np.uint8((cv * _SPREAD) >> 57) & _SLOT_MASK
        for k in range(levels):
            if k > 0 or not stays:
                who = line[who, 1 + k * step]
            if who == 0:
                ends[k, people] += cv
                break
            standing = line[who, 0]
            rate = rates[standing, k]
            tally[outcome[standing, k], k] += cv
            amount = known[slot, rate]
            if known_cv[slot, rate] != cv:
                amount = _amount(cv, int(rate), int(slot), int(who), terms, book)
            # no branch on being paid, which no processor could foresee
            pay[source, who] += amount
            paid += amount
            if keep and amount != 0:
                _write(lines[written], ids[who], o, int(source), k + 1, amount)
            written += int(amount != 0)
    return written, paid


@njit
def _amount(cv: int, rate: int, slot: int, who: int, terms: Terms, book: Book) -> int:
    """One line's money. Rounding per total, a line is what it adds to the payee's rounded total."""
    num, den, quantum = terms.num[rate], terms.den * terms.quantum, terms.quantum
    if not terms.per_total:
        book.known[slot, rate] = quantum * muldiv(cv, num, den, terms.mode)
        book.known_cv[slot, rate] = cv
        return int(book.known[slot, rate])
    running = book.running
    before = muldiv(running[who], _ONE, den, terms.mode)
    running[who] = added(running[who], muldiv(cv, num, _ONE, terms.mode))
    rise: int = quantum * (muldiv(running[who], _ONE, den, terms.mode) - before)
    return rise


@njit
def _shut_out(
    cv: NDArray[np.int64], use: NDArray[np.int8], tally: NDArray[np.int64], row: int
) -> None:
    """Add orders that are in the maximum alone to every level of a row of the tally."""
    for o in range(len(use)):
        if use[o] == SHUT_OUT:
            for k in range(tally.shape[1]):
                tally[row, k] += cv[o]


@njit
def _write(
    line: NDArray[np.int64], payee: int, order: int, source: int, level: int, amount: int
) -> None:
    line[0], line[1], line[2], line[3], line[4] = payee, order, source, level, amount


@njit
def _close_ends(ends: NDArray[np.int64], tally: NDArray[np.int64], ranks: int) -> None:
    """Add the levels beyond the end of each line to the tally.

    Of a line that ends after k levels with ``above`` people, levels below ``above`` are left over
    and the others miss an upline.
    """
    levels = tally.shape[1]
    for k in range(levels):
        for above in range(levels + 1):
            for rest in range(k, levels):
                tally[ranks + (LEFT_OVER if rest < above else MISSING), rest] += ends[k, above]


@njit
def _met(tally: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of the tally that are not all zero: their numbers and what they hold."""
    outcome, met = np.empty(len(tally), np.int64), 0
    for row in range(len(tally)):
        for k in range(tally.shape[1]):
            if tally[row, k] != 0:
                outcome[met] = row
                met += 1
                break
    kept = np.empty((met, tally.shape[1]), np.int64)
    for row in range(met):
        for k in range(tally.shape[1]):
            kept[row, k] = tally[outcome[row], k]
    return outcome[:met], kept


@njit
def _gather(pay: NDArray[np.int64]) -> Rows:
    """The rows of a dense table of amounts (a row a source class, a column a payee)."""
    n = np.int64(0)
    for s in range(pay.shape[0]):
        for p in range(pay.shape[1]):
            n += pay[s, p] != 0
    rows = Rows(np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int64))
    payee, source, amount, row = rows.payee, rows.source, rows.amount, 0
    for p in range(pay.shape[1]):
        for s in range(pay.shape[0]):
            if pay[s, p] != 0:
                payee[row], source[row], amount[row] = p, s, pay[s, p]
                row += 1
    return rows
