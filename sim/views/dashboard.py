"""The trade's targets, tested as advice: who reaches them, and what is left for those who do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.lenses import lens_values
from sim.measures.windows import Rows
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


@dataclass(frozen=True)
class _Goal:
    """One target: everybody's figure, the bounds that meet it, the mean, how to write it."""

    name: str
    asked: str
    values: NDArray[np.float64]
    least: float
    form: str
    most: float = np.inf
    mean: float | None = None


def dashboard(market: Market) -> list[Target]:
    """The targets among participants who were qualified or ordering in any month of the year."""
    year = market.enrolled
    rows = Rows(year, year["months_active"] > 0)
    net = market.major(lens_values(rows, "net_of_expenses", "central"))
    goals = [*_work(rows), _reinvested(rows)]
    return [*(_target(market, net, goal) for goal in goals), _retention(market, year)]


def _work(rows: Columns) -> list[_Goal]:
    months = np.maximum(rows["months_enrolled"], 1).astype(np.float64)
    weekly = rows["hours"] / (months * WEEKS_A_MONTH)
    customers = rows["customers_end"].astype(np.float64)
    volume = "personal volume a month: own and customers' orders"
    return [
        _Goal("recruits a month", "5 to 10", rows["recruits_year"] / months, 5, "{:.2f}"),
        _Goal(volume, "sales of $2,000", rows["pv"] / 100 / months, 2000, "{:,.0f} points"),
        _Goal("hours a week", "15 to 20", weekly, 15, "{:.1f}"),
        _Goal("customers served at the end of the year", "4 to 5", customers, 4, "{:.2f}"),
    ]


def _reinvested(rows: Columns) -> _Goal:
    """Expenses over income; the mean is of all money together, for single ratios run wild."""
    income = np.asarray(rows["bonus"] + rows["retail_margin"], np.float64)
    earns = income > 0
    share = np.where(earns, rows["expense"] / np.where(earns, income, 1), 0.0)
    whole = float(income.sum())
    mean = float(rows["expense"][earns].sum()) / whole if whole else 0.0
    name = "share of income from the business spent on it (mean: of all who have income)"
    return _Goal(name, "20 % to 30 %", share, 0.2, "{:.0%}", most=0.3, mean=mean)


def _target(market: Market, net: NDArray[np.float64], goal: _Goal) -> Target:
    if len(goal.values) == 0:
        return Target(goal.name, goal.asked, MISSING, MISSING, MISSING)
    reached = (goal.values >= goal.least) & (goal.values <= goal.most)
    mean = float(goal.values.mean()) if goal.mean is None else goal.mean
    left = "nobody does"
    if reached.any():
        left = amount(float(net[reached].mean()), market.currency)
    share = percent(float(reached.mean()), 2)
    return Target(goal.name, goal.asked, goal.form.format(mean), share, left)


def _retention(market: Market, year: Columns) -> Target:
    """Of those enrolled when the year began, the share enrolled when it ended."""
    old = year["joined_month"] < market.first_of_year
    name, asked = "team retention over the year, all who were enrolled when it began", "80 %"
    if not old.any():
        return Target(name, asked, "nobody was enrolled before", MISSING, MISSING)
    return Target(
        name, asked, percent(float((year["left_month"][old] < 0).mean())), MISSING, MISSING
    )
