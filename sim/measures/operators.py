"""Observation operators: each counts a run the way one publisher counted its firm.

An operator takes the tables of one run and gives rows of (quantity, published, simulated);
``compare`` runs it over one run or over replicates. What a publisher did not say, and what this run
cannot imitate, stands in the row's note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.ledger import LedgerTables
from sim.measures.lines import (
    BETWEEN,
    Compared,
    Line,
    between_known,
    by_rank,
    implied,
    line_of,
    mean_of,
    person_level,
)
from sim.measures.outcomes import share
from sim.measures.reference import between_groups, published_figure, published_table
from sim.measures.retention import full_year_share, lapse
from sim.measures.windows import Columns, Rows, reference_year, rows_of_year


def doterra_us_2017(tables: LedgerTables, rank: str = "best_paid_as") -> list[Line]:
    """All advocates of a year by rank: share and mean annual pay, and what the rank table implies.

    Population: everyone enrolled on any day of the year. The publisher does not say which rank of
    the year counts; ``rank`` chooses ``best_paid_as``, ``end_paid_as`` or ``title``. The two
    printed entry groups are those below the first rank without and with pay.
    """
    printed = published_table("doterra_us_2017")
    rows = _enrolled(tables)
    pay = rows["bonus"] / 10**tables.minor_digits
    masks = [(rows[rank] == 0) & (pay == 0), (rows[rank] == 0) & (pay > 0)]
    masks += [rows[rank] == k for k in range(1, len(tables.rank_ids) + 1)]
    names = [g.group for g in printed[:2]] + list(tables.rank_ids)
    shares = [share(m) or 0.0 for m in masks]
    means = [float(pay[m].mean()) if m.any() else None for m in masks]
    lines = implied(printed, shares, means, "USD a year")
    lines += person_level(printed, pay, "all enrolled in the year")
    return lines + by_rank(
        printed, names, shares, means, "USD a year", f"of all enrolled in the year, by {rank}"
    )


def nuskin_month(tables: LedgerTables, reference: str) -> list[Line]:
    """An average month of those active in it: share paid and mean pay of a month by rank.

    Active is qualified or ordering; every month counts with its people, and nothing is multiplied
    by twelve. Rank names are the run's plan's; only the totals are comparable under another firm's
    plan.
    """
    printed = published_table(reference)
    table = tables.person_months
    pay = table["bonus"] / 10**tables.minor_digits
    masks = [pay == 0, (pay > 0) & (table["paid_as"] == 0)]
    masks += [(pay > 0) & (table["paid_as"] == k) for k in range(1, len(tables.rank_ids) + 1)]
    names = [g.group for g in printed[:2]] + list(tables.rank_ids)
    shares = [share(m) or 0.0 for m in masks]
    means = [float(pay[m].mean()) if m.any() else None for m in masks]
    first = printed[0]
    note = "of those active in an average month; a cross-section, not a year"
    known = [g for g in printed if g.mean is not None]
    low = between_groups([g.share for g in known], [g.mean or 0.0 for g in known])
    ours = between_known(shares, means)
    lines = [
        line_of("share paid nothing in the month", first.share, shares[0], "share", note, first),
        line_of("mean pay of a month", low.mean, mean_of(pay), "USD a month", note, first),
        line_of("top 1 % share, by rank", low.top1_share, ours.top1_share, "share", BETWEEN, first),
        line_of("Gini, by rank", low.gini, ours.gini, "index", BETWEEN, first),
    ]
    return lines + by_rank(printed, names, shares, means, "USD a month", note)


def nuskin_sea_2019(tables: LedgerTables) -> list[Line]:
    """Nu Skin Southeast Asia 2019: see ``nuskin_month``."""
    return nuskin_month(tables, "nuskin_sea_2019")


def nuskin_sea_2024(tables: LedgerTables) -> list[Line]:
    """Nu Skin Southeast Asia 2024: see ``nuskin_month``."""
    return nuskin_month(tables, "nuskin_sea_2024")


def advocare_us_2016(tables: LedgerTables) -> list[Line]:
    """All distributors of a year by bracket of gross pay; a bracket holds its upper bound.

    Population: everyone enrolled on any day of the year.
    """
    rows = _enrolled(tables)
    pay = rows["bonus"] / 10**tables.minor_digits
    lines = []
    for g in published_table("advocare_us_2016"):
        top = np.inf if g.high is None else g.high
        inside = (pay == 0) if top == 0 else (pay > max(g.low or 0.0, 0.0)) & (pay <= top)
        if g.low is not None and 0 < g.low < 1:
            inside = (pay > 0) & (pay <= top)
        note = "share of all enrolled in the year"
        lines.append(line_of(f"gross pay {g.group}", g.share, share(inside), "share", note, g))
    return lines


def young_living_us_2018(tables: LedgerTables) -> list[Line]:
    """Of those enrolled in calendar year Y, the share without a purchase in Y+1, and in Y+2."""
    lines = []
    for later, key in (
        (1, "yl_survival_next_calendar_year"),
        (2, "yl_survival_second_calendar_year"),
    ):
        found, figure = lapse(tables, later), published_figure(key)
        note = (
            f"cohort of {found['cohort']}; memberships, customers' orders not counted"
            if found["cohort"]
            else f"the run holds no two complete years {later} apart"
        )
        lines.append(
            Line(
                f"no purchase in year Y+{later}",
                1 - figure.value / 100,
                found["share"],
                "share",
                note,
                figure.mark,
                figure.use,
            )
        )
    return lines


def scentsy_us_2020(tables: LedgerTables) -> list[Line]:
    """Of all active in the year, the share active in all twelve months, and both groups' pay."""
    year, _ = reference_year(tables)
    figure = published_figure("scentsy_full_year_share")
    note = "active: qualified or ordering"
    full = full_year_share(tables, year)["share"]
    lines = [
        Line(
            "active all twelve months",
            figure.value / 100,
            full,
            "share",
            note,
            figure.mark,
            figure.use,
        )
    ]
    rows = rows_of_year(tables, year)
    months, pay = rows["months_active"], rows["bonus"] / 10**tables.minor_digits
    parts = {"all twelve months": months == 12, "part of the year": (months > 0) & (months < 12)}
    for (name, mask), g in zip(parts.items(), published_table("scentsy_us_2020"), strict=True):
        here = pay[mask]
        median = float(np.quantile(here, 0.5, method="inverted_cdf")) if len(here) else None
        lines.append(
            line_of(f"mean pay, active {name}", g.mean, mean_of(here), "USD a year", note, g)
        )
        lines.append(line_of(f"median pay, active {name}", g.median, median, "USD a year", note, g))
    return lines


Operator = Callable[[LedgerTables], list[Line]]
OPERATORS: dict[str, Operator] = {
    "doterra_us_2017": doterra_us_2017,
    "nuskin_sea_2019": nuskin_sea_2019,
    "nuskin_sea_2024": nuskin_sea_2024,
    "advocare_us_2016": advocare_us_2016,
    "young_living_us_2018": young_living_us_2018,
    "scentsy_us_2020": scentsy_us_2020,
}


def compare(runs: LedgerTables | Sequence[LedgerTables], reference: str) -> list[Compared]:
    """Set one run, or replicates that differ in their seed alone, beside a published table.

    With replicates each row has their mean and a 95 % Student interval of it. With one run there is
    no interval: one run says nothing about the spread between runs.
    """
    from sim.measures.intervals import replicate_interval

    if reference not in OPERATORS:
        raise ValueError(f"no operator {reference!r}; there are {', '.join(OPERATORS)}")
    many = [runs] if isinstance(runs, LedgerTables) else list(runs)
    tables = [{line.quantity: line for line in OPERATORS[reference](run)} for run in many]
    out = []
    for name, line in tables[0].items():
        values = [t[name].simulated for t in tables if name in t]
        known = [v for v in values if v is not None]
        got = replicate_interval(known) if known else None
        spread = got if got is not None and got.n > 1 else None
        out.append(
            Compared(
                name,
                line.published,
                got.value if got else None,
                spread.low if spread else None,
                spread.high if spread else None,
                len(known),
                line.unit,
                line.note,
                line.mark,
                line.use,
            )
        )
    return out


def _enrolled(tables: LedgerTables) -> Columns:
    rows = rows_of_year(tables, reference_year(tables)[0])
    return Rows(rows, rows["months_enrolled"] > 0)
