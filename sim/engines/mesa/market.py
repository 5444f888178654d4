"""The market of the Mesa engine: what agents write down, and what follows from it, in plain Python.

People decide in ``agents``. Here memberships and customers are written down, leavers' customers are
handed over, and people who leave the market are replaced, one serial pass each.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.draws import Draw
from sim.engines.books import order_table
from sim.engines.market import FIRST_ORDER, Market
from sim.engines.rulebook import rules_of
from sim.ledger import Ledger
from sim.records import COMPANY, NOBODY, Purpose, Role, Settlement, Source
from sim.scenario.schema import Scenario
from sim.world.networks.walking import known_contacts, most_contacts
from sim.world.people import settle_in

CUSTOMERS = (int(Role.RETAIL_CUSTOMER), int(Role.PREFERRED_CUSTOMER))
SOURCE_OF_ROLE = {
    Role.RETAIL_CUSTOMER: Source.RETAIL_CUSTOMER,
    Role.PREFERRED_CUSTOMER: Source.PREFERRED_CUSTOMER,
    Role.DISTRIBUTOR: Source.PARTICIPANT,
}


class Acceptance(NamedTuple):
    """A person says yes: to join under ``asker``, or only to buy from it."""

    row: int
    asker: int
    joins: bool
    belief: float


class AgentMarket(Market):
    """A market whose people write down one intent at a time.

    ``orders`` gathers the month's orders as tuples in the column order of ORDER; ``volume`` counts
    the month's activity volume by participant; ``bought`` has the day of each buyer's last order of
    the month.
    """

    def __init__(self, scenario: Scenario, ledger: Ledger | None = None) -> None:
        super().__init__(scenario, ledger)
        self.rules = rules_of(scenario)
        self._contacts = np.empty(most_contacts(self.network), np.int32)
        for row in self.call_founders().tolist():
            self._join(Acceptance(row, COMPANY, True, self.shown), self.period.first_day)
        self.hours = np.zeros(len(self.participants))
        self.expenses = np.zeros(len(self.participants), np.int64)

    def open_month(self, month: int) -> None:
        """Open a month with empty lists."""
        super().open_month(month)
        self.orders: list[tuple[int, ...]] = []
        self.volume: Counter[int] = Counter()
        self.bought: dict[int, int] = {}

    def luck(self, purpose: Draw, row: int, k: int = 0) -> float:
        """The k-th uniform number of the person in ``row`` for a purpose in this month."""
        key = draws.person_key(row, self.people.incarnation.item(row))
        return draws.uniform(self.streams[purpose], key, int(k))

    def contacts(self, row: int) -> NDArray[np.int32]:
        """Rows of a person's contacts, rising, to be used at once; none in a well-mixed market."""
        return known_contacts(self.network, row, self._contacts)

    def key_of(self, participant: int) -> int:
        """The key of luck of the person behind a membership, NOBODY for the company."""
        if participant == COMPANY:
            return NOBODY
        members = self.participants
        return int(
            draws.person_key(
                members.person.item(participant), members.incarnation.item(participant)
            )
        )

    def is_distributor(self, row: int) -> bool:
        """Whether the person in ``row`` holds a membership."""
        return bool(self.people.role.item(row) == Role.DISTRIBUTOR)

    def heads(self, role: Role) -> int:
        """How many people have a role now."""
        return int(np.count_nonzero(self.people.role == role))

    def record_effort(self, participant: int, hours: float, approaches: int, builds: bool) -> None:
        """Book the hours, the approaches and the expenses of a distributor's month."""
        self.hours[participant] = hours
        self.expenses[participant] = approaches * self.approach_cost + builds * self.monthly_cost
        self.counts["approaches"] += approaches

    # -- orders ------------------------------------------------------------------------------------

    def order(self, row: int, purpose: Purpose, units: int, day: int | None = None) -> None:
        """Write down an order by the person in ``row``; its day is drawn where not given."""
        people = self.people
        source = SOURCE_OF_ROLE[people.role.item(row)]
        if source == Source.PARTICIPANT:
            participant = credited = people.membership.item(row)
            since = self.participants.joined_day.item(participant)
        else:
            participant, credited = NOBODY, people.seller.item(row)
            since = people.customer_since.item(row)
        incarnation = people.incarnation.item(row)
        line = self.prices.line(source, purpose, units)
        people.last_order[row] = self.month
        if (source, purpose) in self.counted:
            self.volume[credited] += line[3]
        day = self._day(row, purpose) if day is None else day
        self.bought[row] = day
        who = (row, incarnation, participant, credited)
        self.orders.append((*who, day, since, source, purpose, *line))

    def _day(self, row: int, purpose: Purpose) -> int:
        """A day of the month for what the person does for a purpose."""
        span = self.period.last_day - self.period.first_day + 1
        return self.period.first_day + int(self.luck(Draw.DAY, row, purpose) * span)

    # -- enrol -------------------------------------------------------------------------------------

    def enrol(self, accepted: list[Acceptance]) -> list[int]:
        """Make members and customers of all who said yes; returns the rows of the new members.

        Where admissions are limited, a uniformly drawn part of the acceptances joins. Ids follow
        the day of enrolment, equal days the luck of admission.
        """
        joining = sorted(
            (a for a in accepted if a.joins),
            key=lambda a: (self.luck(Draw.ADMISSION, a.row), a.row),
        )
        joining = joining[: self.scenario.admissions_per_month]
        dated = sorted((self._joining_day(a.row), i, a) for i, a in enumerate(joining))
        for day, _, acceptance in dated:
            self._join(acceptance, day)
        for acceptance in sorted(a for a in accepted if not a.joins):
            self._become_customer(acceptance)
        return [a.row for _, _, a in dated]

    def _joining_day(self, row: int) -> int:
        """A day of the month, not before the day on which the person bought as a customer."""
        return max(self._day(row, Purpose.KIT), self.bought.get(row, 0))

    def _join(self, acceptance: Acceptance, day: int) -> None:
        row, people, participants = acceptance.row, self.people, self.participants
        self.counts["customers_joined"] += self._release_customer(row)
        new = len(participants)
        participants.grow(1)
        participants.person[new], participants.incarnation[new] = row, people.incarnation[row]
        participants.sponsor[new], participants.motive[new] = acceptance.asker, people.motive[row]
        participants.joined_month[new], participants.joined_day[new] = self.month, day
        participants.left_month[new] = NOBODY
        if acceptance.asker != COMPANY:
            participants.recruits[acceptance.asker] += 1
        people.role[row], people.membership[row] = Role.DISTRIBUTOR, new
        participants.belief[new], participants.morale[new] = acceptance.belief, 1.0
        self.order(row, Purpose.KIT, 1, day)
        self._first_order(row, Purpose.OWN_USE, day)

    def _become_customer(self, acceptance: Acceptance) -> None:
        row, people = acceptance.row, self.people
        preferred = self.luck(Draw.CUSTOMER_CLASS, row) < self.scenario.considering.preferred
        people.role[row] = Role.PREFERRED_CUSTOMER if preferred else Role.RETAIL_CUSTOMER
        people.seller[row], people.customer_since[row] = (
            acceptance.asker,
            self._day(row, Purpose.CUSTOMER),
        )
        self.participants.customers[acceptance.asker] += 1
        self.counts["customers_gained"] += 1
        self._first_order(row, Purpose.CUSTOMER, people.customer_since.item(row))

    def _first_order(self, row: int, purpose: Purpose, day: int) -> None:
        mean = self.scenario.shopping.first_order_units
        units = self.rules.units_ordered(mean, self.luck(Draw.UNITS, row, FIRST_ORDER + purpose))
        if units:
            self.order(row, purpose, units, day)

    def _release_customer(self, row: int) -> bool:
        """End the tie between a customer and its seller; says whether there was one."""
        served = self.people.role.item(row) in CUSTOMERS
        if served:
            self.participants.customers[self.people.seller[row]] -= 1
            self.people.seller[row] = NOBODY
        return served

    def lose_customer(self, row: int) -> None:
        """The customer in ``row`` stops buying for good."""
        self._release_customer(row)
        was_member = self.people.membership.item(row) != NOBODY
        self.people.role[row] = Role.FORMER if was_member else Role.NOBODY
        self.people.stopped_month[row] = self.month
        self.counts["customers_lost"] += 1

    # -- settle ------------------------------------------------------------------------------------

    def pay(self) -> Settlement:
        """Settle the month on the orders written down."""
        return self.settle(order_table(self.orders))

    # -- leave -------------------------------------------------------------------------------------

    def part(self, leaving: list[int]) -> None:
        """End the memberships in ``leaving``; their customers pass on, by the scenario's rule."""
        members, people = self.participants, self.people
        left = np.array(sorted(leaving), np.int32)
        members.left_month[left] = self.month
        members.qualified[left] = False
        rows = members.person[left]
        people.role[rows] = Role.FORMER
        self.left = left
        self._hand_over(left)

    def _hand_over(self, left: NDArray[np.int32]) -> None:
        """Customers of leavers go to the nearest enrolled upline, or are lost."""
        people, members = self.people, self.participants
        if not members.customers[left].any():
            return
        served = np.isin(people.role, CUSTOMERS) & np.isin(
            people.seller, left[members.customers[left] > 0]
        )
        for row in np.flatnonzero(served).tolist():
            if self.scenario.shopping.orphans == "lost":
                self.lose_customer(row)
                continue
            upline = people.seller.item(row)
            while upline != COMPANY and members.left_month[upline] != NOBODY:
                upline = members.sponsor.item(upline)
            members.customers[people.seller[row]] -= 1
            members.customers[upline] += 1
            people.seller[row] = upline

    def dying(self) -> NDArray[np.intp]:
        """Rows of the people who leave the market at the end of this month."""
        return np.flatnonzero(self.people.last_month == self.month)

    def replace(self, rows: NDArray[Any]) -> None:
        """New people take the places in ``rows``; their memberships have ended before."""
        for row in rows.tolist():
            self.counts["customers_replaced"] += self._release_customer(row)
        self.people.incarnation[rows] += 1
        settle_in(self.people, rows, self.scenario, self.month + 1)
        self.counts["replaced"] = len(rows)

    # -- close -------------------------------------------------------------------------------------

    def close(self, renewed: list[int]) -> None:
        """Count heads and close the month."""
        self.counts["nobody"] = self.heads(Role.NOBODY)
        self.counts["customers"] = self.heads(Role.RETAIL_CUSTOMER) + self.heads(
            Role.PREFERRED_CUSTOMER
        )
        self.counts["enrolled"] = self.heads(Role.DISTRIBUTOR)
        self.counts["former"] = self.heads(Role.FORMER)
        self.close_month(self.left, np.array(sorted(renewed), np.int32))
