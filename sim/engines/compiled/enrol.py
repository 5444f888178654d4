"""Enrol: one serial pass makes members and customers of all who said yes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import units_ordered
from sim.engines.compiled.firm import recast, release
from sim.engines.compiled.slips import KIT, Buyer, Slips, write
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


@njit
def admission_luck(world: World, rows: NDArray[np.int32], luck: NDArray[np.float64]) -> None:
    """The luck by which admissions and equal days of joining are ordered."""
    for i in range(len(rows)):
        key = person_key(rows[i], world.people.incarnation[rows[i]])
        luck[i] = uniform(world.month.streams[ADMISSION], key, 0)


@njit
def joining_days(world: World, rows: NDArray[np.int32], days: NDArray[np.int32]) -> None:
    """A day of the month for each, not before the day on which the person bought as a customer."""
    people, month = world.people, world.month
    stream = month.streams[DAY]
    for i in range(len(rows)):
        row = rows[i]
        key = person_key(row, people.incarnation[row])
        days[i] = day_in(month, uniform(stream, key, KIT))
        if people.last_order[row] == month.number:
            days[i] = max(days[i], day_in(month, uniform(stream, key, CUSTOMER)))


class Joining(NamedTuple):
    """People who join, in the order of their days, and what they all expect to earn."""

    row: NDArray[np.int32]
    sponsor: NDArray[np.int32]
    day: NDArray[np.int32]
    belief: float


@njit
def join(world: World, joining: Joining, first_new: int, heads: NDArray[np.int64]) -> int:
    """Enrol people in this order as participants ``first_new`` and on; how many were customers."""
    people, members, rows = world.people, world.members, joining.row
    served = 0
    for i in range(len(rows)):
        row, sponsor, new = rows[i], joining.sponsor[i], first_new + i
        served += release(world, row)
        members.person[new], members.incarnation[new] = row, people.incarnation[row]
        members.sponsor[new], members.motive[new] = sponsor, people.motive[row]
        members.joined_month[new] = world.month.number
        members.joined_day[new] = joining.day[i]
        members.left_month[new] = NOBODY
        members.belief[new], members.morale[new] = joining.belief, 1.0
        if sponsor != COMPANY:
            members.recruits[sponsor] += 1
        recast(people, row, DISTRIBUTOR, heads)
        people.membership[row] = new
    return served


@njit
def serve(
    world: World,
    rows: NDArray[np.int32],
    sellers: NDArray[np.int32],
    heads: NDArray[np.int64],
) -> None:
    """Make ``rows`` customers of ``sellers``."""
    people, members, month = world.people, world.members, world.month
    for i in range(len(rows)):
        row = rows[i]
        key = person_key(row, people.incarnation[row])
        preferred = uniform(month.streams[CUSTOMER_CLASS], key, 0) < world.scene.preferred
        recast(people, row, PREFERRED_CUSTOMER if preferred else RETAIL_CUSTOMER, heads)
        people.seller[row] = sellers[i]
        people.customer_since[row] = day_in(month, uniform(month.streams[DAY], key, CUSTOMER))
        members.customers[sellers[i]] += 1


@njit
def first_orders(world: World, rows: NDArray[np.int32], slips: Slips) -> int:
    """The kits and first orders of newcomers, members and customers, in ``rows``, which rise."""
    people, members, month = world.people, world.members, world.month
    at = 0
    for row in rows:
        joined = people.role[row] == DISTRIBUTOR
        purpose = OWN_USE if joined else CUSTOMER
        number = people.membership[row] if joined else NOBODY
        credited = number if joined else people.seller[row]
        day = members.joined_day[number] if joined else people.customer_since[row]
        source = PARTICIPANT if joined else people.role[row] - RETAIL_CUSTOMER
        key = person_key(row, people.incarnation[row])
        luck = uniform(month.streams[UNITS], key, FIRST_ORDER + purpose)
        units = units_ordered(world.scene.first_order_units, luck)
        buyer = Buyer(row, number, credited, day, source)
        if units:
            at = write(slips, at, buyer, day, units, purpose)
        if joined:
            at = write(slips, at, buyer, day, 1, KIT)
        if units or joined:
            people.last_order[row] = month.number
    return at
