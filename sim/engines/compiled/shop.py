"""Shop: customers order or not, and may stop for good."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import order_probability, orders, stops_buying, units_ordered
from sim.engines.compiled.slips import Buyer, Slips, write
from sim.engines.compiled.state import DAYS_A_MONTH, World, day_in
from sim.jit import njit
from sim.records import NOBODY, Purpose, Role

SHOP, UNITS, DAY, CUSTOMER_STAY = (
    int(d) for d in (Draw.SHOP, Draw.UNITS, Draw.DAY, Draw.CUSTOMER_STAY)
)
FIRST_CUSTOMER_ROLE = int(Role.RETAIL_CUSTOMER)
CUSTOMER = int(Purpose.CUSTOMER)


@njit
def order_chance(world: World, row: int, source: int) -> float:
    """Chance that the person in ``row`` orders this month as a buyer of class ``source``."""
    people, scene = world.people, world.scene
    return order_probability(
        scene.order_probability,
        np.float64(people.appetite[row]),
        np.float64(people.price_sensitivity[row]),
        scene.price_ratio[source],
    )


@njit
def shop(world: World, customers: NDArray[np.int32], slips: Slips, stops: NDArray[np.bool_]) -> int:
    """Let the people in these rows shop; returns how many slips are written.

    ``stops`` gets, for each of them, whether it stops. Nothing that another person reads changes.
    """
    people, scene, month = world.people, world.scene, world.month
    at = 0
    for i in range(len(customers)):
        row = customers[i]
        source = people.role[row] - FIRST_CUSTOMER_ROLE
        key = person_key(row, people.incarnation[row])
        since = people.customer_since[row]
        chance = order_chance(world, row, source)
        if orders(chance, uniform(month.streams[SHOP], key, 0)):
            units = units_ordered(scene.units_mean, uniform(month.streams[UNITS], key, CUSTOMER))
            day = day_in(month, uniform(month.streams[DAY], key, CUSTOMER))
            buyer = Buyer(row, NOBODY, people.seller[row], since, source)
            at = write(slips, at, buyer, day, units, CUSTOMER)
            people.last_order[row] = month.number
        tenure = max(0.0, (month.first_day - since) / DAYS_A_MONTH)
        luck = uniform(month.streams[CUSTOMER_STAY], key, 0)
        stops[i] = stops_buying(scene.stop, scene.stop_tenure, tenure, luck)
    return at
