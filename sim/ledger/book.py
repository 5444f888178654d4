"""The ledger: once a month it takes what happened, posts it, proves it and files it.

What the proofs show. Every month, exactly and beyond 64 bits: all accounts together hold nothing;
participants' rows of the month, each summed apart from its own orders, pay and expenses, add up to
the flows that were summed from the events; the account PARTICIPANTS holds what all rows ever added
up to; the account FIRM moved by its sales and fees less bonuses and costs. At the close of each
calendar year all rows are summed anew: the year's filed rows are the year's flows, their pay by
component is their bonuses, and all rows since enrolment are all that was ever posted.
"""

from __future__ import annotations

import datetime
from typing import Any

from sim.ledger.accounts import Accounts, LedgerError, agree, journal_columns
from sim.ledger.digest import Digest
from sim.ledger.exact import whole
from sim.ledger.flows import (
    Valuation,
    check_booked,
    check_shape,
    check_size,
    flow_totals,
    own_totals,
)
from sim.ledger.layout import BY_CUSTOMERS, BY_PARTICIPANTS
from sim.ledger.months import Months, month_figures, rounded_less
from sim.ledger.people import Memberships
from sim.ledger.tables import LedgerTables
from sim.records import Account, Flow, MonthEvents, Table

BALANCES = {account: f"account.{account.name.lower()}" for account in Account}
SALES = {f"{flow.name.lower()}_sales": flow for flow in (Flow.OWN_USE, Flow.TOP_UP, Flow.KIT)}


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
        self._months = Months(component_ids, rank_ids)
        self._members = Memberships(component_ids)
        self._digest = Digest(currency, start, component_ids)
        self._filed_years: list[int] = []
        self._participants: Table | None = None
        self._lines = _line_store(self) if keep_lines else None

    def calendar(self, month: int) -> tuple[int, int]:
        """(year, month of the year) of a month of the run."""
        year, ahead = divmod(self.start[1] - 1 + month, 12)
        return self.start[0] + year, ahead + 1

    def date(self, month: int) -> str:
        """A month of the run as YYYY-MM."""
        year, of_year = self.calendar(month)
        return f"{year:04d}-{of_year:02d}"

    def post(self, events: MonthEvents, people: Table, participants: Table) -> None:
        """Book one month. Months come in order, each once, after its settle and reflect phases."""
        month, members = len(self._months), self._members
        check_shape(events, len(participants), members.count, month)
        members.post(events, self.valuation, people, participants)
        outcome = members.outcome
        check_booked(events, outcome, month)
        totals = whole(outcome.events)
        flows = flow_totals(totals, len(events.renewed), events.renewal_fee)
        bonuses = dict(zip(self.component_ids, whole(outcome.components), strict=True))
        self._post_accounts(month, flows, bonuses)
        check_size(outcome, month)
        members.file_month(month, events.settlement.paid_as)
        self._file_month(events, totals, len(people), flows, bonuses)
        self._digest.add(month, events.orders, events.settlement.pay)
        if self._lines is not None:
            self._lines.add(events)
        self._participants = participants
        if self.calendar(month)[1] == 12:
            self._close_year(month, participants)

    def _post_accounts(self, month: int, flows: dict[Flow, int], bonuses: dict[str, int]) -> None:
        firm, members = self.accounts.balance[Account.FIRM], self._members
        for flow, amount in flows.items():
            self.accounts.post(month, flow, amount)
        for component, amount in bonuses.items():
            self.accounts.post_bonus(month, component, amount)
        self.accounts.check(month)
        members.check(month, own_totals(flows, sum(bonuses.values())))
        agree(month, "PARTICIPANTS", self.accounts.balance[Account.PARTICIPANTS], members.result)
        result = self.accounts.balance[Account.FIRM] - firm
        agree(month, "FIRM", result, firm_result(flows, bonuses))

    def _file_month(
        self,
        events: MonthEvents,
        totals: list[int],
        people: int,
        flows: dict[Flow, int],
        bonuses: dict[str, int],
    ) -> None:
        outcome = self._members.outcome
        figures = month_figures(events, outcome, totals, people)
        figures |= money_figures(totals, flows, sum(bonuses.values()))
        figures |= component_figures(events, bonuses)
        paid_as, new_title = outcome.paid_as.tolist(), outcome.new_title.tolist()
        for rank, name in enumerate(self.rank_ids, 1):
            figures["paid_as." + name] = paid_as[rank]
            figures["new_title." + name] = new_title[rank]
        for account, balance in self.accounts.balance.items():
            figures[BALANCES[account]] = balance
        self._months.add(figures)

    def _close_year(self, month: int, participants: Table) -> None:
        self._filed_years.append(month)
        self._members.close_year(self.calendar(month)[0], month, participants)

    def close(self) -> LedgerTables:
        """File the running year, partial as it may be, and hand over all tables."""
        if self._participants is None:
            raise LedgerError("nothing was posted")
        members, month = self._members, len(self._months) - 1
        kept = members.person_months
        if month not in self._filed_years:
            complete = any(m >= 11 for m in self._filed_years)
            self._close_year(month, self._participants)
            kept = kept if complete else members.person_months
        return LedgerTables(
            start=self.start,
            currency=self.currency,
            minor_digits=self.minor_digits,
            component_ids=self.component_ids,
            rank_ids=self.rank_ids,
            benchmark=self.valuation.benchmark,
            months=self._months.columns(map(self.date, range(month + 1))),
            **members.tables(month, kept, self._participants),
            journal=journal_columns(self.accounts.journal),
            sha256=self._digest.hex,
            write_folder=None if self._lines is None else self._lines.finish(self._participants),
        )


def firm_result(flows: dict[Flow, int], bonuses: dict[str, int]) -> int:
    """Net sales and fees less bonuses and cost of goods, minor units."""
    sales = flows[Flow.CUSTOMER_SALE] + flows[Flow.OWN_USE] + flows[Flow.TOP_UP] + flows[Flow.KIT]
    spent = flows[Flow.RETAIL_MARGIN] + flows[Flow.COST_OF_GOODS] + sum(bonuses.values())
    return sales + flows[Flow.RENEWAL] - spent


def money_figures(totals: list[int], flows: dict[Flow, int], bonus: int) -> dict[str, int]:
    """The money columns of one row of ``months`` but those by component."""
    margin, own = flows[Flow.RETAIL_MARGIN], {name: flows[flow] for name, flow in SALES.items()}
    gross = flows[Flow.CUSTOMER_SALE] + sum(own.values())
    return {
        "gross_sales": gross,
        "net_sales": gross - margin,
        "customer_sales": flows[Flow.CUSTOMER_SALE],
        **own,
        "retail_margin": margin,
        "renewal_fees": flows[Flow.RENEWAL],
        "bonus": bonus,
        "bonus_from_participants": totals[BY_PARTICIPANTS],
        "bonus_from_customers": totals[BY_CUSTOMERS],
        "cost_of_goods": flows[Flow.COST_OF_GOODS],
        "expenses": flows[Flow.EXPENSE],
        "firm_result": gross + flows[Flow.RENEWAL] - margin - flows[Flow.COST_OF_GOODS] - bonus,
    }


def component_figures(events: MonthEvents, bonuses: dict[str, int]) -> dict[str, int]:
    """What each component paid, could have paid, and did not, in minor units.

    What it did not pay is what the maximum leaves: settling has proved the reasons to add up to it.
    """
    maximum, out = events.settlement.maximum, {}
    for component, amount in bonuses.items():
        most = maximum.get(component, amount)
        out["pay." + component] = amount
        out["breakage." + component] = rounded_less(most, amount)
        out["maximum." + component] = rounded_less(most, 0)
    return out


def _line_store(ledger: Ledger) -> Any:
    from sim.ledger.folder import LineStore

    first = datetime.date(ledger.start[0], ledger.start[1], 1)
    return LineStore(first, ledger.currency, ledger.minor_digits, ledger.component_ids)
