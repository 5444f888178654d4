"""The head counts, volumes and tree figures of one row of the monthly table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import exact_sum
from sim.records import COMPANY, NOBODY, MonthEvents, Table


def month_figures(
    events: MonthEvents,
    rows: Table,
    participants: Table,
    people: Table,
    titles: NDArray[np.int8],
    depth: NDArray[np.int32],
) -> dict[str, Any]:
    """Everything of the month but its money.

    ``rows`` are the month's participant rows, ``titles`` the highest titles before this month,
    ``depth`` the depth of every participant. ``paid_as`` and ``new_title`` come as counts by
    rank number.
    """
    orders = events.orders
    enrolled = (participants.joined_month >= 0) & (participants.left_month == NOBODY)
    enrolled[COMPANY] = False
    depths = depth[enrolled]
    return {
        "enrolments": len(participants) - max(events.first_new, COMPANY + 1),
        "quits": len(events.left),
        "ordering": int(rows.months_ordering.sum()),
        "qualified": int(rows.months_qualified.sum()),
        "active": int(rows.months_active.sum()),
        "selling": int(rows.months_selling.sum()),
        "recruiting": int((rows.recruits > 0).sum()),
        "orders": len(orders),
        "units": exact_sum(orders.units),
        "pv": exact_sum(orders.pv),
        "cv": exact_sum(orders.cv),
        # fsum is exact, so that the order of the rows cannot show.
        "hours": math.fsum(rows.hours[rows.hours > 0].tolist()),
        "penetration": penetration(participants, people),
        "depth_mean": int(depths.sum()) / len(depths) if len(depths) else 0.0,
        "depth_max": int(depths.max()) if len(depths) else 0,
        "paid_as": np.bincount(events.settlement.paid_as[COMPANY + 1 :], minlength=128),
        "new_title": _new_titles(titles, events.settlement.title),
    }


def penetration(participants: Table, people: Table) -> float:
    """Share of the people now in the market who have ever enrolled, 0-1."""
    if len(people) == 0:
        return 0.0
    ever = np.zeros(len(people), np.bool_)
    who, life = participants.person[COMPANY + 1 :], participants.incarnation[COMPANY + 1 :]
    ever[who[people.incarnation[who] == life]] = True
    return int(ever.sum()) / len(people)


def _new_titles(before: NDArray[np.int8], now: NDArray[np.int8]) -> list[int]:
    """By rank number: how many participants hold this rank or above for the first time."""
    risen = np.flatnonzero(now > before)
    risen = risen[risen > COMPANY]
    had = np.bincount(before[risen], minlength=128)
    has = np.bincount(now[risen], minlength=128)
    # Everyone risen to k or above, less those who stood there already.
    at_least = (has - had)[::-1].cumsum()[::-1]
    return [int(x) for x in at_least]
