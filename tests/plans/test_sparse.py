"""Months cost what their orders cost: who is left out of one, and what is remembered inside it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from plan_builder import books, line_of, load, order, paid, person, plan_of, run

from sim.plans.compile import Idle, compile_plan
from sim.plans.facts import find_facts
from sim.plans.settle import PlanState, settle
from sim.records import Source

ORDERING = {"activity": {"pv_min": "50"}}


def taking_part(plan, people, orders):
    return find_facts(plan_of(plan), books(people, orders), lines=False).tree.ids.tolist()


def test_only_the_ordering_and_their_uplines_take_part():
    people = [person(-1), person(0), person(1), person(1), person(3), person(0)]
    assert taking_part(ORDERING, people, []) == [0]
    assert taking_part(ORDERING, people, [order(4, 100)]) == [0, 1, 3, 4]
    assert taking_part(ORDERING, people, [order(0, 100)]) == [0]


@pytest.mark.parametrize(
    ("plan", "idle", "who"),
    [
        (ORDERING, Idle.NOBODY, [0]),
        ({}, Idle.NOBODY, [0]),
        ({"ranks": [{"id": "a"}]}, Idle.ENROLLED, [0, 1, 2]),
        (
            {"components": [{"id": "p", "type": "pool", "share": 1, "points": {"member": 1}}]},
            Idle.ENROLLED,
            [0, 1, 2],
        ),
        ({"activity": {"order_in_period": True}}, Idle.NOBODY, [0]),
        (
            {**ORDERING, "ranks": [{"id": "a"}], "rank_rules": {"need_activity": False}},
            Idle.ENROLLED,
            [0, 1, 2],
        ),
        (
            {
                **ORDERING,
                "components": [{"id": "s", "type": "structure", "tiers": [5]}],
            },
            Idle.ENROLLED,
            [0, 1, 2],
        ),
        (
            {**ORDERING, "ranks": [{"id": "a", "require": {"legs": [{"count": 1, "gv": 0}]}}]},
            Idle.EVERYBODY,
            [0, 1, 2, 3],
        ),
        (
            {**ORDERING, "ranks": [{"id": "a", "require": {"legs": [{"count": 1, "gv": 1}]}}]},
            Idle.NOBODY,
            [0],
        ),
    ],
)
def test_the_idle_take_part_where_they_count(plan, idle, who):
    """Row 2 is enrolled below row 1, who has left; row 3 has left."""
    people = [person(-1), person(0, False), person(1), person(2, False)]
    assert plan_of(plan).counting.idle == idle
    assert taking_part(plan, people, []) == who


def test_an_idle_leg_that_has_left_counts_if_nothing_is_asked_of_it():
    rank = {"id": "a", "require": {"legs": [{"count": 2, "gv": "0"}]}}
    plan = {"activity": {"pv_min": "50"}, "ranks": [rank]}
    people = [person(-1), person(0), person(1), person(1, enrolled=False)]
    assert list(run(plan, people, [order(1, 0, 50)]).paid_as) == [0, 1, 0, 0]


def test_an_idle_recruit_is_qualified_where_nothing_is_asked():
    rank = {"id": "a", "require": {"qualified_frontline": 1}}
    assert list(run({"ranks": [rank]}, line_of(3), []).paid_as) == [0, 1, 1, 0]


def test_the_enrolled_are_qualified_without_a_test_to_pass():
    people = [person(-1), person(0), person(1, enrolled=False), person(2)]
    assert list(run({}, people, []).qualified) == [False, True, False, True]
    assert not run(ORDERING, people, []).qualified.any()


def test_results_are_given_for_all_participants():
    result = run(ORDERING, [*line_of(3), person(0)], [order(2, 0, 60)])
    assert list(result.pv) == [0, 0, 6000, 0, 0]
    assert list(result.gv) == [6000, 6000, 6000, 0, 0]
    assert list(result.qualified) == [False, False, True, False, False]


@pytest.mark.parametrize("per", ["line", "total"])
def test_a_month_of_a_thousand_different_orders(per):
    """More amounts than the walk remembers: each line is rounded from its own cv."""
    level = {"id": "lvl", "type": "level", "levels": 2, "rates": ["1/3", "1/7"]}
    plan = {"money": {"per": per, "rounding": "half_up"}, "components": [level]}
    cvs = np.random.default_rng(1).integers(-(10**9), 10**12, 1000).tolist()
    cvs += cvs[::3]
    got = paid(run(plan, line_of(3), [order(3, cv) for cv in cvs], "totals"))
    half_up = [
        (1 if cv > 0 else -1) * ((2 * abs(cv) + den) // (2 * den)) for den in (3, 7) for cv in cvs
    ]
    if per == "line":
        assert got == {2: sum(half_up[: len(cvs)]), 1: sum(half_up[len(cvs) :])}
    else:
        assert got == {who: (2 * sum(cvs) + den) // (2 * den) for who, den in ((2, 3), (1, 7))}


def test_customers_count_once_with_each_seller():
    """Thousands of orders of few people: whoever buys 60 points of one seller counts there."""
    structure = {"id": "s", "type": "structure", "tiers": [1], "frontline": 3}
    structure |= {"frontline_order_pv": "60", "customers_count": True}
    luck, n = np.random.default_rng(2), 40
    people = [person(-1), *(person(0) for _ in range(n))]
    given = books(
        people, [order(1 + i % n, 100, 20, source="preferred_customer") for i in range(3000)]
    )
    table = given.orders
    table.person[:], table.incarnation[:] = luck.integers(0, 90, (2, 3000)) // [[1], [45]]
    table.credited_to[:] = luck.integers(1, n + 1, 3000)
    table.source[luck.random(3000) < 0.2] = Source.RETAIL_CUSTOMER
    bought = Counter()
    for i in np.flatnonzero(table.source == Source.PREFERRED_CUSTOMER):
        bought[table.person[i], table.incarnation[i], table.credited_to[i]] += 2000
    counts = Counter(int(who) for (_, _, who), pv in bought.items() if pv >= 6000)
    plan = plan_of({"components": [structure], "activity": {"pv_min": "0"}})
    expected = {who: 100 for who, count in counts.items() if count >= 3}
    assert 0 < len(expected) < n
    assert paid(settle(plan, given, PlanState.empty())) == expected


def test_an_empty_month_pays_nothing_and_keeps_titles():
    plan = compile_plan(load("doterra_us_2017"))
    state = PlanState(np.array([0, 3, 1], np.int8))
    result = run(plan, line_of(2), [], "lines", state)
    assert len(result.pay) == len(result.lines) == 0
    assert list(result.title) == [0, 3, 1]
    assert set(result.maximum) == set(plan.component_ids)
    assert not any(result.maximum.values())
