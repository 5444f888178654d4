"""Five ways of looking at the same money, from what the firm publishes to what is left of an hour.

The tables of the ledger share their column names, so a lens reads any of them: a year, a month, the
first 12 months, a life.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]
GROSS = ("gross", "gross_with_retail")
NET = ("net_of_purchases", "net_of_expenses", "net_of_time")
LENSES = (*GROSS, *NET)
LENS_COLUMNS = (
    "bonus",
    "retail_margin",
    "kit",
    "renewal",
    "own_use",
    "top_up",
    "own_use_benchmarked",
    "own_goods",
    "expense",
    "time_value",
)
"""All columns that ``lens_values`` reads."""
CASES = ("low", "central", "high")


def own_use_value(table: Columns, case: str) -> NDArray[np.int64]:
    """What own use is worth to the household, minor units.

    ``low`` nothing; ``central`` the price of comparable goods up to a monthly benchmark; ``high``
    the price paid.
    """
    if case == "low":
        return np.zeros(len(table["bonus"]), np.int64)
    column = {"central": "own_use_benchmarked", "high": "own_goods"}[case]
    return np.asarray(table[column], np.int64)


def lens_values(table: Columns, lens: str, case: str = "central") -> NDArray[np.int64]:
    """The money of every row under a lens, minor units; ``case`` matters to the net lenses only.

    ``gross`` is pay from the firm; ``gross_with_retail`` adds realised retail margin;
    ``net_of_purchases`` takes off kit, fees and all purchases not resold and adds the value of own
    use; ``net_of_expenses`` also takes off expenses; ``net_of_time`` also hours at the outside
    wage.
    """
    if lens not in LENSES or case not in CASES:
        raise ValueError(f"no lens {lens!r} or case {case!r}: {LENSES}, {CASES}")
    total = np.asarray(table["bonus"], np.int64)
    if lens == "gross":
        return total
    total = total + table["retail_margin"]
    if lens == "gross_with_retail":
        return total
    for spent in ("kit", "renewal", "own_use", "top_up"):
        total = total - table[spent]
    total = total + own_use_value(table, case)
    if lens != "net_of_purchases":
        total = total - table["expense"]
    return total - table["time_value"] if lens == "net_of_time" else total


def every_lens(table: Columns) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """(lens, case, ``lens_values``) of all lenses, case by case; "" is the case of gross lenses.

    Takes each column of the table once and holds few at a time, for tables of millions of rows.
    """
    total = np.array(table["bonus"], np.int64)
    yield "gross", "", total
    total = total + table["retail_margin"]
    yield "gross_with_retail", "", total
    for spent in ("kit", "renewal", "own_use", "top_up"):
        total = total - table[spent]
    expense, time_value = table["expense"], table["time_value"]
    for case in CASES:
        left = total + own_use_value(table, case)
        yield "net_of_purchases", case, left
        left = left - expense
        yield "net_of_expenses", case, left
        yield "net_of_time", case, left - time_value
