"""People at birth: what the market draws for everyone who enters it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.draws import Draw
from sim.jit import njit, seen
from sim.records import NOBODY, PERSON, Motive, Role, RowTable, Table
from sim.scenario.fields import minor
from sim.scenario.schema import Scenario

NEVER = 2**31 - 1
MOST_WAGE = float(2**31 - 1)
CHUNK = 1 << 16  # people drawn at a time, so that their row numbers take little memory
DISCOUNT, SIDE_INCOME, CAREER = (int(motive) for motive in Motive)


def populate(scenario: Scenario) -> RowTable:
    """The table PERSON of month 0: everybody is new, with no tie to the firm."""
    people = RowTable(PERSON, scenario.population.people, apart=("role",))
    for first in range(0, len(people), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(people)))
        settle_in(people, rows, scenario, month=0)
    return people


def person_keys(people: Table) -> NDArray[np.int64]:
    """The key of luck of everybody alive, as ``draws.person_key`` makes it."""
    return np.arange(len(people)) | (people.incarnation.astype(np.int64) << 40)


def settle_in(people: RowTable, rows: NDArray[Any], scenario: Scenario, month: int) -> None:
    """Fill ``rows`` with new people of ``month``; ``incarnation`` is set before.

    Every trait depends on seed, slot and incarnation alone: the same people live under every plan.
    """
    who, seed = scenario.population, scenario.seed
    streams = Births(*(draws.stream(seed, 0, int(purpose)) for purpose in BIRTHS))
    motives = who.motives
    traits = Traits(
        discount=float(motives.discount),
        not_career=float(motives.discount + motives.side_income),
        appetite_shape=float(who.appetite_shape),
        skill_sigma=float(who.skill_sigma),
        hours_mean=float(who.hours_mean),
        hours_sigma=float(who.hours_sigma),
        susceptibility_sigma=float(who.susceptibility_sigma),
        wage=float(minor(who.outside_wage)),
        wage_sigma=float(who.outside_wage_sigma),
        price_sigma=float(who.price_sensitivity_sigma),
        replaced=1.0 - math.pow(1.0 - who.replaced_per_year, 1.0 / 12.0),
    )
    people.role[rows] = Role.NOBODY
    _bear(seen(people.rows), rows.astype(np.int64, copy=False), streams, traits, month)


class Births(NamedTuple):
    """The key of luck of each trait at birth."""

    motive: int
    appetite: int
    skill: int
    hours: int
    susceptibility: int
    wage: int
    price: int
    lifetime: int


BIRTHS = tuple(Draw[f"BIRTH_{name.upper()}"] for name in Births._fields)


class Traits(NamedTuple):
    """How the traits of newborns are spread; wages in minor units, the chance to leave a month."""

    discount: float
    not_career: float
    appetite_shape: float
    skill_sigma: float
    hours_mean: float
    hours_sigma: float
    susceptibility_sigma: float
    wage: float
    wage_sigma: float
    price_sigma: float
    replaced: float


@njit
def _bear(people: Any, rows: NDArray[np.int64], births: Births, traits: Traits, month: int) -> None:
    """One newborn after the other: its traits, and no tie to the firm."""
    for i in range(len(rows)):
        row = rows[i]
        person = people[row]
        key = draws.person_key(row, person.incarnation)
        person.motive = _motive(draws.uniform(births.motive, key, 0), traits)
        appetite = draws.uniform(births.appetite, key, 0)
        person.appetite = math.pow(appetite, traits.appetite_shape)
        person.skill = _spread(births.skill, key, 1.0, traits.skill_sigma)
        person.hours = _spread(births.hours, key, traits.hours_mean, traits.hours_sigma)
        person.susceptibility = _spread(
            births.susceptibility, key, 1.0, traits.susceptibility_sigma
        )
        wage = _spread(births.wage, key, traits.wage, traits.wage_sigma)
        person.outside_wage = round(min(wage, MOST_WAGE))
        person.price_sensitivity = _spread(births.price, key, 1.0, traits.price_sigma)
        life = draws.geometric(draws.uniform(births.lifetime, key, 0), traits.replaced)
        person.last_month = min(NEVER, month + life)
        person.refusals = person.customer_since = 0
        person.seller = person.membership = person.last_order = NOBODY
        person.stopped_month = person.last_offer = NOBODY


@njit
def _motive(luck: float, traits: Traits) -> int:
    if luck < traits.discount:
        return DISCOUNT
    return SIDE_INCOME if luck < traits.not_career else CAREER


@njit
def _spread(stream: int, key: int, mean: float, sigma: float) -> float:
    """A log-normal number of a mean and a spread of the logarithm."""
    return mean * draws.lognormal(draws.uniform(stream, key, 0), sigma)
