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
from sim.plans.compile import NO_WINDOW, NOT_REACHED, Compression, Terms
from sim.plans.components.base import Rows
from sim.plans.exact import added, muldiv
from sim.plans.facts import Tree
from sim.plans.volumes import ACTIVITY, SOURCES, Orders

INACTIVE, GATE = -1, -2

REASONS = ("inactive", "gate", "not_deep_enough", "levels_left_over", "missing_upline", "excluded")
"""Outcomes of a level that is not paid; the tally has these rows after one row a rank that was
paid."""

SHALLOW, LEFT_OVER, MISSING, EXCLUDED = 2, 3, 4, 5
REASON_ROWS = len(REASONS)

LEFT_OUT, COUNTED, SHUT_OUT = 0, 1, 2
"""What an order is used for."""

_NONE = int(Compression.NONE)
_DYNAMIC = int(Compression.DYNAMIC)
_SKIP_BELOW_RANK = int(Compression.SKIP_BELOW_RANK)
_SLOTS = 128
_ONE = np.int64(1)
# an odd number whose multiples spread over the top bits
_SPREAD = np.int64(0x1E3779B97F4A7C15)


class Lines(NamedTuple):
    """Columns of the lines written; all of length 0 when only totals are wanted."""

    payee: NDArray[np.int32]
    order: NDArray[np.int32]
    source: NDArray[np.int8]
    level: NDArray[np.int16]
    amount: NDArray[np.int64]


def no_lines(rows: int = 0) -> Lines:
    """Empty columns for ``rows`` lines."""
    return Lines(
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int32),
        np.zeros(rows, np.int8),
        np.zeros(rows, np.int16),
        np.zeros(rows, np.int64),
    )


class Upward(NamedTuple):
    """What a walk leaves.

    Totals, cv by outcome and level, what each order was used for, the number of lines that pay and
    their sum.
    """

    rows: Rows
    tally: NDArray[np.int64]
    use: NDArray[np.int8]
    lines: int
    paid: int


class Upline(NamedTuple):
    """The tree as one bonus sees it, a row a participant.

    ``line`` has in column 0 the rank of the qualified, else INACTIVE or GATE; in the others the
    nearest row strictly above that may stand there, 0 if none: one for all levels, or one a level
    (``step`` 0 or 1). ``starts`` tells who may stand at level 1.
    """

    line: NDArray[np.int32]
    starts: NDArray[np.bool_]
    step: int


class Book(NamedTuple):
    """What a walk adds to while it runs.

    ``pay`` holds amounts by row of the tree and source; ``tally`` as in ``Upward``; ``ends`` the cv
    of lines that end, by levels taken and people above; ``running`` each payee's unrounded
    numerators, used only where the plan rounds totals. ``known`` remembers each line's money by
    slot (of the cv) and rate, and ``known_cv`` for which cv: a month has few different orders.
    """

    pay: NDArray[np.int64]
    tally: NDArray[np.int64]
    ends: NDArray[np.int64]
    running: NDArray[np.int64]
    known: NDArray[np.int64]
    known_cv: NDArray[np.int64]


@njit
def walk(
    orders: Orders, tree: Tree, terms: Terms, claimed: NDArray[np.bool_], lines: Lines
) -> Upward:
    """Pay every order up the tree. ``claimed`` marks other bonuses' orders, or has length 0."""
    people, (ranks, levels), rates = len(tree.ids), terms.rate.shape, len(terms.num)
    use = _uses(tree.kind, orders.day, orders.since_day, claimed, terms)
    upline = _upline(tree.parent, tree.qualified, tree.rank, tree.volume, terms)
    book = Book(
        pay=np.zeros((people, SOURCES), np.int64),
        tally=np.zeros((ranks + REASON_ROWS, levels), np.int64),
        ends=np.zeros((levels, levels + 1), np.int64),
        running=np.zeros(people if terms.per_total else 0, np.int64),
        known=np.zeros((_SLOTS, rates), np.int64),
        known_cv=np.zeros((_SLOTS, rates), np.int64),
    )
    written, paid = _pay_orders(orders, tree, terms, use, upline, book, lines)
    _shut_out(orders.cv, use, book.tally, ranks + EXCLUDED)
    _close_ends(book.ends, book.tally, ranks)
    return Upward(_gather(book.pay), book.tally, use, written, paid)


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
    n, rate, compression = len(parent), terms.rate, terms.compression
    step = int(compression == _DYNAMIC)
    width = rate.shape[1] if step else 1
    line, starts = np.zeros((n, 1 + width), np.int32), np.zeros(n, np.bool_)
    holds = np.zeros(n, np.bool_)
    for i in range(1, n):
        standing = INACTIVE
        if qualified[i]:
            standing = rank[i] if volume[i, ACTIVITY] >= terms.payee_pv_min else GATE
        able = standing >= 0
        if compression == _SKIP_BELOW_RANK:
            able = (able and not terms.skip_everybody) or rank[i] >= terms.skip_rank
        line[i, 0] = standing
        holds[i] = able or compression == _NONE
        starts[i] = holds[i] and (not step or rate[standing, 0] >= 0)
        up = parent[i]
        if up > 0:
            above = line[up, 0]
            for k in range(width):
                here = holds[up] and (not step or rate[above, k] >= 0)
                line[i, 1 + k] = up if here else line[up, 1 + k]
    return Upline(line, starts, step)


@njit
def _pay_orders(
    orders: Orders,
    tree: Tree,
    terms: Terms,
    use: NDArray[np.int8],
    upline: Upline,
    book: Book,
    lines: Lines,
) -> tuple[int, int]:
    """Walk up from every order until its levels are used up; how many lines pay, and their sum."""
    (ranks, levels), line, step = terms.rate.shape, upline.line, upline.step
    tally, known, known_cv = book.tally, book.known, book.known_cv
    written, paid = 0, 0
    for o in range(len(use)):
        cv, source, who = orders.cv[o], orders.source[o], tree.at[o]
        if use[o] != COUNTED or cv == 0:
            continue
        itself = terms.first[tree.kind[o]] and who > 0
        above = min(tree.above[who] + itself, levels)
        stays = itself and upline.starts[who]
        slot = ((cv * _SPREAD) >> 57) & (_SLOTS - 1)
        for k in range(levels):
            if k > 0 or not stays:
                who = line[who, 1 + k * step]
            if who == 0:
                book.ends[k, above] += cv
                break
            rank = line[who, 0]
            rate = terms.rate[rank, k] if rank >= 0 else NOT_REACHED
            if rate < 0:
                tally[ranks + (SHALLOW if rank >= 0 else -1 - rank), k] += cv
                continue
            tally[rank, k] += cv
            if known_cv[slot, rate] == cv:
                amount = known[slot, rate]
            else:
                money = terms.num[rate], terms.den * terms.quantum, terms.quantum, terms.mode
                if terms.per_total:
                    amount = _rise(cv, money, who, book.running)
                else:
                    amount = _line(cv, money, slot, rate, known, known_cv)
            if amount != 0:
                book.pay[who, source] += amount
                paid += amount
                _write(lines, written, tree.ids[who], o, source, k + 1, amount)
                written += 1
    return written, paid


@njit
def _line(
    cv: int,
    money: tuple[int, int, int, int],
    slot: int,
    rate: int,
    known: NDArray[np.int64],
    known_cv: NDArray[np.int64],
) -> int:
    """One line's money, rounded, and remembered."""
    num, den, quantum, mode = money
    known[slot, rate] = quantum * muldiv(cv, num, den, mode)
    known_cv[slot, rate] = cv
    return int(known[slot, rate])


@njit
def _rise(cv: int, money: tuple[int, int, int, int], who: int, running: NDArray[np.int64]) -> int:
    """What a line adds to its payee's rounded total."""
    num, den, quantum, mode = money
    before = muldiv(running[who], _ONE, den, mode)
    running[who] = added(running[who], muldiv(cv, num, _ONE, mode))
    return quantum * (muldiv(running[who], _ONE, den, mode) - before)


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
    lines: Lines, row: int, payee: int, order: int, source: int, level: int, amount: int
) -> None:
    if len(lines.payee) > 0:
        lines.payee[row] = payee
        lines.order[row] = order
        lines.source[row] = source
        lines.level[row] = level
        lines.amount[row] = amount


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
def _gather(pay: NDArray[np.int64]) -> Rows:
    """The rows of a dense table of amounts (a row a payee, a column a source class)."""
    n = np.int64(0)
    for p in range(pay.shape[0]):
        for s in range(pay.shape[1]):
            n += pay[p, s] != 0
    rows = Rows(np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int64))
    row = 0
    for p in range(pay.shape[0]):
        for s in range(pay.shape[1]):
            if pay[p, s] != 0:
                rows.payee[row], rows.source[row], rows.amount[row] = p, s, pay[p, s]
                row += 1
    return rows
