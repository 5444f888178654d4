"""How people behave: the parameters of the rules, one section a topic."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.fields import Money, Section, money, setting, share

MAX_MONTHS = 100_000


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
        "share of approaches to own contacts, the rest to anyone (well mixed: all are anyone)",
        "AARP 2018: a third recruited by a friend, 12 % by family",
    )
    success_effort: float = setting(2.0, "ratio", "effort added by full success", "PRIOR", 0, 100)
    most_hours: float = setting(
        300, "hours a month", "most time that anyone gives, however successful", "PRIOR", 0, 744
    )
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
        0.7, "log-odds", "added if the asker is a stored contact", "PRIOR", -100, 100
    )
    seller_contact: float = setting(
        0.1, "log-odds", "added by each stored contact who is enrolled", "PRIOR", -100, 100
    )
    former_contact: float = setting(
        -0.1, "log-odds", "added by each stored contact who has left", "PRIOR", -100, 100
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
        0.181,
        "chance to leave in the month after joining, without success",
        "FIT: Young Living lapse 47 %, 63 %",
    )
    tenure: float = setting(
        2.3,
        "months",
        "months after that at which the chance has halved; a large number keeps it constant",
        "FIT: Young Living lapse",
        0.01,
        1e9,
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
