"""From one month's events to what each participant bought, was paid, spent and did in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.ledger.accounts import LedgerError, exact_sum
from sim.ledger.columns import flow_columns
from sim.records import COMPANY, COUNTS, NOBODY, Flow, MonthEvents, Purpose, Source, Table

OWN_ORDERS = {"own_use": Purpose.OWN_USE, "top_up": Purpose.TOP_UP, "kit": Purpose.KIT}
SALES = {
    Flow.CUSTOMER_SALE: Purpose.CUSTOMER,
    Flow.OWN_USE: Purpose.OWN_USE,
    Flow.TOP_UP: Purpose.TOP_UP,
    Flow.KIT: Purpose.KIT,
}


@dataclass(frozen=True)
class Valuation:
    """How own use is valued in the central case: comparable goods up to a household benchmark.

    ``benchmark`` is in minor units a month (default $200, sensible range $60-200). ``comparable``
    is the price of like goods elsewhere over the price paid (a prior; 1 = as dear elsewhere).
    """

    benchmark: int = 20_000
    comparable: Fraction = Fraction(1)

    def of(self, goods: NDArray[np.int64]) -> NDArray[np.int64]:
        """Value of one month's own goods, minor units, rounded down."""
        worth = goods * self.comparable.numerator // self.comparable.denominator
        return np.minimum(worth, self.benchmark)


def month_rows(
    events: MonthEvents,
    participants: Table,
    component_ids: tuple[str, ...],
    wage: NDArray[np.int64],
    valuation: Valuation,
) -> Table:
    """One row a participant (the company's stays zero) with the month's flows and presence.

    ``wage`` is each participant's outside wage in minor units an hour.
    """
    rows = Table(flow_columns(component_ids), len(participants))
    _book_orders(rows, events.orders, valuation)
    _book_pay(rows, events.settlement.pay, component_ids)
    rows.expense[:] = events.expenses
    np.add.at(rows.renewal, events.renewed, events.renewal_fee)
    rows.hours[:] = events.hours
    rows.time_value[:] = np.rint(events.hours * wage)
    rows.pv[:] = events.settlement.pv
    _mark_presence(rows, events, participants)
    for _, column in rows:
        column[COMPANY] = 0
    return rows


def _book_orders(rows: Table, orders: Table, valuation: Valuation) -> None:
    for name, purpose in OWN_ORDERS.items():
        pick = orders.purpose == purpose
        np.add.at(getattr(rows, name), orders.participant[pick], orders.paid[pick])
    sold = orders.credited_to > COMPANY
    np.add.at(rows.retail_margin, orders.credited_to[sold], orders.margin[sold])
    # A kit without volume is papers and a right to sell: nothing that a household uses.
    goods = (orders.participant != NOBODY) & ((orders.purpose != Purpose.KIT) | (orders.pv > 0))
    np.add.at(rows.own_goods, orders.participant[goods], orders.paid[goods])
    rows.own_use_benchmarked[:] = valuation.of(rows.own_goods)


def _book_pay(rows: Table, pay: Table, component_ids: tuple[str, ...]) -> None:
    for k, component in enumerate(component_ids):
        pick = pay.component == k
        np.add.at(getattr(rows, f"pay.{component}"), pay.payee[pick], pay.amount[pick])
    np.add.at(rows.bonus, pay.payee, pay.amount)
    own = pay.source == Source.PARTICIPANT
    np.add.at(rows.bonus_from_participants, pay.payee[own], pay.amount[own])
    rows.bonus_from_customers[:] = rows.bonus - rows.bonus_from_participants
    rows.pay_months[:] = rows.bonus != 0


def _mark_presence(rows: Table, events: MonthEvents, participants: Table) -> None:
    month, orders = events.period.month, events.orders
    left = participants.left_month
    rows.months_enrolled[:] = (participants.joined_month <= month) & (
        (left == NOBODY) | (left >= month)
    )
    rows.months_ordering[orders.participant[orders.participant != NOBODY]] = 1
    rows.months_qualified[:] = events.settlement.qualified
    rows.months_active[:] = rows.months_ordering | rows.months_qualified
    seller = orders.credited_to[orders.purpose == Purpose.CUSTOMER]
    rows.months_selling[seller[seller > COMPANY]] = 1
    np.add.at(rows.recruits, participants.sponsor[events.first_new :], 1)


def month_totals(events: MonthEvents) -> dict[Flow, int]:
    """The month's total of every flow, taken from the events and not from participants' rows."""
    orders = events.orders
    total = {
        flow: exact_sum(orders.paid[orders.purpose == purpose]) for flow, purpose in SALES.items()
    }
    total[Flow.RETAIL_MARGIN] = exact_sum(orders.margin[orders.credited_to > COMPANY])
    total[Flow.RENEWAL] = len(events.renewed) * events.renewal_fee
    total[Flow.EXPENSE] = exact_sum(events.expenses)
    total[Flow.COST_OF_GOODS] = exact_sum(orders.cost)
    return total


def bonus_totals(events: MonthEvents, component_ids: tuple[str, ...]) -> dict[str, int]:
    """The month's bonuses by component."""
    pay = events.settlement.pay
    return {c: exact_sum(pay.amount[pay.component == k]) for k, c in enumerate(component_ids)}


def validate(events: MonthEvents, participants: Table, components: int, month: int) -> None:
    """Raise LedgerError where an engine handed over events that cannot be booked."""
    n, orders, pay = len(participants), events.orders, events.settlement.pay
    enrolled = int(np.count_nonzero(participants.left_month[COMPANY + 1 :] == NOBODY))
    own = orders.participant != NOBODY
    broken = {
        f"the month is {events.period.month}": events.period.month != month,
        "head counts are missing": not set(COUNTS) <= set(events.counts),
        f"{events.counts.get('enrolled')} are counted as enrolled, memberships are {enrolled}": (
            events.counts.get("enrolled") != enrolled
        ),
        "hours or expenses have not a row a participant": not (
            n == len(events.hours) == len(events.expenses)
        ),
        "the settlement has not a row a participant": not (
            n == len(events.settlement.pv) == len(events.settlement.title)
        ),
        "an order is credited to nobody known": bool(
            len(orders) and (orders.credited_to.min() < COMPANY or orders.credited_to.max() >= n)
        ),
        "an order's purpose does not fit its buyer": bool(
            np.any(own == (orders.purpose == Purpose.CUSTOMER))
        ),
        "an order's buyer is the company or unknown": bool(
            np.any(own & ((orders.participant <= COMPANY) | (orders.participant >= n)))
        ),
        "a margin exceeds what was paid": bool(np.any(orders.margin > orders.paid)),
        "a payee is the company or unknown": bool(
            np.any((pay.payee <= COMPANY) | (pay.payee >= n))
        ),
        "pay names an unknown component": bool(
            np.any((pay.component < 0) | (pay.component >= components))
        ),
        "the company has expenses": bool(n and events.expenses[COMPANY] != 0),
    }
    for what, wrong in broken.items():
        if wrong:
            raise LedgerError(f"month {month}: {what}")
