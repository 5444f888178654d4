"""The monthly table: a row a month, packed at once so that nothing too large is ever rounded."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import LedgerError
from sim.ledger.columns import month_columns
from sim.ledger.exact import as_float
from sim.ledger.layout import (
    ACTIVE,
    CV,
    DEEPEST,
    DEPTHS,
    ENROLLED,
    EVER,
    ORDERING,
    PV_TOTAL,
    QUALIFIED,
    RECRUITING,
    SELLING,
    UNITS,
)
from sim.ledger.state import Outcome
from sim.records import COMPANY, MonthEvents

CODES = {"int32": "i", "int64": "q", "float64": "d"}


class Months:
    """Rows of ``month_columns``; ``len`` is the number of months filed."""

    def __init__(self, component_ids: tuple[str, ...], rank_ids: tuple[str, ...]) -> None:
        self._columns = month_columns(component_ids, rank_ids)
        stored = [c for c in self._columns if c.name != "date"]
        self._names = [c.name for c in stored]
        self._row = struct.Struct("<" + "".join(CODES[np.dtype(c.dtype).name] for c in stored))
        kinds = [(c.name, np.dtype(c.dtype).newbyteorder("<")) for c in stored]
        self._type = np.dtype(kinds)
        self._rows = bytearray()

    def __len__(self) -> int:
        return len(self._rows) // self._row.size

    def add(self, figures: Mapping[str, Any]) -> None:
        """File a row. Raises LedgerError where a figure does not fit its column."""
        try:
            self._rows += self._row.pack(*[figures[name] for name in self._names])
        except struct.error as error:
            raise LedgerError(f"month {len(self)}: {self._too_large(figures)}") from error

    def _too_large(self, figures: Mapping[str, Any]) -> str:
        for name, kind in self._type.fields.items():  # type: ignore[union-attr]
            value, limits = figures[name], kind[0]
            if limits.kind == "i" and not np.iinfo(limits).min <= value <= np.iinfo(limits).max:
                return f"{name}: {value} is too large"
        return "a figure is not a number"

    def columns(self, dates: Iterable[str]) -> dict[str, NDArray[Any]]:
        """All rows as named columns in the declared order; ``dates`` are the months' own."""
        rows = np.frombuffer(bytes(self._rows), self._type)
        return {
            c.name: np.array(list(dates), c.dtype)
            if c.name == "date"
            else rows[c.name].astype(c.dtype)
            for c in self._columns
        }


def month_figures(
    events: MonthEvents, outcome: Outcome, totals: list[int], people: int
) -> dict[str, Any]:
    """Head counts, volumes and tree figures of a month, by column; ``people`` are in the market."""
    heads = outcome.heads.tolist()
    enrolled = heads[ENROLLED]
    return {
        "month": events.period.month,
        **events.counts,
        "enrolments": len(events.settlement.pv) - max(events.first_new, COMPANY + 1),
        "quits": len(events.left),
        "ordering": heads[ORDERING],
        "qualified": heads[QUALIFIED],
        "active": heads[ACTIVE],
        "selling": heads[SELLING],
        "recruiting": heads[RECRUITING],
        "orders": len(events.orders),
        "units": totals[UNITS],
        "pv": totals[PV_TOTAL],
        "cv": totals[CV],
        "hours": as_float(outcome.hours),
        "penetration": heads[EVER] / people if people else 0.0,
        "depth_mean": heads[DEPTHS] / enrolled if enrolled else 0.0,
        "depth_max": heads[DEEPEST],
    }


def rounded_less(maximum: Fraction | int, paid: int) -> int:
    """What an exact maximum leaves after ``paid``, rounded half to even.

    >>> rounded_less(Fraction(7, 2), 1), rounded_less(Fraction(7, 2), 0), rounded_less(9, 2)
    (2, 4, 7)
    """
    over, below = maximum.numerator, maximum.denominator
    whole_part, rest = divmod(over - paid * below, below)
    return whole_part + (2 * rest > below or (2 * rest == below and whole_part % 2 == 1))
