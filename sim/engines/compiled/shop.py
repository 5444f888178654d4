"""Shop: customers order or not, and may stop for good."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import order_probability, orders, stops_buying, units_ordered
from sim.engines.compiled.firm import server
from sim.engines.compiled.slips import write
from sim.engines.compiled.state import AHEAD, DAYS_A_MONTH, World, day_in
from sim.jit import njit, prefetch
from sim.records import COMPANY, NOBODY, Purpose, Role, Source

SHOP, UNITS, DAY = int(Draw.SHOP), int(Draw.UNITS), int(Draw.DAY)
CUSTOMER_STAY = int(Draw.CUSTOMER_STAY)
RETAIL_CUSTOMER = int(Role.RETAIL_CUSTOMER)
RETAIL, PREFERRED = int(Source.RETAIL_CUSTOMER), int(Source.PREFERRED_CUSTOMER)
CUSTOMER = int(Purpose.CUSTOMER)


@njit
def order_chance(person: Any, base: float, price_ratio: float) -> float:
    """Chance that a person orders this month at a price over the list price."""
    appetite, sensitivity = np.float64(person.appetite), np.float64(person.price_sensitivity)
    return order_probability(base, appetite, sensitivity, price_ratio)


@njit
def shop(world: World, customers: NDArray[np.int32], slips: Any, stops: NDArray[np.bool_]) -> int:
    """Let the people in these rows shop; returns how many slips are written.

    ``stops`` gets, for each of them, whether it stops. Nothing that another person reads changes.
    """
    people, role, scene = world.people, world.role, world.scene[0]
    month, streams = world.month, world.streams
    left_month, sponsor = world.members.left_month, world.members.sponsor
    at = 0
    for i in range(len(customers)):
        if i + AHEAD < len(customers):
            prefetch(people, customers[i + AHEAD])
        row = customers[i]
        person = people[row]
        key = person_key(row, person.incarnation)
        if person.seller != COMPANY and left_month[person.seller] != NOBODY:
            person.seller = server(person.seller, left_month, sponsor)
        source = role[row] - RETAIL_CUSTOMER + RETAIL
        ratio = scene.preferred_ratio if source == PREFERRED else scene.retail_ratio
        chance = order_chance(person, scene.order_probability, ratio)
        if orders(chance, uniform(streams[SHOP], key, 0)):
            units = units_ordered(scene.units_mean, uniform(streams[UNITS], key, CUSTOMER))
            day = day_in(month, uniform(streams[DAY], key, CUSTOMER))
            since = person.customer_since
            write(slips[at], key, person.seller, day, since, units, source, CUSTOMER)
            at += 1
            person.last_order = month.number
        tenure = max(0.0, (month.first_day - person.customer_since) / DAYS_A_MONTH)
        luck = uniform(streams[CUSTOMER_STAY], key, 0)
        stops[i] = stops_buying(scene.stop, scene.stop_tenure, tenure, luck)
    return at
