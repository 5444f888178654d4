"""What the ledger remembers of each membership: its running year, life and milestones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import agree, exact_sums
from sim.ledger.columns import (
    MONEY_FLOWS,
    entry_columns,
    life_columns,
    participant_columns,
    person_month_columns,
)
from sim.ledger.exact import whole
from sim.ledger.filed import CHUNK, Drawer, Filed, Identity
from sim.ledger.flows import Valuation
from sim.ledger.folding import post_month
from sim.ledger.layout import (
    ACTIVE,
    BEST_PAID_AS,
    BONUS,
    FIRST_PAY,
    FLOWS,
    KEPT,
    MILESTONES,
    PURSE,
    PURSES,
    RECRUITS,
    SUMS,
    TALLIES,
    YEAR_ROW,
)
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
from sim.records import COMPANY, NOBODY, MonthEvents, Table

HORIZONS = (12, 24)
FIRST_ROOM = 1024
Columns = dict[str, NDArray[Any]]


def signed_flows(totals: list[int]) -> int:
    """What participants are up by, of totals in the order of MONEY_FLOWS, minor units."""
    return totals[0] + totals[1] - sum(totals[2:FLOWS])


class Memberships:
    """Sums of each participant over the calendar year and since enrolment.

    Compiled code keeps them (``state.Books``); this class gives it room and files what is finished.
    ``outcome`` holds what the last month added up to, ``result`` what all participants are up by
    since the first month. The books have room for every participant, but the rows of the month, of
    the year and of pay are filled from the front, so that only rows in use take memory.
    """

    def __init__(self, component_ids: tuple[str, ...]) -> None:
        self._components = component_ids
        self._count = 1
        self._books = new_books(FIRST_ROOM, len(component_ids))
        self.outcome = Outcome.of(self._books.out)
        self._pays_before = self._books.pays[:1].copy()
        self._paid_as = np.zeros(1, np.int8)
        self._opened = 0
        self.result = 0
        self._of_life, self._of_year = [0] * FLOWS, [0] * FLOWS
        self._years, self._entry, self._months = Drawer(), Drawer(), Drawer()
        self.person_months = Drawer()

    @property
    def count(self) -> int:
        """Rows of participants, the company's included, as of the last month."""
        return self._count

    def post(
        self, events: MonthEvents, valuation: Valuation, people: Table, participants: Table
    ) -> None:
        """Book one month on everyone concerned; ``outcome`` says what came out."""
        first_new, self._count = self._count, len(participants)
        if self._count > len(self._books.sums):
            self._books = grown(self._books, self._count * 3 // 2, first_new)
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
        )

    def check(self, month: int, totals: list[int]) -> None:
        """Raise LedgerError unless participants' rows of the month add up to the posted flows.

        ``totals`` are the month's posted totals in the order of MONEY_FLOWS. A row that lost or
        doubled money, or that overflowed, is found here, because both figures are exact.
        """
        booked = whole(self.outcome.rows)
        for c, column in enumerate(MONEY_FLOWS):
            agree(month, f"participants' {column.name} of the month", booked[c], totals[c])
            self._of_year[c] += totals[c]
            self._of_life[c] += totals[c]
        self.result += signed_flows(booked)

    def file_month(self, month: int, participants: Table, paid_as: NDArray[np.int8]) -> None:
        """Keep the rows of the active, and the entry windows that end with this month."""
        active = self.outcome.heads.item(ACTIVE)
        kept, hours = self._books.kept[:active].copy(), self._books.kept_hours[:active].copy()
        span = {"since": month, "until": month, "month": month}
        self._months.add(active, span, _split(KEPT, kept) | {"hours": hours})
        self._reach_horizons(month, participants.joined_month)
        self._paid_as = paid_as.copy()

    def _reach_horizons(self, month: int, joined: NDArray[np.int32]) -> None:
        entered = [month - horizon + 1 for horizon in HORIZONS]
        bounds = np.array([entered, [e + 1 for e in entered]], np.int32)
        first, last = joined.searchsorted(bounds).tolist()
        for k, horizon in enumerate(HORIZONS):
            who = slice(max(first[k], COMPANY + 1), last[k])
            if who.start < who.stop:
                span = {"since": 0, "until": month, "horizon": horizon}
                self._entry.add(who.stop - who.start, span, self._life(who))

    def _life(self, who: slice) -> Columns:
        """What is summed since enrolment of a range of participants."""
        books, small = self._books, self._books.small[who].copy()
        return {
            "participant": np.arange(who.start, who.stop, dtype=np.int32),
            "title": books.title[who].copy(),
            "hours": books.hours[who].copy(),
            "recruits_ever": small[:, RECRUITS],
            **_split(TALLIES, small),
            **_split(SUMS, books.sums[who].copy()),
            **self._pay_columns(books.pays[small[:, PURSE]]),
        }

    def _pay_columns(self, pays: NDArray[np.int64]) -> Columns:
        return _split([f"pay.{name}" for name in self._components], pays)

    def close_year(self, year: int, month: int, participants: Table) -> None:
        """File a row for everyone who was enrolled on any day of the year or had any flow in it.

        Raises LedgerError unless the filed rows add up to the year's posted flows, their pay by
        component to their bonuses, and all rows since enrolment to all that was ever posted.
        """
        who = self._seen(participants.left_month)
        span = {"since": self._opened, "until": month, "year": year}
        flows, pay = [0] * FLOWS, 0
        self._pays_before = _padded(self._pays_before, self._books.out.item(PURSES) + 1)
        for start in range(0, len(who), CHUNK):
            block = who[start : start + CHUNK]
            sums, pays = self._sums_of_year(block), self._pays_of_year(block)
            flows = [a + b for a, b in zip(flows, exact_sums(sums[:, :FLOWS]), strict=True)]
            pay += sum(exact_sums(pays))
            columns = self._year_columns(block, participants.customers[block])
            columns |= {**_split(SUMS, sums), **self._pay_columns(pays)}
            self._years.add(len(block), span, columns)
        self._prove_year(month, flows, pay)
        self._open_year(month + 1)

    def _seen(self, left: NDArray[np.int32]) -> NDArray[np.intp]:
        """Who was enrolled on any day of the year or had any flow of money in it, rising."""
        seen = (left == NOBODY) | (left >= self._opened)
        late = np.flatnonzero(~seen & (self._year_row > 0))
        moved = self._sums_of_year(late)[:, :FLOWS].any(axis=1)
        seen[late[moved]] = True
        seen[COMPANY] = False
        return np.flatnonzero(seen)

    @property
    def _year_row(self) -> NDArray[np.int32]:
        return self._books.small[: self._count, YEAR_ROW]

    def _sums_of_year(self, who: NDArray[np.intp]) -> NDArray[np.int64]:
        at = self._year_row[who]
        sums = self._books.sums[who] - self._books.year_sums[at]
        sums[at == 0] = 0
        return sums

    def _pays_of_year(self, who: NDArray[np.intp]) -> NDArray[np.int64]:
        purse = self._books.small[who, PURSE]
        pays: NDArray[np.int64] = self._books.pays[purse] - self._pays_before[purse]
        return pays

    def _year_columns(self, who: NDArray[np.intp], customers: NDArray[np.int32]) -> Columns:
        books, at = self._books, self._year_row[who]
        small = books.small[who, : len(TALLIES)]
        tallies = small - books.year_small[at, : len(TALLIES)]
        tallies[at == 0] = 0
        columns = _split(TALLIES, tallies)
        return {
            "participant": who.astype(np.int32),
            "title": books.title[who],
            "recruits_ever": small[:, RECRUITS],
            "customers_end": customers,
            "best_paid_as": books.year_small[at, BEST_PAID_AS],
            "end_paid_as": self._paid_as[who],
            "hours": books.year_hours[at],
            "recruits_year": columns.pop("recruits"),
            **columns,
        }

    def _prove_year(self, month: int, flows: list[int], pay: int) -> None:
        for c, column in enumerate(MONEY_FLOWS):
            what = f"participants' {column.name} of the year"
            agree(month, what, flows[c], self._of_year[c])
        agree(month, "participants' pay by component of the year", pay, self._of_year[BONUS])
        life = [0] * FLOWS
        for start in range(0, self._count, CHUNK):
            rows = self._books.sums[start : min(start + CHUNK, self._count), :FLOWS]
            life = [a + b for a, b in zip(life, exact_sums(rows), strict=True)]
        for c, column in enumerate(MONEY_FLOWS):
            what = f"participants' {column.name} since enrolment"
            agree(month, what, life[c], self._of_life[c])

    def _open_year(self, month: int) -> None:
        self._opened, self._of_year = month, [0] * FLOWS
        self._year_row[:] = 0
        self._books = with_new_year(self._books)
        self._pays_before = self._books.pays[: self._books.out.item(PURSES) + 1].copy()
        self.person_months, self._months = self._months, Drawer()

    def lives(self, month: int) -> Drawer:
        """One row a membership as of a month, the company's left out."""
        drawer, span = Drawer(), {"since": 0, "until": month}
        for start in range(COMPANY + 1, self._count, CHUNK):
            who = slice(start, min(start + CHUNK, self._count))
            reached = _split(MILESTONES, self._books.small[who, FIRST_PAY:] - 1)
            drawer.add(who.stop - who.start, span, self._life(who) | reached)
        return drawer

    def tables(self, month: int, kept: Drawer, participants: Table) -> dict[str, Filed]:
        """The tables of participants, by name; ``kept`` are the person-months to show."""
        ids, identity = self._components, Identity.of(participants)
        return {
            "participants": Filed(participant_columns(ids), self._years.chunks, identity),
            "person_months": Filed(person_month_columns(), kept.chunks, identity),
            "lives": Filed(life_columns(ids), self.lives(month).chunks, identity),
            "entry": Filed(entry_columns(ids), self._entry.chunks, identity),
        }


def _split(names: Sequence[str], matrix: NDArray[Any]) -> Columns:
    """The first columns of a matrix by name."""
    return {name: matrix[:, c] for c, name in enumerate(names)}


def _padded(rows: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """The same rows with rows of zeros up to a length."""
    return np.pad(rows, ((0, length - len(rows)), (0, 0)))
