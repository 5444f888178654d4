"""What to simulate: every field typed, with a unit, a range, a default and a source.

A scenario file names one of these fields a line; anything else is refused. Probabilities are shares
from 0 to 1, money is in major units of the scenario's currency, times are months unless the name
says otherwise. Sources: PRIOR marks a value chosen here without a published figure; FIT one fitted
on calibration rows.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.plans.schema import Plan

MAX_PEOPLE = 100_000_000
MAX_MONTHS = 100_000
EPOCH = datetime.date(1970, 1, 1).toordinal()


class Section(BaseModel):
    """A group of fields: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def setting(default: Any, unit: str, meaning: str, source: str, low: float, high: float) -> Any:
    """A number with its unit, meaning, source and closed range."""
    extra: dict[str, Any] = {"unit": unit, "source": source}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def share(default: float, meaning: str, source: str) -> Any:
    """A setting between 0 and 1."""
    return setting(default, "share 0-1", meaning, source, 0, 1)


def _whole_cents(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError("money is a decimal number such as 12.50")
    try:
        amount = Decimal(value)
        whole = amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValueError("money is a decimal number such as 12.50, below 10^24") from None
    if not whole:
        raise ValueError("money has at most two decimals")
    return amount


Money = Annotated[Decimal, BeforeValidator(_whole_cents)]


def money(default: str, meaning: str, source: str, high: int = 1_000_000) -> Any:
    """An amount of money in major units with two decimals."""
    return setting(Decimal(default), "major units", meaning, source, 0, high)


def minor(amount: Decimal) -> int:
    """The amount in whole minor units (cents)."""
    return int(amount * 100)


class WellMixed(Section):
    """Everybody may meet everybody: no contact is stored."""

    kind: Literal["well_mixed"] = "well_mixed"


class Ring(Section):
    """People in a circle, each tied to the nearest on both sides."""

    kind: Literal["ring"]
    degree: int = setting(10, "contacts", "contacts a person, even", "PRIOR", 2, 10_000)


class SmallWorld(Section):
    """A ring in which a share of the ties is rewired at random (Watts and Strogatz 1998)."""

    kind: Literal["small_world"]
    degree: int = setting(20, "contacts", "mean contacts a person, even", "PRIOR", 2, 10_000)
    rewire: float = share(0.1, "share of ties that are rewired", "PRIOR")


class ScaleFree(Section):
    """Preferential attachment (Barabasi and Albert 1999)."""

    kind: Literal["scale_free"]
    links: int = setting(
        10, "ties", "ties that each newcomer to the network brings", "PRIOR", 1, 10_000
    )


class RandomRegular(Section):
    """Everybody has the same number of contacts, otherwise random."""

    kind: Literal["random_regular"]
    degree: int = setting(20, "contacts", "contacts a person", "PRIOR", 1, 10_000)


class StochasticBlock(Section):
    """Communities: ties are frequent inside a block and rare between blocks."""

    kind: Literal["stochastic_block"]
    blocks: int = setting(
        10, "blocks", "number of communities of equal size", "PRIOR", 1, 1_000_000
    )
    within: float = setting(
        15, "contacts", "mean contacts inside the own block", "PRIOR", 0, 10_000
    )
    between: float = setting(5, "contacts", "mean contacts in other blocks", "PRIOR", 0, 10_000)


class EdgeList(Section):
    """Ties read from a file: CSV with two person numbers (from 0) a line."""

    kind: Literal["edge_list"]
    file: str = Field(description="path, relative to the scenario file", min_length=1)


Network = Annotated[
    WellMixed | Ring | SmallWorld | ScaleFree | RandomRegular | StochasticBlock | EdgeList,
    Field(discriminator="kind"),
]


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
    pv: Money = money(
        "30.00",
        "personal volume of a unit, in points",
        "doTERRA: about 1 PV a dollar at member price",
    )
    qv: Money = money("30.00", "volume of a unit that counts for ranks, in points", "as pv")
    cv: Money = money("30.00", "commissionable volume of a unit, in money", "as pv")
    cost: Money = money(
        "6.00", "the firm's cost of a unit", "cost of goods 17-25 % of net sales (public firms)"
    )
    kit_cost: Money = money(
        "0.00", "the firm's cost of an entry kit", "a bare enrolment fee costs nothing"
    )


class Shopping(Section):
    """How customers and members order."""

    order_probability: float = share(
        0.8, "chance that a person of full appetite orders in a month at list price", "PRIOR"
    )
    units_mean: float = setting(
        5.0,
        "units",
        "mean units of an order, at least 1",
        "FIT: net sales of $2,600-3,100 a head (doTERRA)",
        1,
        10_000,
    )
    first_order_units: float = setting(
        5.0, "units", "mean units of the first order of a newcomer", "PRIOR", 0, 10_000
    )
    stop: float = share(
        0.06,
        "chance that a customer of the first month stops for good",
        "FIT: four to seven customers a head",
    )
    stop_tenure: float = setting(
        6.0, "months", "tenure at which that chance has halved", "PRIOR", 0.01, 10_000
    )
    orphans: Literal["upline", "lost"] = Field(
        "upline",
        description="customers of a leaver pass to the nearest enrolled upline, or are lost",
    )


class Stocking(Section):
    """How distributors buy beyond their own use."""

    use_value: float = share(
        0.7, "worth to the buyer of goods bought only to qualify, of their price", "PRIOR"
    )


class Approaching(Section):
    """How distributors spend their hours."""

    per_hour: float = setting(
        0.25, "approaches an hour", "approaches that an hour of work yields", "PRIOR", 0, 1000
    )
    discount_effort: float = share(
        0.1,
        "effort of one who joined for the discount, of a builder's",
        "FIT: Melaleuca 2012: 26 % referred a few",
    )
    warm: float = share(
        0.5,
        "share of approaches to own contacts, the rest to anyone",
        "AARP 2018: a third recruited by a friend, 12 % by family",
    )
    success_effort: float = setting(2.0, "ratio", "effort added by full success", "PRIOR", 0, 100)
    cost: Money = money("0.50", "expense of an approach", "PRIOR", 10_000)
    monthly_cost: Money = money(
        "20.00", "expenses a month of one who builds", "Hempworx survey: $1,608 a year", 100_000
    )


class Considering(Section):
    """How an approached person weighs offers: log-odds of a yes, summed (a logistic choice)."""

    join: float = setting(-6.3, "log-odds", "to join, before all else", "FIT", -100, 100)
    buy: float = setting(
        -1.0, "log-odds", "to become a customer, before all else", "FIT", -100, 100
    )
    appetite: float = setting(3.0, "log-odds", "added by full appetite", "PRIOR", -100, 100)
    skill: float = setting(
        0.5, "log-odds", "added by each factor e of the asker's skill", "PRIOR", -100, 100
    )
    friend: float = setting(
        0.7, "log-odds", "added if the asker is an own contact", "PRIOR", -100, 100
    )
    seller_contact: float = setting(
        0.1, "log-odds", "added by each contact who is enrolled", "PRIOR", -100, 100
    )
    former_contact: float = setting(
        -0.1, "log-odds", "added by each contact who has left", "PRIOR", -100, 100
    )
    refusal: float = setting(-0.1, "log-odds", "added by each earlier refusal", "PRIOR", -100, 100)
    income: float = setting(
        0.8,
        "log-odds",
        "added when the expected income equals the outside wage of the hours",
        "FIT: 85 % join for the discount",
        -100,
        100,
    )
    saving: float = setting(
        1.2,
        "log-odds",
        "added when a year's saving equals the entry fee",
        "FIT: 85 % join for the discount",
        -100,
        100,
    )
    gain_cap: float = setting(3.0, "ratio", "bound of both gains, as multiples", "PRIOR", 0, 100)
    preferred: float = share(
        1.0, "share of new customers who buy at the member price", "doTERRA: retail is uncommon"
    )
    cool_off: int = setting(
        12, "months", "time before a former considers an offer again", "PRIOR", 0, MAX_MONTHS
    )


class Believing(Section):
    """What people expect to earn, and how it moves toward what they live."""

    hype: float = share(
        0.7, "weight of the income that recruiters show; the rest is the true mean", "PRIOR"
    )
    shown: float = setting(
        0.01, "share", "top share of earners whose mean pay recruiters show", "PRIOR", 1e-6, 1
    )
    story: Money = money(
        "500.00", "monthly income that recruiters tell of before the firm has such earners", "PRIOR"
    )
    lived: float = share(0.25, "weight of the last month in the lived income", "PRIOR")
    learning: float = share(
        0.15, "share of the gap to the lived income that belief closes in a month", "PRIOR"
    )
    morale: float = share(
        0.05, "share of the gap to success that morale closes in a month", "PRIOR"
    )
    goal: Money = money("100.00", "monthly income at which success is one half", "PRIOR")


class Staying(Section):
    """Who leaves: a hazard that falls with tenure and with success."""

    leave: float = share(
        0.32,
        "chance to leave in the first month, without success",
        "FIT: Young Living lapse 47 %, 63 %",
    )
    tenure: float = setting(
        1.3,
        "months",
        "tenure at which that chance has halved",
        "FIT: Young Living lapse",
        0.01,
        10_000,
    )
    protection: float = setting(
        4.0, "log ratio", "full success divides the chance by e to this", "PRIOR", 0, 100
    )
    lapse_idle: int = setting(
        6,
        "months",
        "a member without an order for this long does not renew",
        "PRIOR",
        1,
        MAX_MONTHS,
    )
    quiet: float = setting(
        1.0,
        "ratio",
        "the chance is multiplied by 1 + this after a year without an order",
        "PRIOR",
        0,
        100,
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
    break_even: Money = money(
        "100.00",
        "a year's net within this of zero breaks even",
        "convention; 50, 250, 500 shown too",
    )


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

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        if self.founders.count >= self.population.people:
            raise ValueError(
                f"founders.count: {self.founders.count} founders do not fit into "
                f"{self.population.people} people"
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
