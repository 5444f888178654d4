"""What a contact network is to those who walk it: one type for every kind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STORED, WELL_MIXED, RING, LIFT = range(4)


class Network(NamedTuple):
    """A contact network, undirected and simple: all that the functions below need to walk it.

    ``kind`` is STORED, WELL_MIXED, RING or LIFT. ``degree`` is the number of contacts of everybody
    in a ring or a lift; ``key``, ``size`` and ``bits`` say which lift it is (see ``computed``). The
    rows of a STORED network are ``indptr`` (people + 1 bounds) and ``neighbours``. What a kind does
    not need is zero or empty, so that all networks are of one type.
    """

    kind: int
    people: int
    degree: int
    key: int
    size: int
    bits: int
    indptr: NDArray[np.int32]
    neighbours: NDArray[np.int32]


def network_of(
    kind: int,
    people: int,
    *,
    degree: int = 0,
    key: int = 0,
    size: int = 0,
    bits: int = 0,
    indptr: NDArray[np.int32] | None = None,
    neighbours: NDArray[np.int32] | None = None,
) -> Network:
    """A network with zeros and empty arrays for all that is not given."""
    empty = np.zeros(0, np.int32)
    rows = empty if indptr is None else indptr, empty if neighbours is None else neighbours
    return Network(kind, people, degree, key, size, bits, *rows)
