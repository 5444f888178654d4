"""The distribution of outcomes for every denominator and lens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.inequality import gini_of, lorenz, quantiles, top_share_of
from sim.measures.lenses import GROSS, LENSES, every_lens
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
    ever, month = ever_window(tables, year, partial), month_window(tables, partial)
    of_year = [d for d in DENOMINATORS if d not in ("active_in_month", "ever_enrolled")]
    found = judge(year_window(tables, year, partial), of_year, tables, yardstick)
    found |= judge(month, ["active_in_month"], tables, yardstick)
    found |= judge(ever, ["ever_enrolled"], tables, yardstick)
    return {name: found[name] for name in DENOMINATORS}


def entry_outcomes(
    tables: LedgerTables,
    horizon: int,
    yardstick: Yardstick = USUAL,
) -> dict[str, Any]:
    """The same over the first 12 or 24 calendar months of membership, of all who entered in time.

    Amounts are a year's times horizon / 12.
    """
    return judge(entry_window(tables, horizon), COHORT_DENOMINATORS, tables, yardstick)


def lifetime_outcomes(
    tables: LedgerTables,
    yardstick: Yardstick = USUAL,
) -> dict[str, Any]:
    """The same since enrolment; amounts are totals. ``partial``: some are still enrolled."""
    return judge(life_window(tables), COHORT_DENOMINATORS, tables, yardstick)


def judge(
    window: Window, denominators: Sequence[str], tables: LedgerTables, yardstick: Yardstick
) -> dict[str, dict[str, Any]]:
    """All lenses of each denominator in one window: ``[denominator][lens]``, net ``[case]`` too."""
    minor = 10**tables.minor_digits
    amounts = Amounts(minor, window.months, window.partial, yardstick)
    counted = {name: window.members(name) for name in denominators}
    worked = window.table["hours"]
    hours = {name: float(np.sum(worked[mask])) for name, mask in counted.items()}
    cells: dict[str, dict[str, Any]] = {n: {lens: {} for lens in LENSES} for n in denominators}
    per_hour: dict[str, float | None] = {}
    for lens, case, everyone in every_lens(window.table):
        for name, mask in counted.items():
            values = everyone[mask]
            told = describe(values, amounts, shared=lens in GROSS)
            cells[name][lens] |= told if lens in GROSS else {case: told}
            if lens == "net_of_expenses":
                total = float(values.sum())
                per_hour[name] = total / hours[name] / minor if hours[name] > 0 else None
            elif lens == "net_of_time":
                told["net_per_hour"] = per_hour[name]
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
    n, ranked = len(values), np.sort(values)
    marks = amounts.yardstick.thresholds
    cell: dict[str, Any] = {
        "n": n,
        "months": amounts.months,
        "partial": amounts.partial,
        "share_zero": _part(_below(ranked, 1) - _below(ranked, 0), n),
        **{f"share_le_{a}": _at_most(ranked, amounts.exact(a)) for a in (1000, *marks)},
        **{f"share_ge_{a}": _at_least(ranked, amounts.exact(a)) for a in (10000, *marks)},
        **break_even(ranked, amounts.exact(amounts.yardstick.band)),
        "bands": {str(b): break_even(ranked, amounts.exact(b)) for b in BANDS},
        "mean": float(values.mean()) / amounts.minor if n else None,
        "quantiles": quantiles(ranked, amounts.minor),
    }
    if shared:
        curve = lorenz(ranked)
        cell |= {"gini": gini_of(curve), "top1_share": top_share_of(curve, 0.01)}
    return cell


def share(mask: NDArray[np.bool_]) -> float | None:
    """Share of True, None of nobody."""
    return _part(int(np.count_nonzero(mask)), len(mask))


def _part(count: int, n: int) -> float | None:
    return count / n if n else None


def _below(ranked: NDArray[np.int64], limit: int) -> int:
    """How many of the values in rising order are less than ``limit``."""
    bounds = np.iinfo(np.int64)
    if not bounds.min < limit <= bounds.max:
        return len(ranked) if limit > 0 else 0
    return int(np.searchsorted(ranked, limit, "left"))


def _at_most(ranked: NDArray[np.int64], limit: Fraction) -> float | None:
    return _part(_below(ranked, math.floor(limit) + 1), len(ranked))


def _at_least(ranked: NDArray[np.int64], limit: Fraction) -> float | None:
    return _part(len(ranked) - _below(ranked, math.ceil(limit)), len(ranked))


def break_even(ranked: NDArray[np.int64], band: Fraction) -> dict[str, float | None]:
    """Shares that lose more than ``band``, stay within it, or gain more; the three sum to one.

    ``ranked`` are values in rising order.
    """
    limit, n = math.floor(band), len(ranked)
    lost, not_gained = _below(ranked, -limit), _below(ranked, limit + 1)
    return {
        "share_loss": _part(lost, n),
        "share_break_even": _part(not_gained - lost, n),
        "share_profit": _part(n - not_gained, n),
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
