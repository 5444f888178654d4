"""The stochastic block network: communities, dense inside, thin between (Holland et al. 1983)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import geometric, uniform
from sim.jit import njit
from sim.world.networks.csr import Rows, add_tie, require, require_room, start_rows


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
    indptr = np.zeros(people + 1, np.int32)
    entries = _count(indptr, blocks, chances, key)
    require_room(entries)
    neighbours = np.empty(entries, np.int32)
    _tie(indptr, neighbours, blocks, chances, key)
    return indptr, neighbours


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
def _count(indptr: NDArray[np.int32], blocks: int, chances: tuple[float, float], key: int) -> int:
    """Draw all ties once: count those of person p in indptr[p + 1]; returns twice their number."""
    people, total = len(indptr) - 1, 0
    found = np.empty(people, np.int32)
    for block in range(blocks):
        block_end = (block + 1) * people // blocks
        for a in range(block * people // blocks, block_end):
            count = _ahead(a, block_end, chances, key, found)
            indptr[a + 1] += count
            total += 2 * count
            for i in range(count):
                indptr[found[i] + 1] += 1
    return total


@njit
def _tie(
    indptr: NDArray[np.int32],
    neighbours: NDArray[np.int32],
    blocks: int,
    chances: tuple[float, float],
    key: int,
) -> None:
    """Draw them again, to write them down: a - b by rising a, then b, fills all rows rising."""
    people = len(indptr) - 1
    found = np.empty(people, np.int32)
    start_rows(indptr)
    for block in range(blocks):
        block_end = (block + 1) * people // blocks
        for a in range(block * people // blocks, block_end):
            for i in range(_ahead(a, block_end, chances, key, found)):
                add_tie(indptr, neighbours, a, found[i])
