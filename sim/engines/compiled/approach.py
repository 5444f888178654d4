"""Approach: distributors spend their hours; offers gather under the person approached."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import approaches_made, asks_a_contact, hours_given, success
from sim.engines.compiled.state import World
from sim.jit import njit
from sim.records import NOBODY, Motive, Role
from sim.world.networks.walking import contacts_of, pick_contact

APPROACH_COUNT, APPROACH_TARGET = int(Draw.APPROACH_COUNT), int(Draw.APPROACH_TARGET)
DISTRIBUTOR = int(Role.DISTRIBUTOR)
DISCOUNT = int(Motive.DISCOUNT)


class Offers(NamedTuple):
    """A month's offers as one chain a person: ``head`` is by person, the rest by offer.

    ``head[row]`` is the last offer to a person (NOBODY for none), ``link`` the one before it.
    """

    head: NDArray[np.int32]
    link: NDArray[np.int32]
    asker: NDArray[np.int32]


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
    people, members, scene, month = world.people, world.members, world.scene, world.month
    for i in range(len(distributors)):
        row = distributors[i]
        number = people.membership[row]
        builds = members.motive[number] != DISCOUNT
        given = hours_given(
            np.float64(people.hours[row]) * (1.0 if builds else scene.discount_effort),
            members.morale[number],
            success(members.lived_pay[number], scene.goal),
            scene.success_effort,
            scene.most_hours,
        )
        key = person_key(row, people.incarnation[row])
        luck = uniform(month.streams[APPROACH_COUNT], key, 0)
        made[i] = approaches_made(given, scene.per_hour, luck)
        hours[number] = given
        expenses[number] = made[i] * scene.approach_cost
        if builds:
            expenses[number] += scene.monthly_cost


@njit
def approach(
    world: World,
    distributors: NDArray[np.int32],
    start: NDArray[np.int64],
    target: NDArray[np.int32],
    asker: NDArray[np.int32],
) -> None:
    """Find whom each approach of the people in these rows reaches.

    The approaches of the i-th stand from ``start[i]`` to ``start[i + 1]`` in ``target`` (rows) and
    ``asker`` (participants).
    """
    people = world.people
    for i in range(len(distributors)):
        row = distributors[i]
        key = person_key(row, people.incarnation[row])
        for at in range(start[i], start[i + 1]):
            target[at] = _target(world, row, key, at - start[i])
            asker[at] = people.membership[row]


@njit
def _target(world: World, row: int, key: int, k: int) -> int:
    """Row of the person whom the k-th approach of the month reaches."""
    network, scene, stream = world.network, world.scene, world.month.streams[APPROACH_TARGET]
    luck = uniform(stream, key, 2 * k + 1)
    if asks_a_contact(scene.warm, contacts_of(network, row), uniform(stream, key, 2 * k)):
        return pick_contact(network, row, luck)
    stranger = int(luck * (scene.people - 1))
    return stranger + 1 if stranger >= row else stranger


@njit
def gather(
    target: NDArray[np.int32], role: NDArray[np.int8], offers: Offers, prospects: NDArray[np.int32]
) -> int:
    """Chain the offers under the people approached who are no distributors; returns how many.

    One asker asks a person once, however often they meet: its approaches stand side by side.
    """
    found = 0
    for at in range(len(target)):
        row = target[at]
        if role[row] == DISTRIBUTOR:
            continue
        before = offers.head[row]
        if before == NOBODY:
            prospects[found] = row
            found += 1
        elif offers.asker[before] == offers.asker[at]:
            continue
        offers.link[at] = before
        offers.head[row] = at
    return found
