"""The ledger folder: people, edges, orders and payments in one form, simulated or real.

Dates are ISO 8601, money and volume decimal strings, ids strings. A membership is ``M<row>``, a
customer ``C<slot>.<life>``, the company ``company``; the column ``person`` ties the accounts
that one human being holds. Files: ``people``, ``edges``, ``orders``, ``order_lines``, ``returns``
(none yet), ``payments`` (bonuses by period, payee and component) and ``expenses`` (renewal fees and
own spending).
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.ledger.accounts import LedgerError
from sim.records import COMPANY, NOBODY, MonthEvents, Purpose, Source, Table

COMPANY_ID = "company"
TEXT = {
    "people": ("id", "person", "joined", "left", "status", "class", "market"),
    "edges": ("tree", "child", "parent", "side", "from", "to"),
    "orders": (
        "id",
        "buyer",
        "credited_to",
        "date",
        "class",
        "purpose",
        "currency",
        "paid",
        "margin",
    ),
    "order_lines": ("order", "line", "sku", "qty", "paid", "pv", "qv", "cv", "cost", "currency"),
    "returns": ("order", "date", "qty", "refund", "currency"),
    "payments": ("period", "payee", "component", "amount", "currency"),
    "expenses": ("person", "date", "kind", "amount", "currency"),
}
EPOCH = datetime.date(1970, 1, 1).toordinal()
PARQUET = {"compression": "zstd", "compression_level": 3}


def decimals(values: NDArray[Any], digits: int) -> pa.Array:
    """Integers of minor units as exact decimal strings: 1250 with 2 digits is "12.50"."""
    whole = pa.array(values.astype(np.int64)).cast(pa.decimal128(19, 0))
    scaled = pa.Array.from_buffers(pa.decimal128(19, digits), len(whole), whole.buffers())
    return scaled.cast(pa.string())


def iso_dates(days: NDArray[Any]) -> pa.Array:
    """Ordinal days as ISO 8601 dates; days below 1 are null."""
    known = days > 0
    dates = pa.array((days.astype(np.int64) - EPOCH).astype(np.int32), mask=~known)
    return dates.cast(pa.date32()).cast(pa.string())


def named(names: list[str], codes: NDArray[Any]) -> pa.Array:
    """Each code as its name."""
    return pa.array(names).take(pa.array(codes.astype(np.int64)))


def joined_text(*parts: Any) -> pa.Array:
    """Texts and integer columns joined element by element, nothing between."""
    texts = [p if isinstance(p, str) else pa.array(p).cast(pa.string()) for p in parts]
    return pc.binary_join_element_wise(*texts, "")


def member_ids(rows: NDArray[Any]) -> pa.Array:
    """Ids of memberships; row 0 is the company, NOBODY null."""
    ids = pc.if_else(pa.array(rows == COMPANY), COMPANY_ID, joined_text("M", rows))
    return pc.if_else(pa.array(rows == NOBODY), pa.scalar(None, pa.string()), ids)


def table(name: str, **columns: Any) -> pa.Table:
    """A table of the ledger folder; scalars fill their column, columns not named are null."""
    rows = max(len(c) for c in columns.values() if not isinstance(c, str))
    full = {
        key: pa.nulls(rows, pa.string())
        if key not in columns
        else pa.repeat(columns[key], rows)
        if isinstance(columns[key], str)
        else columns[key].cast(pa.string())
        for key in TEXT[name]
    }
    return pa.table(full)


class LineStore:
    """Takes each month's orders and payments to disk at once, so that memory does not grow.

    The files lie in a temporary folder that goes when the store does.
    """

    def __init__(
        self, first: datetime.date, currency: str, digits: int, component_ids: tuple[str, ...]
    ) -> None:
        self._first, self._currency, self._digits = first, currency, digits
        self._components = list(component_ids)
        self._home = tempfile.TemporaryDirectory(prefix="downline-ledger-")
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._customers = Table(_CUSTOMER)

    def add(self, events: MonthEvents) -> None:
        """Append one month."""
        orders, period = events.orders, self._period(events.period.month)
        ids = joined_text(f"{period}-", np.arange(len(orders)))
        self._append("orders", self._orders(orders, ids))
        self._append("order_lines", self._order_lines(orders, ids))
        self._append("payments", self._payments(events.settlement.pay, period))
        last_day = datetime.date.fromordinal(events.period.last_day).isoformat()
        fees = np.full(len(events.renewed), events.renewal_fee, np.int64)
        self._expense(events.renewed, fees, "renewal", last_day)
        spent = np.flatnonzero(events.expenses)
        self._expense(spent, events.expenses[spent], "expense", last_day)
        self._meet_customers(orders)

    def _period(self, month: int) -> str:
        year, ahead = divmod(self._first.month - 1 + month, 12)
        return f"{self._first.year + year:04d}-{ahead + 1:02d}"

    def _orders(self, orders: Table, ids: pa.Array) -> pa.Table:
        member = orders.participant != NOBODY
        customer = joined_text("C", orders.person, ".", orders.incarnation)
        return table(
            "orders",
            id=ids,
            buyer=pc.if_else(pa.array(member), member_ids(orders.participant), customer),
            credited_to=member_ids(orders.credited_to),
            date=iso_dates(orders.day),
            **{"class": named([s.name.lower() for s in Source], orders.source)},
            purpose=named([p.name.lower() for p in Purpose], orders.purpose),
            currency=self._currency,
            paid=decimals(orders.paid, self._digits),
            margin=decimals(orders.margin, self._digits),
        )

    def _order_lines(self, orders: Table, ids: pa.Array) -> pa.Table:
        kit = (orders.purpose == Purpose.KIT).astype(np.int64)
        money = {n: decimals(getattr(orders, n), self._digits) for n in ("paid", "cv", "cost")}
        points = {n: decimals(getattr(orders, n), 2) for n in ("pv", "qv")}
        return table(
            "order_lines",
            order=ids,
            line="1",
            sku=named(["product", "kit"], kit),
            qty=pa.array(orders.units),
            currency=self._currency,
            **money,
            **points,
        )

    def _payments(self, pay: Table, period: str) -> pa.Table:
        key = pay.payee.astype(np.int64) * (len(self._components) + 1) + pay.component
        keys, where = np.unique(key, return_inverse=True)
        amounts = np.zeros(len(keys), np.int64)
        np.add.at(amounts, where, pay.amount)
        payee, component = np.divmod(keys, len(self._components) + 1)
        return table(
            "payments",
            period=period,
            payee=member_ids(payee),
            component=named(self._components or [""], component),
            amount=decimals(amounts, self._digits),
            currency=self._currency,
        )

    def _expense(self, who: NDArray[Any], amounts: NDArray[Any], kind: str, date: str) -> None:
        self._append(
            "expenses",
            table(
                "expenses",
                person=member_ids(who),
                date=date,
                kind=kind,
                amount=decimals(amounts, self._digits),
                currency=self._currency,
            ),
        )

    def _meet_customers(self, orders: Table) -> None:
        """Remember who ordered as a customer, with the day and class of the first order."""
        pick = orders.participant == NOBODY
        old = self._customers
        key = np.concatenate([old.key, _person_key(orders)[pick]])
        day = np.concatenate([old.day, orders.day[pick]])
        source = np.concatenate([old.source, orders.source[pick]])
        ranking = np.lexsort((source, day, key))
        first = np.unique(key[ranking], return_index=True)[1]
        rows = ranking[first]
        self._customers = Table.of(_CUSTOMER, key=key[rows], day=day[rows], source=source[rows])

    def _append(self, name: str, rows: pa.Table) -> None:
        if name not in self._writers:
            path = Path(self._home.name) / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, rows.schema, **PARQUET)
        self._writers[name].write_table(rows)

    def finish(self, participants: Table) -> Callable[[Path, str], None]:
        """Complete the files; gives a function (folder, "parquet" or "csv") that writes them."""
        self._append("people", self._members(participants))
        self._append("people", self._buyers())
        self._append("edges", _edges(participants))
        self._append("returns", table("returns", order=pa.array([], pa.string())))
        for writer in self._writers.values():
            writer.close()
        return self._write

    def _members(self, participants: Table) -> pa.Table:
        rows = np.arange(len(participants))
        left = np.array([self._last_day(m) for m in participants.left_month.tolist()], np.int64)
        left[COMPANY] = 0
        status = np.where(rows == COMPANY, 0, np.where(left > 0, 2, 1))
        person = joined_text(participants.person, ".", participants.incarnation)
        return table(
            "people",
            id=member_ids(rows),
            person=pc.if_else(pa.array(rows == COMPANY), pa.scalar(None, pa.string()), person),
            joined=iso_dates(np.where(rows == COMPANY, 0, participants.joined_day)),
            left=iso_dates(left),
            status=named(["company", "enrolled", "left"], status),
            **{"class": named(["company", "participant"], np.minimum(rows, 1))},
        )

    def _last_day(self, month: int) -> int:
        if month == NOBODY:
            return 0
        return datetime.date.fromisoformat(f"{self._period(month + 1)}-01").toordinal() - 1

    def _buyers(self) -> pa.Table:
        slot, life = self._customers.key >> 32, self._customers.key & 0xFFFFFFFF
        return table(
            "people",
            id=joined_text("C", slot, ".", life),
            person=joined_text(slot, ".", life),
            joined=iso_dates(self._customers.day),
            status="customer",
            **{"class": named([s.name.lower() for s in Source], self._customers.source)},
        )

    def _write(self, folder: Path, form: str = "parquet") -> None:
        """Write the ledger folder, which must not exist yet."""
        if form not in ("parquet", "csv"):
            raise LedgerError(f"a ledger folder is parquet or csv, not {form!r}")
        folder.mkdir(parents=True)
        for name in self._writers:
            source = Path(self._home.name) / f"{name}.parquet"
            if form == "parquet":
                shutil.copyfile(source, folder / source.name)
            else:
                _to_csv(source, folder / f"{name}.csv")


def _edges(participants: Table) -> pa.Table:
    rows = np.arange(COMPANY + 1, len(participants))
    return table(
        "edges",
        tree="sponsor",
        child=member_ids(rows),
        parent=member_ids(participants.sponsor[rows]),
        **{"from": iso_dates(participants.joined_day[rows])},
    )


def _to_csv(source: Path, target: Path) -> None:
    with pq.ParquetFile(source) as file, pa.csv.CSVWriter(target, file.schema_arrow) as out:
        for batch in _batches(file):
            out.write_batch(batch)


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    yield from file.iter_batches(batch_size=1 << 16)


def _person_key(orders: Table) -> NDArray[np.int64]:
    return (orders.person.astype(np.int64) << 32) | orders.incarnation.astype(np.int64)


def _customer_columns() -> tuple[Any, ...]:
    from sim.records import Column

    return (
        Column("key", np.int64, "person << 32 | incarnation", "who"),
        Column("day", np.int32, "day", "first order"),
        Column("source", np.int8, "Source", "class of the first order"),
    )


_CUSTOMER = _customer_columns()
