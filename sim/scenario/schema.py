"""What to simulate: every field typed, with a unit, a range, a default and a source.

A scenario file names one of these fields a line; anything else is refused. Probabilities are shares
from 0 to 1, money is in major units of the scenario's currency, times are months unless the name
says otherwise. Sources: PRIOR marks a value chosen here without a published figure; FIT one fitted
on calibration rows.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.plans.schema import Plan
from sim.scenario.behaviour import (
    MAX_MONTHS,
    Approaching,
    Believing,
    Considering,
    Shopping,
    Staying,
    Stocking,
)
from sim.scenario.contacts import Network, WellMixed
from sim.scenario.fields import Money, Section, money, points, setting, share

MAX_PEOPLE = 100_000_000
EPOCH = datetime.date(1970, 1, 1).toordinal()


class Motives(Section):
    """Why people would join. The three shares must sum to 1."""

    discount: float = share(
        0.85, "to buy at the member price", "doTERRA flyer 2015: 85 % joined for the discount"
    )
    side_income: float = share(
        0.13, "to earn beside a job", "doTERRA flyer 2015: 15 % for profit; split PRIOR"
    )
    career: float = share(
        0.02, "to make it the job", "Harris 2014: 7.5 % of sellers give 30 h a week; split PRIOR"
    )

    @model_validator(mode="after")
    def _sum_to_one(self) -> Motives:
        total = self.discount + self.side_income + self.career
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of the motives sum to {total:g}, not to 1")
        return self


class Population(Section):
    """Who lives in the market and how people differ; drawn at birth."""

    people: int = setting(
        20_000, "people", "places in the market; each is always taken", "PRIOR", 2, MAX_PEOPLE
    )
    replaced_per_year: float = setting(
        0.0125,
        "share a year",
        "people who leave the market and are replaced by new ones",
        "demographic prior 1-1.5 % a year",
        0,
        0.99,
    )
    motives: Motives = Field(default_factory=Motives, description="why people would join")
    appetite_shape: float = setting(
        1.5,
        "exponent",
        "appetite is u ** shape, u uniform: 1 even, larger means few want the product",
        "PRIOR",
        0.01,
        100,
    )
    skill_sigma: float = setting(
        0.6, "log sd", "spread of selling skill (log-normal, mean 1)", "PRIOR", 0, 3
    )
    hours_mean: float = setting(
        20,
        "hours a month",
        "mean time a person could give",
        "MonaVie 2009: 4 hours a week at the lowest paid rank",
        0,
        400,
    )
    hours_sigma: float = setting(
        0.7, "log sd", "spread of hours", "DSA: 7.5 % give 30 h a week or more", 0, 3
    )
    susceptibility_sigma: float = setting(
        0.5, "log sd", "spread of the draw of a promised income", "PRIOR", 0, 3
    )
    outside_wage: Money = money(
        "15.00", "mean after-tax wage of an hour elsewhere", "PRIOR", 10_000
    )
    outside_wage_sigma: float = setting(0.4, "log sd", "spread of outside wages", "PRIOR", 0, 3)
    price_sensitivity_sigma: float = setting(
        0.5, "log sd", "spread of price sensitivity", "PRIOR", 0, 3
    )


class Product(Section):
    """The one product line of this market. The plan's member discount sets what members pay."""

    name: str = Field("product", description="name shown in reports", min_length=1, max_length=80)
    list_price: Money = money("40.00", "price that a retail customer pays for a unit", "PRIOR")
    pv: Money = points(
        "30.00", "personal volume of a unit", "doTERRA: about 1 PV a dollar at member price"
    )
    qv: Money = points("30.00", "volume of a unit that counts for ranks", "as pv")
    cv: Money = money("30.00", "commissionable volume of a unit, in money", "as pv")
    cost: Money = money(
        "6.00", "the firm's cost of a unit", "cost of goods 17-25 % of net sales (public firms)"
    )
    kit_cost: Money = money(
        "0.00", "the firm's cost of an entry kit", "a bare enrolment fee costs nothing"
    )


class Founders(Section):
    """Who is there when the market opens, directly under the company."""

    count: int = setting(10, "people", "founding distributors", "PRIOR", 1, 1_000_000)
    hours: float = setting(60, "hours a month", "least time that a founder gives", "PRIOR", 0, 400)


class Measuring(Section):
    """Choices of the measures that do not change what happens."""

    household_benchmark: Money = money(
        "200.00",
        "own use a month that counts as worth its price",
        "Herbalife order 2016: about $200 a month; range 60-200",
    )
    price_level: float = setting(
        1.0,
        "ratio",
        "prices of the run over those of the year in which $1,000 and $10,000 are stated",
        "1: no deflation",
        0.01,
        100,
    )
    break_even: int = setting(
        100,
        "whole major units",
        "a year's net within this of zero breaks even",
        "convention; 50, 250, 500 shown too",
        0,
        1_000_000,
    )


class OwnRules(Section):
    """Decision rules of one's own. A scenario file names the path alone, as in rules: mine.py.

    The text is read into the scenario (docs/own-rules.md), so that a result can be traced to it.
    """

    file: str = Field(description="name of the Python file, for messages", min_length=1)
    text: str = Field(description="what stands in it", min_length=1)


RULES_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}
"""A scenario file names the path alone; the loader reads the text."""


def _month(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[12]\d{3}-(0[1-9]|1[0-2])", value):
        raise ValueError("a month is written as in 2026-01, from 1000-01 to 2999-12")
    return value


class Scenario(Section):
    """One market: its people, product, behaviour and plan, and how long it runs."""

    name: str = Field(
        description="short name, used for the results folder", pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$"
    )
    description: str = Field("", description="what this market is meant to show", max_length=4000)
    start: Annotated[str, BeforeValidator(_month)] = Field(
        "2026-01", description="first month, year-month"
    )
    months: int = setting(120, "months", "how long the market runs", "PRIOR", 1, MAX_MONTHS)
    seed: int = setting(1, "number", "key of all luck", "any", 0, 2**63 - 1)
    currency: str = Field("USD", description="ISO 4217 code", pattern=r"^[A-Z]{3}$")
    admissions_per_month: int | None = Field(
        None,
        ge=1,
        le=MAX_PEOPLE,
        description="at most this many accepted offers, uniformly drawn, join in a month",
    )
    plan: Plan = Field(description="compensation plan: a file, or the plan itself")
    population: Population = Field(
        default_factory=Population, description="who lives in the market"
    )
    network: Network = Field(default_factory=WellMixed, description="who knows whom")
    founders: Founders = Field(default_factory=Founders, description="who is there at the start")
    product: Product = Field(default_factory=Product, description="what is sold")
    shopping: Shopping = Field(default_factory=Shopping, description="how people order")
    stocking: Stocking = Field(default_factory=Stocking, description="buying to qualify")
    approaching: Approaching = Field(
        default_factory=Approaching, description="how distributors recruit and sell"
    )
    considering: Considering = Field(default_factory=Considering, description="how people answer")
    believing: Believing = Field(default_factory=Believing, description="expectations and morale")
    staying: Staying = Field(default_factory=Staying, description="who leaves")
    measuring: Measuring = Field(default_factory=Measuring, description="choices of the measures")
    rules: Annotated[OwnRules | None, WithJsonSchema(RULES_SCHEMA)] = Field(
        None, description="own decision rules: a Python file, run with --allow-code only"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        if self.founders.count >= self.population.people:
            raise ValueError(
                f"founders.count: {self.founders.count} founders do not fit into "
                f"{self.population.people} people"
            )
        misfit = self.network.misfit(self.population.people)
        if misfit:
            raise ValueError(f"network.{misfit}")
        if self.plan.money.decimals != 2:
            raise ValueError(
                f"plan.money.decimals: {self.plan.money.decimals}; money of a scenario has 2"
            )
        if self.plan.currency != self.currency:
            raise ValueError(
                f"currency: the plan pays in {self.plan.currency}, the scenario in {self.currency}"
            )
        return self

    def first_day(self, month: int) -> int:
        """The ordinal date of a month's first day, counted from ``start``, past year 9999 too."""
        day = (np.datetime64(self.start, "M") + np.timedelta64(month, "M")).astype("datetime64[D]")
        return int(day.astype(np.int64)) + EPOCH
