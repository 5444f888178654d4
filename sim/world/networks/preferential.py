"""The scale-free network of preferential attachment (Barabasi and Albert 1999)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import uniform
from sim.jit import njit
from sim.world.networks.csr import Rows, from_ties, require, require_room


def scale_free(people: int, links: int, key: int) -> Rows:
    """Each newcomer ties to ``links`` different people, drawn in proportion to their contacts.

    It starts from a star of links + 1 people around person 0 and has links * (people - links) ties.
    """
    require(links >= 1, "links", links, "at least 1")
    require(links < people, "links", links, f"less than the number of people ({people})")
    ties = links * (people - links)
    require_room(2 * ties)
    newcomer, known = np.empty(ties, np.int32), np.empty(ties, np.int32)
    _attach(newcomer, known, people, links, key)
    return from_ties(newcomer, known, people)


@njit
def _attach(
    newcomer: NDArray[np.int32], known: NDArray[np.int32], people: int, links: int, key: int
) -> None:
    """Draw ends of earlier ties: favours people by their contacts (Batagelj, Brandes 2005)."""
    for p in range(links):
        newcomer[p], known[p] = p + 1, 0
    taken_by = np.full(people, -1, np.int32)
    tie = links
    for p in range(links + 1, people):
        earlier, draw = tie, 0
        while tie < earlier + links:
            end = int(uniform(key, p, draw) * (2 * earlier))
            found = known[end >> 1] if end & 1 else newcomer[end >> 1]
            if taken_by[found] != p:
                taken_by[found] = p
                newcomer[tie], known[tie] = p, found
                tie += 1
            draw += 1
