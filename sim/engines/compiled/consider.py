"""Consider: each approached person weighs all its offers at once, whoever came first."""

from __future__ import annotations

from typing import Any, NamedTuple

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
from sim.records import NOBODY, Motive, Role
from sim.world.networks.walking import fill_contacts

OFFER, TIE = int(Draw.OFFER), int(Draw.TIE)
NO_TIE, PREFERRED_CUSTOMER = int(Role.NOBODY), int(Role.PREFERRED_CUSTOMER)
DISTRIBUTOR, FORMER = int(Role.DISTRIBUTOR), int(Role.FORMER)
DISCOUNT = int(Motive.DISCOUNT)


class Answers(NamedTuple):
    """What each prospect says: to whom yes (NOBODY for no), and whether to join or only to buy."""

    asker: NDArray[np.int32]
    joins: NDArray[np.bool_]


class Choice(NamedTuple):
    """A decision that a person has before it: to join, or only to buy.

    ``own`` and ``around`` are the log-odds that it brings itself and those of its contacts.
    """

    joins: bool
    own: float
    around: float
    fatigue: float
    key: int


@njit
def consider(world: World, prospects: NDArray[np.int32], offers: Offers, answers: Answers) -> None:
    """Let the people in these rows say yes to the best of their offers, or to none."""
    people, scene, month, network = world.people, world.scene, world.month, world.network
    left_month = world.members.left_month
    contacts = np.empty(scene.most_contacts, np.int32)
    for i in range(len(prospects)):
        row = prospects[i]
        person = people[row]
        first, person.last_offer = person.last_offer, NOBODY
        answers.asker[i], answers.joins[i] = NOBODY, False
        if person.stopped_month == month.number:
            continue
        former = person.role == FORMER
        if former and month.number - left_month[person.membership] < scene.cool_off:
            continue
        known = contacts[: fill_contacts(network, row, contacts)]
        around = _appeal_of_contacts(known, people, scene)
        fatigue = -scene.refusal * person.refusals
        key = person_key(row, person.incarnation)
        own = _appeal_of_joining(person, month.expected, scene)
        choice = Choice(True, own, around, fatigue, key)
        best = _best(world, first, known, offers, choice)
        answers.joins[i] = best != NOBODY
        if best == NOBODY and (former or person.role == NO_TIE):
            own = scene.buy + scene.appetite * np.float64(person.appetite)
            choice = Choice(False, own, around, fatigue, key)
            best = _best(world, first, known, offers, choice)
        answers.asker[i] = best
        person.refusals += best == NOBODY


@njit
def _appeal_of_contacts(contacts: NDArray[np.int32], people: Any, scene: Scene) -> float:
    """Log-odds added by what the own contacts live: enrolled, or left."""
    enrolled, former = 0, 0
    for other in contacts:
        role = people[other].role
        enrolled += role == DISTRIBUTOR
        former += role == FORMER
    return neighbour_appeal(enrolled, former, scene.seller_contact, scene.former_contact)


@njit
def _appeal_of_joining(person: Any, expected: float, scene: Scene) -> float:
    """Log-odds of joining, whoever asks: the saving or the income, whichever is the motive."""
    appeal = scene.join + scene.appetite * np.float64(person.appetite)
    if person.motive == DISCOUNT:
        return appeal + scene.saving * _saving(person, scene)
    gain = income_gain(
        expected,
        np.float64(person.susceptibility),
        np.float64(person.hours),
        np.float64(person.outside_wage),
        scene.gain_cap,
    )
    return appeal + scene.income * gain


@njit
def _saving(person: Any, scene: Scene) -> float:
    """A year's saving as a member, as a multiple of the entry fee."""
    preferred = person.role == PREFERRED_CUSTOMER
    ratio = scene.preferred_ratio if preferred else scene.retail_ratio
    price = scene.preferred_price if preferred else scene.list_price
    units = order_chance(person, scene.order_probability, ratio) * scene.units_mean
    return saving_gain(units * (price - scene.member_price), scene.kit_price, scene.gain_cap)


@njit
def _best(
    world: World, offer: int, contacts: NDArray[np.int32], offers: Offers, choice: Choice
) -> int:
    """Who makes the most appealing offer that passes, equal ones by luck; NOBODY if none passes."""
    scene, streams = world.scene, world.streams
    best, best_appeal, best_tie = NOBODY, 0.0, 0.0
    while offer != NOBODY:
        asker = offers.asker[offer]
        row = world.members.person[asker]
        skill = np.float64(world.people[row].skill)
        asked_by = asker_appeal(skill, scene.skill, _among(contacts, row), scene.friend)
        appeal = choice.own + (choice.around + asked_by)
        # by the asker's person, not its number: one more recruit elsewhere shifts no luck
        k = 2 * person_key(row, world.members.incarnation[asker]) + choice.joins
        if accepts_offer(appeal, choice.fatigue, uniform(streams[OFFER], choice.key, k)):
            tie = uniform(streams[TIE], choice.key, k)
            if best == NOBODY or (appeal, tie, asker) > (best_appeal, best_tie, best):
                best, best_appeal, best_tie = asker, appeal, tie
        offer = offers.before[offer]
    return best


@njit
def _among(contacts: NDArray[np.int32], row: int) -> bool:
    """Whether a row is one of the contacts."""
    for other in contacts:  # noqa: SIM110 - numba compiles no generator
        if other == row:
            return True
    return False
