"""Payouts that others published (examples.yaml), through the engine, to the cent."""

from __future__ import annotations

import pathlib
from decimal import Decimal
from fractions import Fraction

import pytest
from plan_builder import order, paid, person, run
from ruamel.yaml import YAML

from sim.plans.exact import muldiv
from sim.plans.prices import member_price, retail_margin
from sim.plans.rounding import Rounding, round_exact

TEXT = pathlib.Path(__file__).with_name("examples.yaml").read_text()
EXAMPLES = YAML(typ="safe", pure=True).load(TEXT)


def cents(amount):
    return int(Decimal(str(amount)) * 100)


def exact_text(value):
    """Numbers of the example file as the text of a plan file."""
    if isinstance(value, dict):
        return {key: exact_text(v) for key, v in value.items()}
    if isinstance(value, list):
        return [exact_text(v) for v in value]
    return str(value) if isinstance(value, float) else value


def settled(example):
    names = {"company": 0} | {name: i for i, name in enumerate(example["people"], start=1)}
    joined = example.get("joined", {})
    people = [person(-1)] + [person(names[sponsor]) for sponsor in example["people"].values()]
    orders = [order(names[name], 0, points) for name, points in example.get("points", {}).items()]
    for o in example["orders"]:
        more = {key: o[key] for key in ("purpose", "day") if key in o}
        more["since_day"] = joined.get(o["who"], 0)
        orders.append(order(names[o["who"]], cents(o.get("cv", 0)), o.get("pv", 0), **more))
    plan = exact_text(example["plan"])
    changed = [{**c, **example.get("change", {})} for c in plan["components"]]
    return names, run({**plan, "components": changed}, people, orders)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["id"])
def test_published_payout(example):
    names, result = settled(example)
    expected = {names[name]: cents(amount) for name, amount in example["expected"].items()}
    assert paid(result) == expected
    if "breakage" in example:
        (breakage,) = result.breakage.values()
        assert breakage == {reason: cents(x) for reason, x in example["breakage"].items()}


def test_retail_profit_of_forever_living():
    """Forever Living, The Marketing Plan: 30 % off 1,000 leaves 700 to pay and 300 to keep."""
    assert member_price(1000_00, Fraction("0.30")) == 700_00
    assert retail_margin(1000_00, Fraction("0.30")) == 300_00


@pytest.mark.parametrize(
    ("value", "down", "half_up", "half_even"),
    [("0.0000005", 0, 1, 0), ("0.0000015", 1, 2, 2)],
)
def test_rounding_modes_of_mlm_engine(value, down, half_up, half_even):
    """mlm-engine ADR-020: the unit is 0.000001; rounding is per line."""
    exact = Fraction(value) / Fraction("0.000001")
    for mode, expected in [
        (Rounding.DOWN, down),
        (Rounding.HALF_UP, half_up),
        (Rounding.HALF_EVEN, half_even),
    ]:
        assert round_exact(exact, mode) == expected
        assert muldiv(exact.numerator, 1, exact.denominator, int(mode)) == expected


def test_truncated_lines_of_dxn():
    """DXN slides, 27 %: 880 x 0.28 x 0.27 = 66.528 is printed 66.52, and 16.464 as 16.46."""
    assert muldiv(880 * 28, 27, 100, int(Rounding.DOWN)) == 6652
    assert muldiv(280 * 28, 21, 100, int(Rounding.DOWN)) == 1646


def test_a_wrong_mode_is_caught():
    """The published tables do tell the compression modes apart."""
    chain = next(e for e in EXAMPLES if e["id"] == "doterra-chain-executive-without-order")
    names, result = settled({**chain, "change": {"compression": "none"}})
    assert paid(result) != {names[n]: cents(x) for n, x in chain["expected"].items()}
