"""What must hold for every plan of this family, whatever the tree and the orders."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_builder import books, line_of, load, order, paid, person, plan_of, run
from plan_reference import CLASSES

from sim.plans.compile import compile_plan
from sim.plans.settle import PlanState, settle
from sim.records import PARTICIPANT

LEVELS = {
    "activity": {"pv_min": "50"},
    "components": [
        {"id": "lvl", "type": "level", "levels": 3, "rates": ["7%", "1/3", "2%"]},
        {"id": "p", "type": "pool", "share": "3%", "points": {"member": 1}},
    ],
}


def random_market(seed, n=200):
    """A random recursive tree with one or two orders each, every class among them."""
    luck = np.random.default_rng(seed)
    people = [person(-1)] + [
        person(int(luck.integers(0, i)), luck.random() > 0.1) for i in range(1, n)
    ]
    orders = [
        order(i, int(luck.integers(1, 20_000)), int(luck.integers(0, 4)) * 60) for i in range(1, n)
    ]
    for i in luck.integers(1, n, n // 2):
        source = ["retail_customer", "preferred_customer"][int(luck.integers(2))]
        customer = {"participant": None, "source": source, "purpose": "customer"}
        orders.append(order(int(i), int(luck.integers(1, 9000)), 40, **customer))
    return people, orders


@pytest.fixture(
    scope="module", params=["doterra_us_2017", "teaching", "unilevel_5", "single_level"]
)
def shipped(request):
    return compile_plan(load(request.param))


def test_paid_and_breakage_make_the_maximum(shipped):
    """Also asserted inside the engine; here from the finished settlement alone."""
    result = run(shipped, *random_market(1))
    for index, name in enumerate(shipped.component_ids):
        total = sum(paid(result, index).values()) + sum(result.breakage[name].values())
        assert total == result.maximum[name]
        assert all(isinstance(x, Fraction) for x in result.breakage[name].values())


def test_nobody_is_paid_without_a_source(shipped):
    people, orders = random_market(2)
    silent = [{**o, "cv": 0, "pv": Fraction(0)} for o in orders]
    assert paid(run(shipped, people, [])) == {}
    assert paid(run(shipped, people, silent)) == {}


def test_the_company_and_leavers_are_never_paid(shipped):
    people, orders = random_market(3)
    result = run(shipped, people, orders)
    left = {i for i, p in enumerate(people) if not p["enrolled"]}
    assert left
    assert not (set(paid(result)) & (left | {0}))
    assert result.paid_as[0] == result.title[0] == 0
    assert not result.qualified[list(left)].any()


@given(st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_orders_changes_nothing(luck):
    people, orders = random_market(4)
    for name in ("doterra_us_2017", "teaching"):
        plan = compile_plan(load(name))
        before = run(plan, people, orders, "totals")
        shuffled = luck.sample(orders, len(orders))
        after = run(plan, people, shuffled, "totals")
        for column, values in before.pay:
            assert (getattr(after.pay, column) == values).all()
        assert after.breakage == before.breakage


@given(st.integers(1, 19_999), st.integers(0, 20_000))
@settings(max_examples=40)
def test_splitting_an_order_changes_only_rounding(first, second):
    people = line_of(6)
    volume = [order(i, 0, 50) for i in range(1, 7)]
    whole = run(LEVELS, people, [*volume, order(6, first + second)])
    parts = run(LEVELS, people, [*volume, order(6, first), order(6, second)])
    assert whole.maximum == parts.maximum
    differ = {p: abs(paid(whole).get(p, 0) - paid(parts).get(p, 0)) for p in range(7)}
    assert max(differ.values()) <= 2
    per_total = {**LEVELS, "money": {"per": "total"}}
    assert paid(run(per_total, people, [*volume, order(6, first + second)])) == paid(
        run(per_total, people, [*volume, order(6, first), order(6, second)])
    )


def test_a_silent_leaf_changes_nothing(shipped):
    people, orders = random_market(5)
    before = paid(run(shipped, people, orders))
    assert paid(run(shipped, [*people, person(len(people) - 1)], orders)) == before


def test_swapping_names_of_two_siblings_swaps_their_pay():
    people = [person(-1), person(0), person(1), person(1), person(2), person(3)]
    one = [order(i, 1000, 50) for i in range(1, 4)] + [order(4, 500, 50), order(5, 900, 50)]
    other = [order(i, 1000, 50) for i in range(1, 4)] + [order(4, 900, 50), order(5, 500, 50)]
    a, b = paid(run(LEVELS, people, one)), paid(run(LEVELS, people, other))
    assert a[1] == b[1]
    assert (a[2], a[3]) == (b[3], b[2])


def test_a_joining_fee_plan_pays_on_kits_alone():
    """All pay of a plan on joining fees has kit orders for its source."""
    plan = {
        "components": [
            {"id": "fee", "type": "level", "levels": 2, "rates": ["20%", "5%"], "orders": ["kit"]}
        ]
    }
    people, orders = line_of(4), [order(i, 10_000, purpose="kit") for i in range(1, 5)]
    orders += [order(i, 7_777) for i in range(1, 5)]
    lines = run(plan, people, orders).lines
    assert len(lines) == 5
    assert set(lines.order) <= {0, 1, 2, 3}


def test_compression_pays_all_that_it_can():
    """'Seven people are paid on every order': dynamic compression pays at least what none pays."""
    people, orders = random_market(6, 400)
    plan = {**LEVELS, "components": LEVELS["components"][:1]}
    total = {}
    for mode in ("none", "standard", "dynamic"):
        component = {**LEVELS["components"][0], "compression": mode}
        total[mode] = sum(paid(run({**plan, "components": [component]}, people, orders)).values())
    assert total["none"] < total["standard"] == total["dynamic"]


def test_inputs_are_left_as_they_were(shipped):
    people, orders = random_market(7)
    given_books, state = books(people, orders), PlanState.empty()
    copy = books(people, orders)
    settle(shipped, given_books, state, "lines")
    for name in ("sponsor", "enrolled"):
        assert (getattr(given_books, name) == getattr(copy, name)).all()
    for name, column in copy.orders:
        assert (getattr(given_books.orders, name) == column).all()
    assert len(state.title) == len(people)


def test_titles_are_kept_and_paid_as_is_not():
    plan = plan_of({"ranks": [{"id": "gold", "require": {"gv": "100"}}], "components": []})
    people, state = line_of(2), PlanState.empty()
    first = run(plan, people, [order(2, 0, 100)], "totals", state)
    assert list(first.paid_as) == list(first.title) == [0, 1, 1]
    second = run(plan, [*people, person(2)], [], "totals", state)
    assert list(second.paid_as) == [0, 0, 0, 0]
    assert list(second.title) == list(state.title) == [0, 1, 1, 0]
    first.title[:] = 9
    assert list(state.title) == [0, 1, 1, 0]
    with pytest.raises(ValueError, match="2 participants, the state 4"):
        run(plan, people[:2], [], "totals", state)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sponsor": [-1, 0, 3, 2]}, "participant 2 has sponsor 3"),
        ({"sponsor": [0, 0, 1, 2]}, "participant 0 has sponsor 0"),
        ({"sponsor": [-1, 0, -1, 2]}, "participant 2 has sponsor -1"),
        ({"enrolled": [True]}, "one row a participant"),
        ({"orders.credited_to": 4}, "order 0 has credited_to 4, outside 0 to 3"),
        ({"orders.credited_to": -1}, "order 0 has credited_to -1"),
        ({"orders.participant": 9}, "order 0 has participant 9"),
        ({"orders.source": 3}, "order 0 has source 3"),
        ({"orders.purpose": -1}, "order 0 has purpose -1"),
        ({"orders.cv": 2**62}, "cv adds up to more than"),
    ],
)
def test_bad_books_are_refused(change, message):
    given_books = books(line_of(3), [order(1, 5)])
    for name, value in change.items():
        if name.startswith("orders."):
            getattr(given_books.orders, name[7:])[0] = value
        else:
            dtype = {c.name: c.dtype for c in PARTICIPANT}.get(name, np.bool_)
            setattr(given_books, name, np.array(value, dtype))
    with pytest.raises((ValueError, OverflowError), match=message):
        settle(plan_of(LEVELS), given_books, PlanState.empty())


def test_totals_that_do_not_fit_are_refused_not_wrapped():
    fine = {"id": "lvl", "type": "level", "levels": 1, "rates": ["7/9999999999"]}
    spec = {"money": {"per": "total"}, "components": [fine]}
    orders = [order(2, 2**59)] * 3
    with pytest.raises(OverflowError):
        run(spec, line_of(2), orders)


def test_pay_of_fixed_bonuses_is_traced_to_the_volume_behind_it():
    """A pool share follows the cv of the fund by source class, to the unit."""
    spec = {"components": [{"id": "p", "type": "pool", "share": "10%", "points": {"member": 1}}]}
    customer = {"participant": None, "source": "retail_customer", "purpose": "customer"}
    result = run(spec, line_of(3), [order(1, 1000), order(1, 500, **customer)])
    rows = zip(result.pay.payee, result.pay.source, result.pay.amount, strict=True)
    assert sorted(tuple(map(int, row)) for row in rows) == sorted(
        (p, s, a) for p in (1, 2, 3) for s, a in ((0, 16), (2, 34))
    )


def test_order_classes_cover_all():
    assert set(CLASSES) == set(load("teaching").volumes.counts_to.commission)
