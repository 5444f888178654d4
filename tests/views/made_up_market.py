"""A made-up market in the exact tables that a ledger leaves; nobody in it decides anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.ledger import LedgerTables
from sim.ledger.columns import (
    entry_columns,
    life_columns,
    month_columns,
    participant_columns,
    person_month_columns,
)
from sim.records import Column

COMPONENTS = ("unilevel", "pool")
RANKS = ("manager", "director", "silver")
START = (2020, 1)


def tables(months: int = 36, a_month: int = 12, seed: int = 3, paid: bool = True) -> LedgerTables:
    """``months`` in each of which ``a_month`` people enrol; about one in twelve leaves a month."""
    draw = np.random.default_rng(seed)
    n = months * a_month
    joined_month = np.repeat(np.arange(months), a_month)
    sponsor = np.array([0, *(int(draw.integers(0, i)) for i in range(1, n))])
    left = joined_month + draw.geometric(0.08, n) - 1
    left = np.where(left < months, left, -1)
    size = np.exp(draw.normal(0, 2.2, n)) * 4000 * (draw.random(n) < 0.5)
    pay = size.astype(np.int64) if paid else np.zeros(n, np.int64)
    rows = [
        _year_row(i, y, months, joined_month, left, sponsor, pay, draw)
        for i in range(n)
        for y in range(joined_month[i] // 12, (left[i] if left[i] >= 0 else months - 1) // 12 + 1)
    ]
    participants = columned(participant_columns(COMPONENTS), rows)
    order = np.lexsort((participants["participant"], participants["year"]))
    participants = {k: v[order] for k, v in participants.items()}
    names = ("participant", "sponsor", "joined_month", "left_month")
    columns = (np.arange(1, n + 1), sponsor[:n], joined_month, left)
    lives = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    nothing: list[dict[str, Any]] = []
    return LedgerTables(
        START,
        "USD",
        2,
        COMPONENTS,
        RANKS,
        20_000,
        _months(months, joined_month, left),
        participants,
        columned(person_month_columns(), nothing),
        columned(life_columns(COMPONENTS), lives),
        columned(entry_columns(COMPONENTS), nothing),
        {"month": np.zeros(0, np.int32)},
        "0" * 64,
    )


def _year_row(
    i: int, year: int, months: int, joined_month: Any, left: Any, sponsor: Any, pay: Any, draw: Any
) -> dict[str, Any]:
    last = left[i] if left[i] >= 0 else months - 1
    first, end = max(joined_month[i], 12 * year), min(last, 12 * year + 11)
    here = int(end - first + 1)
    gone = left[i] if left[i] <= 12 * year + 11 else -1
    return {
        "year": START[0] + year,
        "participant": i + 1,
        "person": i,
        "sponsor": sponsor[i],
        "joined_month": joined_month[i],
        "left_month": gone,
        "months_enrolled": here,
        "months_ordering": here,
        "months_active": here,
        "bonus": pay[i] * here // 12,
        "pay.unilevel": pay[i] * here // 12,
        "pay_months": here * (pay[i] > 0),
        "own_use": 5000 * here,
        "own_use_benchmarked": 4000 * here,
        "kit": 3500 * (joined_month[i] >= 12 * year),
        "expense": 1000 * here,
        "hours": 5.0 * here,
        "end_paid_as": int(draw.integers(0, 4)),
    }


def _months(months: int, joined_month: Any, left: Any) -> dict[str, Any]:
    at = np.arange(months)
    enrolled = np.array([int(((joined_month <= m) & ((left < 0) | (left > m))).sum()) for m in at])
    former = np.array([int(((left >= 0) & (left <= m)).sum()) for m in at])
    ever = np.array([int((joined_month <= m).sum()) for m in at])
    customers = (enrolled * 2 + 10).astype(int)
    people = int(ever[-1] + customers.max()) * 2
    rows = [
        {
            "month": m,
            "date": f"{START[0] + m // 12}-{m % 12 + 1:02d}",
            "enrolled": enrolled[m],
            "former": former[m],
            "customers": customers[m],
            "active": enrolled[m] // 2,
            "nobody": people - enrolled[m] - former[m] - customers[m],
            "penetration": ever[m] / people,
            "customer_sales": customers[m] * 4000,
            "own_use_sales": enrolled[m] * 5000,
            "top_up_sales": enrolled[m] * 300,
            "kit_sales": 12 * 3500,
            "bonus": enrolled[m] * 1900,
            "retail_margin": customers[m] * 300,
            "gross_sales": customers[m] * 4000 + enrolled[m] * 5300 + 12 * 3500,
            "net_sales": customers[m] * 3700 + enrolled[m] * 5300 + 12 * 3500,
        }
        for m in at
    ]
    return columned(month_columns(COMPONENTS, RANKS), rows)


def columned(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows as a table of the declared columns; what a row does not name is zero."""
    unknown = {k for row in rows for k in row} - {c.name for c in columns}
    assert not unknown, unknown
    return {c.name: np.array([row.get(c.name, 0) for row in rows], c.dtype) for c in columns}
