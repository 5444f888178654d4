import csv
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from ledger_maker import Market, random_market

from sim.ledger import LedgerError
from sim.records import Purpose, Source

FILES = ("people", "edges", "orders", "order_lines", "returns", "payments", "expenses")


@pytest.fixture
def small():
    m = Market(keep_lines=True)
    ann = m.enrol(0)
    m.buy(ann, 3505, Purpose.KIT, units=0)
    m.month()
    bob = m.enrol(1, ann)
    m.sell(5, ann, 10_000, margin=2_500, pv=8000, cost=5)
    m.pay(ann, 640, 0, Source.PARTICIPANT)
    m.pay(ann, 160, 0, Source.RETAIL_CUSTOMER)
    m.expense, m.renewed = {bob: 900}, [ann]
    m.leave(bob)
    m.month()
    m.sell(5, 0, 700)
    m.month()
    return m.close()


def read(folder, name):
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def test_a_small_ledger_by_hand(small, tmp_path):
    small.write_folder(tmp_path / "ledger", "parquet")
    people = {p["id"]: p for p in read(tmp_path / "ledger", "people")}
    assert set(people) == {"company", "M1", "M2", "C5.0"}
    assert people["M2"]["left"] == "2026-02-28"
    assert people["M2"]["status"] == "left"
    assert people["M1"]["joined"] == "2026-01-01"
    assert people["M1"]["left"] is None
    assert people["C5.0"]["joined"] == "2026-02-02"
    assert people["C5.0"]["class"] == "retail_customer"
    assert people["company"]["joined"] is None
    edges = [(e["child"], e["parent"], e["from"]) for e in read(tmp_path / "ledger", "edges")]
    assert edges == [("M1", "company", "2026-01-01"), ("M2", "M1", "2026-02-01")]
    orders = read(tmp_path / "ledger", "orders")
    assert [o["id"] for o in orders] == ["2026-01-0", "2026-02-0", "2026-03-0"]
    assert orders[1]["buyer"] == "C5.0"
    assert (orders[1]["credited_to"], orders[2]["credited_to"]) == ("M1", "company")
    assert (orders[1]["paid"], orders[1]["margin"]) == ("100.00", "25.00")
    assert (orders[0]["paid"], orders[0]["purpose"], orders[0]["buyer"]) == ("35.05", "kit", "M1")
    line = read(tmp_path / "ledger", "order_lines")[1]
    assert (line["pv"], line["cv"], line["cost"], line["qty"]) == ("80.00", "75.00", "0.05", "1")
    assert read(tmp_path / "ledger", "payments") == [
        {
            "period": "2026-02",
            "payee": "M1",
            "component": "level",
            "amount": "8.00",
            "currency": "USD",
        }
    ]
    expenses = {
        (e["person"], e["kind"], e["amount"], e["date"])
        for e in read(tmp_path / "ledger", "expenses")
    }
    assert expenses == {
        ("M1", "renewal", "25.00", "2026-02-28"),
        ("M2", "expense", "9.00", "2026-02-28"),
    }
    assert read(tmp_path / "ledger", "returns") == []


def test_csv_says_the_same_as_parquet(tmp_path):
    tables = random_market(3, 8, keep_lines=True).close()
    tables.write_folder(tmp_path / "p", "parquet")
    tables.write_folder(tmp_path / "c", "csv")
    for name in FILES:
        with (tmp_path / "c" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        there = [{k: v or "" for k, v in r.items()} for r in read(tmp_path / "p", name)]
        assert rows == there, name


def test_the_folder_adds_up_to_the_monthly_table(tmp_path):
    tables = random_market(5, 10, keep_lines=True).close()
    tables.write_folder(tmp_path / "ledger", "parquet")
    orders = read(tmp_path / "ledger", "orders")
    paid = sum(Decimal(p["amount"]) for p in read(tmp_path / "ledger", "payments"))
    assert paid * 100 == int(tables.months["bonus"].sum())
    assert sum(Decimal(o["paid"]) for o in orders) * 100 == int(tables.months["gross_sales"].sum())
    known = {p["id"] for p in read(tmp_path / "ledger", "people")}
    assert {o["buyer"] for o in orders} | {o["credited_to"] for o in orders} <= known
    assert all(o["date"][:7] == o["id"][:7] for o in orders)


def test_lines_are_kept_only_on_request_and_never_change_the_fingerprint():
    plain, kept = random_market(7, 6).close(), random_market(7, 6, keep_lines=True).close()
    assert plain.write_folder is None
    assert plain.sha256 == kept.sha256


def test_an_unknown_form_is_refused_and_nothing_is_written(small, tmp_path):
    with pytest.raises(LedgerError, match="parquet or csv"):
        small.write_folder(tmp_path / "ledger", "xml")
    assert not (tmp_path / "ledger").exists()


def test_a_yen_ledger_has_no_decimals(tmp_path):
    m = Market(keep_lines=True, minor_digits=0)
    m.sell(1, 0, 5000)
    m.month()
    m.close().write_folder(tmp_path / "ledger", "parquet")
    assert read(tmp_path / "ledger", "orders")[0]["paid"] == "5000"
