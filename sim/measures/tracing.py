"""Where the pay comes from: whose purchases fund it, as far as monthly totals can tell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.indicators import ratio

SALES = ("customer_sales", "own_use_sales", "top_up_sales", "kit_sales")
NOT_TRACED = "needs pay lines with their source orders; totals know only the buyer's class"


def tracing(tables: LedgerTables, pick: NDArray[np.bool_]) -> dict[str, Any]:
    """Shares of pay and of revenue by whose money it was, over the picked months.

    ``pay_from_participants`` and ``pay_from_customers`` sum to one; neither is a verdict: a bonus
    that depends on recruits may be funded by retail orders, and own use may be real demand. Pay
    traced to kits is not known at this depth and says so.
    """
    total = {
        name: int(column[pick].sum())
        for name, column in tables.months.items()
        if column.dtype.kind == "i"
    }
    return {
        "pay_from_kits": {"value": None, "note": NOT_TRACED},
        "pay_from_participants": ratio(total["bonus_from_participants"], total["bonus"]),
        "pay_from_customers": ratio(total["bonus_from_customers"], total["bonus"]),
        "revenue_shares": {s: ratio(total[s], total["gross_sales"]) for s in SALES},
        "paid_over_cv": ratio(total["bonus"], total["cv"]),
        "payout_and_breakage": {
            c: {
                "paid": ratio(total[f"pay.{c}"], total["net_sales"]),
                "breakage": ratio(total[f"breakage.{c}"], total["net_sales"]),
                "maximum": ratio(total[f"maximum.{c}"], total["net_sales"]),
            }
            for c in tables.component_ids
        },
    }


def hollow_sales_share(tables: LedgerTables, year: int) -> float | None:
    """Of participants' own purchases in a year, the part above the benchmarked value of own use."""
    mask = tables.participants["year"] == year
    spent = sum(int(tables.participants[c][mask].sum()) for c in ("own_use", "top_up", "kit"))
    used = int(tables.participants["own_use_benchmarked"][mask].sum())
    return ratio(spent - used, spent)
