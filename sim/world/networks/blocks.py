"""The stochastic block network: communities, dense inside, thin between (Holland et al. 1983)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import geometric, uniform
from sim.jit import njit
from sim.world.networks.csr import Rows, require


def stochastic_block(people: int, blocks: int, within: float, between: float, key: int) -> Rows:
    """Each pair is tied by itself, with one probability inside a block and another across blocks.

    Block b starts at person b * people // blocks, so sizes differ by at most one. By the choice of
    probabilities a person has on average ``within`` contacts inside and ``between`` outside.
    """
    require(1 <= blocks <= people, "blocks", blocks, f"from 1 to the number of people ({people})")
    sizes = np.diff(np.arange(blocks + 1, dtype=np.int64) * people // blocks)
    inside = int((sizes * (sizes - 1)).sum())
    across = people * people - int((sizes * sizes).sum())
    chances = (
        _probability("within", within, inside, people),
        _probability("between", between, across, people),
    )
    indptr = np.zeros(people + 1, np.int64)
    return indptr, _tie(indptr, blocks, chances, key)


def _probability(field: str, contacts: float, pairs: int, people: int) -> float:
    """The chance of a tie among ordered ``pairs`` that gives people so many contacts on average."""
    fits = 0 <= contacts * people <= pairs
    require(fits, field, contacts, f"from 0 to {pairs / people:g}, the contacts there could be")
    return contacts * people / pairs if pairs else 0.0


@njit
def _ahead(
    a: int, block_end: int, chances: tuple[float, float], key: int, found: NDArray[np.int32]
) -> int:
    """Write the contacts of a that come after a into ``found``, rising, and return how many.

    The misses between two ties are geometric, so the work is a step a tie, not a step a pair.
    """
    count, draw, b = 0, 0, a
    for side in range(2):
        stop = block_end if side == 0 else len(found)
        while True:
            b += 1 + geometric(uniform(key, a, draw), chances[side])
            draw += 1
            if b >= stop:
                break
            found[count] = b
            count += 1
        b = block_end - 1
    return count


@njit
def _tie(
    indptr: NDArray[np.int64], blocks: int, chances: tuple[float, float], key: int
) -> NDArray[np.int32]:
    """Draw all ties twice: to count them into ``indptr``, then to write them down.

    Taken by rising a, then rising b, the ties a - b fill every row in rising order.
    """
    people = len(indptr) - 1
    found = np.empty(people, np.int32)
    for block in range(blocks):
        block_end = (block + 1) * people // blocks
        for a in range(block * people // blocks, block_end):
            count = _ahead(a, block_end, chances, key, found)
            indptr[a + 1] += count
            for i in range(count):
                indptr[found[i] + 1] += 1
    for p in range(people):
        indptr[p + 1] += indptr[p]
    neighbours = np.empty(indptr[people], np.int32)
    end = indptr[:-1].copy()
    for block in range(blocks):
        block_end = (block + 1) * people // blocks
        for a in range(block * people // blocks, block_end):
            count = _ahead(a, block_end, chances, key, found)
            for i in range(count):
                b = found[i]
                neighbours[end[a]] = b
                neighbours[end[b]] = a
                end[a] += 1
                end[b] += 1
    return neighbours
