"""From a month's events to one row for everyone they concern; totals are summed on the way.

What is wrong with the events comes back as a code: the place of a sentence in ``FAULTS``.
"""

from __future__ import annotations

from sim.jit import inlined, njit
from sim.ledger.exact import is_large, tally, tally_column
from sim.ledger.layout import (
    BONUS,
    BY_CUSTOMERS,
    BY_PARTICIPANTS,
    CELLS,
    COMPONENTS,
    COST,
    CV,
    EVENTS,
    FROM_PARTICIPANTS,
    MARGIN_TOTAL,
    MONTH_ROWS,
    ORDERED,
    OWN_GOODS,
    OWN_USE,
    PV_TOTAL,
    RECRUITED,
    RENEWAL,
    RETAIL_MARGIN,
    SOLD,
    UNITS,
    WAGE,
)
from sim.ledger.state import Books, Ints, Longs, Members, Orders, Pay, People, Terms
from sim.records import COMPANY, NOBODY, Purpose, Source

FAULTS = (
    "",
    "an order is credited to nobody known",
    "an order's purpose does not fit its buyer",
    "an order's buyer is the company or unknown",
    "a margin exceeds what was paid",
    "a payee is the company or unknown",
    "pay names an unknown component",
    "the company or somebody unknown renews",
    "a sponsor is not among those who enrolled before",
    "a sum is too large",
    "hours are not a finite number",
    "a newcomer is said to have enrolled in another month",
)
(
    CREDITED,
    PURPOSE,
    BUYER,
    MARGIN,
    PAYEE,
    COMPONENT,
    RENEWER,
    SPONSOR,
    TOO_LARGE,
    NOT_FINITE,
    JOINED,
) = range(1, len(FAULTS))
CUSTOMER_ORDER = int(Purpose.CUSTOMER)
OWN_USE_ORDER = int(Purpose.OWN_USE)
KIT_ORDER = int(Purpose.KIT)
BY_A_PARTICIPANT = int(Source.PARTICIPANT)


@inlined
def row_of(who: int, month_row: Ints, out: Longs) -> int:
    """The row of the month for a participant; a new one where it has none yet."""
    row = int(month_row[who])
    if row == 0:
        out[MONTH_ROWS] += 1
        row = int(out[MONTH_ROWS])
        month_row[who] = row
    return row


@inlined
def fault_of_order(buyer: int, seller: int, purpose: int, members: int) -> int:
    """What is wrong with the parties of an order, 0 for nothing."""
    if seller < COMPANY or seller >= members:
        return CREDITED
    if purpose < CUSTOMER_ORDER or purpose > KIT_ORDER:
        return PURPOSE
    if (buyer != NOBODY) == (purpose == CUSTOMER_ORDER):
        return PURPOSE
    if buyer != NOBODY and (buyer <= COMPANY or buyer >= members):
        return BUYER
    return 0


@njit
def book_orders(orders: Orders, members: int, month_row: Ints, cells: Longs, out: Longs) -> int:
    """Book all orders on buyers and sellers; gives the first fault."""
    buyers, sellers, purposes = orders.participant, orders.credited_to, orders.purpose
    paids, margins, pvs, used = orders.paid, orders.margin, orders.pv, out[MONTH_ROWS]
    for k in range(len(paids)):
        buyer, seller, purpose = int(buyers[k]), int(sellers[k]), int(purposes[k])
        paid, margin = paids[k], margins[k]
        fault = fault_of_order(buyer, seller, purpose, members)
        if fault or margin > paid:
            return fault or MARGIN
        if buyer != NOBODY:
            row = month_row[buyer]
            if row == 0:
                used += 1
                month_row[buyer] = row = used
            cells[row, OWN_USE + purpose - OWN_USE_ORDER] += paid
            cells[row, ORDERED] = 1
            # A kit without volume is papers and a right to sell: nothing that a household uses.
            if purpose != KIT_ORDER or pvs[k] > 0:
                cells[row, OWN_GOODS] += paid
        if seller > COMPANY:
            row = month_row[seller]
            if row == 0:
                used += 1
                month_row[seller] = row = used
            cells[row, RETAIL_MARGIN] += margin
            cells[row, SOLD] |= purpose == CUSTOMER_ORDER
    out[MONTH_ROWS] = used
    return 0


@njit
def total_orders(orders: Orders, out: Longs) -> None:
    """What all orders add up to, without a look at who is booked for them."""
    paids, margins, purposes, sellers = (
        orders.paid,
        orders.margin,
        orders.purpose,
        orders.credited_to,
    )
    if is_large(paids) or is_large(margins):
        for k in range(len(paids)):
            tally(out, EVENTS + 2 * int(purposes[k]), paids[k])
            if sellers[k] > COMPANY:
                tally(out, EVENTS + 2 * MARGIN_TOTAL, margins[k])
    else:
        for k in range(len(paids)):
            out[EVENTS + 2 * int(purposes[k]) + 1] += paids[k]
            out[EVENTS + 2 * MARGIN_TOTAL + 1] += margins[k] if sellers[k] > COMPANY else 0
    tally_column(out, EVENTS + 2 * COST, orders.cost)
    tally_column(out, EVENTS + 2 * PV_TOTAL, orders.pv)
    tally_column(out, EVENTS + 2 * CV, orders.cv)
    tally_column(out, EVENTS + 2 * UNITS, orders.units)


@njit
def book_pay(pay: Pay, members: int, month_row: Ints, cells: Longs, out: Longs) -> int:
    """Book all pay rows on their payees; gives the first fault."""
    components, used = (len(out) - COMPONENTS) // 2, out[MONTH_ROWS]
    payees, kinds, sources, amounts = pay.payee, pay.component, pay.source, pay.amount
    for k in range(len(amounts)):
        payee, component, amount = int(payees[k]), int(kinds[k]), amounts[k]
        if payee <= COMPANY or payee >= members:
            return PAYEE
        if component < 0 or component >= components:
            return COMPONENT
        row = month_row[payee]
        if row == 0:
            used += 1
            month_row[payee] = row = used
        cells[row, BONUS] += amount
        cells[row, CELLS + component] += amount
        if sources[k] == BY_A_PARTICIPANT:
            cells[row, FROM_PARTICIPANTS] += amount
    out[MONTH_ROWS] = used
    return 0


@njit
def total_pay(pay: Pay, out: Longs) -> None:
    """What all pay rows add up to, by component and by who funds them."""
    kinds, sources, amounts = pay.component, pay.source, pay.amount
    large = is_large(amounts)
    for k in range(len(amounts)):
        amount, of_component = amounts[k], COMPONENTS + 2 * int(kinds[k])
        by = BY_PARTICIPANTS if sources[k] == BY_A_PARTICIPANT else BY_CUSTOMERS
        if large:
            tally(out, of_component, amount)
            tally(out, EVENTS + 2 * by, amount)
        else:
            out[of_component + 1] += amount
            out[EVENTS + 2 * by + 1] += amount


@njit
def book_renewals(
    renewed: Ints, fee: int, members: int, month_row: Ints, cells: Longs, out: Longs
) -> int:
    """Book the fee on everyone who renewed; gives the first fault."""
    for who in renewed:
        if who <= COMPANY or who >= members:
            return RENEWER
        cells[row_of(int(who), month_row, out), RENEWAL] += fee
    return 0


@njit
def welcome(terms: Terms, members: Members, people: People, books: Books) -> int:
    """Give newcomers their depth and note their wage; count them for their sponsors.

    Wages do not change in a life. Whoever enrols and leaves the market in one month has given no
    hours yet and never will, so that the wage stays zero.
    """
    for i in range(terms.first_new, len(members.sponsor)):
        sponsor, person = int(members.sponsor[i]), members.person[i]
        if sponsor < COMPANY or sponsor >= i:
            return SPONSOR
        if members.joined_month[i] != terms.month:
            return JOINED
        books.depth[i] = books.depth[sponsor] + 1
        if people.incarnation[person] == members.incarnation[i]:
            books.small[i, WAGE] = people.outside_wage[person]
        if sponsor > COMPANY:
            books.cells[row_of(sponsor, books.month_row, books.out), RECRUITED] += 1
    return 0
