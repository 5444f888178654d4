"""What `plan check` says about a plan."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from plan_builder import load, order, paid, person, run

from sim.plans.check import check_plan
from sim.plans.compile import compile_plan
from sim.plans.schema import parse_plan


def check(**spec):
    return check_plan(parse_plan({"id": "x", "currency": "USD", **spec}))


def test_the_real_plan_by_hand():
    """34 % unilevel or 35 % fast start, and 6 % of pools; the structure bonus at most 85 %."""
    result = check_plan(load("doterra_us_2017"))
    by_id = {c.id: c.maximum for c in result.components}
    assert by_id["unilevel"] == Fraction("0.34")
    assert by_id["fast_start"] == Fraction("0.35")
    assert sum(by_id[c.id] for c in result.components if c.type == "pool") == Fraction("0.06")
    assert result.maximum_by_rates == Fraction("0.41")
    # holders per point at most 1/300; 50 + 200/3 + 1250/9 each
    assert by_id["power_of_3"] == (50 + Fraction(200, 3) + Fraction(1250, 9)) / 300
    assert any("must buy 50 points itself" in w for w in result.warnings)
    assert any("rewards recruiting" in w for w in result.warnings)
    assert any("keeps pay below sales" in w for w in result.warnings)


def test_it_can_be_written_as_json():
    for name in ["doterra_us_2017", "single_level", "unilevel_5", "teaching"]:
        text = json.dumps(check_plan(load(name)).as_dict())
        assert json.loads(text)["plan"] == name


def test_a_plain_retail_plan_has_no_warning():
    assert check_plan(load("single_level")).warnings == ()


def test_unfunded_and_recruiting_plans_are_named():
    free = check(components=[{"id": "s", "type": "structure", "tiers": [10]}])
    assert free.maximum is None
    assert any("nothing funds it" in w for w in free.warnings)
    fee = check(
        kit={"price": 100, "cv": 100},
        components=[
            {"id": "fee", "type": "level", "levels": 1, "rates": ["20%"], "orders": ["kit"]}
        ],
    )
    assert any("pays on entry kits" in w for w in fee.warnings)
    assert any("all pay is for recruiting" in w for w in fee.warnings)
    assert any("no bonus is paid on customers" in w for w in fee.warnings)
    greedy = check(
        components=[
            {"id": "a", "type": "level", "levels": 1, "rates": ["60%"]},
            {"id": "b", "type": "level", "levels": 1, "rates": ["60%"]},
        ]
    )
    assert greedy.maximum == Fraction("1.2")
    assert any("120.0 %" in w for w in greedy.warnings)


def test_excluded_orders_are_not_counted_twice():
    parts = [
        {"id": "fs", "type": "fast_start", "days": 9, "rates": ["30%"]},
        {"id": "lvl", "type": "level", "levels": 1, "rates": ["20%"]},
    ]
    assert check(components=parts).maximum == Fraction("0.5")
    parts[1]["exclude_orders"] = ["fs"]
    assert check(components=parts).maximum == Fraction("0.3")


@pytest.mark.parametrize("branching", [3, 4])
def test_no_genealogy_found_beats_the_structure_bound(branching):
    """Complete trees in which everybody orders 100 or 150 points stay under the bound (cv = pv)."""
    plan = load("doterra_us_2017")
    (structure,) = [c for c in plan.components if c.type == "structure"]
    compiled = compile_plan(plan.model_copy(update={"components": (structure,)}))
    bound = check_plan(plan).components[1].maximum
    n, seen = 400, []
    people = [person(-1), person(0)] + [person((i - 2) // branching + 1) for i in range(2, n)]
    for points in (100, 150, 200):
        result = run(compiled, people, [order(i, 100 * points, points) for i in range(1, n)])
        seen.append(Fraction(sum(paid(result).values()), 100 * points * (n - 1)))
    assert 0 < max(seen) <= bound


def test_the_maximum_by_rates_is_never_exceeded():
    """Random markets on the teaching plan: order bonuses and pools pay at most the stated share."""
    plan = load("teaching")
    kept = tuple(c for c in plan.components if c.type != "structure")
    compiled = compile_plan(plan.model_copy(update={"components": kept}))
    luck = np.random.default_rng(5)
    people = [person(-1)] + [person(int(luck.integers(0, i))) for i in range(1, 300)]
    orders = [
        order(i, int(luck.integers(1000, 20_000)), 100, since_day=int(luck.integers(60, 100)))
        for i in range(1, 300)
    ]
    total = sum(paid(run(compiled, people, orders)).values())
    assert 0 < total <= check_plan(plan).maximum_by_rates * sum(o["cv"] for o in orders)
