"""Whose money over which time: windows of the ledger's tables and the denominators within them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables

Columns = Mapping[str, NDArray[Any]]
Mask = NDArray[np.bool_]


def _everyone(table: Columns) -> Mask:
    return np.ones(len(table["bonus"]), np.bool_)


def _sponsored_and_active(table: Columns) -> Mask:
    return (table["recruits_ever"] > 0) & (table["months_active"] > 0)


DENOMINATORS: dict[str, Callable[[Columns], Mask]] = {
    "enrolled_in_year": lambda t: t["months_enrolled"] > 0,
    "active_in_year": lambda t: t["months_active"] > 0,
    "active_in_month": lambda t: t["months_active"] > 0,
    "paid": lambda t: t["bonus"] > 0,
    "sponsored_and_active": _sponsored_and_active,
    "titled": lambda t: t["title"] > 0,
    "ever_enrolled": _everyone,
}


@dataclass(frozen=True)
class Window:
    """Rows to judge and the ``months`` that each of them spans; ``partial`` if it is cut short."""

    name: str
    table: Columns
    months: int
    partial: bool

    def members(self, denominator: str) -> Columns:
        """The rows that a denominator counts."""
        mask = DENOMINATORS[denominator](self.table)
        return {name: column[mask] for name, column in self.table.items()}


def month_years(tables: LedgerTables) -> NDArray[np.int64]:
    """The calendar year of every month of the run."""
    first = tables.start[0] * 12 + tables.start[1] - 1
    return (first + np.arange(len(tables.months["month"]), dtype=np.int64)) // 12


def complete_years(tables: LedgerTables) -> list[int]:
    """Calendar years of which the run holds all twelve months, ascending."""
    years, counts = np.unique(month_years(tables), return_counts=True)
    return [int(y) for y in years[counts == 12]]


def reference_year(tables: LedgerTables) -> tuple[int, bool]:
    """(year, partial): the last complete calendar year, or the last begun one where none is."""
    complete = complete_years(tables)
    return (complete[-1], False) if complete else (int(month_years(tables)[-1]), True)


def rows_of_year(tables: LedgerTables, year: int) -> dict[str, NDArray[Any]]:
    """Rows of ``participants`` of one calendar year."""
    mask = tables.participants["year"] == year
    return {name: column[mask] for name, column in tables.participants.items()}


def year_window(tables: LedgerTables, year: int, partial: bool = False) -> Window:
    """Participants of one calendar year."""
    months = int((month_years(tables) == year).sum())
    return Window(f"year {year}", rows_of_year(tables, year), months, partial)


def ever_window(tables: LedgerTables, year: int, partial: bool = False) -> Window:
    """The same year for all who had ever enrolled by its end: whoever has gone has zeros in it."""
    last_month = np.flatnonzero(month_years(tables) == year)[-1]
    lives, rows = tables.lives, rows_of_year(tables, year)
    joined = lives["joined_month"] <= last_month
    # Title and sponsoring outlive the membership; money and presence of the year are zero.
    lasting = (
        "participant",
        "person",
        "incarnation",
        "sponsor",
        "motive",
        "joined_month",
        "left_month",
        "title",
        "recruits_ever",
    )
    at = np.searchsorted(lives["participant"][joined], rows["participant"])
    table = {}
    for name, column in rows.items():
        full = lives[name][joined] if name in lasting else np.zeros(joined.sum(), column.dtype)
        full[at] = column
        table[name] = full
    months = int((month_years(tables) == year).sum())
    return Window(f"year {year}, ever enrolled", table, months, partial)


def month_window(tables: LedgerTables, partial: bool = False) -> Window:
    """Pooled person-months of the reference year: a cross-section, nobody's year."""
    return Window("person-months", tables.person_months, 1, partial)


def entry_window(tables: LedgerTables, horizon: int) -> Window:
    """The first ``horizon`` (12 or 24) calendar months of everyone who entered that long ago."""
    mask = tables.entry["horizon"] == horizon
    rows = {name: column[mask] for name, column in tables.entry.items()}
    return Window(f"first {horizon} months", rows, horizon, False)


def life_window(tables: LedgerTables) -> Window:
    """Every membership since enrolment; those still enrolled at the end are right-censored."""
    return Window("lifetime", tables.lives, 12, bool(np.any(tables.lives["left_month"] < 0)))
