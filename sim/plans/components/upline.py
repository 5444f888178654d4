"""The people above as a bonus paid order by order sees them: who may stand at which level.

Roll-up and compression are settled here, once a participant, so that a walk only looks up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import inlined, njit
from sim.plans.compile import GATE, INACTIVE, STANDINGS_UNPAID, Compression, Terms
from sim.plans.facts import Tree
from sim.plans.volumes import ACTIVITY

_NONE = int(Compression.NONE)
_DYNAMIC = int(Compression.DYNAMIC)
_SKIP_BELOW_RANK = int(Compression.SKIP_BELOW_RANK)
_ALL = np.uint32(0xFFFFFFFF)
_BLOCK = np.uint64(4)
"""Columns that are worked on at a time; rows are padded to whole blocks."""


class Upline(NamedTuple):
    """The tree as one bonus sees it, a row a participant.

    ``line`` has in column 0 the standing: the rank of the qualified, else INACTIVE or GATE counted
    on from the highest rank; in the others the nearest row strictly above that may stand there, 0
    if none: one for all levels, or one a level (``step`` 0 or 1). Row i is seen at the levels whose
    columns of ``sees[seen_as[i]]`` are not 0. Unsigned, so that no index is tested for counting
    from the end.
    """

    line: NDArray[np.uint32]
    seen_as: NDArray[np.uint32]
    sees: NDArray[np.uint32]
    step: int


@njit
def see_upline(tree: Tree, terms: Terms) -> Upline:
    """Judge every row, from the top down, and point it at whom its parent is or sees."""
    parent, qualified, rank, volume = tree.parent, tree.qualified, tree.rank, tree.volume
    n, ranks, gate = len(parent), len(terms.rate) - STANDINGS_UNPAID, terms.payee_pv_min
    step, sees = _views(terms)
    line, seen_as = np.zeros((n, sees.shape[1]), np.uint32), np.empty(n, np.uint32)
    seen_as[0] = _nowhere(sees)
    for i in range(1, n):
        up = np.uint32(parent[i])
        view = seen_as[up]
        for block in range(sees.shape[1] // int(_BLOCK)):
            first = np.uint64(block) * _BLOCK
            for column in range(_BLOCK):
                mask = sees[view, first + column]
                line[i, first + column] = (up & mask) | (line[up, first + column] & ~mask)
        standing = np.int64(ranks + INACTIVE)
        if qualified[i]:
            standing = np.int64(rank[i] if volume[i, ACTIVITY] >= gate else ranks + GATE)
        line[i, 0] = standing
        seen_as[i] = standing
        if step == 0:
            stands = _stands(bool(standing < ranks), rank[i], terms)
            seen_as[i] = _nowhere(sees) + np.uint32(stands)
    return Upline(line, seen_as, sees, step)


@inlined
def _nowhere(sees: NDArray[np.uint32]) -> np.uint32:
    """The view of those who are seen at no level; the next is of those who are seen at all."""
    return np.uint32(len(sees) - 2)


@inlined
def _stands(able: bool, rank: int, terms: Terms) -> bool:
    """Whether a row may stand at a level, where that is the same for all levels."""
    if terms.compression == _SKIP_BELOW_RANK:
        return (able and not terms.skip_everybody) or rank >= terms.skip_rank
    return able or terms.compression == _NONE


@njit
def _views(terms: Terms) -> tuple[int, NDArray[np.uint32]]:
    """How far the lines of two levels lie apart, and which levels a row is seen at, as masks.

    Under dynamic compression the view of a standing is the levels for which it is paid. Otherwise a
    row is seen at all levels or at none: the last two views.
    """
    step = int(terms.compression == _DYNAMIC)
    standings, levels = terms.outcome.shape
    columns = 1 + (levels if step == 1 else 1)
    width = (columns + int(_BLOCK) - 1) // int(_BLOCK) * int(_BLOCK)
    sees = np.zeros((standings + 2, width), np.uint32)
    sees[standings + 1] = _ALL
    if step == 1:
        for standing in range(standings):
            for k in range(levels):
                if terms.outcome[standing, k] < standings - STANDINGS_UNPAID:
                    sees[standing, 1 + k] = _ALL
    return step, sees
