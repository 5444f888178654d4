"""The ledger: once a month it takes what happened, posts it, proves it and files it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import Accounts, LedgerError, agree, exact_sum, journal_columns
from sim.ledger.columns import (
    entry_columns,
    month_columns,
    participant_columns,
    person_month_columns,
)
from sim.ledger.digest import Digest
from sim.ledger.flows import Valuation, bonus_totals, month_rows, month_totals, validate
from sim.ledger.genealogy import Depths
from sim.ledger.months import month_figures
from sim.ledger.people import Memberships
from sim.records import Account, Column, Flow, MonthEvents, Source, Table

Columns = dict[str, NDArray[Any]]
OWN_FLOWS = {
    "retail_margin": Flow.RETAIL_MARGIN,
    "own_use": Flow.OWN_USE,
    "top_up": Flow.TOP_UP,
    "kit": Flow.KIT,
    "renewal": Flow.RENEWAL,
    "expense": Flow.EXPENSE,
}


@dataclass(frozen=True)
class LedgerTables:
    """What a finished run leaves: tables as dicts of equal-length columns (sim/ledger/columns.py).

    ``months``: a row a month. ``participants``: a row a participant and calendar year, with
    zeros. ``person_months``: the participants qualified or ordering, month by month, of the last
    complete calendar year (of the last year where none is complete). ``lives``: a row a membership
    since enrolment. ``entry``: its first 12 and 24 months, where the run lasted so long.
    ``journal``: all postings. Money is in minor units of ``currency``; ``minor_digits`` of them
    are decimals.
    """

    start: tuple[int, int]
    currency: str
    minor_digits: int
    component_ids: tuple[str, ...]
    rank_ids: tuple[str, ...]
    benchmark: int
    months: Columns
    participants: Columns
    person_months: Columns
    lives: Columns
    entry: Columns
    journal: Columns
    sha256: str
    write_folder: Callable[[Path, str], None] | None = field(default=None, repr=False)


class Ledger:
    """Double-entry books of one firm in one currency.

    ``start`` is (year, month) of month 0. ``component_ids`` and ``rank_ids`` are the plan's, in its
    order: component k of a pay row, and rank number k + 1. With ``keep_lines`` all order and pay
    rows go to a temporary folder as they come, and ``LedgerTables.write_folder(path, format)``
    writes them out as a ledger folder. ``valuation`` says how own use is valued.
    ``minor_digits`` is the number of decimals of the currency. ``post`` and ``close`` raise
    LedgerError where an invariant is broken.
    """

    def __init__(
        self,
        start: tuple[int, int],
        currency: str,
        component_ids: tuple[str, ...],
        rank_ids: tuple[str, ...],
        keep_lines: bool = False,
        *,
        valuation: Valuation | None = None,
        minor_digits: int = 2,
    ) -> None:
        if len(set(component_ids)) < len(component_ids) or len(set(rank_ids)) < len(rank_ids):
            raise LedgerError(f"component or rank ids repeat: {component_ids}, {rank_ids}")
        self.start, self.currency, self.minor_digits = start, currency, minor_digits
        self.component_ids, self.rank_ids = component_ids, rank_ids
        self.valuation = valuation or Valuation(benchmark=200 * 10**minor_digits)
        self.accounts = Accounts()
        self.months = Table(month_columns(component_ids, rank_ids))
        self._members = Memberships(component_ids)
        self._digest = Digest(currency, start, component_ids)
        self._depths = Depths()
        self._year_opened = 0
        self._filed_years: list[int] = []
        self._participants: Table | None = None
        self._lines = _line_store(self) if keep_lines else None

    def calendar(self, month: int) -> tuple[int, int]:
        """(year, month of the year) of a month of the run."""
        year, ahead = divmod(self.start[1] - 1 + month, 12)
        return self.start[0] + year, ahead + 1

    def post(self, events: MonthEvents, people: Table, participants: Table) -> None:
        """Book one month. Months come in order, each once, after its settle and reflect phases."""
        month = len(self.months)
        validate(events, participants, len(self.component_ids), month)
        self._members.meet(people, participants)
        rows = month_rows(
            events, participants, self.component_ids, self._members.wage, self.valuation
        )
        titles = self._members.life.title.copy()
        self._members.add(rows, events, participants)
        flows, bonuses = month_totals(events), bonus_totals(events, self.component_ids)
        self._post_accounts(month, flows, bonuses)
        self._depths.update(participants.sponsor)
        figures = month_figures(events, rows, participants, people, titles, self._depths.of)
        self._file_month(month, events, figures, flows, bonuses)
        self._digest.add(month, events.orders, events.settlement.pay)
        if self._lines is not None:
            self._lines.add(events)
        self._participants = participants
        if self.calendar(month)[1] == 12:
            self._close_year(month)

    def _post_accounts(self, month: int, flows: dict[Flow, int], bonuses: dict[str, int]) -> None:
        firm = self.accounts.balance[Account.FIRM]
        for flow, amount in flows.items():
            self.accounts.post(month, flow, amount)
        for component, amount in bonuses.items():
            self.accounts.post_bonus(month, component, amount)
        self.accounts.check(month)
        own = {name: flows[flow] for name, flow in OWN_FLOWS.items()}
        self._members.check(month, {"bonus": sum(bonuses.values()), **own})
        up = self._year_opened + self._members.year_result
        agree(month, "PARTICIPANTS", self.accounts.balance[Account.PARTICIPANTS], up)
        result = self.accounts.balance[Account.FIRM] - firm
        agree(month, "FIRM", result, firm_result(flows, bonuses))

    def _file_month(
        self,
        month: int,
        events: MonthEvents,
        figures: dict[str, Any],
        flows: dict[Flow, int],
        bonuses: dict[str, int],
    ) -> None:
        year, of_year = self.calendar(month)
        figures |= {"month": month, "date": f"{year:04d}-{of_year:02d}", **events.counts}
        figures |= money_figures(events, flows, bonuses)
        for rank, name in enumerate(self.rank_ids, 1):
            figures[f"paid_as.{name}"] = figures["paid_as"][rank]
            figures[f"new_title.{name}"] = figures["new_title"][rank]
        for account, balance in self.accounts.balance.items():
            figures[f"account.{account.name.lower()}"] = balance
        self.months.grow(1)
        for column in self.months.columns:
            try:
                getattr(self.months, column.name)[-1] = figures[column.name]
            except OverflowError as error:
                value = figures[column.name]
                raise LedgerError(f"month {month}: {column.name}: {value} is too large") from error

    def _close_year(self, month: int) -> None:
        assert self._participants is not None
        self._year_opened += self._members.year_result
        self._filed_years.append(month)
        self._members.close_year(self.calendar(month)[0], self._participants)

    def close(self) -> LedgerTables:
        """File the running year, partial as it may be, and hand over all tables."""
        if self._participants is None:
            raise LedgerError("nothing was posted")
        members, month = self._members, len(self.months) - 1
        kept = members.person_months
        if month not in self._filed_years:
            complete = any(m >= 11 for m in self._filed_years)
            self._close_year(month)
            kept = kept if complete else members.person_months
        return LedgerTables(
            self.start,
            self.currency,
            self.minor_digits,
            self.component_ids,
            self.rank_ids,
            self.valuation.benchmark,
            dict(iter(self.months)),
            joined(members.years, participant_columns(self.component_ids)),
            joined(kept, person_month_columns()),
            members.lives(self._participants),
            joined(members.entry, entry_columns(self.component_ids)),
            journal_columns(self.accounts.journal),
            self._digest.hex,
            None if self._lines is None else self._lines.finish(self._participants),
        )


def firm_result(flows: dict[Flow, int], bonuses: dict[str, int]) -> int:
    """Net sales and fees less bonuses and cost of goods, minor units."""
    sales = flows[Flow.CUSTOMER_SALE] + flows[Flow.OWN_USE] + flows[Flow.TOP_UP] + flows[Flow.KIT]
    spent = flows[Flow.RETAIL_MARGIN] + flows[Flow.COST_OF_GOODS] + sum(bonuses.values())
    return sales + flows[Flow.RENEWAL] - spent


def money_figures(
    events: MonthEvents, flows: dict[Flow, int], bonuses: dict[str, int]
) -> dict[str, int]:
    """The money columns of one row of ``months``."""
    settled = events.settlement
    names = {f"{f.name.lower()}_sales": flows[f] for f in (Flow.OWN_USE, Flow.TOP_UP, Flow.KIT)}
    gross = exact_sum(events.orders.paid)
    own = settled.pay.source == Source.PARTICIPANT
    out = {
        "gross_sales": gross,
        "net_sales": gross - flows[Flow.RETAIL_MARGIN],
        "customer_sales": flows[Flow.CUSTOMER_SALE],
        **names,
        "retail_margin": flows[Flow.RETAIL_MARGIN],
        "renewal_fees": flows[Flow.RENEWAL],
        "bonus": sum(bonuses.values()),
        "bonus_from_participants": exact_sum(settled.pay.amount[own]),
        "bonus_from_customers": exact_sum(settled.pay.amount[~own]),
        "cost_of_goods": flows[Flow.COST_OF_GOODS],
        "expenses": flows[Flow.EXPENSE],
        "firm_result": firm_result(flows, bonuses),
    }
    for component, amount in bonuses.items():
        reasons = settled.breakage.get(component, {})
        out[f"pay.{component}"] = amount
        out[f"breakage.{component}"] = round(sum(map(Fraction, reasons.values()), Fraction(0)))
        out[f"maximum.{component}"] = round(Fraction(settled.maximum.get(component, 0)))
    return out


def joined(parts: list[Columns], columns: tuple[Column, ...]) -> Columns:
    """Parts of one table end to end; an empty table of the right types where there is none."""
    empty = {c.name: np.zeros(0, c.dtype) for c in columns}
    return {
        name: np.concatenate([empty[name], *(p[name] for p in parts)]).astype(
            empty[name].dtype, copy=False
        )
        for name in empty
    }


def _line_store(ledger: Ledger) -> Any:
    from sim.ledger.folder import LineStore

    first = datetime.date(ledger.start[0], ledger.start[1], 1)
    return LineStore(first, ledger.currency, ledger.minor_digits, ledger.component_ids)
