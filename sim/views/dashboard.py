"""The trade's targets, tested as advice: who reaches them, and what is left for those who do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.lenses import lens_values
from sim.views.market import Columns, Market
from sim.views.text import MISSING, amount, percent

WEEKS_A_MONTH = 365.25 / 12 / 7


@dataclass(frozen=True)
class Target:
    """One target: what it asks, the mean, who reaches it, and the mean net of those who do."""

    name: str
    asked: str
    mean: str
    reached: str
    net: str


def dashboard(market: Market) -> list[Target]:
    """The targets among participants who were qualified or ordering in any month of the year."""
    year = market.enrolled
    rows = {name: column[year["months_active"] > 0] for name, column in year.items()}
    months = np.maximum(rows["months_enrolled"], 1).astype(np.float64)
    weekly = rows["hours"] / (months * WEEKS_A_MONTH)
    income = market.major(rows["bonus"] + rows["retail_margin"])
    spent = np.where(
        income > 0, market.major(rows["expense"]) / np.where(income > 0, income, 1), 0.0
    )
    net = market.major(lens_values(rows, "net_of_expenses", "central"))
    told = [
        ("recruits a month", "5 to 10", rows["recruits_year"] / months, 5.0, "{:.2f}"),
        (
            "personal volume a month, own and customers' orders (sales of $2,000 or more are "
            "advised)",
            "2,000 points",
            rows["pv"] / 100 / months,
            2000.0,
            "{:,.0f} points",
        ),
        ("hours a week", "15 to 20", weekly, 15.0, "{:.1f}"),
        (
            "share of income from the business spent on it (nobody without income counts)",
            "20 % to 30 %",
            spent,
            0.2,
            "{:.0%}",
        ),
        (
            "customers served at the end of the year",
            "4 to 5",
            rows["customers_end"].astype(float),
            4.0,
            "{:.2f}",
        ),
    ]
    return [*(_target(market, net, *t) for t in told), _retention(market, year)]


def _target(
    market: Market,
    net: NDArray[np.float64],
    name: str,
    asked: str,
    values: NDArray[np.float64],
    least: float,
    form: str,
) -> Target:
    if len(values) == 0:
        return Target(name, asked, MISSING, MISSING, MISSING)
    reached = values >= least
    left = (
        amount(float(net[reached].mean()), market.currency)
        if reached.any()
        else "nobody reaches it"
    )
    return Target(
        name, asked, form.format(float(values.mean())), percent(float(reached.mean()), 2), left
    )


def _retention(market: Market, year: Columns) -> Target:
    """Of those enrolled when the year began, the share enrolled when it ended."""
    old = year["joined_month"] < market.first_of_year
    name, asked = "team retention over the year, all who were enrolled when it began", "80 %"
    if not old.any():
        return Target(name, asked, "nobody was enrolled before", MISSING, MISSING)
    return Target(
        name, asked, percent(float((year["left_month"][old] < 0).mean())), MISSING, MISSING
    )
