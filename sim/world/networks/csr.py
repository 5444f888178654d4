"""Rows of contacts from a list of ties, and the sorting of those rows.

Large arrays are made outside compiled code: numpy asks for huge pages, which random access needs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit

Rows = tuple[NDArray[np.int32], NDArray[np.int32]]

MOST_ENTRIES = (1 << 31) - 1
SHORT = 48  # contacts: up to here one pass of insertion sorts quickest


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
    """Sort values[start:stop] in place: by Shell's method, by plain insertion if it is short."""
    gap = 1
    while stop - start > SHORT and gap < (stop - start) // 3:
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
def sort_rows(indptr: NDArray[np.int32], neighbours: NDArray[np.int32]) -> None:
    """Put every person's contacts in rising order."""
    for p in range(len(indptr) - 1):
        sort_slice(neighbours, indptr[p], indptr[p + 1])


def require_room(entries: int) -> None:
    """Raise NetworkError if so many entries of rows cannot be numbered."""
    if entries > MOST_ENTRIES:
        raise NetworkError(f"network: {entries} ends of ties are more than {MOST_ENTRIES}")


def from_ties(left: NDArray[np.int32], right: NDArray[np.int32], people: int) -> Rows:
    """The rows of the undirected ties left[i] - right[i]: counts, then fills, and copies no tie."""
    require_room(2 * len(left))
    indptr, neighbours = np.zeros(people + 1, np.int32), np.empty(2 * len(left), np.int32)
    _fill(left, right, indptr, neighbours)
    sort_rows(indptr, neighbours)
    return indptr, neighbours


@njit
def _fill(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
) -> None:
    """Count, then write, the ties of one left person after the other: most lists have long runs."""
    start = 0
    while start < len(left):
        stop = _run(left, start)
        indptr[left[start] + 1] += stop - start
        for i in range(start, stop):
            indptr[right[i] + 1] += 1
        start = stop
    start_rows(indptr)
    start = 0
    while start < len(left):
        stop, a = _run(left, start), left[start]
        place = indptr[a + 1]
        indptr[a + 1] += stop - start
        for i in range(start, stop):
            b = right[i]
            neighbours[place + i - start] = b
            neighbours[indptr[b + 1]] = a
            indptr[b + 1] += 1
        start = stop


@njit
def _run(left: NDArray[np.int32], start: int) -> int:
    """Where the run of equal values that begins at ``start`` ends."""
    stop = start + 1
    while stop < len(left) and left[stop] == left[start]:
        stop += 1
    return stop


@njit
def start_rows(indptr: NDArray[np.int32]) -> None:
    """Turn the counts in indptr[p + 1] into where row p starts; filling the row moves it on."""
    total = 0
    for p in range(1, len(indptr)):
        count, indptr[p] = indptr[p], total
        total += count


@njit
def add_tie(indptr: NDArray[np.int32], neighbours: NDArray[np.int32], a: int, b: int) -> None:
    """Write a tie into both rows, each at the place that is next."""
    neighbours[indptr[a + 1]] = b
    neighbours[indptr[b + 1]] = a
    indptr[a + 1] += 1
    indptr[b + 1] += 1
