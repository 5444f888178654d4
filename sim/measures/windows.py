"""Whose money over which time: windows of the ledger's tables and the denominators within them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.ledger.columns import IDENTITY

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

    def members(self, denominator: str) -> Mask:
        """Which rows a denominator counts."""
        return DENOMINATORS[denominator](self.table)


class Rows(Mapping[str, NDArray[Any]]):
    """Some rows of a table; a column of them is taken only when it is asked for."""

    def __init__(self, table: Columns, pick: Mask) -> None:
        at = np.flatnonzero(pick)
        together = len(at) > 0 and at[-1] - at[0] + 1 == len(at)
        self._table = table
        # Rows that stand together, as those of a year do, are seen in place and not copied.
        self._pick: slice | NDArray[np.intp] = slice(at[0], at[-1] + 1) if together else at

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._table[name][self._pick]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


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


def rows_of_year(tables: LedgerTables, year: int) -> Columns:
    """Rows of ``participants`` of one calendar year."""
    return Rows(tables.participants, tables.participants["year"] == year)


def year_window(tables: LedgerTables, year: int, partial: bool = False) -> Window:
    """Participants of one calendar year."""
    months = int((month_years(tables) == year).sum())
    return Window(f"year {year}", rows_of_year(tables, year), months, partial)


def ever_window(tables: LedgerTables, year: int, partial: bool = False) -> Window:
    """The same year for all who had ever enrolled by its end: whoever has gone has zeros in it."""
    last_month = np.flatnonzero(month_years(tables) == year)[-1]
    rows = rows_of_year(tables, year)
    joined = Rows(tables.lives, tables.lives["joined_month"] <= last_month)
    months = int((month_years(tables) == year).sum())
    return Window(f"year {year}, ever enrolled", EverEnrolled(joined, rows), months, partial)


class EverEnrolled(Mapping[str, NDArray[Any]]):
    """A year's rows for ``lives`` memberships, of which some have a row in ``rows``.

    Who they are, title and sponsoring outlive a membership; money and presence are zero without
    a row. A column is made when it is asked for.
    """

    LASTING = frozenset(c.name for c in IDENTITY)

    def __init__(self, lives: Columns, rows: Columns) -> None:
        self._lives, self._rows = lives, rows
        self._at = np.searchsorted(lives["participant"], rows["participant"])
        self._count = len(lives["participant"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        column = self._rows[name]
        if name in self.LASTING:
            full = self._lives[name].copy()
        else:
            full = np.zeros(self._count, column.dtype)
        full[self._at] = column
        return full

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def month_window(tables: LedgerTables, partial: bool = False) -> Window:
    """Pooled person-months of the reference year: a cross-section, nobody's year."""
    return Window("person-months", tables.person_months, 1, partial)


def entry_window(tables: LedgerTables, horizon: int) -> Window:
    """The first ``horizon`` (12 or 24) calendar months of everyone who entered that long ago."""
    rows = Rows(tables.entry, tables.entry["horizon"] == horizon)
    return Window(f"first {horizon} months", rows, horizon, False)


def life_window(tables: LedgerTables) -> Window:
    """Every membership since enrolment; those still enrolled at the end are right-censored."""
    return Window("lifetime", tables.lives, 12, bool(np.any(tables.lives["left_month"] < 0)))
