"""The rows that rooms hand to each other: types, codes and units, and no behaviour.

Units everywhere: money is whole minor units of its currency (cents), volume is whole hundredths of
a point, a day is an ordinal date (``datetime.date.toordinal``), a month is a count from the
scenario's first month, a rate is an exact rational. ``NOBODY`` (-1) stands where an id points at no
one.

Two tables hold all state that decisions read. ``PERSON`` has one row a person slot of the market;
``PARTICIPANT`` one row a membership, in the order of enrolment, so that a sponsor's id is always
smaller than its recruit's. Row 0 of ``PARTICIPANT`` is the company, which nobody counts as a
participant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NOBODY = -1
COMPANY = 0

LINE = 64  # bytes that the memory hands over at a time


class Role(IntEnum):
    """What a person is to the firm now; a former may become any other again."""

    NOBODY = 0
    RETAIL_CUSTOMER = 1
    PREFERRED_CUSTOMER = 2
    DISTRIBUTOR = 3
    FORMER = 4


class Motive(IntEnum):
    """Why a person would join: the member price, an income beside a job, or the job."""

    DISCOUNT = 0
    SIDE_INCOME = 1
    CAREER = 2


class Source(IntEnum):
    """Whose money an order is: the class that every bonus is traced back to."""

    RETAIL_CUSTOMER = 0
    PREFERRED_CUSTOMER = 1
    PARTICIPANT = 2


class Purpose(IntEnum):
    """What an order is for; KIT is the entry purchase, TOP_UP only reaches a qualification."""

    CUSTOMER = 0
    OWN_USE = 1
    TOP_UP = 2
    KIT = 3


class Column(NamedTuple):
    """One typed column: its name, storage type, unit and meaning."""

    name: str
    dtype: Any
    unit: str
    meaning: str


PERSON = (
    Column("incarnation", np.int32, "count", "how many people have lived in this slot before"),
    Column("last_month", np.int32, "month", "month at whose end the person leaves the market"),
    Column("role", np.int8, "Role", "what the person is to the firm now"),
    Column("motive", np.int8, "Motive", "why the person would join"),
    Column("appetite", np.float32, "0-1", "how much the person wants the product"),
    Column("skill", np.float32, "ratio, mean 1", "selling skill: multiplies the odds of a yes"),
    Column("hours", np.float32, "hours a month", "time the person could give as a distributor"),
    Column(
        "susceptibility",
        np.float32,
        "ratio, mean 1",
        "how strongly a promised income draws the person",
    ),
    Column(
        "outside_wage", np.int32, "minor units an hour", "what an hour earns elsewhere, after tax"
    ),
    Column(
        "price_sensitivity",
        np.float32,
        "ratio, mean 1",
        "how strongly price weighs against appetite",
    ),
    Column("refusals", np.int32, "count", "offers weighed and turned down so far"),
    Column(
        "seller",
        np.int32,
        "participant",
        "who serves this customer, or its nearest upline if it left; COMPANY if none",
    ),
    Column("customer_since", np.int32, "day", "day on which the person became a customer"),
    Column("last_order", np.int32, "month", "month of the last order, NOBODY before the first"),
    Column("membership", np.int32, "participant", "current (or, for a former, last) membership"),
    Column("stopped_month", np.int32, "month", "month in which the person last stopped buying"),
    Column("last_offer", np.int32, "offer", "last offer heard in the open month, else NOBODY"),
)

PARTICIPANT = (
    Column("person", np.int32, "person", "slot of the person who holds the membership"),
    Column("incarnation", np.int32, "count", "which life of the slot"),
    Column(
        "sponsor",
        np.int32,
        "participant",
        "who recruited the participant; the parent in the sponsor tree",
    ),
    Column("joined_month", np.int32, "month", "month of enrolment"),
    Column("joined_day", np.int32, "day", "day of enrolment"),
    Column("left_month", np.int32, "month", "month of leaving, NOBODY while enrolled"),
    Column("motive", np.int8, "Motive", "why this person joined"),
    Column("title", np.int8, "rank", "highest rank ever settled, 0 for none"),
    Column("paid_as", np.int8, "rank", "rank of the last settlement, 0 for none"),
    Column(
        "qualified", np.bool_, "yes/no", "passed the plan's activity test in the last settlement"
    ),
    Column("recruits", np.int32, "count", "people sponsored so far"),
    Column("customers", np.int32, "count", "customers served now"),
    Column("last_pay", np.int64, "minor units", "bonuses of the last settlement"),
    Column("last_margin", np.int64, "minor units", "retail margin of the last month"),
    Column(
        "lived_pay",
        np.float64,
        "minor units a month",
        "moving average of bonuses and retail margin",
    ),
    Column(
        "belief",
        np.float64,
        "minor units a month",
        "what the person expects to earn as a distributor",
    ),
    Column("morale", np.float64, "0-1", "readiness to give hours to the business"),
)

ORDER = (
    Column("person", np.int32, "person", "slot of the buyer"),
    Column("incarnation", np.int32, "count", "which life of the slot"),
    Column("participant", np.int32, "participant", "the buyer's membership, NOBODY for a customer"),
    Column(
        "credited_to",
        np.int32,
        "participant",
        "whose personal volume the order is (buyer or seller)",
    ),
    Column("day", np.int32, "day", "day of the order"),
    Column("since_day", np.int32, "day", "day on which the buyer enrolled or became a customer"),
    Column("source", np.int8, "Source", "class of the buyer on that day"),
    Column("purpose", np.int8, "Purpose", "what the order was for"),
    Column("units", np.int32, "count", "units of the product"),
    Column("paid", np.int64, "minor units", "what the buyer paid the firm"),
    Column("margin", np.int64, "minor units", "retail margin in it, passed on to the seller"),
    Column("pv", np.int64, "hundredths of a point", "personal volume"),
    Column("qv", np.int64, "hundredths of a point", "volume that counts for ranks only"),
    Column("cv", np.int64, "minor units", "commissionable volume: the money base of bonuses"),
    Column("cost", np.int64, "minor units", "the firm's cost of the goods"),
)

PAY = (
    Column("payee", np.int32, "participant", "who is paid"),
    Column("component", np.int16, "index", "which component of the plan pays"),
    Column("source", np.int8, "Source", "class of the orders that fund it"),
    Column("amount", np.int64, "minor units", "what is paid"),
)

PAY_LINE = (
    Column("payee", np.int32, "participant", "who is paid"),
    Column("component", np.int16, "index", "which component of the plan pays"),
    Column(
        "order",
        np.int32,
        "row of the period's orders",
        "source order, NOBODY where many orders fund the line",
    ),
    Column("source", np.int8, "Source", "class of the source order"),
    Column(
        "level",
        np.int16,
        "count",
        "level, generation or tier at which it is paid, 0 where there is none",
    ),
    Column("amount", np.int64, "minor units", "what is paid"),
)


class Flow(IntEnum):
    """How money moves outside the bonuses; FLOW_ENDS names the two accounts of each."""

    CUSTOMER_SALE = 0
    OWN_USE = 1
    TOP_UP = 2
    KIT = 3
    RETAIL_MARGIN = 4
    RENEWAL = 5
    EXPENSE = 6
    COST_OF_GOODS = 7


class Account(IntEnum):
    """Who holds money. In every currency and month the balances of all accounts sum to zero."""

    CUSTOMERS = 0
    PARTICIPANTS = 1
    FIRM = 2
    SUPPLIERS = 3
    OUTSIDE = 4


FLOW_ENDS: Mapping[Flow, tuple[Account, Account]] = {
    Flow.CUSTOMER_SALE: (Account.CUSTOMERS, Account.FIRM),
    Flow.OWN_USE: (Account.PARTICIPANTS, Account.FIRM),
    Flow.TOP_UP: (Account.PARTICIPANTS, Account.FIRM),
    Flow.KIT: (Account.PARTICIPANTS, Account.FIRM),
    Flow.RETAIL_MARGIN: (Account.FIRM, Account.PARTICIPANTS),
    Flow.RENEWAL: (Account.PARTICIPANTS, Account.FIRM),
    Flow.EXPENSE: (Account.PARTICIPANTS, Account.OUTSIDE),
    Flow.COST_OF_GOODS: (Account.FIRM, Account.SUPPLIERS),
}


class Table:
    """Named typed columns of equal length that can grow; a column is reached as an attribute.

    >>> pay = Table(PAY, 2)
    >>> pay.amount[:] = [250, 400]
    >>> int(pay.amount.sum())
    650

    Columns are views of a larger store, so take them anew after ``grow``.
    """

    def __init__(self, columns: tuple[Column, ...], rows: int = 0) -> None:
        self.columns = columns
        self._rows = 0
        self._store: dict[str, NDArray[Any]] = {c.name: np.zeros(0, c.dtype) for c in columns}
        self.grow(rows)

    @classmethod
    def of(cls, columns: tuple[Column, ...], **values: Any) -> Table:
        """A table from one sequence a column; columns that are not named are zero."""
        table = cls(columns, len(next(iter(values.values()), ())))
        for name, sequence in values.items():
            getattr(table, name)[:] = sequence
        return table

    def grow(self, rows: int) -> None:
        """Add ``rows`` zero rows at the end. Doubles the store when it is full."""
        if rows == 0 and self._rows:
            return
        self._rows += rows
        for name, old in self._store.items():
            if self._rows > len(old):
                new = np.zeros(max(self._rows, 2 * len(old)), old.dtype)
                new[: len(old)] = old
                self._store[name] = new
            setattr(self, name, self._store[name][: self._rows])

    def __getattr__(self, name: str) -> NDArray[Any]:
        raise AttributeError(f"this table has no column {name!r}")

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield (name, column) in the declared order."""
        return ((c.name, getattr(self, c.name)) for c in self.columns)


class RowTable(Table):
    """A table of fixed length whose rows lie together in memory, one to a cache line.

    For what is visited one row at a time, here and there: all of a row comes with one look at the
    memory. ``rows`` is a structured array whose views are the columns; those named ``apart`` lie by
    themselves, for passes that read nothing else.

    >>> people = RowTable(PERSON, 3)
    >>> people.rows["refusals"][1] = 2
    >>> people.refusals.tolist()
    [0, 2, 0]
    """

    def __init__(
        self, columns: tuple[Column, ...], rows: int = 0, apart: tuple[str, ...] = ()
    ) -> None:
        self.columns, self._rows = columns, rows
        kind = row_type([c for c in columns if c.name not in apart])
        store = np.zeros(rows * kind.itemsize + LINE, np.uint8)
        first = -store.ctypes.data % LINE
        self.rows = store[first : first + rows * kind.itemsize].view(kind)
        for c in columns:
            column = np.zeros(rows, c.dtype) if c.name in apart else self.rows[c.name]
            setattr(self, c.name, column)

    def grow(self, rows: int) -> None:
        """Not to be had: whoever holds ``rows`` would go on writing into the old ones."""
        raise NotImplementedError("a table of rows has a fixed length")


def row_type(columns: Sequence[Column]) -> np.dtype[Any]:
    """A row as one value of whole cache lines."""
    fields: Any = {"names": [c.name for c in columns], "formats": [c.dtype for c in columns]}
    size = -(-np.dtype(fields, align=True).itemsize // LINE) * LINE
    row: np.dtype[Any] = np.dtype(fields | {"itemsize": size}, align=True)
    return row


@dataclass(frozen=True)
class Period:
    """One settlement period: its month, and its first and last day (both inside)."""

    month: int
    first_day: int
    last_day: int


@dataclass
class Books:
    """What the plan engine reads for one period, from a simulation or from a real firm.

    ``sponsor`` and ``enrolled`` have a row a participant; ``sponsor[0]`` is NOBODY and
    every other sponsor id is smaller than its own row.
    """

    period: Period
    sponsor: NDArray[np.int32]
    enrolled: NDArray[np.bool_]
    orders: Table


@dataclass
class Settlement:
    """What one period pays, to whom, from what, and what the plan could have paid and did not.

    Per participant: ``pv``, ``gv`` (hundredths of a point), ``qualified``, ``paid_as`` and
    ``title`` (rank numbers, 0 for none). ``pay`` is the totals depth (PAY), sorted by payee,
    component, source and free of zero rows; ``lines`` (PAY_LINE) is filled only when asked for.
    ``breakage`` and ``maximum`` map a component id to exact fractions of a minor unit: maximum =
    paid + sum of breakage by reason.
    """

    pv: NDArray[np.int64]
    gv: NDArray[np.int64]
    qualified: NDArray[np.bool_]
    paid_as: NDArray[np.int8]
    title: NDArray[np.int8]
    pay: Table
    lines: Table | None = None
    maximum: dict[str, Any] = field(default_factory=dict)
    breakage: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class MonthEvents:
    """All that happened in one month, handed by an engine to the ledger.

    ``orders`` are in canonical order (person, then purpose). ``hours`` and ``expenses`` have a row
    a participant; ``renewed`` and ``left`` list participants; participants ``first_new`` and above
    enrolled this month. ``counts`` holds the head counts that only the engine can see (names in
    ``COUNTS``).
    """

    period: Period
    orders: Table
    settlement: Settlement
    first_new: int
    left: NDArray[np.int32]
    renewed: NDArray[np.int32]
    renewal_fee: int
    hours: NDArray[np.float64]
    expenses: NDArray[np.int64]
    counts: dict[str, int]


COUNTS = {
    "nobody": "people who have no tie to the firm",
    "customers": "people who buy as customers",
    "enrolled": "participants who have joined and not left",
    "former": "people who were participants and left",
    "approaches": "approaches made this month",
    "prospects": "people approached this month",
    "customers_gained": "people who became customers this month",
    "customers_lost": "customers who stopped this month",
    "customers_joined": "customers who became participants this month",
    "customers_replaced": "customers who left the market this month and were replaced",
    "replaced": "people who left the market and were replaced by new ones",
}
