"""What the views read of one run: its tables, their names, and what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger import LedgerTables
from sim.measures.lines import Compared
from sim.measures.operators import OPERATORS, compare
from sim.measures.reference import published_table
from sim.measures.windows import Rows, month_years, reference_year, rows_of_year

Columns = Mapping[str, NDArray[Any]]
REFERENCE_NAMES = {"doterra_us_2017": "doTERRA US 2017"}


@dataclass(frozen=True)
class Market:
    """One finished run.

    ``band`` is how far from zero a net still counts as breaking even, whole units a year.
    ``reference`` names the published table to set the run beside, None where the plan has none.
    """

    tables: LedgerTables
    name: str
    band: int = 100
    reference: str | None = None

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.tables.currency

    @property
    def months(self) -> Columns:
        """One row a month."""
        return self.tables.months

    @property
    def length(self) -> int:
        """Months that the run lasted."""
        return len(self.months["month"])

    @property
    def year(self) -> int:
        """The last complete calendar year, or the last year where none is complete."""
        return reference_year(self.tables)[0]

    @property
    def partial(self) -> bool:
        """Whether ``year`` lacks months."""
        return reference_year(self.tables)[1]

    @cached_property
    def first_of_year(self) -> int:
        """The first month of the run that lies in ``year``."""
        return int(np.flatnonzero(month_years(self.tables) == self.year)[0])

    @cached_property
    def enrolled(self) -> Columns:
        """Rows of everyone enrolled on any day of ``year``, zeros included."""
        rows = rows_of_year(self.tables, self.year)
        return Rows(rows, rows["months_enrolled"] > 0)

    def major(self, minor: Any) -> Any:
        """Minor units as whole units of the currency (a float or an array of floats)."""
        return np.asarray(minor, np.float64) / 10**self.tables.minor_digits

    @property
    def published_name(self) -> str:
        """What to call the published table, empty where there is none."""
        return REFERENCE_NAMES.get(self.reference or "", self.reference or "")

    @cached_property
    def published(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Shares of people and mean pay a year of the published groups, empty without any."""
        groups = published_table(self.reference) if self.reference else []
        known = [(g.share, g.mean) for g in groups if g.mean is not None and g.period == "year"]
        both = np.array(known, np.float64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    @cached_property
    def compared(self) -> list[Compared]:
        """The run beside the published table through its operator; empty where there is none."""
        return compare(self.tables, self.reference) if self.reference else []


def market_of(tables: LedgerTables, scenario: Mapping[str, Any]) -> Market:
    """The run of a scenario as its manifest holds it."""
    plan = scenario.get("plan")
    plan_id = str(plan.get("id", "")) if isinstance(plan, Mapping) else ""
    measuring = scenario.get("measuring")
    band = measuring.get("break_even", 100) if isinstance(measuring, Mapping) else 100
    return Market(
        tables,
        str(scenario.get("name", "run")),
        round(float(band)),
        plan_id if plan_id in OPERATORS and plan_id in REFERENCE_NAMES else None,
    )
