"""Stock: distributors buy for own use, and top up where that seems to pay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import orders, tops_up, units_missing, units_ordered
from sim.engines.compiled.shop import order_chance
from sim.engines.compiled.slips import write
from sim.engines.compiled.state import AHEAD, World, day_in
from sim.jit import njit, prefetch
from sim.records import Motive, Purpose, Source

STOCK, UNITS, DAY = int(Draw.STOCK), int(Draw.UNITS), int(Draw.DAY)
OWN_USE, TOP_UP = int(Purpose.OWN_USE), int(Purpose.TOP_UP)
PARTICIPANT = int(Source.PARTICIPANT)
DISCOUNT = int(Motive.DISCOUNT)


@njit
def stock(
    world: World, distributors: NDArray[np.int32], volume: NDArray[np.int64], slips: Any
) -> int:
    """Let the people in these rows buy, at most two orders each; returns how many slips there are.

    ``volume`` is what customers' orders added to each member's activity volume this month.
    """
    people, scene, month, streams = world.people, world.scene[0], world.month, world.streams
    motive, lived_pay, belief = world.members.motive, world.members.lived_pay, world.members.belief
    joined_day = world.members.joined_day
    at = 0
    for i in range(len(distributors)):
        if i + AHEAD < len(distributors):
            prefetch(people, distributors[i + AHEAD])
        row = distributors[i]
        person = people[row]
        number, key = person.membership, person_key(row, person.incarnation)
        since, own = joined_day[number], volume[number]
        chance = order_chance(person, scene.order_probability, scene.member_ratio)
        if orders(chance, uniform(streams[STOCK], key, 0)):
            units = units_ordered(scene.units_mean, uniform(streams[UNITS], key, OWN_USE))
            day = day_in(month, uniform(streams[DAY], key, OWN_USE))
            write(slips[at], key, number, day, since, units, PARTICIPANT, OWN_USE)
            at += 1
            person.last_order = month.number
            own += units * scene.pv if scene.own_use_counts else 0
        missing = units_missing(scene.qualifying_volume, own, scene.pv)
        if missing == 0:
            continue
        builds = motive[number] != DISCOUNT
        expected = max(lived_pay[number], belief[number]) if builds else lived_pay[number]
        if tops_up(expected, missing * scene.member_price, scene.use_value):
            day = day_in(month, uniform(streams[DAY], key, TOP_UP))
            write(slips[at], key, number, day, since, missing, PARTICIPANT, TOP_UP)
            at += 1
            person.last_order = month.number
    return at
