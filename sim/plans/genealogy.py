"""Facts about a tree of participants in which every parent's id is smaller than its child's.

That order makes each fact one pass over the rows: backwards for what lies below, forwards for what
lies above. Row 0 is the company and its parent is NOBODY.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit


@njit
def first_bad_parent(parent: NDArray[np.int32]) -> int:
    """The first row whose parent breaks the order (row 0: -1; row i: 0 <= parent < i), or -1."""
    for i in range(len(parent)):
        low, high = (-1, 0) if i == 0 else (0, i)
        if parent[i] < low or parent[i] >= high:
            return i
    return -1


@njit
def subtree_sums(parent: NDArray[np.int32], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row the sum of ``own`` over itself and everybody below: group volume."""
    total = own.copy()
    for i in range(len(parent) - 1, 0, -1):
        total[parent[i]] += total[i]
    return total


@njit
def frontline_sums(parent: NDArray[np.int32], own: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row the sum of ``own`` over its direct recruits, itself left out."""
    total = np.zeros_like(own)
    for i in range(1, len(parent)):
        total[parent[i]] += own[i]
    return total


@njit
def count_uplines(parent: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many participants stand above each row; the company is none."""
    above = np.zeros(len(parent), np.int32)
    for i in range(1, len(parent)):
        if parent[i] > 0:
            above[i] = above[parent[i]] + 1
    return above


@njit
def nearest_above(parent: NDArray[np.int32], stands: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The nearest row strictly above each row for which ``stands`` holds; the company if none."""
    found = np.zeros(len(parent), np.int32)
    for i in range(1, len(parent)):
        up = parent[i]
        found[i] = up if up > 0 and stands[up] else found[up]
    return found
