"""Who brings whom in: how many people each participant sponsors."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.inequality import gini, top_share
from sim.measures.outcomes import share
from sim.measures.windows import reference_year, rows_of_year

CLASSES = {"0": (0, 0), "1": (1, 1), "2-3": (2, 3), "4-7": (4, 7), "8 or more": (8, 10**9)}


def recruit_figures(recruits: NDArray[Any]) -> dict[str, Any]:
    """Share that never sponsored, mean, classes and inequality of recruit counts.

    ``geometric_share_never`` is 1 / (1 + mean): the share at zero if recruits were geometric with
    the same mean, as in a tree that grows by uniform recruiting (mean 1: one half, Gini 2/3, and
    the top 20 % hold 65 %).
    """
    mean = float(recruits.mean()) if len(recruits) else None
    return {
        "n": len(recruits),
        "share_never": share(recruits == 0),
        "mean": mean,
        "geometric_share_never": None if mean is None else 1 / (1 + mean),
        "classes": {
            name: share((recruits >= low) & (recruits <= high))
            for name, (low, high) in CLASSES.items()
        },
        "gini": gini(recruits),
        "top20_share": top_share(recruits, 0.2),
        "max": int(recruits.max()) if len(recruits) else None,
    }


def recruiting(tables: LedgerTables) -> dict[str, Any]:
    """Sponsoring since enrolment of all who were enrolled in the reference year.

    Beside it ``ever_enrolled``, all memberships of the run, and ``in_year``, sponsoring in that
    year alone. Young memberships still have time to sponsor, so every share here is right-censored.
    """
    year, partial = reference_year(tables)
    rows = rows_of_year(tables, year)
    here = rows["months_enrolled"] > 0
    return {
        "year": year,
        "partial": partial,
        **recruit_figures(rows["recruits_ever"][here]),
        "ever_enrolled": recruit_figures(tables.lives["recruits_ever"]),
        "in_year": recruit_figures(rows["recruits_year"][here]),
    }
