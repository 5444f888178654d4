"""Volumes of one period: what each participant's orders count for (step 2 of a settlement)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CLASSES, Counting
from sim.plans.schema_parts import OrderClass
from sim.records import Purpose, Source

PERSONAL, ACTIVITY, GROUP = 0, 1, 2
"""Columns of ``Volumes.volume``."""

SOURCES = len(Source)
_KINDS = len(CLASSES)
_NONE = np.int64(0)


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


class Volumes(NamedTuple):
    """What each row of the tree is credited, and what each order is.

    ``volume`` has the columns PERSONAL (the pv), ACTIVITY (what the activity test reads) and GROUP,
    in hundredths of a point. ``placed`` tells whether a row has an activity-class order. An order
    is credited to row ``at`` and of class ``kind``; ``cv`` adds the orders' cv up by class and
    source.
    """

    volume: NDArray[np.int64]
    placed: NDArray[np.bool_]
    at: NDArray[np.int32]
    kind: NDArray[np.int8]
    cv: NDArray[np.int64]


def _class_table() -> NDArray[np.int8]:
    """Order class by (Source, Purpose): customers' by source, participants' by purpose."""
    of = {c: i for i, c in enumerate(CLASSES)}
    table = np.full((len(Source), len(Purpose)), of[OrderClass.OWN_USE], np.int8)
    table[:, Purpose.TOP_UP] = of[OrderClass.TOP_UP]
    table[Source.RETAIL_CUSTOMER, :] = of[OrderClass.RETAIL_CUSTOMER]
    table[Source.PREFERRED_CUSTOMER, :] = of[OrderClass.PREFERRED_CUSTOMER]
    table[:, Purpose.KIT] = of[OrderClass.KIT]
    return table


_CLASS_TABLE = _class_table()


@njit
def measure(orders: Orders, counting: Counting, row_of: NDArray[np.int32], rows: int) -> Volumes:
    """Add the orders up by the row each is credited to; GROUP is the row's own part of it."""
    n = len(orders.cv)
    credited, sources, purposes = orders.credited_to, orders.source, orders.purpose
    pv, group, cvs = orders.pv, orders.group, orders.cv
    personal, activity, rank = counting.personal, counting.activity, counting.rank
    volume, placed = np.zeros((rows, 3), np.int64), np.zeros(rows, np.bool_)
    at, kinds = np.empty(n, np.int32), np.empty(n, np.int8)
    cv = np.zeros((_KINDS, SOURCES), np.int64)
    for o in range(n):
        row, source = row_of[credited[o]], sources[o]
        kind = _CLASS_TABLE[source, purposes[o]]
        at[o], kinds[o] = row, kind
        cv[kind, source] += cvs[o]
        volume[row, PERSONAL] += pv[o] if personal[kind] else _NONE
        volume[row, ACTIVITY] += pv[o] if activity[kind] else _NONE
        volume[row, GROUP] += group[o] if rank[kind] else _NONE
        placed[row] |= activity[kind]
    return Volumes(volume, placed, at, kinds, cv)
