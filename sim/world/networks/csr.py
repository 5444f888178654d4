"""Rows of contacts from a list of ties, and the sorting of those rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit

Rows = tuple[NDArray[np.int64], NDArray[np.int32]]


class NetworkError(ValueError):
    """A network cannot be drawn or read; the message is for whoever asked for it."""


def require(good: bool, field: str, value: object, bound: str) -> None:
    """Raise NetworkError that names the scenario's field, its value and bound, unless ``good``."""
    if not good:
        raise NetworkError(f"network.{field}: must be {bound}, not {value}")


def require_circle(people: int, degree: int) -> None:
    """Raise NetworkError unless everybody can have degree / 2 neighbours on either side."""
    require(degree % 2 == 0 and degree >= 2, "degree", degree, "an even number of at least 2")
    require(degree < people, "degree", degree, f"less than the number of people ({people})")


def require_pairs(people: int, degree: int) -> None:
    """Raise NetworkError unless everybody can have ``degree`` contacts."""
    require(degree >= 1, "degree", degree, "at least 1")
    require(degree < people, "degree", degree, f"less than the number of people ({people})")
    require(
        people * degree % 2 == 0,
        "degree",
        degree,
        f"even, as the number of people ({people}) is odd",
    )


@njit
def sort_slice(values: NDArray[np.int32], start: int, stop: int) -> None:
    """Sort values[start:stop] in place: Shell's method, quick for the short rows of most people."""
    gap = 1
    while gap < (stop - start) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(start + gap, stop):
            value, j = values[i], i
            while j >= start + gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap //= 3


@njit
def sort_rows(indptr: NDArray[np.int64], neighbours: NDArray[np.int32]) -> None:
    """Put every person's contacts in rising order."""
    for p in range(len(indptr) - 1):
        sort_slice(neighbours, indptr[p], indptr[p + 1])


@njit
def from_ties(left: NDArray[np.int32], right: NDArray[np.int32], people: int) -> Rows:
    """The rows of the undirected ties left[i] - right[i]: counts, then fills, and copies no tie."""
    indptr = np.zeros(people + 1, np.int64)
    for i in range(len(left)):
        indptr[left[i] + 1] += 1
        indptr[right[i] + 1] += 1
    for p in range(people):
        indptr[p + 1] += indptr[p]
    end = indptr[:-1].copy()
    neighbours = np.empty(indptr[people], np.int32)
    for i in range(len(left)):
        a, b = left[i], right[i]
        neighbours[end[a]] = b
        neighbours[end[b]] = a
        end[a] += 1
        end[b] += 1
    sort_rows(indptr, neighbours)
    return indptr, neighbours
