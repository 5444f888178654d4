"""The state of a market and what the firm does in a month; both engines build on it.

People decide in the engines. Here is what does not hang on how people are visited: the tables, the
dates, what recruiters show, the settlement, and the month's entry in the ledger.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import draws
from sim.draws import Draw
from sim.engines.books import add_up, claims, open_ledger
from sim.ledger import Ledger
from sim.plans.compile import compile_plan
from sim.plans.settle import PlanState, settle
from sim.records import (
    COMPANY,
    COUNTS,
    NOBODY,
    PARTICIPANT,
    Books,
    MonthEvents,
    Motive,
    Period,
    Settlement,
    Table,
)
from sim.scenario.fields import minor
from sim.scenario.schema import Scenario
from sim.world.networks import draw_network
from sim.world.people import person_keys, populate
from sim.world.prices import Prices, activity_orders, qualifying_volume


class Market:
    """People, memberships, the contact network and the open month of one simulated market.

    ``streams`` has the month's key of luck by Draw; ``shown`` and ``true_mean`` are what recruiters
    show and what the enrolled were paid on average; ``hours`` and ``expenses`` have a row a
    participant of the month's start; ``counts`` are those of ``records.COUNTS``.
    """

    def __init__(self, scenario: Scenario, ledger: Ledger | None = None) -> None:
        self.scenario, self.ledger = scenario, ledger or open_ledger(scenario)
        self.people = populate(scenario)
        self.network = draw_network(scenario.network, len(self.people), scenario.seed)
        self.participants = Table(PARTICIPANT, 1)
        for column in ("person", "sponsor", "left_month"):
            getattr(self.participants, column)[COMPANY] = NOBODY
        self.plan, self.plan_state = compile_plan(scenario.plan), PlanState.empty()
        self.prices = Prices(scenario)
        self.qualifying_volume = qualifying_volume(scenario.plan)
        self.counted = activity_orders(scenario.plan)
        self.goal = float(minor(scenario.believing.goal))
        self.approach_cost = minor(scenario.approaching.cost)
        self.monthly_cost = minor(scenario.approaching.monthly_cost)
        self.open_month(0)

    def open_month(self, month: int) -> None:
        """Open a month: its dates, keys of luck, what recruiters show, and empty lists."""
        self.month = month
        first = self.scenario.first_day(month)
        self.period = Period(month, first, self.scenario.first_day(month + 1) - 1)
        self.streams: list[int] = draws.streams(self.scenario.seed, month).tolist()
        self.first_new = len(self.participants)
        self.hours = np.zeros(len(self.participants))
        self.expenses = np.zeros(len(self.participants), np.int64)
        self.counts = dict.fromkeys(COUNTS, 0)
        last_pay = self.participants.last_pay[self.enrolled()]
        self.shown, self.true_mean = claims(last_pay, self.scenario.believing)

    def enrolled(self) -> NDArray[np.bool_]:
        """Who has joined and not left, a row a participant; the company's row is False."""
        mask: NDArray[np.bool_] = self.participants.left_month == NOBODY
        mask[COMPANY] = False
        return mask

    def call_founders(self) -> NDArray[np.int32]:
        """Rows of the founders, rising: drawn without return, and ready to make it their job."""
        luck = draws.uniforms(self.streams[Draw.FOUNDER], person_keys(self.people), 0)
        founders = np.argsort(luck, kind="stable")[: self.scenario.founders.count]
        self.people.motive[founders] = Motive.CAREER
        self.people.hours[founders] = np.maximum(
            self.people.hours[founders], self.scenario.founders.hours
        )
        return np.sort(founders).astype(np.int32)

    def settle(self, orders: Table) -> Settlement:
        """Settle the month on its orders; ranks and pay go into the participants' rows."""
        members = self.participants
        self.books = Books(self.period, members.sponsor, self.enrolled(), orders)
        result = settle(self.plan, self.books, self.plan_state)
        members.title[:], members.paid_as[:] = result.title, result.paid_as
        members.qualified[:] = result.qualified
        members.last_pay[:] = members.last_margin[:] = 0
        add_up(result.pay.payee, result.pay.amount, members.last_pay)
        add_up(orders.credited_to, orders.margin, members.last_margin)
        self.settlement = result
        return result

    def close_month(self, left: NDArray[np.int32], renewed: NDArray[np.int32]) -> None:
        """Hand the month to the ledger and open the next one.

        ``left`` and ``renewed`` are the participants who left and who paid the fee, rising; the
        head counts stand in ``counts``.
        """
        new = len(self.participants) - len(self.hours)
        self.ledger.post(
            MonthEvents(
                period=self.period,
                orders=self.books.orders,
                settlement=self.settlement,
                first_new=self.first_new,
                left=left,
                renewed=renewed,
                renewal_fee=self.prices.renewal_fee,
                hours=np.concatenate([self.hours, np.zeros(new)]),
                expenses=np.concatenate([self.expenses, np.zeros(new, np.int64)]),
                counts=self.counts,
            ),
            self.people,
            self.participants,
        )
        self.open_month(self.month + 1)


FIRST_ORDER = 8
"""Added to the purpose in the key of a first order's units: a later order has luck of its own."""
