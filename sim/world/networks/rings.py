"""The small world: a ring that is rewired (Watts and Strogatz 1998)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import below, uniform
from sim.jit import njit
from sim.world.networks.csr import Rows, from_ties, require, require_circle, require_room


def small_world(people: int, degree: int, rewire: float, key: int) -> Rows:
    """A ring in which each tie is moved, with probability ``rewire``, to a random person.

    As in Watts and Strogatz 1998: a tie belongs to the first of its two people on the circle, who
    gets a new contact drawn evenly from all people not yet tied to. ``rewire`` is in [0, 1].
    """
    require_circle(people, degree)
    require(0.0 <= rewire <= 1.0, "rewire", rewire, "in [0, 1]")
    half = degree // 2
    require_room(people * degree)
    owners, owned = np.empty(people * half, np.int32), np.empty(people * half, np.int32)
    _circle(owners, owned, people, half)
    if rewire > 0.0:
        _rewire(owned, np.full(people, degree, np.int32), half, float(rewire), key)
    return from_ties(owners, owned, people)


@njit
def _circle(owners: NDArray[np.int32], owned: NDArray[np.int32], people: int, half: int) -> None:
    """The contacts ahead of each person: half of them a person, nearest first."""
    for p in range(people):
        for step in range(half):
            ahead = p + step + 1
            owners[p * half + step] = p
            owned[p * half + step] = ahead - people if ahead >= people else ahead


@njit
def _tied(owned: NDArray[np.int32], half: int, a: int, b: int) -> bool:
    for i in range(half):  # noqa: SIM110 - numba has no generator here
        if owned[a * half + i] == b or owned[b * half + i] == a:
            return True
    return False


@njit
def _rewire(
    owned: NDArray[np.int32], degree: NDArray[np.int32], half: int, rewire: float, key: int
) -> None:
    """Walk the circle once a distance and move ties; who is tied to all people keeps them."""
    people = len(degree)
    for step in range(half):
        for p in range(people):
            if uniform(key, p, step) >= rewire or degree[p] >= people - 1:
                continue
            draw = half + step
            found = below(key, p, draw, people)
            while found == p or _tied(owned, half, p, found):
                draw += half
                found = below(key, p, draw, people)
            degree[owned[p * half + step]] -= 1
            degree[found] += 1
            owned[p * half + step] = found
