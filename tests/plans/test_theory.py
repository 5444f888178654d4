"""Payout ratios of unilevel plans that are known exactly, and a wrong model that each catches.

With equal cv everywhere and each upline qualified independently with probability q, an order with
D uplines pays sum of r_l * P(Q >= l), Q binomial (D, q), under compression, and q * sum of r_l
(l <= D) without. Summed over all 2^D patterns of qualification, weighted by their probability, the
engine must give that number exactly; and on a random recursive tree within its standard error.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from plan_builder import line_of, load, order, run

from sim.plans.compile import compile_plan
from sim.plans.settle import PlanState, settle
from sim.records import ORDER, Books, Period, Table

RATES = {"seven": ["5%"] * 7, "falling": ["10%", "5%", "3%", "2%", "1%"]}


def plan_with(rates, compression):
    plan = load("unilevel_5")
    (component,) = plan.components
    shares = tuple(Fraction(r.rstrip("%")) / 100 for r in rates)
    new = component.model_copy(
        update={"compression": compression, "rates": shares, "levels": len(shares)}
    )
    return compile_plan(plan.model_copy(update={"components": (new,)}))


def chain_ratio(plan, depth, q):
    """The expected share of cv paid on one order below a line, over all patterns."""
    total = Fraction(0)
    people, cv = line_of(depth + 1), 10_000
    for pattern in product((False, True), repeat=depth):
        own = [order(i + 1, 0, 100) for i, yes in enumerate(pattern) if yes]
        result = run(plan, people, [*own, order(depth + 1, cv)], "totals")
        weight = q ** sum(pattern) * (1 - q) ** (depth - sum(pattern))
        total += weight * Fraction(int(result.pay.amount.sum()), cv)
    return total


def binomial_ratio(rates, depth, q):
    shares = [Fraction(r.rstrip("%")) / 100 for r in rates]
    at_least = [
        sum(comb(depth, j) * q**j * (1 - q) ** (depth - j) for j in range(level, depth + 1))
        for level in range(1, len(shares) + 1)
    ]
    return sum((r * p for r, p in zip(shares, at_least, strict=True)), Fraction(0))


@pytest.mark.parametrize(("q", "exact"), [(Fraction(1, 2), 0.246680), (Fraction(1, 5), 0.099996)])
def test_compressed_chain_of_ten_exactly(q, exact):
    """7 x 5 %, D = 10: the published value, and the binomial sum to the last digit."""
    ratio = chain_ratio(plan_with(RATES["seven"], "standard"), 10, q)
    assert ratio == binomial_ratio(RATES["seven"], 10, q)
    assert float(ratio) == pytest.approx(exact, abs=5e-7)


def test_uncompressed_chain_of_ten_exactly():
    plan = plan_with(RATES["seven"], "none")
    ratio = chain_ratio(plan, 10, Fraction(1, 2))
    assert ratio == Fraction(175, 1000) != binomial_ratio(RATES["seven"], 10, Fraction(1, 2))


def test_falling_rates_on_a_short_chain_exactly():
    plan = plan_with(RATES["falling"], "dynamic")
    assert chain_ratio(plan, 6, Fraction(1, 3)) == binomial_ratio(
        RATES["falling"], 6, Fraction(1, 3)
    )


def recursive_tree_ratios(plan, n, q, replicates, seed):
    """Payout over cv on random recursive trees rooted at 1, one number a replicate."""
    luck = np.random.default_rng(seed)
    ratios = []
    for _ in range(replicates):
        sponsor = np.full(n + 1, -1, np.int32)
        sponsor[1] = 0
        sponsor[2:] = 1 + (luck.random(n - 1) * np.arange(1, n)).astype(np.int32)
        who = np.arange(1, n + 1)
        qualified = luck.random(n) < q
        table = Table.of(
            ORDER, credited_to=who, participant=who, source=np.full(n, 2), purpose=np.ones(n),
            pv=10_000 * qualified, cv=np.full(n, 10_000),
        )  # fmt: skip
        enrolled = np.ones(n + 1, np.bool_)
        given = Books(Period(0, 0, 30), sponsor, enrolled, table)
        result = settle(plan, given, PlanState.empty())
        ratios.append(float(result.pay.amount.sum()) / (10_000 * n))
    return np.array(ratios)


@pytest.mark.parametrize(
    ("rates", "compression", "q", "exact", "wrong"),
    [
        ("seven", "standard", 0.5, 0.161020, 0.143946),
        ("seven", "none", 0.5, 0.143946, 0.161020),
        ("seven", "none", 1.0, 0.287892, 0.205648),
        ("falling", "standard", 0.2, 0.096823, 0.040861),
        ("falling", "none", 0.2, 0.040861, 0.096823),
    ],
)
def test_random_recursive_trees(rates, compression, q, exact, wrong):
    """n = 1000: the exact expectation within 4 standard errors, the wrong one far outside."""
    plan = plan_with(RATES[rates], compression)
    ratios = recursive_tree_ratios(plan, 1000, q, 400, seed=7)
    error = ratios.std(ddof=1) / np.sqrt(len(ratios))
    assert abs(ratios.mean() - exact) / error < 4
    assert abs(ratios.mean() - wrong) / error > 6


def test_descendants_at_a_distance_are_members_at_a_depth():
    """In any tree pairs l apart = members at depth l or more: so many lines has level l."""
    luck = np.random.default_rng(3)
    n = 500
    depth = np.zeros(n + 1, int)
    sponsors = [0, 0, *(int(luck.integers(1, i)) for i in range(2, n + 1))]
    for i in range(2, n + 1):
        depth[i] = depth[sponsors[i]] + 1
    people = [{"sponsor": s if i else -1, "enrolled": True} for i, s in enumerate(sponsors)]
    plan = plan_with(RATES["seven"], "none")
    result = run(plan, people, [order(i, 100, 100) for i in range(1, n + 1)])
    for level in range(1, 8):
        assert int((result.lines.level == level).sum()) == int((depth[1:] >= level).sum())
