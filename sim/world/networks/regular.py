"""The random regular network: everybody has the same number of contacts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import below
from sim.jit import njit
from sim.world.networks.csr import Rows, require_pairs, require_room, sort_rows

EXACT = 3  # one pairing in 7 is simple at degree 3, one in 43 at degree 4


def random_regular(people: int, degree: int, key: int) -> Rows:
    """Pair the people's ``degree`` places at random; then switch away loops and double ties.

    The configuration model (Bollobas 1980) with random switches of the few ties that spoil it
    (about degree**2 / 4, however many people): close to even over all such networks if there are
    many people. Up to degree 3 a spoilt pairing is drawn anew instead: even without exception.
    Where most pairs are tied, the network of the missing ties is drawn.
    """
    require_pairs(people, degree)
    require_room(people * degree)
    missing = people - 1 - degree
    if missing < degree:
        return _rows(_complement(_simple(people, missing, key), people, missing), people, degree)
    return _rows(_simple(people, degree, key), people, degree)


def _rows(neighbours: NDArray[np.int32], people: int, degree: int) -> Rows:
    indptr = (np.arange(people + 1, dtype=np.int64) * degree).astype(np.int32)
    sort_rows(indptr, neighbours)
    return indptr, neighbours


def _simple(people: int, degree: int, key: int) -> NDArray[np.int32]:
    """Pair and repair; a pairing that cannot be repaired within the patience is drawn anew."""
    patience = 0 if degree <= EXACT else 1000 * people * degree
    attempt = 0
    while True:
        neighbours = _pair(people, degree, key, attempt)
        if degree == 0 or _repair(neighbours, people, degree, key, attempt, patience):
            return neighbours
        attempt += 1


def _pair(people: int, degree: int, key: int, attempt: int) -> NDArray[np.int32]:
    """Shuffle all places (Fisher and Yates) and tie them two by two."""
    places = np.arange(people * degree, dtype=np.int32)
    neighbours = np.empty(len(places), np.int32)
    _shuffle(places, key, attempt)
    _tie(places, degree, neighbours)
    return neighbours


@njit
def _shuffle(places: NDArray[np.int32], key: int, attempt: int) -> None:
    for i in range(len(places) - 1, 0, -1):
        j = below(key, i, attempt, i + 1)
        places[i], places[j] = places[j], places[i]


@njit
def _tie(places: NDArray[np.int32], degree: int, neighbours: NDArray[np.int32]) -> None:
    for i in range(0, len(places), 2):
        neighbours[places[i]] = places[i + 1] // degree
        neighbours[places[i + 1]] = places[i] // degree


@njit
def _place(neighbours: NDArray[np.int32], degree: int, a: int, b: int, besides: int) -> int:
    """A place of a that is tied to b, other than ``besides``; -1 if there is none."""
    for i in range(a * degree, (a + 1) * degree):
        if neighbours[i] == b and i != besides:
            return i
    return -1


@njit
def _switch(neighbours: NDArray[np.int32], degree: int, i: int, q: int) -> bool:
    """Make ties a-b (place i) and c-d (place q) into a-c and b-d, unless that spoils a row."""
    a, b, c, d = i // degree, neighbours[i], q // degree, neighbours[q]
    if c == d or a == c or b == d:  # noqa: PLR1714
        return False
    if _place(neighbours, degree, a, c, -1) >= 0 or _place(neighbours, degree, b, d, -1) >= 0:
        return False
    back_b = _place(neighbours, degree, b, a, i)
    back_d = _place(neighbours, degree, d, c, q)
    neighbours[i], neighbours[back_b], neighbours[q], neighbours[back_d] = c, d, a, b
    return True


@njit
def _repair(
    neighbours: NDArray[np.int32], people: int, degree: int, key: int, attempt: int, patience: int
) -> bool:
    """Switch all loops and double ties with random ties; False after ``patience`` trials."""
    seen_by = np.full(people, -1, np.int32)
    trial = 0
    for i in range(len(neighbours)):
        a = i // degree
        while neighbours[i] == a or seen_by[neighbours[i]] == a:
            trial += 1
            if trial > patience:
                return False
            _switch(neighbours, degree, i, below(key, -trial, attempt, len(neighbours)))
        seen_by[neighbours[i]] = a
    return True


@njit
def _complement(missing_ties: NDArray[np.int32], people: int, missing: int) -> NDArray[np.int32]:
    """Everyone but oneself and the people one is not to be tied to."""
    neighbours = np.empty(people * (people - 1 - missing), np.int32)
    barred_by = np.full(people, -1, np.int32)
    end = 0
    for a in range(people):
        barred_by[a] = a
        for i in range(a * missing, (a + 1) * missing):
            barred_by[missing_ties[i]] = a
        for b in range(people):
            if barred_by[b] != a:
                neighbours[end] = b
                end += 1
    return neighbours
