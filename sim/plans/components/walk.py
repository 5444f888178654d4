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
    LEFT_OVER,
    MISSING,
    NO_WINDOW,
    REASONS,
    STANDINGS_UNPAID,
    Terms,
)
from sim.plans.components.base import Rows
from sim.plans.components.upline import Upline, see_upline
from sim.plans.exact import add_product, added, muldiv
from sim.plans.facts import Tree
from sim.plans.volumes import Bundles

_REASONS = len(REASONS)
LEFT_OUT, COUNTED, SHUT_OUT = 0, 1, 2
"""What an order is used for."""

_SLOT_BITS = 8
_SLOT_SHIFT = np.uint64(64 - _SLOT_BITS)
# an odd number whose multiples spread over the top bits
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.int64(1)
_PARTS = np.uint64(4)
"""Room for the source classes of a payee."""
_BLOCK = np.uint64(4)
"""Columns that are worked on at a time; rows are padded to whole blocks."""
_CV, _MONEY = np.uint64(0), np.uint64(1)
"""Columns of ``Load.worth``: the cv, and the money at the first rate."""


LINE = ("payee", "order", "source", "level", "amount")
"""Columns of the lines that a walk writes."""


def no_lines(rows: int = 0) -> NDArray[np.int64]:
    """Room for ``rows`` lines; none when only totals are wanted."""
    return np.zeros((rows, len(LINE)), np.int64)


class Sales(NamedTuple):
    """The columns of a period's orders that a walk reads (see records.ORDER)."""

    day: NDArray[np.int32]
    since_day: NDArray[np.int32]
    cv: NDArray[np.int64]


class Upward(NamedTuple):
    """What a walk leaves.

    Totals; over the rates' denominator, as 128-bit words, the sums of ``_account``; what each order
    was used for; the number of lines that pay and their sum.
    """

    rows: Rows
    sums: NDArray[np.uint64]
    use: NDArray[np.int8]
    lines: int
    paid: int


class Load(NamedTuple):
    """What is carried up the tree: bundles, or every order by itself.

    Load i is of ``bundle[i]``, and ``orders[i]`` of the bundle's orders are in it (those that count
    and have cv). ``worth[i]`` is their cv, then what they pay at each rate. Where the plan rounds
    totals it is the cv alone.
    """

    bundle: NDArray[np.uint32]
    orders: NDArray[np.uint32]
    worth: NDArray[np.int64]


class Book(NamedTuple):
    """What a walk adds to while it runs.

    ``pay`` holds amounts, a row of the tree after the other and _PARTS to a row, by source;
    ``tally`` the cv by outcome and level; ``ends`` the cv of lines that end, by levels taken and
    people above; ``running`` each payee's unrounded numerators, used only where the plan rounds
    totals.
    """

    pay: NDArray[np.int64]
    tally: NDArray[np.int64]
    ends: NDArray[np.int64]
    running: NDArray[np.int64]


@njit
def walk(
    sales: Sales,
    bundles: Bundles,
    tree: Tree,
    terms: Terms,
    claimed: NDArray[np.bool_],
    apart: bool,
    lines: NDArray[np.int64],
) -> Upward:
    """Pay every order up the tree. ``claimed`` marks other bonuses' orders, or has length 0.

    Orders of one bundle go together unless ``apart``, which lines need. So do rounded totals, whose
    sources depend on the order of the lines.
    """
    people, levels = len(tree.ids), terms.rate.shape[1]
    ranks = len(terms.rate) - STANDINGS_UNPAID
    book = Book(
        pay=np.zeros(people * int(_PARTS), np.int64),
        tally=np.zeros((ranks + _REASONS, levels), np.int64),
        ends=np.zeros((levels, levels + 1), np.int64),
        running=np.zeros(people if terms.per_total else 0, np.int64),
    )
    use = _uses(bundles, sales, claimed, terms)
    load = _gather_orders(sales.cv, bundles, use, terms, apart or terms.per_total)
    upline = see_upline(tree, terms)
    written, paid = _carry(load, bundles, tree, terms, upline, book, lines)
    _shut_out(sales.cv, use, terms, book.tally, ranks + EXCLUDED)
    _close_ends(book.ends, book.tally, ranks)
    return Upward(_rows(book.pay), _account(book.tally, terms), use, written, paid)


@njit
def _uses(
    bundles: Bundles, sales: Sales, claimed: NDArray[np.bool_], terms: Terms
) -> NDArray[np.int8]:
    """Which orders count, which are shut out but in the maximum, and which are left out.

    A window counts the days after the buyer's first day with the firm.
    """
    of, kind, day, since = bundles.of, bundles.kind, sales.day, sales.since_day
    pays_on, last_day = terms.pays_on, terms.last_day
    n, out = len(of), np.int8(SHUT_OUT if terms.excluded_in_maximum else LEFT_OUT)
    use = np.empty(n, np.int8)
    for o in range(n):
        use[o] = COUNTED if pays_on[kind[of[o]]] else LEFT_OUT
    if last_day != NO_WINDOW:
        for o in range(n):
            age = np.int64(day[o]) - np.int64(since[o])
            use[o] = use[o] if (age >= 0) & (age <= last_day) else np.int8(LEFT_OUT)
    for o in range(len(claimed)):
        use[o] = out if claimed[o] & (use[o] == COUNTED) else use[o]
    return use


@njit
def _gather_orders(
    cvs: NDArray[np.int64], bundles: Bundles, use: NDArray[np.int8], terms: Terms, apart: bool
) -> Load:
    """Add what each order is worth to its load. A month has few different orders: they are kept."""
    of, n = bundles.of, len(use)
    loads = n if apart else len(bundles.at)
    rates = 0 if terms.per_total else len(terms.num)
    blocks = (int(_MONEY) + rates + int(_BLOCK) - 1) // int(_BLOCK)
    width = blocks * int(_BLOCK)
    worth, orders = np.zeros((loads, width), np.int64), np.zeros(loads, np.uint32)
    known = np.zeros((1 << _SLOT_BITS, width), np.int64)
    for o in range(n):
        cv = cvs[o]
        if use[o] != COUNTED or cv == 0:
            continue
        load = np.uint64(o if apart else of[o])
        slot = (np.uint64(cv) * _SPREAD) >> _SLOT_SHIFT
        if known[slot, _CV] != cv:
            _price(cv, rates, terms, known[slot])
        orders[load] += 1
        for block in range(blocks):
            first = np.uint64(block) * _BLOCK
            for column in range(_BLOCK):
                worth[load, first + column] += known[slot, first + column]
    return Load(of if apart else np.arange(loads).astype(np.uint32), orders, worth)


@njit
def _price(cv: int, rates: int, terms: Terms, worth: NDArray[np.int64]) -> None:
    """What an order is worth: its cv, and its line's money at each rate."""
    num, den, quantum = terms.num, terms.den * terms.quantum, terms.quantum
    worth[_CV] = cv
    for rate in range(rates):
        worth[int(_MONEY) + rate] = quantum * muldiv(cv, num[rate], den, terms.mode)


@njit
def _starts(
    load: Load, bundles: Bundles, tree: Tree, terms: Terms, upline: Upline
) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Who stands at level 1 of each load, and how many people are above it, up to the levels."""
    bundle, at, kind, above = load.bundle, bundles.at, bundles.kind, tree.above
    line, seen_as, sees, first = upline.line, upline.seen_as, upline.sees, terms.first
    start, people = np.empty(len(bundle), np.uint32), np.empty(len(bundle), np.uint8)
    levels = terms.rate.shape[1]
    for i in range(len(bundle)):
        who = at[bundle[i]]
        itself = first[kind[bundle[i]]] and who > 0
        people[i] = min(above[who] + itself, levels)
        start[i] = who if itself and sees[seen_as[who], 1] != 0 else line[who, 1]
    return start, people


@njit
def _carry(
    load: Load,
    bundles: Bundles,
    tree: Tree,
    terms: Terms,
    upline: Upline,
    book: Book,
    lines: NDArray[np.int64],
) -> tuple[int, int]:
    """Walk up with every load until its levels are used up; how many lines pay, and their sum."""
    start, people = _starts(load, bundles, tree, terms, upline)
    # taken out of their tuples once: each look into one inside the loop would count a reference
    bundle, orders, worth, sources = load.bundle, load.orders, load.worth, bundles.source
    outcome, rates, line, step = terms.outcome, terms.rate, upline.line, np.uint64(upline.step)
    pay, ends, tally, per_total = book.pay, book.ends, book.tally, terms.per_total
    ids, keep, written, paid = tree.ids, len(lines) > 0, 0, 0
    for i in range(len(orders)):
        if orders[i] == 0:
            continue
        who, source, cv = start[i], np.uint64(sources[bundle[i]]), worth[i, _CV]
        for k in range(rates.shape[1]):
            if k > 0:
                who = line[who, np.uint64(1) + np.uint64(k) * step]
            if who == 0:
                ends[k, people[i]] += cv
                break
            standing = line[who, 0]
            rate = np.uint64(rates[standing, k])
            tally[outcome[standing, k], k] += cv
            if per_total:
                amount = _rise(cv, int(rate), int(who), terms, book.running)
            else:
                amount = worth[i, _MONEY + rate]
            # no branch on being paid, which no processor could foresee
            pay[np.uint64(who) * _PARTS + source] += amount
            paid += amount
            if keep and amount != 0:
                _write(lines[written], ids[who], i, int(source), k + 1, amount)
            written += int(amount != 0)
    return written, paid


@njit
def _rise(cv: int, rate: int, who: int, terms: Terms, running: NDArray[np.int64]) -> int:
    """A line's money where totals are rounded: what it adds to the payee's rounded total."""
    den, quantum = terms.den * terms.quantum, terms.quantum
    before = muldiv(running[who], _ONE, den, terms.mode)
    running[who] = added(running[who], muldiv(cv, terms.num[rate], _ONE, terms.mode))
    rise: int = quantum * (muldiv(running[who], _ONE, den, terms.mode) - before)
    return rise


@njit
def _shut_out(
    cv: NDArray[np.int64], use: NDArray[np.int8], terms: Terms, tally: NDArray[np.int64], row: int
) -> None:
    """Add orders that are in the maximum alone to every level of a row of the tally."""
    if not terms.excluded_in_maximum:
        return
    total = np.int64(0)
    for o in range(len(use)):
        if use[o] == SHUT_OUT:
            total += cv[o]
    for k in range(tally.shape[1]):
        tally[row, k] += total


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
def _account(tally: NDArray[np.int64], terms: Terms) -> NDArray[np.uint64]:
    """What the cv of all outcomes comes to, as sums that cannot overflow.

    At the best rates by reason, then for all levels paid; and at their ranks' rates for the latter.
    """
    ranks = len(tally) - _REASONS
    sums = np.zeros((_REASONS + 2, 2), np.uint64)
    for row in range(len(tally)):
        for k in range(tally.shape[1]):
            if tally[row, k] != 0 and row >= ranks:
                add_product(sums[row - ranks], tally[row, k], terms.best[k])
            elif tally[row, k] != 0:
                add_product(sums[_REASONS], tally[row, k], terms.best[k])
                add_product(sums[_REASONS + 1], tally[row, k], terms.num[terms.rate[row, k]])
    return sums


@njit
def _rows(pay: NDArray[np.int64]) -> Rows:
    """The rows of a dense table of amounts, those of a payee together, by source."""
    n = np.int64(0)
    for amount in pay:
        n += amount != 0
    rows = Rows(np.empty(n, np.int32), np.empty(n, np.int8), np.empty(n, np.int64))
    payee, source, amounts, row = rows.payee, rows.source, rows.amount, 0
    for i in range(len(pay)):
        if pay[i] != 0:
            payee[row], source[row], amounts[row] = i // int(_PARTS), i % int(_PARTS), pay[i]
            row += 1
    return rows
