"""Volumes of one period: what each participant's orders count for (step 2 of a settlement)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CLASSES, Counting
from sim.plans.schema_parts import OrderClass
from sim.records import Purpose, Source

PERSONAL, ACTIVITY, OWN, GROUP = range(4)
"""Columns of ``Volumes.volume``."""
PV, RANK, CV = range(3)
"""Columns of ``Bundles.sums``."""

SOURCES = len(Source)
_KINDS = len(CLASSES)
_NONE = np.int64(0)
_SIGN = np.int64(63)
_MARKS = 256
"""How many sets of cells there are, with the bit that says more (see genealogy.mark)."""


class Orders(NamedTuple):
    """The columns of a period's orders that are settled (see records.ORDER).

    ``group`` is the column that group and leg volume add up, pv or qv.
    """

    person: NDArray[np.int32]
    incarnation: NDArray[np.int32]
    participant: NDArray[np.int32]
    credited_to: NDArray[np.int32]
    day: NDArray[np.int32]
    since_day: NDArray[np.int32]
    source: NDArray[np.int8]
    purpose: NDArray[np.int8]
    pv: NDArray[np.int64]
    qv: NDArray[np.int64]
    cv: NDArray[np.int64]
    group: NDArray[np.int64]


class Bundles(NamedTuple):
    """A period's orders, those of one row, class and source together; bundles rise by row.

    Order o is in bundle ``of[o]``. A bundle is credited to the row ``at`` of the tree, is of class
    ``kind`` and of class of buyer ``source``, and adds up to ``sums`` (columns PV, RANK and CV).
    """

    of: NDArray[np.uint32]
    at: NDArray[np.uint32]
    kind: NDArray[np.uint8]
    source: NDArray[np.uint8]
    sums: NDArray[np.int64]


class Volumes(NamedTuple):
    """What each row of the tree is credited.

    ``volume`` has the columns PERSONAL (the pv), ACTIVITY (what the activity test reads), OWN (what
    counts for ranks) and GROUP (OWN, to be added up over the row's downline), in hundredths of a
    point. ``placed`` tells whether a row has an activity-class order. ``cv`` adds the orders' cv up
    by class and source.
    """

    volume: NDArray[np.int64]
    placed: NDArray[np.bool_]
    cv: NDArray[np.int64]


def _class_table() -> NDArray[np.uint8]:
    """Order class by (Source, Purpose): customers' by source, participants' by purpose."""
    of = {c: i for i, c in enumerate(CLASSES)}
    table = np.full((len(Source), len(Purpose)), of[OrderClass.OWN_USE], np.uint8)
    table[:, Purpose.TOP_UP] = of[OrderClass.TOP_UP]
    table[Source.RETAIL_CUSTOMER, :] = of[OrderClass.RETAIL_CUSTOMER]
    table[Source.PREFERRED_CUSTOMER, :] = of[OrderClass.PREFERRED_CUSTOMER]
    table[:, Purpose.KIT] = of[OrderClass.KIT]
    return table


_CLASS_TABLE = _class_table()


_PAIRS = tuple(dict.fromkeys((int(_CLASS_TABLE[s, p]), int(s)) for s in Source for p in Purpose))
"""The classes and sources that orders can be of: the bundles that a row can have, cell by cell."""

CELLS = len(_PAIRS)
CELL_KIND, CELL_SOURCE = np.array(_PAIRS, np.uint8).T.copy()
CELL = np.array(
    [[_PAIRS.index((_CLASS_TABLE[s, p], s)) for p in Purpose] for s in Source], np.uint8
)
"""The cell of an order by (Source, Purpose)."""

_BEFORE = np.array([[(m & ((1 << c) - 1)).bit_count() for c in range(8)] for m in range(_MARKS)])
_BEFORE = _BEFORE.astype(np.uint8)
"""How many cells of a set come before a cell."""


@njit
def no_bundles(orders: int, bundles: int) -> Bundles:
    """Room for so many."""
    return Bundles(
        np.empty(orders, np.uint32),
        np.empty(bundles, np.uint32),
        np.empty(bundles, np.uint8),
        np.empty(bundles, np.uint8),
        np.zeros((bundles, CV + 1), np.int64),
    )


@njit
def add_up(
    orders: Orders, marks: NDArray[np.uint8], first: NDArray[np.uint32], bundles: Bundles
) -> NDArray[np.int64]:
    """Fill in which bundle each order is in, and the sums; ``first`` is each id's first bundle.

    Returns bounds on the orders' pv and cv (see ``books.has_small_sums``), by column of the sums.
    """
    credited, sources, purposes = orders.credited_to, orders.source, orders.purpose
    pvs, ranks, cvs, of, sums = orders.pv, orders.group, orders.cv, bundles.of, bundles.sums
    pv_bits, cv_bits = _NONE, _NONE
    for o in range(len(cvs)):
        who, pv, rank, cv = np.uint32(credited[o]), pvs[o], ranks[o], cvs[o]
        cell = CELL[np.uint8(sources[o]), np.uint8(purposes[o])]
        bundle = first[who] + np.uint32(_BEFORE[marks[who], cell])
        of[o] = bundle
        sums[bundle, PV] += pv
        sums[bundle, RANK] += rank
        sums[bundle, CV] += cv
        # the sign folded away: as large as the value, to the bit
        pv_bits |= pv ^ (pv >> _SIGN)
        cv_bits |= cv ^ (cv >> _SIGN)
    return np.array([pv_bits, _NONE, cv_bits])


@njit
def measure(bundles: Bundles, counting: Counting, rows: int) -> Volumes:
    """Add the bundles up by the row each is credited to; GROUP is the row's own part of it."""
    personal, activity, rank = counting.personal, counting.activity, counting.rank
    at, kinds, sources, sums = bundles.at, bundles.kind, bundles.source, bundles.sums
    volume, placed = np.zeros((rows, GROUP + 1), np.int64), np.zeros(rows, np.bool_)
    cv = np.zeros((_KINDS, SOURCES), np.int64)
    for b in range(len(at)):
        row, kind = at[b], kinds[b]
        cv[kind, sources[b]] += sums[b, CV]
        volume[row, PERSONAL] += sums[b, PV] if personal[kind] else _NONE
        volume[row, ACTIVITY] += sums[b, PV] if activity[kind] else _NONE
        volume[row, OWN] += sums[b, RANK] if rank[kind] else _NONE
        volume[row, GROUP] = volume[row, OWN]
        placed[row] |= activity[kind]
    return Volumes(volume, placed, cv)
