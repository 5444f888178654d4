"""Order slips: what a phase writes down of an order, and the month's table made of them.

A slip says who orders what and when; its prices and volumes follow from the class of the buyer, the
purpose and the units, and are filled in once, when the month's table is made.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit, seen
from sim.records import NOBODY, ORDER, Purpose, Source, Table
from sim.world.prices import Prices

KIT, PARTICIPANT = int(Purpose.KIT), int(Source.PARTICIPANT)
MOST_UNITS = 2**31 - 1
LARGEST = 2.0**62
"""No amount of an order may reach this, so that none can wrap."""

BEYOND = 1 << 62
"""More than any key of a slip."""

ON_A_SLIP = (
    "person",
    "participant",
    "credited_to",
    "day",
    "since_day",
    "units",
    "source",
    "purpose",
)
SLIP = np.dtype([(c.name, c.dtype) for c in ORDER if c.name in ON_A_SLIP], align=True)

Orders: Any = namedtuple("Orders", [column.name for column in ORDER])  # type: ignore[misc]
"""The columns of ORDER."""


class PriceList(NamedTuple):
    """(paid, margin, pv, qv, cv, cost) of a unit by Source, and of a kit.

    ``counted`` says by Source and Purpose whose pv counts to the activity test.
    """

    unit: NDArray[np.int64]
    kit: NDArray[np.int64]
    dearest: float
    counted: NDArray[np.bool_]


def room_for(slips: int) -> Any:
    """Slips that are not written yet."""
    return seen(np.empty(slips, SLIP))


def join_slips(parts: list[Any]) -> Any:
    """Runs of slips end to end."""
    full = [part for part in parts if len(part)]
    return full[0] if len(full) == 1 else seen(np.concatenate([room_for(0), *full]))


def price_list(prices: Prices, counted: frozenset[tuple[int, int]]) -> PriceList:
    """What ``Prices.line`` says of one unit and of a kit; ``counted`` as (Source, Purpose)."""
    unit = np.array([prices.line(s, Purpose.CUSTOMER, 1)[1:] for s in Source], np.int64)
    kit = np.array(prices.line(Source.PARTICIPANT, Purpose.KIT, 1)[1:], np.int64)
    counts = np.array([[(s, p) in counted for p in Purpose] for s in Source], np.bool_)
    return PriceList(unit, kit, float(unit.max()), counts)


@njit
def write(
    slip: Any,
    person: int,
    credited_to: int,
    day: int,
    since_day: int,
    units: int,
    source: int,
    purpose: int,
) -> None:
    """Fill a slip in; participants' own orders are credited to themselves."""
    if units > MOST_UNITS:
        raise OverflowError("an order's units are too large")
    slip.person, slip.credited_to = person, credited_to
    slip.participant = credited_to if source == PARTICIPANT else NOBODY
    slip.day, slip.since_day = day, since_day
    slip.units, slip.source, slip.purpose = units, source, purpose


@njit
def add_volume(slips: Any, prices: PriceList, volume: NDArray[np.int64]) -> None:
    """Add the orders that count to the activity test up by the participant credited."""
    for slip in slips:
        if prices.counted[slip.source, slip.purpose]:
            each = prices.kit if slip.purpose == KIT else prices.unit[slip.source]
            volume[slip.credited_to] += np.int64(slip.units) * each[2]


def order_table(parts: list[Any], incarnation: NDArray[np.int32], prices: PriceList) -> Table:
    """The month's orders in canonical order: three runs of slips, each by person and purpose.

    Raises:
        OverflowError: an amount would not fit in 64 bits.
    """
    shop, stock, enrol = parts
    table = Table(ORDER, len(shop) + len(stock) + len(enrol))
    _file(Orders._make(column for _, column in table), shop, stock, enrol, incarnation, prices)
    return table


@njit
def _file(
    out: Any, shop: Any, stock: Any, enrol: Any, incarnation: NDArray[np.int32], prices: PriceList
) -> None:
    """Merge three rising runs of slips and price them."""
    a, b, c = 0, 0, 0
    for at in range(len(out.person)):
        of_a, of_b, of_c = _key(shop, a), _key(stock, b), _key(enrol, c)
        if of_a <= of_b and of_a <= of_c:
            slip = shop[a]
            a += 1
        elif of_b <= of_c:
            slip = stock[b]
            b += 1
        else:
            slip = enrol[c]
            c += 1
        out.person[at], out.incarnation[at] = slip.person, incarnation[slip.person]
        out.participant[at], out.credited_to[at] = slip.participant, slip.credited_to
        out.day[at], out.since_day[at] = slip.day, slip.since_day
        out.source[at], out.purpose[at], out.units[at] = slip.source, slip.purpose, slip.units
        _price(out, at, int(slip.units), slip.source, slip.purpose == KIT, prices)


@njit
def _key(slips: Any, at: int) -> int:
    """Person and purpose as one number; beyond the last slip, more than any."""
    if at >= len(slips):
        return BEYOND
    return int(slips[at].person) * 8 + int(slips[at].purpose)


@njit
def _price(out: Any, at: int, units: int, source: int, is_kit: bool, prices: PriceList) -> None:
    """Fill in what an order costs whom and what it counts for."""
    if units * prices.dearest >= LARGEST:
        raise OverflowError("an order's amounts are too large")
    each = prices.kit if is_kit else prices.unit[source]
    out.paid[at], out.margin[at] = units * each[0], units * each[1]
    out.pv[at], out.qv[at] = units * each[2], units * each[3]
    out.cv[at], out.cost[at] = units * each[4], units * each[5]
