"""The distribution of outcomes for every denominator and lens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.inequality import gini, quantiles, top_share
from sim.measures.lenses import CASES, GROSS, NET, lens_values, net_per_hour
from sim.measures.windows import (
    DENOMINATORS,
    Columns,
    Window,
    complete_years,
    entry_window,
    ever_window,
    life_window,
    month_window,
    reference_year,
    rows_of_year,
    year_window,
)

BANDS = (50, 100, 250, 500)
COHORT_DENOMINATORS = tuple(d for d in DENOMINATORS if d != "active_in_month")


@dataclass(frozen=True)
class Yardstick:
    """Amounts a year, in whole units of the currency, against which outcomes are held.

    ``thresholds`` are asked beside 1,000 and 10,000. ``band`` is how far from zero still counts as
    breaking even. ``price_level`` is the level of prices in the window over that of the base year
    in which the amounts are stated: amounts are multiplied by it.
    """

    thresholds: tuple[int, ...] = ()
    band: int = 100
    price_level: Fraction = Fraction(1)


USUAL = Yardstick()


def outcomes(tables: LedgerTables, yardstick: Yardstick = USUAL) -> dict[str, Any]:
    """Outcomes of the last complete calendar year: ``[denominator][lens]``, net ``[case]`` too.

    Where no calendar year is complete the last one is used and every cell says ``partial``.
    ``active_in_month`` pools person-months and holds a month's money against a twelfth of every
    amount; it is a cross-section and must not be multiplied by twelve.
    """
    year, partial = reference_year(tables)
    special = {
        "active_in_month": month_window(tables, partial),
        "ever_enrolled": ever_window(tables, year, partial),
    }
    of_year = year_window(tables, year, partial)
    return {
        name: judge(special.get(name, of_year), name, tables, yardstick) for name in DENOMINATORS
    }


def entry_outcomes(
    tables: LedgerTables,
    horizon: int,
    yardstick: Yardstick = USUAL,
) -> dict[str, Any]:
    """The same over the first 12 or 24 calendar months of membership, of all who entered in time.

    Amounts are a year's times horizon / 12.
    """
    window = entry_window(tables, horizon)
    return {name: judge(window, name, tables, yardstick) for name in COHORT_DENOMINATORS}


def lifetime_outcomes(
    tables: LedgerTables,
    yardstick: Yardstick = USUAL,
) -> dict[str, Any]:
    """The same since enrolment; amounts are totals. ``partial``: some are still enrolled."""
    window = life_window(tables)
    return {name: judge(window, name, tables, yardstick) for name in COHORT_DENOMINATORS}


def judge(
    window: Window, denominator: str, tables: LedgerTables, yardstick: Yardstick
) -> dict[str, Any]:
    """All lenses of one denominator in one window."""
    rows = window.members(denominator)
    minor = 10**tables.minor_digits
    amounts = Amounts(minor, window.months, window.partial, yardstick)
    cells: dict[str, Any] = {
        lens: describe(lens_values(rows, lens), amounts, shared=True) for lens in GROSS
    }
    for lens in NET:
        cells[lens] = {
            case: describe(lens_values(rows, lens, case), amounts, shared=False) for case in CASES
        }
    for case in CASES:
        per_hour = net_per_hour(rows, case)
        value = None if per_hour is None else per_hour / minor
        cells["net_of_time"][case]["net_per_hour"] = value
    return cells


@dataclass(frozen=True)
class Amounts:
    """Turns yearly amounts in whole units into exact limits on minor units of one window."""

    minor: int
    months: int
    partial: bool
    yardstick: Yardstick

    def exact(self, amount: int) -> Fraction:
        """``amount`` a year as minor units in the window."""
        # A year cut short is held against the whole year's amounts, and says that it is partial.
        months = 12 if self.partial and self.months < 12 and self.months > 1 else self.months
        return amount * self.minor * self.yardstick.price_level * Fraction(months, 12)


def describe(values: NDArray[np.int64], amounts: Amounts, shared: bool) -> dict[str, Any]:
    """One cell: head count, shares at, below and above the amounts, quantiles, inequality.

    Shares are 0-1 and None where nobody is counted; money is in whole units of the currency. Gini
    and top share are given for ``shared`` money only, which is never negative.
    """
    n = len(values)
    asked = {
        f"share_le_{a}": _at_most(values, amounts.exact(a))
        for a in (1000, *amounts.yardstick.thresholds)
    }
    asked |= {
        f"share_ge_{a}": _at_least(values, amounts.exact(a))
        for a in (10000, *amounts.yardstick.thresholds)
    }
    cell: dict[str, Any] = {
        "n": n,
        "months": amounts.months,
        "partial": amounts.partial,
        "share_zero": share(values == 0),
        **asked,
        **break_even(values, amounts.exact(amounts.yardstick.band)),
        "bands": {str(b): break_even(values, amounts.exact(b)) for b in BANDS},
        "mean": float(values.mean()) / amounts.minor if n else None,
        "quantiles": quantiles(values, amounts.minor),
    }
    if shared:
        cell |= {"gini": gini(values), "top1_share": top_share(values, 0.01)}
    return cell


def share(mask: NDArray[np.bool_]) -> float | None:
    """Share of True, None of nobody."""
    return int(mask.sum()) / len(mask) if len(mask) else None


def _at_most(values: NDArray[np.int64], limit: Fraction) -> float | None:
    return share(values <= math.floor(limit))


def _at_least(values: NDArray[np.int64], limit: Fraction) -> float | None:
    return share(values >= math.ceil(limit))


def break_even(values: NDArray[np.int64], band: Fraction) -> dict[str, float | None]:
    """Shares that lose more than ``band``, stay within it, or gain more; the three sum to one."""
    limit = math.floor(band)
    return {
        "share_loss": share(values < -limit),
        "share_break_even": share(np.abs(values) <= limit),
        "share_profit": share(values > limit),
    }


def sustained_share(
    tables: LedgerTables, amount: int = 10_000, years: int = 3
) -> dict[str, float | int | None]:
    """Share with gross pay of ``amount`` or more in each of the last ``years`` complete years.

    Of all who were enrolled in the last of them; None where the run is too short.
    """
    complete = complete_years(tables)[-years:]
    if len(complete) < years:
        return {"n": 0, "share": None}
    last = rows_of_year(tables, complete[-1])
    base = last["participant"][last["months_enrolled"] > 0]
    stayed = base
    for year in complete:
        rows = rows_of_year(tables, year)
        rich = rows["bonus"] >= amount * 10**tables.minor_digits
        stayed = np.intersect1d(stayed, rows["participant"][rich])
    return {"n": len(base), "share": len(stayed) / len(base) if len(base) else None}


def gross_pay(rows: Columns) -> NDArray[np.int64]:
    """Gross pay of whoever was enrolled in the rows' window, zeros included, minor units."""
    return np.asarray(rows["bonus"][rows["months_enrolled"] > 0], np.int64)
