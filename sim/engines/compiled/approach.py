"""Approach: distributors spend their hours; offers gather under the person approached."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import approaches_made, asks_a_contact, hours_given, success
from sim.engines.compiled.state import AHEAD, World
from sim.jit import njit, prefetch, seen
from sim.records import NOBODY, Motive, Role
from sim.world.networks.walking import contacts_of, pick_contact

APPROACH_COUNT, APPROACH_TARGET = int(Draw.APPROACH_COUNT), int(Draw.APPROACH_TARGET)
DISTRIBUTOR = int(Role.DISTRIBUTOR)
DISCOUNT = int(Motive.DISCOUNT)


OFFER = np.dtype(
    [
        ("key", np.int64),
        ("asker", np.int32),
        ("person", np.int32),
        ("target", np.int32),
        ("before", np.int32),
        ("skill", np.float32),
    ],
    align=True,
)
"""An offer: its asker (a participant), the row, key of luck and skill of the person behind it, the
row of its target, and the offer that came before it.

The offers to a person make a chain, which starts at ``last_offer`` in the person's row.
"""


def room_for(offers: int) -> NDArray[Any]:
    """Offers that are not written yet."""
    return seen(np.empty(offers, OFFER))


@njit
def efforts(
    world: World,
    distributors: NDArray[np.int32],
    hours: NDArray[np.float64],
    expenses: NDArray[np.int64],
    made: NDArray[np.int64],
) -> None:
    """How long the people in these rows work, what they spend and how many people they approach.

    ``hours`` and ``expenses`` are by participant, ``made`` by place in the list.
    """
    people, scene, stream = world.people, world.scene[0], world.streams[APPROACH_COUNT]
    motive, morale, lived_pay = world.members.motive, world.members.morale, world.members.lived_pay
    for i in range(len(distributors)):
        if i + AHEAD < len(distributors):
            prefetch(people, distributors[i + AHEAD])
        row = distributors[i]
        person = people[row]
        number = person.membership
        builds = motive[number] != DISCOUNT
        given = hours_given(
            np.float64(person.hours) * (1.0 if builds else scene.discount_effort),
            morale[number],
            success(lived_pay[number], scene.goal),
            scene.success_effort,
            scene.most_hours,
        )
        luck = uniform(stream, person_key(row, person.incarnation), 0)
        made[i] = max(0, approaches_made(given, scene.per_hour, luck))
        hours[number] = given
        expenses[number] = made[i] * scene.approach_cost + (scene.monthly_cost if builds else 0)


@njit
def approach(
    world: World,
    distributors: NDArray[np.int32],
    start: NDArray[np.int64],
    offers: Any,
) -> None:
    """Find whom each approach of the people in these rows reaches.

    The approaches of the i-th stand from ``start[i]`` to ``start[i + 1]`` in ``offers``.
    """
    people, network, stream = world.people, world.network, world.streams[APPROACH_TARGET]
    strangers, warm = world.scene[0].people - 1, world.scene[0].warm
    for i in range(len(distributors)):
        if i + AHEAD < len(distributors):
            prefetch(people, distributors[i + AHEAD])
        row = distributors[i]
        person = people[row]
        key = person_key(row, person.incarnation)
        known = contacts_of(network, row)
        for at in range(start[i], start[i + 1]):
            k, offer = at - start[i], offers[at]
            offer.key, offer.asker, offer.person = key, person.membership, row
            offer.skill = person.skill
            luck = uniform(stream, key, 2 * k + 1)
            if asks_a_contact(warm, known, uniform(stream, key, 2 * k)) and known > 0:
                offer.target = pick_contact(network, row, luck)
            else:
                stranger = int(luck * strangers)
                offer.target = stranger + 1 if stranger >= row else stranger


@njit
def gather(world: World, offers: Any, prospects: NDArray[np.int32]) -> int:
    """Chain the offers under the people approached who are no distributors; returns how many.

    One asker asks a person once, however often they meet: its approaches stand side by side.
    """
    people, role = world.people, world.role
    found = 0
    for at in range(len(offers)):
        if at + AHEAD < len(offers):
            prefetch(people, offers[at + AHEAD].target)
        offer = offers[at]
        person = people[offer.target]
        last = person.last_offer
        if role[offer.target] == DISTRIBUTOR:
            continue
        if last == NOBODY:
            prospects[found] = offer.target
            found += 1
        elif offers[last].asker == offer.asker:
            continue
        offer.before = last
        person.last_offer = at
    return found
