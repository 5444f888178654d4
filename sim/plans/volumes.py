"""Volumes of one period: what each participant's orders count for (step 2 of a settlement)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CLASSES, CompiledPlan
from sim.plans.schema_parts import OrderClass
from sim.records import Books, Purpose, Source, Table

LARGEST_SUM = 2.0**61
"""No column of a period may add up to more than this, so that no sum over participants can wrap."""


@dataclass(frozen=True)
class Volumes:
    """What each participant's orders add up to, in hundredths of a point.

    ``personal`` is the pv, ``activity`` what the activity test reads, ``own_rank`` the own part of
    group volume; ``orders`` counts activity-class orders. ``order_class`` has a row an order.
    """

    personal: NDArray[np.int64]
    activity: NDArray[np.int64]
    own_rank: NDArray[np.int64]
    orders: NDArray[np.int64]
    order_class: NDArray[np.int8]


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


def classify(orders: Table) -> NDArray[np.int8]:
    """The class of every order, as an index into ``CLASSES``."""
    classes: NDArray[np.int8] = _CLASS_TABLE[orders.source, orders.purpose]
    return classes


def check_books(books: Books) -> None:
    """Refuse books that cannot be read exactly; ValueError names column, row and bound."""
    from sim.plans.genealogy import first_bad_parent

    n, orders = len(books.sponsor), books.orders
    if n == 0 or len(books.enrolled) != n:
        raise ValueError("sponsor and enrolled need one row a participant, the company first")
    bad = first_bad_parent(np.ascontiguousarray(books.sponsor, np.int32))
    if bad >= 0:
        raise ValueError(
            f"participant {bad} has sponsor {books.sponsor[bad]}; a sponsor's id is smaller than "
            "its recruit's and only the company (0) has none (-1)"
        )
    _within("credited_to", orders.credited_to, 0, n)
    _within("participant", orders.participant, -1, n)
    _within("source", orders.source, 0, len(Source))
    _within("purpose", orders.purpose, 0, len(Purpose))
    for name in ("pv", "qv", "cv"):
        if np.abs(getattr(orders, name).astype(np.float64)).sum() > LARGEST_SUM:
            raise OverflowError(f"the orders' {name} adds up to more than 2^61")


def _within(name: str, column: NDArray[Any], low: int, high: int) -> None:
    outside = np.flatnonzero((column < low) | (column >= high))
    if len(outside):
        row = int(outside[0])
        raise ValueError(f"order {row} has {name} {column[row]}, outside {low} to {high - 1}")


def measure(plan: CompiledPlan, books: Books) -> Volumes:
    """Add up the period's orders by the participant each is credited to."""
    orders, n = books.orders, len(books.sponsor)
    classes = classify(orders)
    rank_volume = orders.pv if plan.plan.volumes.rank_volume == "pv" else orders.qv
    credited = np.ascontiguousarray(orders.credited_to, np.int32)
    masks = (plan.counts_personal, plan.counts_activity, plan.counts_rank)
    sums = _add_up(
        n,
        credited,
        classes,
        np.ascontiguousarray(orders.pv),
        np.ascontiguousarray(rank_volume),
        *masks,
    )
    own, active, ranked, count = sums
    return Volumes(own, active, ranked, count, classes)


@njit
def _add_up(
    n: int,
    credited: NDArray[np.int32],
    classes: NDArray[np.int8],
    pv: NDArray[np.int64],
    rank_volume: NDArray[np.int64],
    personal: NDArray[np.bool_],
    activity: NDArray[np.bool_],
    rank: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    own, active = np.zeros(n, np.int64), np.zeros(n, np.int64)
    ranked, count = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for i in range(len(credited)):
        who, kind = credited[i], classes[i]
        if personal[kind]:
            own[who] += pv[i]
        if activity[kind]:
            active[who] += pv[i]
            count[who] += 1
        if rank[kind]:
            ranked[who] += rank_volume[i]
    return own, active, ranked, count
