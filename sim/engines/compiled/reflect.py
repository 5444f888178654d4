"""Reflect: belief and morale move to what was lived; members renew, stay or leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import leave_probability, leaves, moved, renews, success
from sim.engines.compiled.state import World
from sim.jit import njit

STAY = int(Draw.STAY)
STAYS, LEAVES, RENEWS = 0, 1, 2


@njit
def reflect(world: World, distributors: NDArray[np.int32], choice: NDArray[np.int8]) -> None:
    """Let the people in these rows look back; ``choice`` gets STAYS, LEAVES or RENEWS."""
    for i in range(len(distributors)):
        row = distributors[i]
        choice[i] = _reflect_one(world, row, world.people.membership[row])


@njit
def _reflect_one(world: World, row: int, number: int) -> int:
    people, members, scene, month = world.people, world.members, world.scene, world.month
    if members.joined_month[number] == month.number:
        return STAYS
    income = float(members.last_pay[number] + members.last_margin[number])
    lived = moved(members.lived_pay[number], income, scene.lived)
    members.lived_pay[number] = lived
    members.belief[number] = moved(members.belief[number], lived, scene.learning)
    reached = success(lived, scene.goal)
    members.morale[number] = moved(members.morale[number], reached, scene.morale)
    tenure = month.number - members.joined_month[number]
    idle = month.number - people.last_order[row]
    chance = leave_probability(
        scene.leave, scene.tenure, tenure - 1, reached, scene.protection, scene.quiet, idle
    )
    key = person_key(row, people.incarnation[row])
    if leaves(chance, uniform(month.streams[STAY], key, 0)):
        return LEAVES
    if tenure % scene.renewal_months == 0:
        return RENEWS if renews(idle, scene.lapse_idle) else LEAVES
    return STAYS
