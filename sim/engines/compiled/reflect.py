"""Reflect: belief and morale move to what was lived; members renew, stay or leave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import leave_probability, leaves, moved, renews, success
from sim.engines.compiled.state import AHEAD, World
from sim.jit import njit, prefetch

STAY = int(Draw.STAY)
STAYS, LEAVES, RENEWS = 0, 1, 2


@njit
def reflect(world: World, distributors: NDArray[np.int32], choice: NDArray[np.int8]) -> None:
    """Let the people in these rows look back; ``choice`` gets STAYS, LEAVES or RENEWS.

    Newcomers do not look back yet. Who leaves the market leaves the firm, whatever it chose.
    """
    people, members, scene, stream = (
        world.people,
        world.members,
        world.scene[0],
        world.streams[STAY],
    )
    last_pay, last_margin, lived_pay = members.last_pay, members.last_margin, members.lived_pay
    belief, morale, joined_month = members.belief, members.morale, members.joined_month
    for i in range(len(distributors)):
        if i + AHEAD < len(distributors):
            prefetch(people, distributors[i + AHEAD])
        row = distributors[i]
        person = people[row]
        number = person.membership
        dies = person.last_month == world.month.number
        choice[i] = LEAVES if dies else STAYS
        tenure = world.month.number - joined_month[number]
        if tenure == 0:
            continue
        income = float(last_pay[number] + last_margin[number])
        lived = lived_pay[number] = moved(lived_pay[number], income, scene.lived)
        belief[number] = moved(belief[number], lived, scene.learning)
        reached = success(lived, scene.goal)
        morale[number] = moved(morale[number], reached, scene.morale)
        idle = world.month.number - person.last_order
        chance = leave_probability(
            scene.leave, scene.tenure, tenure - 1, reached, scene.protection, scene.quiet, idle
        )
        if leaves(chance, uniform(stream, person_key(row, person.incarnation), 0)):
            choice[i] = LEAVES
        elif not dies and tenure % scene.renewal_months == 0:
            choice[i] = RENEWS if renews(idle, scene.lapse_idle) else LEAVES
