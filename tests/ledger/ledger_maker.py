"""Markets written by hand or at random, month by month, to try the ledger without an engine."""

from __future__ import annotations

import datetime
from fractions import Fraction

import numpy as np

from sim.ledger import Ledger
from sim.records import (
    COUNTS,
    NOBODY,
    ORDER,
    PARTICIPANT,
    PAY,
    PERSON,
    MonthEvents,
    Period,
    Purpose,
    Role,
    Settlement,
    Source,
    Table,
)

COMPONENTS = ("level", "pool")
RANKS = ("manager", "director", "executive")


class Market:
    """A handful of people; each call to ``month`` posts what was gathered since the last."""

    def __init__(self, people=6, start=(2026, 1), components=COMPONENTS, ranks=RANKS, **ledger):
        self.start = start
        self.people = Table(PERSON, people)
        self.people.membership[:] = NOBODY
        self.people.outside_wage[:] = 1500
        self.participants = Table(PARTICIPANT, 1)
        self.participants.sponsor[0] = NOBODY
        self.participants.person[0] = NOBODY
        self.participants.left_month[0] = NOBODY
        self.ledger = Ledger(start, "USD", components, ranks, **ledger)
        self.now = 0
        self._clear()

    def _clear(self):
        self.orders, self.pays, self.renewed, self.left = [], [], [], []
        self.expense, self.worked = {}, {}
        self.first_new = len(self.participants)
        self.qualified, self.paid_as = set(), {}

    @property
    def period(self):
        year, month = self.start[0] + (self.start[1] - 1 + self.now) // 12, 0
        month = (self.start[1] - 1 + self.now) % 12 + 1
        first = datetime.date(year, month, 1)
        after = (first + datetime.timedelta(days=32)).replace(day=1)
        return Period(self.now, first.toordinal(), after.toordinal() - 1)

    def enrol(self, person, sponsor=0, motive=0):
        row = len(self.participants)
        self.participants.grow(1)
        table = self.participants
        table.person[row], table.sponsor[row], table.motive[row] = person, sponsor, motive
        table.incarnation[row] = self.people.incarnation[person]
        table.joined_month[row], table.left_month[row] = self.now, NOBODY
        table.joined_day[row] = self.period.first_day
        table.recruits[sponsor] += 1
        self.people.role[person], self.people.membership[person] = Role.DISTRIBUTOR, row
        return row

    def leave(self, who):
        self.participants.left_month[who] = self.now
        self.people.role[self.participants.person[who]] = Role.FORMER
        self.left.append(who)

    def buy(self, who, paid, purpose=Purpose.OWN_USE, units=1, pv=0, cost=0):
        self.orders.append(
            {
                "person": self.participants.person[who],
                "participant": who,
                "credited_to": who,
                "paid": paid,
                "incarnation": self.participants.incarnation[who],
                "purpose": purpose,
                "units": units,
                "source": Source.PARTICIPANT,
                "pv": pv,
                "qv": pv,
                "cv": paid,
                "cost": cost,
                "day": self.period.first_day,
            }
        )

    def sell(self, person, seller, paid, margin=0, pv=0, cost=0, source=Source.RETAIL_CUSTOMER):
        self.orders.append(
            {
                "person": person,
                "participant": NOBODY,
                "credited_to": seller,
                "paid": paid,
                "margin": margin,
                "purpose": Purpose.CUSTOMER,
                "units": 1,
                "source": source,
                "pv": pv,
                "qv": pv,
                "cv": paid - margin,
                "cost": cost,
                "day": self.period.first_day + 1,
            }
        )

    def pay(self, who, amount, component=0, source=Source.PARTICIPANT):
        self.pays.append((who, component, int(source), amount))

    def events(self):
        n = len(self.participants)
        orders = Table(ORDER, len(self.orders))
        for row, order in enumerate(sorted(self.orders, key=lambda o: (o["person"], o["purpose"]))):
            for name, value in order.items():
                getattr(orders, name)[row] = value
        pay = Table(PAY, len(self.pays))
        for row, (payee, component, source, amount) in enumerate(sorted(self.pays)):
            pay.payee[row], pay.component[row] = payee, component
            pay.source[row], pay.amount[row] = source, amount
        pv = np.zeros(n, np.int64)
        np.add.at(pv, orders.credited_to, orders.pv)
        qualified = np.zeros(n, np.bool_)
        qualified[list(self.qualified)] = True
        paid_as, title = np.zeros(n, np.int8), self.participants.title.copy()
        for who, rank in self.paid_as.items():
            paid_as[who], title[who] = rank, max(rank, title[who])
        self.participants.title[:] = title
        hours, expenses = np.zeros(n), np.zeros(n, np.int64)
        for who, value in self.worked.items():
            hours[who] = value
        for who, value in self.expense.items():
            expenses[who] = value
        settled = Settlement(
            pv,
            pv.copy(),
            qualified,
            paid_as,
            title,
            pay,
            breakage={"level": {"no upline": Fraction(5, 2)}},
            maximum={
                name: int(pay.amount[pay.component == k].sum()) + Fraction(5, 2) * (name == "level")
                for k, name in enumerate(self.ledger.component_ids)
            },
        )
        counts = dict.fromkeys(COUNTS, 0)
        counts["enrolled"] = int((self.participants.left_month[1:] == NOBODY).sum())
        return MonthEvents(
            self.period,
            orders,
            settled,
            self.first_new,
            np.array(self.left, np.int32),
            np.array(self.renewed, np.int32),
            2500,
            hours,
            expenses,
            counts,
        )

    def month(self, times=1):
        for _ in range(times):
            self.ledger.post(self.events(), self.people, self.participants)
            self.now += 1
            self._clear()

    def close(self):
        return self.ledger.close()


def random_market(seed, months=26, people=40, **ledger):
    """A market with all kinds of events at random, from a seed."""
    luck = np.random.default_rng(seed)
    market = Market(people, start=(2025, int(luck.integers(1, 13))), **ledger)
    for _ in range(months):
        random_month(market, luck)
        market.month()
    return market


def random_month(market, luck):
    table = market.participants
    inside = [p for p in range(1, len(table)) if table.left_month[p] == NOBODY]
    free = [p for p in range(len(market.people)) if market.people.role[p] == Role.NOBODY]
    for person in luck.permutation(free)[: luck.integers(0, 4)]:
        who = market.enrol(int(person), int(luck.choice([0, *inside])), int(luck.integers(3)))
        market.buy(who, int(luck.integers(0, 9000)), Purpose.KIT, int(luck.integers(2)))
    for who in inside:
        if luck.random() < 0.5:
            market.buy(
                who,
                int(luck.integers(1, 40000)),
                Purpose(int(luck.integers(1, 3))),
                pv=int(luck.integers(0, 9000)),
                cost=int(luck.integers(0, 500)),
            )
        if luck.random() < 0.4:
            market.sell(int(luck.choice(free or [0])), who, 9000, int(luck.integers(0, 2500)))
        if luck.random() < 0.4:
            market.pay(
                who,
                int(luck.pareto(1.1) * 1000) + 1,
                int(luck.integers(2)),
                Source(int(luck.integers(3))),
            )
        if luck.random() < 0.3:
            market.qualified.add(who)
            market.paid_as[who] = int(luck.integers(0, 4))
        market.worked[who] = float(luck.random() * 20)
        market.expense[who] = int(luck.integers(0, 3000))
        if luck.random() < 0.1:
            market.renewed.append(who)
        if luck.random() < 0.08:
            market.leave(who)
    market.sell(0, 0, 5000)
