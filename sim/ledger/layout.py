"""Where each figure of a participant stands in the rows that compiled code adds up.

``SUMS`` are whole numbers in minor units (``pv`` in hundredths of a point), ``TALLIES`` counts. The
constants are the places of the names in them.
"""

from __future__ import annotations

from sim.ledger.columns import MONEY_FLOWS
from sim.ledger.exact import LIMBS

SUMS = (
    *(c.name for c in MONEY_FLOWS),
    "bonus_from_participants",
    "own_goods",
    "own_use_benchmarked",
    "time_value",
    "pv",
)
FLOWS = len(MONEY_FLOWS)
BONUS, RETAIL_MARGIN, OWN_USE, TOP_UP, KIT, RENEWAL, EXPENSE = range(FLOWS)
FROM_PARTICIPANTS, OWN_GOODS, BENCHMARKED, TIME_VALUE, PV = range(FLOWS, len(SUMS))

TALLIES = (
    "months_ordering",
    "months_qualified",
    "months_active",
    "months_selling",
    "pay_months",
    "recruits",
)
ORDERING, QUALIFIED, ACTIVE, SELLING, PAID, RECRUITS = range(len(TALLIES))

# A month's row also marks who ordered, who sold to a customer, and counts recruits.
ORDERED, SOLD, RECRUITED = range(len(SUMS), len(SUMS) + 3)
CELLS = len(SUMS) + 3  # and then its bonuses by component

# Rows on their way into a table: all begin alike, ``hours`` as the bits of a float.
FILED = ("participant", "title", "recruits_ever", *TALLIES, *SUMS, "hours")
FILED_TALLIES = 3
FILED_SUMS = FILED_TALLIES + len(TALLIES)
FILED_HOURS = FILED_SUMS + len(SUMS)
REST = len(FILED)
# One row a participant and month qualified or ordering: identity as it stood, then what was done.
KEPT = (*FILED, "paid_as", "month")
# Bonuses by component follow these.
ENTRY = (*FILED, "horizon", "until")
YEAR = (
    *("recruits_year" if name == "recruits" else name for name in FILED),
    "customers_end",
    "best_paid_as",
    "end_paid_as",
)

MILESTONES = ("first_pay_month", "last_order_month", "fee_recouped_month", "recouped_month")
FIRST_PAY, LAST_ORDER, FEE_RECOUPED, RECOUPED = range(len(TALLIES), len(TALLIES) + 4)

# The small numbers of a life: tallies, milestones (a month plus one, zero for none), the wage, and
# the participant's rows among those of the year and of pay (zero for none).
WAGE, YEAR_ROW, PURSE = range(RECOUPED + 1, RECOUPED + 4)
SMALL = RECOUPED + 4
LIFE = (*FILED, *MILESTONES)
# The small numbers of a year: tallies as they stood before it, and its best rank.
BEST_PAID_AS = len(TALLIES)
SMALL_OF_YEAR = len(TALLIES) + 1

# What a month adds up to is one row of integers. The first two outlast the month: rows in use of
# the year and of pay. A total is a high and a low half (sim/ledger/exact.py).
YEAR_ROWS, PURSES, FAULT, FAULT_WHO, FAULT_SUM, MONTH_ROWS = range(6)
LASTING = 2
# From the events; the first four are what was paid for orders, by Purpose.
EVENTS = MONTH_ROWS + 1
N_EVENTS = 12
MARGIN_TOTAL, COST, UNITS, PV_TOTAL, CV = range(4, 9)
EXPENSES, BY_PARTICIPANTS, BY_CUSTOMERS = range(9, N_EVENTS)
# From participants' rows: the money flows.
ROWS = EVENTS + 2 * N_EVENTS
# Head counts; the first as the tallies, but those who recruited in place of recruits.
HEADS = ROWS + 2 * FLOWS
N_HEADS = 10
RECRUITING = RECRUITS
ENROLLED, DEPTHS, DEEPEST, EVER = range(6, N_HEADS)
# Heads by rank: paid as, and new to a title.
RANKS = 128
PAID_AS = HEADS + N_HEADS
NEW_TITLE = PAID_AS + RANKS
HOURS = NEW_TITLE + RANKS
# Bonuses by component stand last.
COMPONENTS = HOURS + LIMBS
