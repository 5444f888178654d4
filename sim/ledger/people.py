"""What the ledger remembers of each membership: its running year, life and milestones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import agree
from sim.ledger.columns import (
    MONEY_FLOWS,
    entry_columns,
    life_columns,
    participant_columns,
    person_month_columns,
)
from sim.ledger.exact import whole
from sim.ledger.filed import CHUNK, Chunk, Drawer, Filed, Identity
from sim.ledger.flows import Valuation
from sim.ledger.folding import post_month
from sim.ledger.layout import (
    ACTIVE,
    BONUS,
    ENTRY,
    FILED_SUMS,
    FLOWS,
    KEPT,
    LIFE,
    PURSES,
    YEAR,
    YEAR_ROW,
)
from sim.ledger.rows import Lives, Year, add_up, file_lives, file_year
from sim.ledger.state import (
    Members,
    Orders,
    Outcome,
    Pay,
    People,
    Terms,
    columns_of,
    deeds_of,
    grown,
    new_books,
    with_new_year,
)
from sim.records import COMPANY, MonthEvents, Table

HORIZONS = (12, 24)
FIRST_ROOM = 1024
AT_ONCE = {"since": "month", "until": "month"}


def signed_flows(totals: list[int]) -> int:
    """What participants are up by, of totals in the order of MONEY_FLOWS, minor units."""
    return totals[0] + totals[1] - sum(totals[2:FLOWS])


def agree_all(month: int, when: str, booked: list[int], expected: list[int]) -> None:
    """Raise LedgerError unless all totals of participants' rows, by MONEY_FLOWS, are as posted."""
    if booked != expected:
        for column, found, posted in zip(MONEY_FLOWS, booked, expected, strict=True):
            agree(month, f"participants' {column.name} {when}", found, posted)


class Memberships:
    """Sums of each participant over the calendar year and since enrolment.

    Compiled code keeps them (``state.Books``); this class gives it room and files what is finished.
    ``outcome`` holds what the last month added up to, ``result`` what all participants are up by
    since the first month. The books have room for every participant, but the rows of the month, of
    the year and of pay are filled from the front, so that only rows in use take memory.
    """

    def __init__(self, component_ids: tuple[str, ...]) -> None:
        self._components = component_ids
        self._pay = tuple(f"pay.{name}" for name in component_ids)
        self._newcomers = [1]
        self._books = new_books(FIRST_ROOM, len(component_ids))
        self.outcome = Outcome.of(self._books.out)
        self._pays_before = self._books.pays[:1].copy()
        self._paid_as = np.zeros(1, np.int8)
        self._opened = 0
        self.result = 0
        self._of_life, self._of_year = [0] * FLOWS, [0] * FLOWS
        self._years: list[Chunk] = []
        self._entry = Drawer((*ENTRY, *self._pay), since=0)
        self._months, self.person_months = Drawer(KEPT, AT_ONCE), Drawer(KEPT, AT_ONCE)
        self._year_rows = Drawer((*YEAR, *self._pay))

    @property
    def count(self) -> int:
        """Rows of participants, the company's included, as of the last month."""
        return self._newcomers[-1]

    def post(
        self, events: MonthEvents, valuation: Valuation, people: Table, participants: Table
    ) -> None:
        """Book one month on everyone concerned; ``outcome`` says what came out."""
        first_new, count = self.count, len(participants)
        self._newcomers.append(count)
        if count > len(self._books.sums):
            self._books = grown(self._books, count * 3 // 2, first_new)
            self.outcome = Outcome.of(self._books.out)
        ratio, month, fee = valuation.comparable, events.period.month, events.renewal_fee
        value = (valuation.benchmark, ratio.numerator, ratio.denominator)
        post_month(
            columns_of(Orders, events.orders),
            columns_of(Pay, events.settlement.pay),
            deeds_of(events),
            Terms(month, first_new, fee, *value),
            columns_of(Members, participants),
            columns_of(People, people),
            self._books,
            self._months.room(count),
        )

    def check(self, month: int, totals: list[int]) -> None:
        """Raise LedgerError unless participants' rows of the month add up to the posted flows.

        ``totals`` are the month's posted totals in the order of MONEY_FLOWS. A row that lost or
        doubled money, or that overflowed, is found here, because both figures are exact.
        """
        booked = whole(self.outcome.rows)
        agree_all(month, "of the month", booked, totals)
        self._of_year = [a + b for a, b in zip(self._of_year, totals, strict=True)]
        self._of_life = [a + b for a, b in zip(self._of_life, totals, strict=True)]
        self.result += signed_flows(booked)

    def file_month(self, month: int, paid_as: NDArray[np.int8]) -> None:
        """Keep the rows of the active, and the entry windows that end with this month."""
        self._months.add(self.outcome.heads.item(ACTIVE))
        for horizon in HORIZONS:
            entered = month + 1 - horizon
            if entered < 0:
                continue
            first, last = self._newcomers[entered : entered + 2]
            if first < last:
                rows = self._entry.room(last - first)
                file_lives(first, last, month, horizon, self._lives(), rows)
                self._entry.add(last - first)
        self._paid_as = paid_as.copy()

    def _lives(self) -> Lives:
        books = self._books
        return Lives(books.sums, books.small, books.hours.view(np.int64), books.title, books.pays)

    def close_year(self, year: int, month: int, participants: Table) -> None:
        """File a row for everyone who was enrolled on any day of the year or had any flow in it.

        Raises LedgerError unless the filed rows add up to the year's posted flows, their pay by
        component to their bonuses, and all rows since enrolment to all that was ever posted.
        """
        books, lives = self._books, self._lives()
        before = Year(
            self._opened,
            books.year_sums,
            books.year_small,
            books.year_hours.view(np.int64),
            self._pays_before,
            participants.left_month,
            participants.customers,
            self._paid_as,
        )
        drawer = self._year_rows.emptied(since=self._opened, until=month, year=year)
        self._year_rows = drawer
        totals = np.zeros(2 * FLOWS, np.int64)
        pays = np.zeros(2 * len(self._pay), np.int64)
        start = COMPANY + 1
        while start < self.count:
            rows = drawer.room(min(CHUNK, self.count - start))
            filed, start = file_year(start, lives, before, rows)
            add_up(rows[:filed], FILED_SUMS, FILED_SUMS + FLOWS, totals)
            add_up(rows[:filed], len(YEAR), rows.shape[1], pays)
            drawer.add(filed)
        self._years += drawer.chunks
        self._prove_year(month, whole(totals), sum(whole(pays)))
        self._open_year(month + 1)

    def _prove_year(self, month: int, flows: list[int], pay: int) -> None:
        agree_all(month, "of the year", flows, self._of_year)
        agree(month, "participants' pay by component of the year", pay, self._of_year[BONUS])
        totals = np.zeros(2 * FLOWS, np.int64)
        add_up(self._books.sums[: self.count], 0, FLOWS, totals)
        agree_all(month, "since enrolment", whole(totals), self._of_life)

    def _open_year(self, month: int) -> None:
        self._opened, self._of_year = month, [0] * FLOWS
        self._books.small[: self.count, YEAR_ROW] = 0
        self._books = with_new_year(self._books)
        self._pays_before = self._books.pays[: self._books.out.item(PURSES) + 1].copy()
        self.person_months, self._months = self._months, self.person_months.emptied()

    def lives(self, month: int) -> Drawer:
        """One row a membership as of a month, the company's left out."""
        drawer = Drawer((*LIFE, *self._pay), since=0, until=month)
        for start in range(COMPANY + 1, self.count, CHUNK):
            stop = min(start + CHUNK, self.count)
            rows = drawer.room(stop - start)
            file_lives(start, stop, month, 0, self._lives(), rows)
            drawer.add(stop - start)
        return drawer

    def tables(self, month: int, kept: Drawer, participants: Table) -> dict[str, Filed]:
        """The tables of participants, by name; ``kept`` are the person-months to show."""
        ids, identity = self._components, Identity.of(participants)
        return {
            "participants": Filed(participant_columns(ids), self._years, identity),
            "person_months": Filed(person_month_columns(), kept.chunks, identity),
            "lives": Filed(life_columns(ids), self.lives(month).chunks, identity),
            "entry": Filed(entry_columns(ids), self._entry.chunks, identity),
        }
