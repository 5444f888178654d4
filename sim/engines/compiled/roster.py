"""Who is due: lists of the people in a role, and of those whose life ends in a month."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.records import NOBODY


class Roster:
    """The rows of all people with a role from ``first`` to ``last``, rising."""

    def __init__(self, first: int, last: int) -> None:
        self.roles = int(first), int(last)
        self.rows = np.zeros(0, np.int32)

    def update(self, role: NDArray[np.int8], came: NDArray[np.int32]) -> None:
        """Drop who has the role no more and take in ``came``, who rise and were not here."""
        rows = np.empty(len(self.rows) + len(came), np.int32)
        self.rows = rows[: _update(self.rows, came, role, *self.roles, rows)]


@njit
def _update(
    rows: NDArray[np.int32],
    came: NDArray[np.int32],
    role: NDArray[np.int8],
    first: int,
    last: int,
    out: NDArray[np.int32],
) -> int:
    at, j = 0, 0
    for row in rows:
        while j < len(came) and came[j] < row:
            at = _keep(came[j], role, first, last, out, at)
            j += 1
        at = _keep(row, role, first, last, out, at)
    for row in came[j:]:
        at = _keep(row, role, first, last, out, at)
    return at


@njit
def _keep(
    row: int, role: NDArray[np.int8], first: int, last: int, out: NDArray[np.int32], at: int
) -> int:
    out[at] = row
    return at + int(first <= role[row] <= last)


class Calendar:
    """Whose life ends in which month of the run: a chain of rows a month.

    ``head`` has a row a month, ``link`` a row a person; people who outlive the run are in no chain.
    """

    def __init__(self, last_month: NDArray[np.int32], months: int) -> None:
        self.head = np.full(months, NOBODY, np.int32)
        self.link = np.empty(len(last_month), np.int32)
        _enter(np.arange(len(last_month), dtype=np.int32), last_month, self.head, self.link)

    def enter(self, rows: NDArray[np.int32], last_month: NDArray[np.int32]) -> None:
        """Note the ends of new lives in ``rows``."""
        _enter(rows, last_month, self.head, self.link)

    def due(self, month: int) -> NDArray[np.int32]:
        """The rows whose life ends in a month, rising."""
        return np.sort(_chain(self.head[month], self.link))


@njit
def _enter(
    rows: NDArray[np.int32], last_month: NDArray[np.int32], head: Any, link: NDArray[np.int32]
) -> None:
    for row in rows:
        end = last_month[row]
        if end < len(head):
            link[row] = head[end]
            head[end] = row


@njit
def _chain(first: int, link: NDArray[np.int32]) -> NDArray[np.int32]:
    length, row = 0, first
    while row != NOBODY:
        length += 1
        row = link[row]
    out = np.empty(length, np.int32)
    row = first
    for i in range(length):
        out[i] = row
        row = link[row]
    return out
