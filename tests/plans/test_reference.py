"""The engine against a second one that shares no code with it, on random trees and plans."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_builder import books, order, paid, person, plan_of
from plan_reference import Reference
from random_plans import MODES, plans, rate, volume

from sim.plans.settle import PlanState, settle


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


def agrees_in_total(totals, result):
    """Where only totals are asked for, orders go up the tree together; that changes nothing."""
    assert totals.lines is None
    assert len(totals.pay) == len(result.pay)
    for name, column in result.pay:
        assert (getattr(totals.pay, name) == column).all()
    assert totals.maximum == result.maximum
    assert totals.breakage == result.breakage


def check_against_reference(spec, rows, sales):
    reference = Reference(spec, rows, sales)
    plan = plan_of(spec)
    result = settle(plan, books(rows, sales), PlanState.empty(), "lines")
    agrees_in_total(settle(plan, books(rows, sales), PlanState.empty(), "totals"), result)
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
    result, _plan = check_against_reference(*case)
    lines, pay = result.lines, result.pay
    keys = np.stack([lines.payee, lines.component, lines.source])
    for payee, component, source, amount in zip(
        pay.payee, pay.component, pay.source, pay.amount, strict=True
    ):
        same = (keys == np.array([[payee], [component], [source]])).all(axis=0)
        assert int(lines.amount[same].sum()) == int(amount) != 0
    assert int(lines.amount.sum()) == int(pay.amount.sum())
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
