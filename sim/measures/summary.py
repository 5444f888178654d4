"""Everything that ``summary.json`` says about a run, under its stable names."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.ledger import LedgerTables
from sim.measures.indicators import indicators, of_year, payout_by_component, payout_ratio
from sim.measures.inequality import hill, lorenz, lorenz_points, top_share_of
from sim.measures.outcomes import (
    USUAL,
    Yardstick,
    entry_outcomes,
    gross_pay,
    lifetime_outcomes,
    outcomes,
    sustained_share,
)
from sim.measures.ranks import by_tenure, disclosure_table, last_transitions, rank_names
from sim.measures.recruiting import recruiting
from sim.measures.retention import recoupment, retention, survival_by_entry_year
from sim.measures.tracing import hollow_sales_share, tracing
from sim.measures.windows import reference_year, rows_of_year

TOP_SHARES = (0.001, 0.01, 0.05, 0.1, 0.2)


def summarise(tables: LedgerTables, yardstick: Yardstick = USUAL) -> dict[str, Any]:
    """All measures of a run as plain JSON values; the reference year is the last complete one.

    Money is in whole units of the currency, shares are 0-1, None stands where a figure has no
    meaning.
    """
    year, partial = reference_year(tables)
    pick = of_year(tables.months, year)
    return {
        "reference_year": {"year": year, "partial": partial},
        "currency": tables.currency,
        "ledger_sha256": tables.sha256,
        "indicators": indicators(tables.months, tables.minor_digits),
        "outcomes": outcomes(tables, yardstick),
        "outcomes_first_12_months": entry_outcomes(tables, 12, yardstick),
        "outcomes_first_24_months": entry_outcomes(tables, 24, yardstick),
        "outcomes_lifetime": lifetime_outcomes(tables, yardstick),
        "sustained": sustained_share(tables),
        "recruiting": recruiting(tables),
        "retention": retention(tables),
        "survival": _survival(tables),
        "payout_ratio": payout_ratio(tables.months, pick),
        "payout_by_component": payout_by_component(tables.months, tables.component_ids, pick),
        "inequality": _inequality(tables, year),
        "ranks": {
            "disclosure": disclosure_table(
                rows_of_year(tables, year), rank_names(tables), tables.minor_digits
            ),
            "transitions": last_transitions(tables),
            "tenure": by_tenure(
                rows_of_year(tables, year), int(np.flatnonzero(pick)[-1]), tables.minor_digits
            ),
        },
        "audit": {
            **tracing(tables, pick),
            "own_purchases_above_benchmark": hollow_sales_share(tables, year),
        },
    }


def _inequality(tables: LedgerTables, year: int) -> dict[str, Any]:
    pay = gross_pay(rows_of_year(tables, year)) / 10**tables.minor_digits
    tail, curve = hill(pay), lorenz(pay)
    return {
        "lorenz": lorenz_points(curve),
        "top_shares": {str(s): top_share_of(curve, s) for s in TOP_SHARES},
        "tail_exponent": None if tail is None else tail._asdict(),
    }


def _survival(tables: LedgerTables) -> dict[str, Any]:
    """Curves by year of entry, and who has not recouped yet, month by month after entry."""
    curves: dict[str, Any] = {
        str(year): {"n": int(c.at_risk[0]), "survival": c.survival.tolist()}
        for year, c in survival_by_entry_year(tables).items()
    }
    return {
        "by_entry_year": curves,
        "fee_not_recouped": recoupment(tables, fees_only=True).survival.tolist(),
        "not_recouped": recoupment(tables).survival.tolist(),
    }
