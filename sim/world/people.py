"""People at birth: what the market draws for everyone who enters it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.draws import Draw
from sim.jit import njit
from sim.records import NOBODY, PERSON, Motive, Role, RowTable, Table
from sim.scenario.fields import minor
from sim.scenario.schema import Population, Scenario

NEVER = 2**31 - 1
MOST_WAGE = 2**31 - 1


def populate(scenario: Scenario) -> RowTable:
    """The table PERSON of month 0: everybody is new, with no tie to the firm."""
    people = RowTable(PERSON, scenario.population.people)
    settle_in(people, np.arange(len(people)), scenario, month=0)
    return people


def person_keys(people: Table) -> NDArray[np.int64]:
    """The key of luck of everybody alive, as ``draws.person_key`` makes it."""
    return np.arange(len(people)) | (people.incarnation.astype(np.int64) << 40)


def settle_in(people: Table, rows: NDArray[Any], scenario: Scenario, month: int) -> None:
    """Fill ``rows`` with new people of ``month``; ``incarnation`` is set before.

    Every trait depends on seed, slot and incarnation alone: the same people live under every plan.
    """
    keys = person_keys(people)[rows]
    who, seed = scenario.population, scenario.seed

    def luck(purpose: Draw) -> NDArray[np.float64]:
        return draws.uniforms(draws.stream(seed, 0, int(purpose)), keys, 0)

    people.motive[rows] = _motives(luck(Draw.BIRTH_MOTIVE), who)
    people.appetite[rows] = _powers(luck(Draw.BIRTH_APPETITE), who.appetite_shape)
    people.skill[rows] = _lognormals(luck(Draw.BIRTH_SKILL), 1.0, who.skill_sigma)
    people.hours[rows] = _lognormals(luck(Draw.BIRTH_HOURS), who.hours_mean, who.hours_sigma)
    people.susceptibility[rows] = _lognormals(
        luck(Draw.BIRTH_SUSCEPTIBILITY), 1.0, who.susceptibility_sigma
    )
    wages = _lognormals(luck(Draw.BIRTH_WAGE), minor(who.outside_wage), who.outside_wage_sigma)
    people.outside_wage[rows] = np.minimum(np.rint(wages), MOST_WAGE)
    people.price_sensitivity[rows] = _lognormals(
        luck(Draw.BIRTH_PRICE), 1.0, who.price_sensitivity_sigma
    )
    monthly = 1.0 - math.pow(1.0 - who.replaced_per_year, 1.0 / 12.0)
    people.last_month[rows] = _lifetimes(luck(Draw.BIRTH_LIFETIME), monthly, month)
    people.role[rows] = Role.NOBODY
    people.refusals[rows] = people.customer_since[rows] = 0
    people.seller[rows] = people.membership[rows] = people.last_order[rows] = NOBODY
    people.stopped_month[rows] = people.last_offer[rows] = NOBODY


def _motives(luck: NDArray[np.float64], who: Population) -> NDArray[np.int8]:
    discount = who.motives.discount
    earning = np.where(luck < discount + who.motives.side_income, Motive.SIDE_INCOME, Motive.CAREER)
    return np.where(luck < discount, Motive.DISCOUNT, earning).astype(np.int8)


@njit
def _powers(luck: NDArray[np.float64], shape: float) -> NDArray[np.float64]:
    """U ** shape of each u."""
    out = np.empty(len(luck))
    for i in range(len(luck)):
        out[i] = math.pow(luck[i], shape)
    return out


@njit
def _lognormals(luck: NDArray[np.float64], mean: float, sigma: float) -> NDArray[np.float64]:
    """Log-normal numbers of a mean and a spread of the logarithm, one for each uniform number."""
    out = np.empty(len(luck))
    for i in range(len(luck)):
        out[i] = mean * draws.lognormal(luck[i], sigma)
    return out


@njit
def _lifetimes(luck: NDArray[np.float64], monthly: float, month: int) -> NDArray[np.int32]:
    """The last month of each life that starts in ``month`` and ends with a chance a month."""
    out = np.empty(len(luck), np.int32)
    for i in range(len(luck)):
        out[i] = min(NEVER, month + draws.geometric(luck[i], monthly))
    return out
