"""Ranks: what each earns, as firms print it, and how people move between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.windows import Columns, complete_years, rows_of_year

ENTRY = "entry"
LEFT = "left"


def rank_names(tables: LedgerTables) -> tuple[str, ...]:
    """Name of every rank number: ``entry`` for 0, then the plan's ranks."""
    return (ENTRY, *tables.rank_ids)


def disclosure_table(
    rows: Columns, names: tuple[str, ...], minor_digits: int = 2, rank: str = "best_paid_as"
) -> list[dict[str, Any]]:
    """Head count, share, lowest, mean, median and highest gross pay by rank, as firms print it.

    ``rows`` are participants' rows of one year; ``rank`` the column that ranks them. Whoever is
    counted is in it with zeros, unlike in many a printed table.
    """
    minor = 10**minor_digits
    table = []
    for number, name in enumerate(names):
        pay = rows["bonus"][rows[rank] == number]
        line: dict[str, Any] = {"rank": name, "n": len(pay)}
        line["share"] = len(pay) / len(rows["bonus"]) if len(rows["bonus"]) else None
        line |= {key: float(f(pay)) / minor if len(pay) else None for key, f in _PRINTED.items()}
        line["share_zero"] = float(np.mean(pay == 0)) if len(pay) else None
        table.append(line)
    return table


def by_tenure(rows: Columns, last_month: int, minor_digits: int = 2) -> list[dict[str, Any]]:
    """Head count, mean and share at zero of gross pay by whole years since enrolment.

    ``rows`` are participants' rows of one year that ends with month ``last_month`` of the run; the
    last line counts five years and more.
    """
    tenure = np.minimum((last_month - rows["joined_month"].astype(np.int64)) // 12, 5)
    minor = 10**minor_digits
    table = []
    for years in range(6):
        pay = rows["bonus"][tenure == years]
        table.append(
            {
                "years": years,
                "n": len(pay),
                "mean": float(pay.mean()) / minor if len(pay) else None,
                "share_zero": float(np.mean(pay == 0)) if len(pay) else None,
            }
        )
    return table


def _median(pay: NDArray[Any]) -> float:
    return float(np.quantile(pay, 0.5, method="inverted_cdf"))


_PRINTED: dict[str, Callable[[NDArray[Any]], Any]] = {
    "low": np.min,
    "mean": np.mean,
    "median": _median,
    "high": np.max,
}


def transitions(
    tables: LedgerTables, before: int, after: int, rank: str = "end_paid_as"
) -> dict[str, dict[str, int]]:
    """How many moved from each rank at the end of year ``before`` to each at the end of ``after``.

    Columns are the ranks and ``left``: no longer enrolled on any day of ``after``.
    """
    names = rank_names(tables)
    first, second = rows_of_year(tables, before), rows_of_year(tables, after)
    later = {name: second[name][second["months_enrolled"] > 0] for name in ("participant", rank)}
    at = np.searchsorted(later["participant"], first["participant"])
    at_safe = np.minimum(at, max(len(later["participant"]) - 1, 0))
    found = np.zeros(len(at), np.bool_)
    to = np.full(len(at), len(names))
    if len(later["participant"]):
        found = later["participant"][at_safe] == first["participant"]
        to[found] = later[rank][at_safe[found]]
    wide = len(names) + 1
    moves = np.bincount(first[rank].astype(np.int64) * wide + to, minlength=len(names) * wide)
    return {
        name: dict(zip((*names, LEFT), moves[k * wide : (k + 1) * wide].tolist(), strict=True))
        for k, name in enumerate(names)
    }


def last_transitions(tables: LedgerTables) -> dict[str, Any] | None:
    """Transitions between the last two complete calendar years, None where there are not two."""
    years = complete_years(tables)[-2:]
    if len(years) < 2:
        return None
    return {"from": years[0], "to": years[1], "counts": transitions(tables, years[0], years[1])}
