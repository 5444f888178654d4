"""Enrol: one serial pass makes members and customers of all who said yes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import units_ordered
from sim.engines.compiled.firm import recast, release
from sim.engines.compiled.slips import KIT, write
from sim.engines.compiled.state import World, day_in
from sim.engines.market import FIRST_ORDER
from sim.jit import njit
from sim.records import COMPANY, NOBODY, Purpose, Role, Source

ADMISSION, DAY, UNITS = int(Draw.ADMISSION), int(Draw.DAY), int(Draw.UNITS)
CUSTOMER_CLASS = int(Draw.CUSTOMER_CLASS)
DISTRIBUTOR = int(Role.DISTRIBUTOR)
RETAIL_CUSTOMER, PREFERRED_CUSTOMER = int(Role.RETAIL_CUSTOMER), int(Role.PREFERRED_CUSTOMER)
CUSTOMER, OWN_USE = int(Purpose.CUSTOMER), int(Purpose.OWN_USE)
PARTICIPANT = int(Source.PARTICIPANT)


class Joining(NamedTuple):
    """People who join, in the order of their days, and what they all expect to earn."""

    row: NDArray[np.int32]
    sponsor: NDArray[np.int32]
    day: NDArray[np.int32]
    belief: float


@njit
def admission(
    world: World, rows: NDArray[np.int32], luck: NDArray[np.float64], days: NDArray[np.int32]
) -> None:
    """The luck of admission and the joining day of each.

    A day of the month, not before the day on which the person bought as a customer.
    """
    people, month, streams = world.people, world.month, world.streams
    for i in range(len(rows)):
        person = people[rows[i]]
        key = person_key(rows[i], person.incarnation)
        luck[i] = uniform(streams[ADMISSION], key, 0)
        days[i] = day_in(month, uniform(streams[DAY], key, KIT))
        if person.last_order == month.number:
            days[i] = max(days[i], day_in(month, uniform(streams[DAY], key, CUSTOMER)))


@njit
def join(world: World, joining: Joining, first_new: int, heads: NDArray[np.int64]) -> int:
    """Enrol people in this order as participants ``first_new`` and on; how many were customers."""
    people, role, members = world.people, world.role, world.members
    served = 0
    for i in range(len(joining.row)):
        row, new, sponsor = joining.row[i], first_new + i, joining.sponsor[i]
        person = people[row]
        served += release(person, members.customers)
        members.person[new], members.incarnation[new] = row, person.incarnation
        members.sponsor[new], members.motive[new] = sponsor, person.motive
        members.joined_month[new] = world.month.number
        members.joined_day[new], members.left_month[new] = joining.day[i], NOBODY
        members.belief[new], members.morale[new] = joining.belief, 1.0
        if sponsor != COMPANY:
            members.recruits[sponsor] += 1
        recast(role, row, DISTRIBUTOR, heads)
        person.membership = new
    return served


@njit
def serve(
    world: World,
    rows: NDArray[np.int32],
    sellers: NDArray[np.int32],
    heads: NDArray[np.int64],
) -> None:
    """Make ``rows`` customers of ``sellers``."""
    people, role, customers = world.people, world.role, world.members.customers
    streams, preferred_share = world.streams, world.scene[0].preferred
    for i in range(len(rows)):
        person = people[rows[i]]
        key = person_key(rows[i], person.incarnation)
        preferred = uniform(streams[CUSTOMER_CLASS], key, 0) < preferred_share
        recast(role, rows[i], PREFERRED_CUSTOMER if preferred else RETAIL_CUSTOMER, heads)
        person.seller = sellers[i]
        person.customer_since = day_in(world.month, uniform(streams[DAY], key, CUSTOMER))
        customers[sellers[i]] += 1


@njit
def first_orders(world: World, rows: NDArray[np.int32], slips: Any) -> int:
    """The kits and first orders of newcomers, members and customers, in ``rows``, which rise."""
    people, role, joined_day = world.people, world.role, world.members.joined_day
    stream, mean = world.streams[UNITS], world.scene[0].first_order_units
    at = 0
    for row in rows:
        person = people[row]
        joined = role[row] == DISTRIBUTOR
        purpose = OWN_USE if joined else CUSTOMER
        number = person.membership if joined else NOBODY
        credited = number if joined else person.seller
        day = joined_day[number] if joined else person.customer_since
        source = PARTICIPANT if joined else role[row] - RETAIL_CUSTOMER
        key = person_key(row, person.incarnation)
        units = units_ordered(mean, uniform(stream, key, FIRST_ORDER + purpose))
        if units:
            write(slips[at], key, credited, day, day, units, source, purpose)
            at += 1
        if joined:
            write(slips[at], key, number, day, day, 1, source, KIT)
            at += 1
        if units or joined:
            person.last_order = world.month.number
    return at
