"""Consider: each approached person weighs all its offers at once, whoever came first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.approach import Offers
from sim.engines.compiled.decide import (
    accepts_offer,
    asker_appeal,
    income_gain,
    neighbour_appeal,
    saving_gain,
)
from sim.engines.compiled.shop import order_chance
from sim.engines.compiled.state import Scene, World
from sim.jit import njit
from sim.records import NOBODY, Motive, Role, Source
from sim.world.networks.walking import fill_contacts

OFFER, TIE = int(Draw.OFFER), int(Draw.TIE)
NO_TIE, PREFERRED_CUSTOMER = int(Role.NOBODY), int(Role.PREFERRED_CUSTOMER)
DISTRIBUTOR, FORMER = int(Role.DISTRIBUTOR), int(Role.FORMER)
RETAIL, PREFERRED = int(Source.RETAIL_CUSTOMER), int(Source.PREFERRED_CUSTOMER)
DISCOUNT = int(Motive.DISCOUNT)


class Answers(NamedTuple):
    """What each prospect says: to whom yes (NOBODY for no), and whether to join or only to buy."""

    asker: NDArray[np.int32]
    joins: NDArray[np.bool_]


@njit
def consider(
    world: World,
    prospects: NDArray[np.int32],
    offers: Offers,
    hushed: NDArray[np.bool_],
    answers: Answers,
) -> None:
    """Let the people in these rows say yes to the best of their offers, or to none.

    ``hushed`` marks the rows that stopped buying this month.
    """
    people, scene = world.people, world.scene
    contacts = np.empty(scene.most_contacts, np.int32)
    for i in range(len(prospects)):
        row = prospects[i]
        answers.asker[i], answers.joins[i] = NOBODY, False
        if hushed[row] or _left_lately(world, row):
            continue
        known = contacts[: fill_contacts(world.network, row, contacts)]
        around = _appeal_of_contacts(known, people.role, scene)
        own = _appeal_of_joining(world, row)
        best = _best(world, Person(row, own, around, True), known, offers)
        answers.joins[i] = best != NOBODY
        if best == NOBODY and (people.role[row] == NO_TIE or people.role[row] == FORMER):
            own = scene.buy + scene.appetite * np.float64(people.appetite[row])
            best = _best(world, Person(row, own, around, False), known, offers)
        answers.asker[i] = best
        people.refusals[row] += best == NOBODY


class Person(NamedTuple):
    """One who weighs offers to join (or to buy), with the log-odds without the asker."""

    row: int
    own: float
    around: float
    joins: bool


@njit
def _left_lately(world: World, row: int) -> bool:
    """Whether this person left too recently to listen."""
    if world.people.role[row] != FORMER:
        return False
    left = world.members.left_month[world.people.membership[row]]
    return world.month.number - left < world.scene.cool_off


@njit
def _appeal_of_contacts(contacts: NDArray[np.int32], role: NDArray[np.int8], scene: Scene) -> float:
    """Log-odds added by what the own contacts live: enrolled, or left."""
    enrolled, former = 0, 0
    for other in contacts:
        enrolled += role[other] == DISTRIBUTOR
        former += role[other] == FORMER
    return neighbour_appeal(enrolled, former, scene.seller_contact, scene.former_contact)


@njit
def _appeal_of_joining(world: World, row: int) -> float:
    """Log-odds of joining, whoever asks: the saving or the income, whichever is the motive."""
    people, scene = world.people, world.scene
    appeal = scene.join + scene.appetite * np.float64(people.appetite[row])
    if people.motive[row] == DISCOUNT:
        return appeal + scene.saving * _saving(world, row)
    gain = income_gain(
        world.month.expected,
        np.float64(people.susceptibility[row]),
        np.float64(people.hours[row]),
        people.outside_wage[row],
        scene.gain_cap,
    )
    return appeal + scene.income * gain


@njit
def _saving(world: World, row: int) -> float:
    """A year's saving as a member, as a multiple of the entry fee."""
    people, scene = world.people, world.scene
    preferred = people.role[row] == PREFERRED_CUSTOMER
    price = scene.preferred_price if preferred else scene.list_price
    units = order_chance(world, row, PREFERRED if preferred else RETAIL) * scene.units_mean
    return saving_gain(units * (price - scene.member_price), scene.kit_price, scene.gain_cap)


@njit
def _best(world: World, person: Person, contacts: NDArray[np.int32], offers: Offers) -> int:
    """Who makes the most appealing offer that passes, equal ones by luck; NOBODY if none passes."""
    people, members, scene = world.people, world.members, world.scene
    offer, tied = world.month.streams[OFFER], world.month.streams[TIE]
    key = person_key(person.row, people.incarnation[person.row])
    fatigue = -scene.refusal * people.refusals[person.row]
    best, best_appeal, best_tie = NOBODY, 0.0, 0.0
    at = offers.head[person.row]
    while at != NOBODY:
        asker = offers.asker[at]
        row = members.person[asker]
        friend = _among(contacts, row)
        skill = np.float64(people.skill[row])
        appeal = person.own + (
            person.around + asker_appeal(skill, scene.skill, friend, scene.friend)
        )
        # by the asker's person, not its number: one more recruit elsewhere shifts no luck
        k = 2 * person_key(row, members.incarnation[asker]) + person.joins
        if accepts_offer(appeal, fatigue, uniform(offer, key, k)):
            tie = uniform(tied, key, k)
            if best == NOBODY or (appeal, tie, asker) > (best_appeal, best_tie, best):
                best, best_appeal, best_tie = asker, appeal, tie
        at = offers.link[at]
    return best


@njit
def _among(contacts: NDArray[np.int32], row: int) -> bool:
    """Whether a row is one of the contacts."""
    for other in contacts:  # noqa: SIM110 - numba compiles no generator
        if other == row:
            return True
    return False
