"""Consider: each approached person weighs all its offers at once, whoever came first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.compiled.decide import (
    accepts_offer,
    asker_appeal,
    income_gain,
    neighbour_appeal,
    saving_gain,
)
from sim.engines.compiled.shop import order_chance
from sim.engines.compiled.state import AHEAD, World
from sim.jit import inlined, njit, prefetch
from sim.records import NOBODY, Motive, Role
from sim.world.networks.walking import expect, known_contacts

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


class Luck(NamedTuple):
    """The key of a person, and the month's keys for offers and for ties between them."""

    key: int
    offer: int
    tie: int


@njit
def consider(world: World, prospects: NDArray[np.int32], offers: Any, answers: Answers) -> None:
    """Let the people in these rows say yes to the best of their offers, or to none."""
    people, role, scene = world.people, world.role, world.scene[0]
    month, network, streams = world.month, world.network, world.streams
    left_month = world.members.left_month
    contacts = np.empty(scene.most_contacts, np.int32)
    for i in range(len(prospects)):
        if i + AHEAD < len(prospects):
            prefetch(people, prospects[i + AHEAD])
            expect(network, prospects[i + AHEAD])
            prefetch(offers, people[prospects[i + AHEAD // 2]].last_offer)
        row = prospects[i]
        person = people[row]
        first, person.last_offer = person.last_offer, NOBODY
        answers.asker[i], answers.joins[i] = NOBODY, False
        if person.stopped_month == month.number:
            continue
        former = role[row] == FORMER
        if former and month.number - left_month[person.membership] < scene.cool_off:
            continue
        known = known_contacts(network, row, contacts)
        around = _appeal_of_contacts(known, role, scene)
        fatigue = -scene.refusal * person.refusals
        key = person_key(row, person.incarnation)
        own = _appeal_of_joining(person, role[row], month.expected, scene)
        luck = Luck(key, streams[OFFER], streams[TIE])
        best = _best(offers, first, known, Choice(True, own, around, fatigue), luck, scene)
        answers.joins[i] = best != NOBODY
        if best == NOBODY and role[row] in (NO_TIE, FORMER):
            own = scene.buy + scene.appetite * np.float64(person.appetite)
            choice = Choice(False, own, around, fatigue)
            best = _best(offers, first, known, choice, luck, scene)
        answers.asker[i] = best
        person.refusals += best == NOBODY


@inlined
def _appeal_of_contacts(contacts: NDArray[np.int32], role: NDArray[np.int8], scene: Any) -> float:
    """Log-odds added by what the own contacts live: enrolled, or left."""
    enrolled, former = 0, 0
    for other in contacts:
        enrolled += role[other] == DISTRIBUTOR
        former += role[other] == FORMER
    return neighbour_appeal(enrolled, former, scene.seller_contact, scene.former_contact)


@inlined
def _appeal_of_joining(person: Any, role: int, expected: float, scene: Any) -> float:
    """Log-odds of joining, whoever asks: the saving or the income, whichever is the motive."""
    appeal: float = scene.join + scene.appetite * np.float64(person.appetite)
    if person.motive == DISCOUNT:
        gain: float = scene.saving * _saving(person, role == PREFERRED_CUSTOMER, scene)
    else:
        gain = scene.income * income_gain(
            expected,
            np.float64(person.susceptibility),
            np.float64(person.hours),
            np.float64(person.outside_wage),
            scene.gain_cap,
        )
    return appeal + gain


@inlined
def _saving(person: Any, preferred: bool, scene: Any) -> float:
    """A year's saving as a member, as a multiple of the entry fee."""
    ratio = scene.preferred_ratio if preferred else scene.retail_ratio
    price = scene.preferred_price if preferred else scene.list_price
    units = order_chance(person, scene.order_probability, ratio) * scene.units_mean
    saved: float = units * (price - scene.member_price)
    return saving_gain(saved, scene.kit_price, scene.gain_cap)


@inlined
def _best(
    offers: Any, at: int, contacts: NDArray[np.int32], choice: Choice, luck: Luck, scene: Any
) -> int:
    """Who makes the most appealing offer that passes, equal ones by luck; NOBODY if none passes."""
    best, best_appeal, best_tie = NOBODY, 0.0, 0.0
    while at != NOBODY:
        offer = offers[at]
        friend = _among(contacts, offer.person)
        asked_by = asker_appeal(np.float64(offer.skill), scene.skill, friend, scene.friend)
        appeal = choice.own + (choice.around + asked_by)
        # by the asker's person, not its number: one more recruit elsewhere shifts no luck
        k = 2 * offer.key + choice.joins
        if accepts_offer(appeal, choice.fatigue, uniform(luck.offer, luck.key, k)):
            tie = uniform(luck.tie, luck.key, k)
            asker = offer.asker
            if best == NOBODY or (appeal, tie, asker) > (best_appeal, best_tie, best):
                best, best_appeal, best_tie = asker, appeal, tie
        at = offer.before
    return best


@inlined
def _among(contacts: NDArray[np.int32], row: int) -> bool:
    """Whether a row is one of the contacts."""
    for other in contacts:  # noqa: SIM110 - numba compiles no generator
        if other == row:
            return True
    return False
