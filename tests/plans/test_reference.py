"""The engine against a second one that shares no code with it, on random trees and plans."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_builder import books, order, paid, person, plan_of
from plan_reference import CLASSES, Reference

from sim.plans.settle import PlanState, settle

RATES = ["0", "0.02", "5 %", "1/3", "3/7", "0.125", "1/1000", "1"]
MODES = ["half_even", "half_up", "half_ceiling", "down", "floor", "ceiling"]
VOLUMES = ["0", "50", "100", "150.25", "300"]

rate = st.sampled_from(RATES)
volume = st.sampled_from(VOLUMES)
classes = st.lists(st.sampled_from(CLASSES), unique=True)


@st.composite
def people(draw):
    """A company and up to 14 participants, chains and bushes alike."""
    rows = [person(-1)]
    reach = draw(st.integers(1, 14))
    for i in range(1, draw(st.integers(1, 15))):
        sponsor = draw(st.integers(max(0, i - reach), i - 1))
        rows.append(person(sponsor, draw(st.integers(0, 7)) > 0))
    return rows


@st.composite
def orders(draw, n):
    """Orders of all classes; a customer's is credited to a seller (or to the company)."""
    rows = []
    for _ in range(draw(st.integers(0, 18))):
        source = draw(
            st.sampled_from(["participant"] * 4 + ["retail_customer", "preferred_customer"])
        )
        own = source == "participant" and n > 1
        who = draw(st.integers(1, n - 1)) if own else draw(st.integers(0, n - 1))
        purpose = draw(st.sampled_from(["own_use", "own_use", "top_up", "kit"]))
        rows.append(
            {
                "credited_to": who,
                "participant": who if own else None,
                "source": source if own or source != "participant" else "retail_customer",
                "purpose": purpose if own else "customer",
                "day": draw(st.integers(90, 120)),
                "since_day": draw(st.integers(60, 110)),
                "person": draw(st.integers(0, 5)),
                "pv": Fraction(draw(volume)),
                "cv": draw(st.sampled_from([0, 1, 5, 333, 10_000, 12_345, -450])),
            }
        )
    return rows


@st.composite
def legs(draw, ranks_below):
    one = {"count": draw(st.integers(1, 2))}
    if draw(st.booleans()):
        one["gv"] = draw(volume)
    if "gv" not in one or draw(st.booleans()):
        one["rank"] = draw(st.sampled_from(["member", *ranks_below]))
    return one


@st.composite
def ranks(draw):
    ladder = []
    for name in ["bronze", "silver", "gold"][: draw(st.integers(0, 3))]:
        require = {"pv": draw(st.sampled_from(["0", "50"])), "gv": draw(volume)}
        if draw(st.booleans()):
            below = [r["id"] for r in ladder]
            require["legs"] = draw(st.lists(legs(below), max_size=3))
        require["qualified_frontline"] = draw(st.sampled_from([0, 0, 1, 2]))
        ladder.append({"id": name, "require": require})
    return ladder


@st.composite
def walk_options(draw):
    options = {"id": "", "pool_pct": draw(st.sampled_from(["1", "0.4", "1/3"]))}
    options["multiplier"] = draw(st.sampled_from(["1", "1.5"]))
    options["payee_pv_min"] = draw(st.sampled_from(["0", "0", "100"]))
    options["credited_is_level_one"] = draw(classes)
    if draw(st.booleans()):
        options["orders"] = draw(classes)
    return options


@st.composite
def level(draw, rank_ids):
    one = dict(draw(walk_options()), id="lvl", type="level", levels=draw(st.integers(1, 4)))
    row = st.lists(rate, min_size=one["levels"], max_size=one["levels"])
    shorter = st.lists(rate, max_size=one["levels"])
    if draw(st.booleans()):
        one["rates"] = draw(row)
    else:
        named = draw(st.lists(st.sampled_from(rank_ids), min_size=1, unique=True))
        one["rates"] = {rank: draw(shorter) for rank in named}
        one["rates"][named[0]] = draw(row)
    one["compression"] = draw(st.sampled_from(["none", "standard", "dynamic", "skip_below_rank"]))
    if one["compression"] == "skip_below_rank":
        one["skip_rank"] = draw(st.sampled_from(rank_ids))
        one["skip_scope"] = draw(st.sampled_from(["unqualified", "everybody"]))
    one["zero_rate_is_shallow"] = draw(st.booleans())
    return one


@st.composite
def plans(draw):
    ladder = draw(ranks())
    rank_ids = ["member", *(r["id"] for r in ladder)]
    fast = dict(draw(walk_options()), id="fs", type="fast_start", days=draw(st.integers(1, 30)))
    fast["rates"] = draw(st.lists(rate, min_size=1, max_size=3))
    fast["roll_up"], fast["last_day_inside"] = draw(st.booleans()), draw(st.booleans())
    lvl = draw(level(rank_ids))
    if draw(st.booleans()):
        lvl["exclude_orders"] = ["fs"]
        lvl["excluded_in_maximum"] = draw(st.booleans())
    structure = {
        "id": "team",
        "type": "structure",
        "tiers": ["5", "25.50", "150"][: draw(st.integers(1, 3))],
        "frontline": draw(st.integers(1, 2)),
        "own_order_pv": draw(st.sampled_from(["0", "100"])),
        "frontline_order_pv": draw(st.sampled_from(["0", "50"])),
        "team_volume": draw(volume),
        "team": draw(st.sampled_from(["frontline", "downline"])),
        "customers_count": draw(st.booleans()),
    }
    pool = {"id": "pool", "type": "pool", "share": draw(rate)}
    pool["points"] = {rank: draw(st.sampled_from(["1", "5/2"])) for rank in rank_ids[-2:]}
    if draw(st.booleans()):
        pool["max_share"] = draw(rate)
    return {
        "money": {
            "rounding": draw(st.sampled_from(MODES)),
            "per": draw(st.sampled_from(["line", "total"])),
            "quantum": draw(st.sampled_from(["0.01", "0.05", "1"])),
        },
        "counts_to": {
            "personal": draw(classes),
            "activity": draw(st.sampled_from([["own_use"], ["own_use", "top_up", "kit"]])),
            "rank": draw(st.sampled_from([CLASSES, ["own_use", "kit"]])),
        },
        "activity": {
            "pv_min": draw(st.sampled_from(["0", "50", "100"])),
            "order_in_period": draw(st.booleans()),
        },
        "ranks": ladder,
        "rank_rules": {
            "must_hold_lower": draw(st.booleans()),
            "distinct_legs": draw(st.booleans()),
            "rank_leg": draw(st.sampled_from(["anybody", "frontline"])),
            "need_activity": draw(st.booleans()),
        },
        "components": [fast, lvl, structure, pool],
    }


@st.composite
def cases(draw):
    rows = draw(people())
    return draw(plans()), rows, draw(orders(len(rows)))


@st.composite
def lines(draw):
    """One level bonus on long lines of people of every rank, half of them qualified."""
    names = ["member", "bronze", "silver", "gold"]
    ladder = [{"id": name, "require": {"pv": str(i)}} for i, name in enumerate(names) if i]
    width = draw(st.integers(1, 4))
    component = {"id": "lvl", "type": "level", "levels": width}
    component["compression"] = draw(
        st.sampled_from(["none", "standard", "dynamic", "skip_below_rank"])
    )
    if component["compression"] == "skip_below_rank":
        component["skip_rank"] = draw(st.sampled_from(names[1:]))
        component["skip_scope"] = draw(st.sampled_from(["unqualified", "everybody"]))
    component["rates"] = {
        name: draw(st.lists(rate, min_size=min(i, width), max_size=width))
        for i, name in enumerate(names)
    }
    component["rates"]["gold"] = draw(st.lists(rate, min_size=width, max_size=width))
    component["zero_rate_is_shallow"] = draw(st.booleans())
    n = draw(st.integers(4, 16))
    rows = [person(-1)] + [
        person(draw(st.integers(max(0, i - 2), i - 1)), draw(st.integers(0, 9)) > 0)
        for i in range(1, n)
    ]
    # a kit counts to the rank's pv and not to activity, so that the unqualified have ranks too
    sales = [{**order(i, 0, draw(st.integers(0, 3))), "purpose": "kit"} for i in range(1, n)] + [
        order(i, draw(st.sampled_from([999, 12_345])), draw(st.integers(0, 1)) * 50)
        for i in range(1, n)
    ]
    spec = {
        "money": {"rounding": draw(st.sampled_from(MODES)), "per": "line"},
        "counts_to": {"personal": ["kit"], "activity": ["own_use"]},
        "activity": {"pv_min": "50"},
        "ranks": ladder,
        "rank_rules": {"need_activity": False},
        "components": [component],
    }
    return spec, rows, sales


def check_against_reference(spec, rows, sales):
    reference = Reference(spec, rows, sales)
    plan = plan_of(spec)
    result = settle(plan, books(rows, sales), PlanState.empty(), "lines")
    assert [int(v) for v in result.pv] == [v * 100 for v in reference.pv]
    assert [int(v) for v in result.gv] == [v * 100 for v in reference.gv]
    assert list(result.qualified) == reference.qualified
    assert [int(r) for r in result.paid_as] == reference.ranks
    for index, name in enumerate(plan.component_ids):
        fixed = name in ("team", "pool")
        expected = reference.paid(name)
        if fixed:
            expected = {line[1]: line[5] for line in reference.lines if line[0] == name and line[5]}
        assert paid(result, index) == expected
        assert result.maximum[name] == reference.maximum[name]
        assert result.breakage[name] == reference.breakage[name]
        if spec["money"]["per"] == "line" and not fixed:
            assert lines_of(result, index) == expected_lines(reference, name)
    return result, plan


def lines_of(result, index):
    t = result.lines
    rows = zip(t.payee, t.order, t.level, t.amount, strict=True)
    return sorted(
        tuple(map(int, row)) for row, c in zip(rows, t.component, strict=True) if c == index
    )


def expected_lines(reference, name):
    return sorted(
        (payee, o, depth, int(money))
        for component, payee, o, depth, _, money in reference.lines
        if component == name and money
    )


@settings(max_examples=150)
@given(lines())
def test_the_walk_agrees_with_the_reference(case):
    check_against_reference(*case)


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(cases())
def test_engine_agrees_with_the_reference(case):
    result, plan = check_against_reference(*case)
    lines, pay = result.lines, result.pay
    keys = np.stack([lines.payee, lines.component, lines.source])
    for payee, component, source, amount in zip(
        pay.payee, pay.component, pay.source, pay.amount, strict=True
    ):
        same = (keys == np.array([[payee], [component], [source]])).all(axis=0)
        assert int(lines.amount[same].sum()) == int(amount) != 0
    assert int(lines.amount.sum()) == int(pay.amount.sum())
    totals = settle(plan, books(case[1], case[2]), PlanState.empty(), "totals")
    for name, column in pay:
        assert (getattr(totals.pay, name) == column).all()
    assert totals.lines is None
    in_order = np.lexsort((pay.source, pay.component, pay.payee))
    assert (in_order == np.arange(len(pay))).all()
    assert 0 not in pay.payee


def test_a_level_that_nobody_reaches_ends_the_walk():
    """Nobody may take level 1 (a zero rate is shallow): the line ends, level 2 is not paid."""
    level = {"id": "lvl", "type": "level", "levels": 2, "rates": ["0", "5%"]}
    level |= {"compression": "dynamic", "zero_rate_is_shallow": True}
    spec = {"money": {"per": "line"}, "components": [level]}
    rows = [person(-1), person(0), person(1), person(2)]
    result, _ = check_against_reference(spec, rows, [order(3, 1000)])
    assert paid(result) == {}
    assert result.breakage == {"lvl": {"levels_left_over": 50}}
