"""Order slips: what a phase writes down of an order, and the month's table made of them.

A slip says who orders what and when; its prices and volumes follow from the class of the buyer, the
purpose and the units, and are filled in once, when the month's table is made.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.records import ORDER, Purpose, Source, Table
from sim.world.prices import Prices

KIT = int(Purpose.KIT)
LARGEST = 2.0**62
"""No amount of an order may reach this, so that none can wrap."""


class Slips(NamedTuple):
    """Orders of one phase, by person and purpose, rising; the columns are those of ORDER."""

    person: NDArray[np.int32]
    participant: NDArray[np.int32]
    credited_to: NDArray[np.int32]
    day: NDArray[np.int32]
    since_day: NDArray[np.int32]
    units: NDArray[np.int32]
    source: NDArray[np.int8]
    purpose: NDArray[np.int8]


class Buyer(NamedTuple):
    """Who orders: the columns of a slip that do not hang on what is ordered."""

    person: int
    participant: int
    credited_to: int
    since_day: int
    source: int


class PriceList(NamedTuple):
    """(paid, margin, pv, qv, cv, cost) of a unit by Source, and of a kit."""

    unit: NDArray[np.int64]
    kit: NDArray[np.int64]
    dearest: float


Orders: Any = namedtuple("Orders", [column.name for column in ORDER])  # type: ignore[misc]


def room_for(slips: int) -> Slips:
    """Unwritten slips."""
    return Slips(
        *(np.empty(slips, np.int32) for _ in range(6)),
        *(np.empty(slips, np.int8) for _ in range(2)),
    )


def written(slips: Slips, count: int) -> Slips:
    """The first ``count`` slips."""
    return Slips(*(column[:count] for column in slips))


def joined(parts: list[Slips]) -> Slips:
    """Slips end to end."""
    full = [part for part in parts if len(part.person)] or parts[:1]
    return full[0] if len(full) == 1 else Slips(*map(np.concatenate, zip(*full, strict=True)))


def price_list(prices: Prices) -> PriceList:
    """What ``Prices.line`` says of one unit and of a kit."""
    unit = np.array([prices.line(s, Purpose.CUSTOMER, 1)[1:] for s in Source], np.int64)
    kit = np.array(prices.line(Source.PARTICIPANT, Purpose.KIT, 1)[1:], np.int64)
    return PriceList(unit, kit, float(np.abs(unit).max()))


@njit
def write(slips: Slips, at: int, buyer: Buyer, day: int, units: int, purpose: int) -> int:
    """Write a slip; returns the place of the next one."""
    slips.person[at], slips.participant[at] = buyer.person, buyer.participant
    slips.credited_to[at], slips.since_day[at] = buyer.credited_to, buyer.since_day
    slips.day[at], slips.units[at] = day, units
    slips.source[at], slips.purpose[at] = buyer.source, purpose
    return at + 1


def order_table(parts: list[Slips], incarnation: Any, prices: PriceList) -> Table:
    """The month's orders in canonical order, from the slips of three phases.

    Raises:
        OverflowError: an amount would not fit in 64 bits.
    """
    table = Table(ORDER, sum(len(part.person) for part in parts))
    _file(Orders._make(column for _, column in table), tuple(parts), incarnation, prices)
    return table


@njit
def _file(
    out: Any,
    parts: tuple[Slips, Slips, Slips],
    incarnation: NDArray[np.int32],
    prices: PriceList,
) -> None:
    """Merge three rising runs of slips and price them."""
    shop, stock, enrol = parts
    a, b, c = 0, 0, 0
    for at in range(len(out.person)):
        of_a, of_b, of_c = _key(shop, a), _key(stock, b), _key(enrol, c)
        if of_a <= of_b and of_a <= of_c:
            _price(out, at, shop, a, incarnation, prices)
            a += 1
        elif of_b <= of_c:
            _price(out, at, stock, b, incarnation, prices)
            b += 1
        else:
            _price(out, at, enrol, c, incarnation, prices)
            c += 1


@njit
def _key(slips: Slips, at: int) -> int:
    """Person and purpose as one number; beyond the last slip, more than any."""
    if at >= len(slips.person):
        return np.int64(1) << np.int64(62)
    return np.int64(slips.person[at]) * 8 + slips.purpose[at]


@njit
def _price(
    out: Any, at: int, slips: Slips, i: int, incarnation: NDArray[np.int32], prices: PriceList
) -> None:
    person, units, source = slips.person[i], np.int64(slips.units[i]), slips.source[i]
    out.person[at], out.incarnation[at] = person, incarnation[person]
    out.participant[at], out.credited_to[at] = slips.participant[i], slips.credited_to[i]
    out.day[at], out.since_day[at] = slips.day[i], slips.since_day[i]
    out.source[at], out.purpose[at], out.units[at] = source, slips.purpose[i], units
    if slips.purpose[i] == KIT:
        each = prices.kit
    else:
        each = prices.unit[source]
        if units * prices.dearest >= LARGEST:
            raise OverflowError("an order's amounts do not fit in 64 bits")
    out.paid[at], out.margin[at] = units * each[0], units * each[1]
    out.pv[at], out.qv[at] = units * each[2], units * each[3]
    out.cv[at], out.cost[at] = units * each[4], units * each[5]
