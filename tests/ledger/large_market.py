"""Months of a made-up market of any size, without an engine: to measure the ledger with.

``python tests/ledger/large_market.py MEMBERS ENROLLED ORDERS`` posts thirteen months and prints the
process seconds of each, and the bytes that filed rows take.
"""

import sys
import time

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
    Settlement,
    Table,
)

COMPONENTS = tuple(f"c{k}" for k in range(8))
FIRST_DAY = 739_617


def population(members, enrolled, luck):
    """People and participants; ``enrolled`` of the participants are still there."""
    people, table = Table(PERSON, members), Table(PARTICIPANT, members)
    people.membership[1:], people.outside_wage[:] = np.arange(1, members), 1500
    table.person[:] = np.arange(members)
    table.sponsor[1:] = np.arange(1, members) * luck.random(members - 1)
    here = np.sort(luck.choice(np.arange(1, members), enrolled, replace=False))
    table.left_month[here] = NOBODY
    for name in ("person", "sponsor", "left_month"):
        getattr(table, name)[0] = NOBODY
    return people, table, here


def orders_of(month, orders, table, here, luck):
    """Half of the orders are participants' own, half their customers'."""
    own, who = luck.random(orders) < 0.5, luck.choice(here, orders)
    customer = luck.integers(0, len(table), orders)
    units = luck.integers(1, 5, orders)
    columns = {
        "person": np.where(own, table.person[who], customer),
        "participant": np.where(own, who, NOBODY),
        "credited_to": who,
        "day": FIRST_DAY + 30 * month + luck.integers(0, 30, orders),
        "since_day": FIRST_DAY - luck.integers(0, 900, orders),
        "source": np.where(own, 2, luck.integers(0, 2, orders)),
        "purpose": np.where(own, luck.integers(1, 4, orders), 0),
        "units": units,
        "paid": units * 5400,
        "margin": np.where(own, 0, units * 1400),
        **dict.fromkeys(("pv", "qv", "cv"), units * 4000),
        "cost": units * 800,
    }
    columns = {"incarnation": np.zeros(orders, int), **columns}
    rest = [columns[c.name] for c in ORDER][::-1]
    rows = np.lexsort((*rest, columns["purpose"], columns["person"]))
    return Table.of(ORDER, **{name: column[rows] for name, column in columns.items()})


def events(month, orders, table, here, luck):
    """What happened in a month in which nobody enrols or leaves."""
    members, bought = len(table), orders_of(month, orders, table, here, luck)
    payees = np.unique(luck.choice(here, orders // 4))
    pay = Table.of(PAY, payee=payees, amount=luck.integers(1, 90_000, len(payees)))
    pay.component[:], pay.source[:] = payees % len(COMPONENTS), payees % 3
    pv = np.bincount(bought.credited_to, bought.pv, members).astype(np.int64)
    hours, expenses = np.zeros(members), np.zeros(members, np.int64)
    hours[here], expenses[here] = luck.random(len(here)) * 20, luck.integers(0, 3000, len(here))
    rank = np.zeros(members, np.int8)
    return MonthEvents(
        Period(month, FIRST_DAY + 30 * month, FIRST_DAY + 30 * month + 29),
        bought,
        Settlement(pv, pv, pv > 10_000, rank, rank, pay),
        1 if month == 0 else members,
        np.zeros(0, np.int32),
        here[:: len(here) // 10 + 1].astype(np.int32),
        2500,
        hours,
        expenses,
        {**dict.fromkeys(COUNTS, 0), "enrolled": len(here)},
    )


def measure(members, enrolled, orders, months=13):
    """Post the months; print what they cost."""
    luck = np.random.default_rng(1)
    people, table, here = population(members, enrolled, luck)
    ledger = Ledger((2026, 1), "USD", COMPONENTS, ("manager",))
    for month in range(months):
        happened = events(month, orders, table, here, luck)
        before = time.process_time()
        ledger.post(happened, people, table)
        print(month, f"{time.process_time() - before:.6f} s")
    tables = ledger.close()
    for name in ("participants", "person_months", "lives", "entry"):
        rows = getattr(tables, name)
        print(name, rows.rows, f"rows, {rows.nbytes / max(rows.rows, 1):.1f} bytes each")


if __name__ == "__main__":
    measure(*map(int, sys.argv[1:4]))
