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
from sim.plans.exact import added, muldiv

INACTIVE, GATE = -1, -2

REASONS = ("inactive", "gate", "not_deep_enough", "levels_left_over", "missing_upline", "excluded")
"""Outcomes of a level that is not paid; the tally has these rows after one row a rank that was
paid."""

SHALLOW, LEFT_OVER, MISSING, EXCLUDED = 2, 3, 4, 5
LEFT_OUT, COUNTED, SHUT_OUT = 0, 1, 2
_ONE = np.int64(1)


class Upline(NamedTuple):
    """The tree as one bonus sees it.

    ``next_up[row, p]`` is the nearest position strictly above p that may stand at a level (one row
    for all levels, or one a level), 0 if none; ``stands`` says who may stand at level 1.
    ``standing`` is the rank of the qualified, -1 for INACTIVE and -2 for GATE. ``uplines`` counts
    participants above.
    """

    uplines: NDArray[np.int32]
    next_up: NDArray[np.int32]
    stands: NDArray[np.bool_]
    standing: NDArray[np.int8]


class Grid(NamedTuple):
    """Rates by rank and level over ``den`` (negative: not reached), and how they become money."""

    num: NDArray[np.int64]
    den: int
    quantum: int
    mode: int
    per_total: bool


class Sales(NamedTuple):
    """The orders; ``use`` is LEFT_OUT, COUNTED or SHUT_OUT, ``first`` if credited is level 1."""

    credited: NDArray[np.int32]
    source: NDArray[np.int8]
    cv: NDArray[np.int64]
    use: NDArray[np.int8]
    first: NDArray[np.bool_]


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


class Outcome(NamedTuple):
    """What the kernel adds to: amounts by source and payee, cv by outcome and level.

    ``running`` is each payee's unrounded total, used (and needed) only where the plan rounds
    totals.
    """

    pay: NDArray[np.int64]
    tally: NDArray[np.int64]
    running: NDArray[np.int64]


@njit
def walk(sales: Sales, upline: Upline, grid: Grid, lines: Lines, out: Outcome) -> int:
    """Pay every order up the tree into ``out``; returns the number of lines that pay."""
    written = 0
    for o in range(len(sales.credited)):
        if sales.use[o] == COUNTED and sales.cv[o] != 0:
            written = _walk_one(o, sales, upline, grid, lines, out, written)
        elif sales.use[o] == SHUT_OUT:
            for k in range(out.tally.shape[1]):
                out.tally[len(grid.num) + EXCLUDED, k] += sales.cv[o]
    return written


@njit
def _walk_one(
    o: int, sales: Sales, upline: Upline, grid: Grid, lines: Lines, out: Outcome, written: int
) -> int:
    """Walk up from one order until its levels are used up."""
    ranks, levels = grid.num.shape
    who, cv = sales.credited[o], sales.cv[o]
    itself = sales.first[o] and who > 0
    above = upline.uplines[who] + itself
    for k in range(levels):
        if k > 0 or not (itself and upline.stands[who]):
            who = upline.next_up[k if upline.next_up.shape[0] > 1 else 0, who]
        if who == 0:
            # the line ends here, and all levels not yet taken with it
            for rest in range(k, levels):
                out.tally[ranks + (LEFT_OVER if rest < above else MISSING), rest] += cv
            break
        rank = upline.standing[who]
        if rank < 0:
            out.tally[ranks - 1 - rank, k] += cv
        elif grid.num[rank, k] < 0:
            out.tally[ranks + SHALLOW, k] += cv
        else:
            out.tally[rank, k] += cv
            amount = _amount(cv, grid.num[rank, k], who, grid, out.running)
            if amount != 0:
                out.pay[sales.source[o], who] += amount
                _write(lines, written, who, o, sales.source[o], k + 1, amount)
                written += 1
    return written


@njit
def _amount(cv: int, num: int, who: int, grid: Grid, running: NDArray[np.int64]) -> int:
    """One line's money. Rounding per total, a line is what it adds to the payee's rounded total."""
    den = grid.den * grid.quantum
    if not grid.per_total:
        line: int = grid.quantum * muldiv(cv, num, den, grid.mode)
        return line
    before = muldiv(running[who], _ONE, den, grid.mode)
    running[who] = added(running[who], muldiv(cv, num, _ONE, grid.mode))
    rise: int = grid.quantum * (muldiv(running[who], _ONE, den, grid.mode) - before)
    return rise


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
