"""The part of the sponsor tree that a period touches, and facts about it.

Every sponsor's id is smaller than its recruit's, so that each fact is one pass over the rows:
backwards for what lies below, forwards for what lies above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import Idle
from sim.plans.schema_parts import MAX_LEVELS
from sim.records import COMPANY

_NOBODY, _EVERYBODY = int(Idle.NOBODY), int(Idle.EVERYBODY)


@njit
def taking_part(
    sponsor: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
    credited: NDArray[np.int32],
    idle: int,
) -> NDArray[np.int32]:
    """Ids, rising, of the company, those credited an order, the ``idle`` who count, all uplines.

    What is left out has no volume, no rank and no pay: months cost what their orders cost, not what
    all who ever joined would.
    """
    n = len(sponsor)
    marked = np.zeros(n, np.bool_)
    marked[COMPANY] = True
    count = 1
    for who in credited:
        count += _mark_up(who, sponsor, marked)
    if idle != _NOBODY:
        for i in range(n):
            if enrolled[i] or idle == _EVERYBODY:
                count += _mark_up(i, sponsor, marked)
    ids = np.empty(count, np.int32)
    row = 0
    for i in range(n):
        if marked[i]:
            ids[row] = i
            row += 1
    return ids


@njit
def _mark_up(start: int, sponsor: NDArray[np.int32], marked: NDArray[np.bool_]) -> int:
    """Mark a participant and all above it; returns how many were not marked yet."""
    who, new = start, 0
    while not marked[who]:
        marked[who] = True
        new += 1
        who = sponsor[who]
    return new


@njit
def rows_of(ids: NDArray[np.int32], participants: int) -> NDArray[np.int32]:
    """The row of every id among ``ids``; undefined for the others."""
    row_of = np.empty(participants, np.int32)
    for row in range(len(ids)):
        row_of[ids[row]] = row
    return row_of


@njit
def parents(
    sponsor: NDArray[np.int32], ids: NDArray[np.int32], row_of: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The row of each row's sponsor; 0 for the company itself."""
    parent = np.zeros(len(ids), np.int32)
    for row in range(1, len(ids)):
        parent[row] = row_of[sponsor[ids[row]]]
    return parent


@njit
def subtree_sums(parent: NDArray[np.int32], volume: NDArray[np.int64], column: int) -> None:
    """Turn each row's own ``column`` of ``volume`` into the sum over itself and all below it."""
    for row in range(len(parent) - 1, 0, -1):
        volume[parent[row], column] += volume[row, column]


@njit
def count_uplines(parent: NDArray[np.int32]) -> NDArray[np.int8]:
    """How many participants stand above each row, at most MAX_LEVELS; the company is none."""
    above = np.zeros(len(parent), np.int8)
    for row in range(1, len(parent)):
        if parent[row] > 0:
            above[row] = min(above[parent[row]] + 1, MAX_LEVELS)
    return above
