"""Plan files: what is read exactly, and what is refused with a message that says where and why."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from plan_builder import load
from pydantic import ValidationError

from sim.plans.quantities import exact, written
from sim.plans.schema import Plan, parse_plan

GOOD = {
    "id": "good",
    "currency": "USD",
    "ranks": [{"id": "gold", "require": {"gv": "1000"}}],
    "components": [
        {"id": "fs", "type": "fast_start", "days": 60, "rates": ["20 %"]},
        {"id": "lvl", "type": "level", "levels": 2, "rates": {"gold": ["0.05", "1/3"]}},
        {"id": "team", "type": "structure", "tiers": ["50"]},
        {"id": "pool", "type": "pool", "share": "0.01", "points": {"gold": 1}},
    ],
}


def changed(path, value):
    """GOOD with the field at ``path`` (keys and positions) set to ``value``."""
    plan = {**GOOD, "components": [dict(c) for c in GOOD["components"]]}
    plan["ranks"] = [dict(r) for r in GOOD["ranks"]]
    here = plan
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = value
    return plan


BAD = [
    (["colour"], "red", "colour", "Extra inputs"),
    (["components", 1, "colour"], "red", "components.1.level.colour", "Extra inputs"),
    (["components", 1, "type"], "unilevl", "components.1", "does not match any of the expected"),
    (["components", 1, "rates"], ["0.05", "NaN"], "rates.for_all.1", "not a plain decimal"),
    (["components", 1, "rates"], ["0.05", Decimal("NaN")], "rates.for_all.1", "not a finite"),
    (["components", 1, "rates"], ["0.05", Decimal("Infinity")], "rates.for_all.1", "not a finite"),
    (["components", 1, "rates"], ["0.05", 0.1], "rates.for_all.1", "floating-point"),
    (["components", 1, "rates"], ["0.05", float("nan")], "rates.for_all.1", "floating-point"),
    (["components", 1, "rates"], ["0.05", "-0.01"], "rates.for_all.1", "outside the range 0 to 1"),
    (["components", 1, "rates"], ["0.05", "5"], "rates.for_all.1", "outside the range 0 to 1"),
    (["components", 1, "rates"], ["0.05", True], "rates.for_all.1", "not a number"),
    (["components", 1, "rates"], ["0.05", None], "rates.for_all.1", "not a number"),
    (["components", 1, "rates"], ["0.05", "1/0"], "rates.for_all.1", "divides by zero"),
    (["components", 1, "rates"], ["0.05", "1e-3"], "rates.for_all.1", "not a plain decimal"),
    (["components", 1, "rates"], ["0.05", "1/10000000000000"], "rates.for_all.1", "finer than"),
    (["components", 1, "rates"], ["0.05", "9" * 5000], "rates.for_all.1", "not a plain decimal"),
    (["components", 1, "rates"], ["0.05", Decimal("1e-999999")], "rates.for_all.1", "reasonable"),
    (["components", 1, "rates"], ["0.05"], "", "levels is 2 but the longest list of rates has 1"),
    (
        ["components", 1, "rates"],
        ["0.05"] * 3,
        "",
        "levels is 2 but the longest list of rates has 3",
    ),
    (["components", 1, "rates"], {"platinum": ["0.1", "0.1"]}, "", "unknown rank 'platinum'"),
    (["components", 1, "levels"], 0, "components.1.level.levels", "greater than or equal to 1"),
    (["components", 1, "levels"], 101, "components.1.level.levels", "less than or equal to 100"),
    (["components", 1, "levels"], True, "components.1.level.levels", "not a whole"),
    (["components", 1, "compression"], "dynamc", "compression", "'none', 'standard', 'dynamic'"),
    (["components", 1, "compression"], "skip_below_rank", "", "skip_rank goes with"),
    (["components", 1, "skip_rank"], "gold", "", "skip_rank goes with"),
    (["components", 1, "exclude_orders"], ["nobody"], "", "'nobody' is no earlier component"),
    (["components", 1, "exclude_orders"], ["team"], "", "'team' is no earlier component"),
    (["components", 1, "orders"], ["gifts"], "components.1.level.orders.0", "'retail_customer'"),
    (["components", 1, "id"], "fs", "", "duplicate component 'fs'"),
    (["components", 0, "days"], 0, "components.0.fast_start.days", "greater than or equal to 1"),
    (["components", 0, "days"], "soon", "components.0.fast_start.days", "valid integer"),
    (["components", 0, "rates"], [], "components.0.fast_start.rates", "at least one item"),
    (["components", 2, "tiers"], ["50.005"], "", "tiers.0: 10001/200 is finer than the minor unit"),
    (["components", 2, "tiers"], ["-50"], "tiers.0.amount", "outside the range"),
    (["components", 2, "frontline"], 0, "frontline", "greater than or equal to 1"),
    (["components", 3, "points"], {"silver": 1}, "", "unknown rank 'silver'"),
    (["components", 3, "points"], {"gold": 0}, "components.3.pool.points", "points above 0"),
    (["components", 3, "share"], "101%", "components.3.pool.share", "outside the range 0 to 1"),
    (["ranks"], [{"id": "gold"}, {"id": "gold"}], "", "duplicate rank 'gold'"),
    (["ranks"], [{"id": "member"}], "", "duplicate rank 'member'"),
    (["ranks"], [{"id": f"r{i}"} for i in range(61)], "ranks", "at most 60"),
    (["ranks", 0, "require"], {"gv": "-1"}, "ranks.0.require.gv", "outside the range"),
    (["ranks", 0, "require"], {"pv": "0.001"}, "ranks.0.require.pv", "hundredth of a point"),
    (["ranks", 0, "require"], {"gv": 10**13}, "ranks.0.require.gv", "outside the range"),
    (["ranks", 0, "require"], {"legs": [{"count": 1}]}, "legs.0", "needs gv, rank or both"),
    (["ranks", 0, "require"], {"legs": [{"count": 1, "rank": "x"}]}, "", "unknown rank 'x'"),
    (["ranks", 0, "require"], {"legs": [{"count": 0, "gv": 1}]}, "legs.0.count", "greater than"),
    (["currency"], "dollars", "currency", "should match pattern"),
    (["id"], "No spaces please", "id", "should match pattern"),
    (["period"], "week", "period", "'month'"),
    (["valid_from"], "2017-13-01", "valid_from", "date"),
    (["kit"], {"price": "35.001"}, "", "kit.price: 35001/1000 is finer than the minor unit"),
    (["kit"], {"price": "cheap"}, "kit.price", "not a plain decimal"),
    (["renewal"], {"every_months": 0}, "renewal.every_months", "greater than or equal to 1"),
    (["money"], {"rounding": "nearest"}, "money.rounding", "'half_even'"),
    (["money"], {"quantum": "0.001"}, "money", "finer than the minor unit"),
    (["money"], {"quantum": "0"}, "money", "at least one minor unit"),
    (["money"], {"decimals": 9}, "money.decimals", "less than or equal to 4"),
    (["prices"], {"member_discount": "-5%"}, "prices.member_discount", "outside the range 0 to 1"),
    (["activity"], {"pv_min": "many"}, "activity.pv_min", "not a plain decimal"),
    (["volumes"], {"counts_to": {"activity": "all"}}, "volumes.counts_to.activity", "tuple"),
    (["components"], "none", "components", "tuple"),
]


def test_the_good_plan_is_good():
    assert parse_plan(GOOD) == parse_plan({"plan": GOOD})


@pytest.mark.parametrize(("path", "value", "place", "message"), BAD)
def test_a_bad_plan_is_refused_with_place_and_reason(path, value, place, message):
    with pytest.raises(ValidationError) as caught:
        parse_plan(changed(path, value))
    (error, *more) = caught.value.errors()
    assert not more, "one mistake, one message"
    assert place in ".".join(map(str, error["loc"]))
    assert message in error["msg"]
    assert len(error["msg"]) < 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.05", Fraction(1, 20)),
        ("5 %", Fraction(1, 20)),
        ("5%", Fraction(1, 20)),
        ("1/3", Fraction(1, 3)),
        (" 3 / 7 ", Fraction(3, 7)),
        (".5", Fraction(1, 2)),
        (Decimal("0.1"), Fraction(1, 10)),
        (1, Fraction(1)),
        (Fraction(2, 9), Fraction(2, 9)),
    ],
)
def test_rates_are_read_exactly(text, value):
    assert exact(text) == value
    assert exact(written(value)) == value


def test_a_plan_survives_being_written_and_read():
    for name in ["doterra_us_2017", "single_level", "unilevel_5", "teaching"]:
        plan = load(name)
        assert Plan.model_validate_json(plan.model_dump_json()) == plan
        assert parse_plan(plan.model_dump()) == plan


def test_a_plan_is_frozen():
    plan = parse_plan(GOOD)
    with pytest.raises(ValidationError, match="frozen"):
        plan.version = 2


def test_rates_without_a_common_denominator_are_refused():
    primes = ["1/999999999989", "1/999999999961", "1/999999999959"]
    plan = changed(["components", 1, "rates"], primes)
    plan["components"][1]["levels"] = 3
    with pytest.raises(ValidationError, match=r"components\.lvl\.rates: .* no common denominator"):
        parse_plan(plan)


def test_every_field_is_described():
    def fields(schema):
        yield from schema.get("properties", {}).items()

    schema = parse_plan(GOOD).model_json_schema()
    blocks = [schema, *schema["$defs"].values()]
    bare = [
        name
        for block in blocks
        for name, part in fields(block)
        if "description" not in part and name not in ("id", "type") and "const" not in part
    ]
    assert bare == []


def test_reading_plans_loads_no_compiler():
    code = "import sys, sim.plans.schema, sim.plans.check; print('numba' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
