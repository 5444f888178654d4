"""Who stays: the published ways of counting it, and survival with right-censoring."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.outcomes import share
from sim.measures.windows import complete_years, month_years, reference_year, rows_of_year

Floats = NDArray[np.float64]


def full_year_share(tables: LedgerTables, year: int) -> dict[str, Any]:
    """Of all active in the year (qualified or ordering), who was so in all twelve months."""
    months = rows_of_year(tables, year)["months_active"]
    active = months[months > 0]
    return {"n": len(active), "share": share(active == 12)}


def lapse(tables: LedgerTables, later: int) -> dict[str, Any]:
    """Of those who enrolled in a calendar year, who ordered nothing in the year ``later`` after it.

    Takes the last pair of years that the run holds in full. A membership is followed: an order as a
    mere customer does not count, and neither does one under a new membership.
    """
    complete = complete_years(tables)
    if not complete or complete[-1] - later not in complete:
        return {"n": 0, "share": None, "cohort": None}
    cohort = complete[-1] - later
    years = month_years(tables)[tables.lives["joined_month"]]
    entered = tables.lives["participant"][years == cohort]
    rows = rows_of_year(tables, complete[-1])
    bought = rows["participant"][rows["months_ordering"] > 0]
    gone = ~np.isin(entered, bought)
    return {"n": len(entered), "share": share(gone), "cohort": cohort}


def base_left(tables: LedgerTables, year: int) -> dict[str, Any]:
    """Of those enrolled when the year began, who left during it."""
    first = int(np.flatnonzero(month_years(tables) == year)[0])
    joined, left = tables.lives["joined_month"], tables.lives["left_month"]
    base = (joined < first) & ((left < 0) | (left >= first))
    gone = left[base]
    return {"n": int(base.sum()), "share": share((gone >= 0) & (gone < first + 12))}


def retention(tables: LedgerTables) -> dict[str, Any]:
    """All of it for the reference year, by the names that ``summary.json`` uses."""
    year, partial = reference_year(tables)
    return {
        "year": year,
        "partial": partial,
        "active_all_year": full_year_share(tables, year),
        "no_purchase_next_year": lapse(tables, 1),
        "no_purchase_second_year": lapse(tables, 2),
        "base_left_in_year": base_left(tables, year),
    }


class Survival(NamedTuple):
    """A product-limit curve: at the end of month k after entry, ``survival`` with standard error.

    ``at_risk`` are those who were observed up to that month.
    """

    months: NDArray[np.int64]
    survival: Floats
    se: Floats
    at_risk: NDArray[np.int64]


def kaplan_meier(duration: NDArray[Any], happened: NDArray[np.bool_]) -> Survival:
    """Kaplan and Meier (1958) with Greenwood's standard error, in whole months.

    ``duration`` is the month of the event, or the last month observed where it had not
    ``happened``.
    """
    last = int(duration.max()) if len(duration) else -1
    events = np.bincount(duration[happened], minlength=last + 1)
    ended = np.bincount(duration, minlength=last + 1)
    at_risk = ended[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - events / at_risk)
        spread = np.cumsum(events / (at_risk * (at_risk - events)))
        se = np.where(survival > 0, survival * np.sqrt(spread), 0.0)
    return Survival(np.arange(last + 1), survival, se, at_risk)


def survival_by_entry_year(tables: LedgerTables) -> dict[int, Survival]:
    """How long memberships last, by calendar year of entry; who is still enrolled is censored.

    The month of leaving counts as month ``left - joined`` after entry.
    """
    lives, end = tables.lives, len(tables.months["month"]) - 1
    left = lives["left_month"] >= 0
    duration = np.where(left, lives["left_month"], end) - lives["joined_month"]
    entry = month_years(tables)[lives["joined_month"]]
    return {
        int(year): kaplan_meier(duration[entry == year], left[entry == year])
        for year in np.unique(entry)
    }


def recoupment(tables: LedgerTables, fees_only: bool = False) -> Survival:
    """Share that has not yet recouped what it paid in, by month after entry.

    ``fees_only`` counts kit and renewal fees alone, else all purchases and expenses (own use worth
    nothing). Who left stays in the count, for no money follows; censored is only what the end of
    the run hides. Memberships that paid nothing are left out.
    """
    lives, end = tables.lives, len(tables.months["month"]) - 1
    paid = lives["kit"] + lives["renewal"]
    if not fees_only:
        paid = paid + lives["own_use"] + lives["top_up"] + lives["expense"]
    reached = lives["fee_recouped_month" if fees_only else "recouped_month"]
    done = reached >= 0
    duration = np.where(done, reached, end) - lives["joined_month"]
    return kaplan_meier(duration[paid > 0], done[paid > 0])
