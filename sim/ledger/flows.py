"""What moved in a month, by flow and component, and what no month may hold."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sim.ledger.accounts import LedgerError
from sim.ledger.booking import FAULTS, TOO_LARGE
from sim.ledger.layout import COST, ENROLLED, EXPENSES, MARGIN_TOTAL, SUMS
from sim.ledger.state import Outcome
from sim.records import COMPANY, COUNTS, Flow, MonthEvents, Purpose


@dataclass(frozen=True)
class Valuation:
    """How own use is valued in the central case: comparable goods up to a household benchmark.

    ``benchmark`` is in minor units a month (default $200, sensible range $60-200). ``comparable``
    is the price of like goods elsewhere over the price paid (a prior; 1 = as dear elsewhere). One
    month's own goods are worth their price times ``comparable``, rounded down, at most the
    benchmark.
    """

    benchmark: int = 20_000
    comparable: Fraction = Fraction(1)


def flow_totals(totals: list[int], renewals: int, fee: int) -> dict[Flow, int]:
    """The month's total of every flow, from what the events add up to, not participants' rows."""
    return {
        Flow.CUSTOMER_SALE: totals[Purpose.CUSTOMER],
        Flow.OWN_USE: totals[Purpose.OWN_USE],
        Flow.TOP_UP: totals[Purpose.TOP_UP],
        Flow.KIT: totals[Purpose.KIT],
        Flow.RETAIL_MARGIN: totals[MARGIN_TOTAL],
        Flow.RENEWAL: renewals * fee,
        Flow.EXPENSE: totals[EXPENSES],
        Flow.COST_OF_GOODS: totals[COST],
    }


def own_totals(flows: dict[Flow, int], bonus: int) -> list[int]:
    """The flows that reach participants, in the order of MONEY_FLOWS."""
    own = (Flow.RETAIL_MARGIN, Flow.OWN_USE, Flow.TOP_UP, Flow.KIT, Flow.RENEWAL, Flow.EXPENSE)
    return [bonus, *(flows[flow] for flow in own)]


def check_shape(events: MonthEvents, members: int, known: int, month: int) -> None:
    """Raise LedgerError unless the events are of this month and have a row a participant.

    ``known`` are the rows of participants after the month before.
    """
    settled = events.settlement
    rows = (settled.pv, settled.qualified, settled.paid_as, settled.title)
    if events.period.month != month:
        fault = f"the month is {events.period.month}"
    elif not COUNTS.keys() <= events.counts.keys():
        fault = "head counts are missing"
    elif not members == len(events.hours) == len(events.expenses):
        fault = "hours or expenses have not a row a participant"
    elif any(len(column) != members for column in rows):
        fault = "the settlement has not a row a participant"
    elif max(events.first_new, COMPANY + 1) != known:
        fault = f"the first newcomer is {events.first_new}, the books know {known} rows"
    elif events.expenses[COMPANY] != 0:
        fault = "the company has expenses"
    else:
        return
    raise LedgerError(f"month {month}: {fault}")


def check_booked(events: MonthEvents, outcome: Outcome, month: int) -> None:
    """Raise LedgerError where the month's events could not be booked or heads do not agree."""
    fault, enrolled = outcome.fault.item(0), outcome.heads.item(ENROLLED)
    counted = events.counts["enrolled"]
    if fault not in (0, TOO_LARGE):
        raise LedgerError(f"month {month}: {FAULTS[fault]}")
    if counted != enrolled:
        raise LedgerError(
            f"month {month}: {counted} are counted as enrolled, memberships are {enrolled}"
        )


def check_size(outcome: Outcome, month: int) -> None:
    """Raise LedgerError where a participant's sum left the room that rows have."""
    fault, who, column = outcome.fault.tolist()
    if fault == TOO_LARGE:
        raise LedgerError(f"month {month}: {SUMS[column]} of participant {who} is too large")
