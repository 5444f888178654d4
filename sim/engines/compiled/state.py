"""What the compiled phases read and write: the tables' columns, the scenario's numbers, the month.

A phase gets them all as one ``World``. The rows of people and the columns of members are the tables
themselves, so that what a phase writes is what the tables hold.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.engines.market import Market
from sim.jit import njit, seen
from sim.records import PARTICIPANT, Purpose, Source, Table
from sim.world.networks.network import Network
from sim.world.networks.walking import most_contacts

Members: Any = namedtuple("Members", [column.name for column in PARTICIPANT])  # type: ignore[misc]
"""Columns of PARTICIPANT, a row a membership, with spare rows at the end."""

AHEAD = 8
"""So many places ahead a phase asks the memory for a person's row."""

DAYS_A_MONTH = 365.25 / 12


class Scene:
    """The numbers of a scenario that decisions read; money in minor units, volume in hundredths.

    Phases get them as a row of one structured array, which costs a call less than fifty numbers.
    """

    people: int
    most_contacts: int
    order_probability: float
    units_mean: float
    first_order_units: float
    stop: float
    stop_tenure: float
    use_value: float
    per_hour: float
    warm: float
    success_effort: float
    discount_effort: float
    most_hours: float
    join: float
    buy: float
    appetite: float
    saving: float
    income: float
    gain_cap: float
    skill: float
    friend: float
    seller_contact: float
    former_contact: float
    refusal: float
    cool_off: int
    preferred: float
    hype: float
    lived: float
    learning: float
    morale: float
    goal: float
    leave: float
    tenure: float
    protection: float
    quiet: float
    lapse_idle: int
    renewal_months: int
    approach_cost: int
    monthly_cost: int
    list_price: int
    member_price: int
    preferred_price: int
    kit_price: int
    pv: int
    qualifying_volume: int
    own_use_counts: bool
    retail_ratio: float
    preferred_ratio: float
    member_ratio: float


class Month(NamedTuple):
    """The open month: its number and days, and what a prospect expects to earn in one."""

    number: int
    first_day: int
    days: int
    expected: float


class World(NamedTuple):
    """All that decisions read: who is there, who is enrolled, who knows whom, and when.

    ``people`` are the rows of PERSON and ``role`` its column, ``members`` the columns of
    PARTICIPANT; ``scene`` has the one row of Scene, ``streams`` the month's keys of luck by Draw. A
    phase takes out of it what it needs before it starts: every look into a tuple of arrays costs
    more than the look into the array.
    """

    people: Any
    role: NDArray[np.int8]
    members: Any
    network: Network
    scene: Any
    month: Month
    streams: NDArray[np.int64]


def members_of(participants: Table) -> Any:
    """The columns of PARTICIPANT as Members."""
    return Members._make(column for _, column in participants)


def scene_of(market: Market) -> NDArray[Any]:
    """The numbers of a market's scenario as the one row of an array."""
    scenario, prices = market.scenario, market.prices
    given: dict[str, Any] = {
        "people": len(market.people),
        "most_contacts": most_contacts(market.network),
        "approach_cost": market.approach_cost,
        "monthly_cost": market.monthly_cost,
        "goal": market.goal,
        "qualifying_volume": market.qualifying_volume,
        "own_use_counts": (Source.PARTICIPANT, Purpose.OWN_USE) in market.counted,
        "retail_ratio": prices.ratio(Source.RETAIL_CUSTOMER),
        "preferred_ratio": prices.ratio(Source.PREFERRED_CUSTOMER),
        "member_ratio": prices.ratio(Source.PARTICIPANT),
    }
    sections = (
        scenario.shopping,
        scenario.stocking,
        scenario.approaching,
        scenario.considering,
        scenario.believing,
        scenario.staying,
        prices,
    )
    kinds = get_type_hints(Scene)
    scene = np.zeros(1, list(kinds.items()))
    for name in kinds:
        value = next((getattr(s, name) for s in sections if hasattr(s, name)), None)
        scene[name] = given.get(name, value)
    return seen(scene)


@njit
def day_in(month: Month, luck: float) -> int:
    """The day of the month that a uniform number stands for."""
    return month.first_day + int(luck * month.days)
