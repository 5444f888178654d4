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
from sim.plans.volumes import CELL, CELL_KIND, CELL_SOURCE, CELLS, Bundles, Orders
from sim.records import COMPANY, NOBODY

_TAKES_PART = np.uint8(1 << CELLS)
_SIZE = np.array([(mark % (1 << CELLS)).bit_count() for mark in range(2 << CELLS)])
"""How many cells are marked."""
_NOBODY, _EVERYBODY = int(Idle.NOBODY), int(Idle.EVERYBODY)


@njit
def mark(orders: Orders, participants: int) -> tuple[NDArray[np.uint8], bool]:
    """Set a bit by id for each cell (see volumes) of the orders credited to it.

    Also tells whether every order points at participants and classes that exist.
    """
    credited, sources, purposes = orders.credited_to, orders.source, orders.purpose
    buyers, marks, wrong = orders.participant, np.zeros(participants, np.uint8), np.int64(0)
    people, some_sources, some_purposes = np.uint32(participants), *CELL.shape
    for o in range(len(credited)):
        # a negative number is a large one without its sign
        who, source, purpose = np.uint32(credited[o]), np.uint8(sources[o]), np.uint8(purposes[o])
        if who >= people or source >= some_sources or purpose >= some_purposes:
            wrong += 1
            continue
        marks[who] |= np.uint8(1) << CELL[source, purpose]
    for o in range(len(buyers)):
        wrong += (buyers[o] < NOBODY) | (buyers[o] >= participants)
    return marks, bool(wrong == 0)


@njit
def mark_up(
    sponsor: NDArray[np.int32], enrolled: NDArray[np.bool_], idle: int, marks: NDArray[np.uint8]
) -> tuple[int, int]:
    """Mark also the company, the ``idle`` who count, and all above anyone marked; counts.

    What is left out has no volume, no rank and no pay: months cost what their orders cost, not what
    all who ever joined would. Returns how many are marked, and how many cells.
    """
    marks[COMPANY] |= _TAKES_PART
    if idle != _NOBODY:
        for i in range(len(sponsor)):
            if enrolled[i] or idle == _EVERYBODY:
                marks[i] |= _TAKES_PART
    rows, cells = 1, np.int64(_SIZE[marks[COMPANY]])
    for i in range(len(sponsor) - 1, COMPANY, -1):
        if marks[i] != 0:
            marks[sponsor[i]] |= _TAKES_PART
            rows += 1
            cells += _SIZE[marks[i]]
    return rows, int(cells)


@njit
def lay_out(
    sponsor: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
    marks: NDArray[np.uint8],
    rows: int,
    bundles: Bundles,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_], NDArray[np.uint32]]:
    """Give rows to those marked and number their bundles.

    Returns each row's id (rising), its sponsor's row (0 for the company's own) and whether it is
    enrolled; and by id the first bundle.
    """
    row_of, first = np.empty(len(sponsor), np.uint32), np.empty(len(sponsor), np.uint32)
    ids, parent = np.empty(rows, np.int32), np.zeros(rows, np.int32)
    here, row, bundle = np.empty(rows, np.bool_), 0, 0
    at, kind, source = bundles.at, bundles.kind, bundles.source
    for i in range(len(sponsor)):
        if marks[i] == 0:
            continue
        ids[row], row_of[i], first[i], here[row] = i, row, bundle, enrolled[i]
        if i != COMPANY:
            parent[row] = row_of[sponsor[i]]
        if marks[i] != _TAKES_PART:
            for cell in range(CELLS):
                if marks[i] & (np.uint8(1) << np.uint8(cell)):
                    at[bundle], kind[bundle] = row, CELL_KIND[cell]
                    source[bundle] = CELL_SOURCE[cell]
                    bundle += 1
        row += 1
    return ids, parent, here, first


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
