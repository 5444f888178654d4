"""What the ledger remembers of each membership: its running year, life and milestones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import agree, exact_sum
from sim.ledger.columns import (
    IDENTITY,
    MONEY_FLOWS,
    entry_columns,
    life_columns,
    participant_columns,
    person_month_columns,
)
from sim.records import COMPANY, NOBODY, MonthEvents, Table

HORIZONS = (12, 24)
Columns = dict[str, NDArray[Any]]


def signed_flows(totals: dict[str, int]) -> int:
    """What participants are up by, of totals named as in MONEY_FLOWS, minor units."""
    spent = sum(totals[c.name] for c in MONEY_FLOWS[2:])
    return totals["bonus"] + totals["retail_margin"] - spent


class Memberships:
    """Running sums of one row a participant, over the calendar year and since enrolment.

    ``years``, ``entry`` and ``person_months`` collect finished rows as dicts of columns.
    """

    def __init__(self, component_ids: tuple[str, ...]) -> None:
        self._components = component_ids
        self.year = Table(participant_columns(component_ids), 1)
        self.life = Table(life_columns(component_ids), 1)
        self.wage = np.zeros(1, np.int64)
        self.years: list[Columns] = []
        self.entry: list[Columns] = []
        self._months: list[Columns] = []
        self.person_months: list[Columns] = []
        self._year_totals = dict.fromkeys((c.name for c in MONEY_FLOWS), 0)

    def meet(self, people: Table, participants: Table) -> None:
        """Make room for newcomers and note what an hour of everybody's earns elsewhere."""
        new = len(participants) - len(self.life)
        self.year.grow(new)
        self.life.grow(new)
        for name in ("first_pay_month", "last_order_month", "fee_recouped_month", "recouped_month"):
            getattr(self.life, name)[len(participants) - new :] = NOBODY
        self.wage = np.concatenate([self.wage, np.zeros(new, np.int64)])
        here = participants.incarnation == people.incarnation[participants.person]
        # Whoever enrols and leaves the market in one month has given no hours yet.
        self.wage[here] = people.outside_wage[participants.person[here]]

    def add(self, rows: Table, events: MonthEvents, participants: Table) -> None:
        """Add a month's rows to year and life and pass the milestones and horizons."""
        month, settled = events.period.month, events.settlement
        for name, column in rows:
            getattr(self.year, "recruits_year" if name == "recruits" else name)[:] += column
            getattr(self.life, name)[:] += column
        np.maximum(self.year.best_paid_as, settled.paid_as, out=self.year.best_paid_as)
        self.year.end_paid_as[:] = settled.paid_as
        np.maximum(self.life.title, settled.title, out=self.life.title)
        self.life.recruits_ever[:] = self.life.recruits
        self._pass_milestones(rows, month)
        self._keep_active(rows, events, participants)
        self._reach_horizons(month, participants)

    def _pass_milestones(self, rows: Table, month: int) -> None:
        life = self.life
        life.last_order_month[rows.months_ordering > 0] = month
        first = (rows.bonus > 0) & (life.first_pay_month == NOBODY)
        life.first_pay_month[first] = month
        income = life.bonus + life.retail_margin
        fees = life.kit + life.renewal
        outlay = fees + life.own_use + life.top_up + life.expense
        for paid, name in ((fees, "fee_recouped_month"), (outlay, "recouped_month")):
            reached = getattr(life, name)
            reached[(paid > 0) & (income >= paid) & (reached == NOBODY)] = month

    def _keep_active(self, rows: Table, events: MonthEvents, participants: Table) -> None:
        who = np.flatnonzero(rows.months_active)
        kept = self._identify(who, participants)
        kept["month"] = np.full(len(who), events.period.month, np.int32)
        kept["paid_as"] = events.settlement.paid_as[who].astype(np.int8)
        for column in person_month_columns():
            if column.name not in kept:
                kept[column.name] = getattr(rows, column.name)[who]
        self._months.append(kept)

    def _reach_horizons(self, month: int, participants: Table) -> None:
        for horizon in HORIZONS:
            entered = month - horizon + 1
            first, last = np.searchsorted(participants.joined_month, [entered, entered + 1])
            who = np.arange(max(first, COMPANY + 1), last)
            if len(who):
                kept = self._identify(who, participants)
                kept["horizon"] = np.full(len(who), horizon, np.int32)
                self.entry.append(self._fill(kept, self.life, who, entry_columns))

    def check(self, month: int, totals: dict[str, int]) -> None:
        """Raise LedgerError unless the rows of the running year add up to the posted flows.

        ``totals`` are the month's posted totals by the names of MONEY_FLOWS. A sum that overflowed
        64 bits in any row is caught here, because the expected figure is a Python integer.
        """
        for name, amount in totals.items():
            self._year_totals[name] += amount
            booked = exact_sum(getattr(self.year, name))
            agree(month, f"participants' {name} of the year", booked, self._year_totals[name])

    @property
    def year_result(self) -> int:
        """What participants are up by in the running year, from their own rows."""
        return signed_flows({c.name: exact_sum(getattr(self.year, c.name)) for c in MONEY_FLOWS})

    def close_year(self, year: int, participants: Table) -> None:
        """File a row for everyone who was enrolled on any day of the year or had any flow in it."""
        table = self.year
        seen = table.months_enrolled > 0
        for column in MONEY_FLOWS:
            seen |= getattr(table, column.name) != 0
        seen[COMPANY] = False
        who = np.flatnonzero(seen)
        kept = self._identify(who, participants)
        kept["year"] = np.full(len(who), year, np.int32)
        kept["customers_end"] = participants.customers[who].copy()
        self.years.append(self._fill(kept, table, who, participant_columns))
        self.year = Table(table.columns, len(table))
        self._year_totals = dict.fromkeys(self._year_totals, 0)
        self.person_months, self._months = self._months, []

    def lives(self, participants: Table) -> Columns:
        """One row a membership, the company's left out."""
        who = np.arange(COMPANY + 1, len(participants))
        return self._fill(self._identify(who, participants), self.life, who, life_columns)

    def _identify(self, who: NDArray[np.intp], participants: Table) -> Columns:
        kept: Columns = {"participant": who.astype(np.int32)}
        for column in IDENTITY[1:]:
            ours = column.name in ("title", "recruits_ever")
            source = self.life if ours else participants
            kept[column.name] = getattr(source, column.name)[who].astype(column.dtype)
        return kept

    def _fill(self, kept: Columns, table: Table, who: NDArray[np.intp], columns: Any) -> Columns:
        names = [c.name for c in columns(self._components)]
        return {name: kept[name] if name in kept else getattr(table, name)[who] for name in names}
