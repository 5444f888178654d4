"""Stock: distributors buy for own use, and top up where that seems to pay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import orders, tops_up, units_missing, units_ordered
from sim.engines.compiled.shop import order_chance
from sim.engines.compiled.slips import Buyer, Slips, write
from sim.engines.compiled.state import Scene, World, day_in
from sim.jit import njit
from sim.records import Motive, Purpose, Source

STOCK, UNITS, DAY = int(Draw.STOCK), int(Draw.UNITS), int(Draw.DAY)
OWN_USE, TOP_UP = int(Purpose.OWN_USE), int(Purpose.TOP_UP)
PARTICIPANT = int(Source.PARTICIPANT)
DISCOUNT = int(Motive.DISCOUNT)


@njit
def stock(
    world: World, distributors: NDArray[np.int32], volume: NDArray[np.int64], slips: Slips
) -> int:
    """Let the people in these rows buy, at most two orders each; returns how many slips there are.

    ``volume`` is what customers' orders added to each member's activity volume this month.
    """
    people, members, scene, month = world.people, world.members, world.scene, world.month
    at = 0
    for i in range(len(distributors)):
        row = distributors[i]
        number = people.membership[row]
        key = person_key(row, people.incarnation[row])
        buyer = Buyer(row, number, number, members.joined_day[number], PARTICIPANT)
        own = volume[number]
        chance = order_chance(world, row, PARTICIPANT)
        if orders(chance, uniform(month.streams[STOCK], key, 0)):
            units = units_ordered(scene.units_mean, uniform(month.streams[UNITS], key, OWN_USE))
            day = day_in(month, uniform(month.streams[DAY], key, OWN_USE))
            at = write(slips, at, buyer, day, units, OWN_USE)
            people.last_order[row] = month.number
            if scene.counted[PARTICIPANT, OWN_USE]:
                own += units * scene.pv
        missing = units_missing(scene.qualifying_volume, own, scene.pv)
        if missing and _pays(members, number, missing, scene):
            day = day_in(month, uniform(month.streams[DAY], key, TOP_UP))
            at = write(slips, at, buyer, day, missing, TOP_UP)
            people.last_order[row] = month.number
    return at


@njit
def _pays(members: Any, number: int, missing: int, scene: Scene) -> bool:
    """Whether this member thinks that buying the missing units pays."""
    expected = members.lived_pay[number]
    if members.motive[number] != DISCOUNT:
        expected = max(expected, members.belief[number])
    return tops_up(expected, missing * scene.member_price, scene.use_value)
