"""Order slips: what a phase writes down of an order, and the month's table made of them.

A slip says who orders what and when; its prices and volumes follow from the class of the buyer, the
purpose and the units, and are filled in once, when the month's table is made.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import person_of
from sim.jit import njit, seen
from sim.records import NOBODY, ORDER, Purpose, Source, Table
from sim.world.prices import Prices

KIT, PARTICIPANT = int(Purpose.KIT), int(Source.PARTICIPANT)
OF_KIT, PV = len(Source), 2
"""Row of a kit and column of pv in a price list."""

MOST_UNITS = 2**31 - 1
LARGEST = 2.0**62
"""No amount of an order may reach this, so that none can wrap."""

BEYOND = 1 << 62
"""More than any key of a slip."""

ON_A_SLIP = (
    "person",
    "incarnation",
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
    """(paid, margin, pv, qv, cv, cost) of a unit by Source, and in the row OF_KIT of a kit.

    ``counted`` says by Source and Purpose whose pv counts to the activity test.
    """

    each: NDArray[np.int64]
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
    lines = [prices.line(source, Purpose.CUSTOMER, 1)[1:] for source in Source]
    lines.append(prices.line(Source.PARTICIPANT, Purpose.KIT, 1)[1:])
    counts = np.array([[(s, p) in counted for p in Purpose] for s in Source], np.bool_)
    return PriceList(np.array(lines, np.int64), float(max(map(max, lines))), counts)


@njit
def write(
    slip: Any,
    key: int,
    credited_to: int,
    day: int,
    since_day: int,
    units: int,
    source: int,
    purpose: int,
) -> None:
    """Fill a slip in; ``key`` is the buyer's. Own orders of participants are their own credit."""
    if units > MOST_UNITS:
        raise OverflowError("an order's units are too large")
    slip.person, slip.incarnation = person_of(key)
    slip.credited_to = credited_to
    slip.participant = credited_to if source == PARTICIPANT else NOBODY
    slip.day, slip.since_day = day, since_day
    slip.units, slip.source, slip.purpose = units, source, purpose


@njit
def add_volume(slips: Any, prices: PriceList, volume: NDArray[np.int64]) -> None:
    """Add the orders that count to the activity test up by the participant credited."""
    for slip in slips:
        if prices.counted[slip.source, slip.purpose]:
            of = OF_KIT if slip.purpose == KIT else slip.source
            volume[slip.credited_to] += np.int64(slip.units) * prices.each[of, PV]


def order_table(parts: list[Any], prices: PriceList) -> Table:
    """The month's orders in canonical order: three runs of slips, each by person and purpose.

    Raises:
        OverflowError: an amount would not fit in 64 bits.
    """
    shop, stock, enrol = parts
    slips = room_for(len(shop) + len(stock) + len(enrol))
    _merge(shop, stock, enrol, slips)
    table = Table(ORDER, len(slips))
    columns = Orders._make(column for _, column in table)
    _fill(slips, columns)
    _price(slips, prices, columns)
    return table


@njit
def _merge(shop: Any, stock: Any, enrol: Any, out: Any) -> None:
    """Merge three rising runs of slips into one."""
    a, b, c = 0, 0, 0
    for at in range(len(out)):
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
        out[at] = slip


@njit
def _key(slips: Any, at: int) -> int:
    """Person and purpose as one number; beyond the last slip, more than any."""
    if at >= len(slips):
        return BEYOND
    return int(slips[at].person) * 8 + int(slips[at].purpose)


@njit
def _fill(slips: Any, out: Any) -> None:
    """Copy what stands on the slips, a column at a time."""
    n = len(slips)
    person, participant, credited_to = out.person, out.participant, out.credited_to
    for at in range(n):
        person[at] = slips[at].person
        participant[at] = slips[at].participant
        credited_to[at] = slips[at].credited_to
    day, since_day, units = out.day, out.since_day, out.units
    for at in range(n):
        day[at], since_day[at], units[at] = slips[at].day, slips[at].since_day, slips[at].units
    source, purpose, incarnation = out.source, out.purpose, out.incarnation
    for at in range(n):
        source[at], purpose[at] = slips[at].source, slips[at].purpose
        incarnation[at] = slips[at].incarnation


@njit
def _price(slips: Any, prices: PriceList, out: Any) -> None:
    """Fill in what each order costs whom and what it counts for."""
    each, dearest = prices.each, prices.dearest
    paid, margin, pv, qv, cv, cost = out.paid, out.margin, out.pv, out.qv, out.cv, out.cost
    for at in range(len(slips)):
        slip = slips[at]
        units = np.int64(slip.units)
        if units * dearest >= LARGEST:
            raise OverflowError("an order's amounts are too large")
        of = OF_KIT if slip.purpose == KIT else slip.source
        paid[at], margin[at] = units * each[of, 0], units * each[of, 1]
        pv[at], qv[at] = units * each[of, PV], units * each[of, 3]
        cv[at], cost[at] = units * each[of, 4], units * each[of, 5]
