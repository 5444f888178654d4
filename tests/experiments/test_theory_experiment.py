"""The theory experiment: its formulas against published figures and brute force, its engine runs,
and wrong engines that it must catch."""

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import factorial

import numpy as np
import pytest

from experiments.registry import Job
from experiments.theory import exact_pay, exact_steps, exact_trees, payouts, spreading, steps, trees
from experiments.theory.exact_steps import mean_of
from experiments.theory.judging import paired_check
from experiments.theory.runs import Study, full, observe, sample, samples, seed_of
from experiments.theory.variants import Capped
from sim.engines.mesa.agents import Consumer

SEED = 1
PASSING = ("holds", "caught", "inside")


def every_tree(n):
    """All (n - 1)! recursive trees of n members, each equally likely."""
    return np.array([(-1, *tree) for tree in itertools.product(*(range(k) for k in range(1, n)))])


def study(family, name, runs, **changes):
    found = next(s for s in family.studies(quick=True) if s.name == name)
    return replace(found, runs=runs, **changes)


# -- formulas against published figures ------------------------------------------------------------


def test_recruits_of_gastwirths_pyramid():
    assert float(exact_trees.recruits_none(27, 270)) == pytest.approx(0.096654, abs=5e-7)
    shares = [float(s) for s in exact_trees.recruit_shares(270, 4)]
    assert shares == pytest.approx([0.5, 0.250007, 0.125039, 0.062602, 0.031413], abs=5e-7)


def test_leaves_follow_the_eulerian_law():
    assert exact_trees.leaf_law(5)[1:5] == [Fraction(x, 24) for x in (1, 11, 11, 1)]
    assert exact_trees.leaf_law(6)[1:6] == [Fraction(x, 120) for x in (1, 26, 66, 26, 1)]
    assert exact_trees.central_moment(exact_trees.leaf_law(30), 2) == Fraction(30, 12)


def test_depths_are_stirling_numbers():
    profile = [float(x) for x in exact_trees.depth_profile(100)]
    assert profile[:4] == pytest.approx([1, 5.177378, 12.585177, 19.298603], abs=5e-7)
    assert float(exact_trees.harmonic(100) - 1) == pytest.approx(4.187378, abs=5e-7)
    mean, variance = map(float, exact_trees.entrant_depth(1000))
    assert (mean, variance) == pytest.approx((7.484471, 5.840537), abs=5e-7)


def test_downlines():
    assert float(exact_trees.downline_at_least(10, 10, 100)) == pytest.approx(0.367196, abs=5e-7)
    assert float(exact_trees.downline_at_least(1, 3, 10)) == pytest.approx(1 - 0.222222, abs=5e-7)


def test_capped_limits():
    assert exact_trees.capped_limit(2) == pytest.approx([0.381966, 0.236068, 0.381966], abs=5e-7)
    limit = [0.456311, 0.248091, 0.134884, 0.160713]
    assert exact_trees.capped_limit(3) == pytest.approx(limit, abs=5e-7)
    assert exact_trees.capped_shares(400, 2) == pytest.approx(exact_trees.capped_limit(2), abs=2e-3)


def test_synchronous_levels():
    levels = [4, 7.8, 9.88, 9.139, 6.5801, 3.8384]
    assert exact_steps.level_means(40, 0.1)[1:7] == pytest.approx(levels, abs=5e-5)
    assert exact_steps.none_after_tries(40, 1, 0.1) == pytest.approx(0.500163, abs=5e-7)


def test_diffusion():
    assert exact_steps.bass(0.03, 0.38, 10) == pytest.approx(0.812803, abs=5e-7)
    assert exact_steps.reached_limit(2) == pytest.approx(0.796812, abs=5e-7)
    assert exact_steps.reached_limit(2, 0.99) == pytest.approx(0.800204, abs=5e-7)
    # Theta = p (M - 1)/q here: with M = 1001 people the published figures for theta = 1000 p/q.
    assert exact_steps.lines_of(1000, 1001, 0.03, 0.38) == pytest.approx(206.90866, abs=5e-6)


def test_final_size_of_reed_and_frost():
    law = exact_steps.reached_law(10, 1, exact_steps.everybody_asked(0.15))
    published = [0.196874, 0.080470, 0.055311, 0.049489, 0.052400, 0.062057]
    published += [0.078440, 0.100544, 0.121828, 0.123702, 0.078884]
    assert law == pytest.approx(published, abs=1e-6)
    assert mean_of(law) == pytest.approx(4.910679, abs=5e-7)


def test_payouts():
    one, half = Fraction(1), Fraction(1, 2)
    ratio = exact_pay.tree_ratio
    assert float(ratio(100, one, compressed=False)) == pytest.approx(0.205648, abs=5e-7)
    falling = float(ratio(100, one, compressed=True, rates=payouts.FALLING))
    assert falling == pytest.approx(0.186752, abs=5e-7)
    deepest = [
        n * exact_pay.chain_ratio(n, half, compressed=True)
        - (n - 1) * exact_pay.chain_ratio(n - 1, half, compressed=True)
        for n in (11, 21)
    ]
    assert [float(x) for x in deepest] == pytest.approx([0.246680, 0.345711], abs=5e-7)


# -- formulas against brute force ------------------------------------------------------------------


def test_tree_laws_against_all_trees_of_six():
    every = every_tree(6)
    assert len(every) == factorial(5)
    recruits, depth, size = trees.recruits(every), trees.depths(every), trees.subtrees(every)
    assert [(recruits == r).mean() for r in range(4)] == pytest.approx(
        [float(s) for s in exact_trees.recruit_shares(6, 3)]
    )
    profile = [float(p) for p in exact_trees.depth_profile(6)]
    assert [(depth == d).sum(axis=1).mean() for d in range(6)] == pytest.approx(profile)
    assert [(size >= s).mean() for s in range(1, 7)] == pytest.approx([1 / s for s in range(1, 7)])
    tail = [float(exact_trees.downline_at_least(d, 3, 6)) for d in range(4)]
    assert [(size[:, 2] > d).mean() for d in range(4)] == pytest.approx(tail)
    leaves = Counter((recruits == 0).sum(axis=1).tolist())
    assert [Fraction(leaves[x], 120) for x in range(1, 6)] == exact_trees.leaf_law(6)[1:6]


def test_capped_shares_by_hand():
    # The third member joins under either of the two, so half the trees are chains, half are stars.
    assert exact_trees.capped_shares(3, 2) == pytest.approx((1 / 2, 1 / 3, 1 / 6))
    assert exact_trees.capped_shares(5, 1) == pytest.approx((1 / 5, 4 / 5))


def test_thinned_profile_against_all_trees_and_all_luck():
    every, q = every_tree(4), Fraction(1, 3)
    shares = [Fraction(0)] * 4
    for tree in every.tolist():
        for member in range(4):
            uplines, at = 0, tree[member]
            while at >= 0:
                uplines, at = uplines + 1, tree[at]
            for luck in itertools.product((0, 1), repeat=uplines):
                chance = q ** sum(luck) * (1 - q) ** (uplines - sum(luck))
                shares[sum(luck)] += chance / (4 * len(every))
    assert exact_pay.upline_shares(4, q) == shares


def test_distinct_hits_against_all_throws():
    counts = Counter(
        len(set(throw) & {0, 1}) for throw in itertools.product(range(5), repeat=3)
    )  # three throws at five people, two of them targets
    law = exact_steps.distinct_hits(3, 2, 1 / 5)
    assert law == pytest.approx([counts[k] / 125 for k in range(3)])


def test_laws_are_laws_and_small_steps_approach_continuous_time():
    assert exact_steps.adoption_law(20, 0.03, 0.38, 10).sum() == pytest.approx(1)
    smooth = exact_steps.adoption_mean(20, 0.03, 0.38, 5)
    far, near = (
        abs(mean_of(exact_steps.adoption_law(20, 0.03 / k, 0.38 / k, 5 * k)) / 20 - smooth)
        for k in (4, 40)
    )
    assert near < far / 8
    spread = exact_steps.so_many_asked(12, 1, 0.02)
    chain = exact_steps.reached_law(10, 2, spread, 0.99)
    jump = exact_steps.jump_reached_law(10, 2, 2.0)
    assert chain.sum() == pytest.approx(1)
    assert jump.sum() == pytest.approx(1)
    assert mean_of(chain) == pytest.approx(mean_of(jump), abs=0.06)


def test_levels_given_sizes_by_hand():
    # 1, then 2, then 4 members: two newcomers under two members, so one more at depth 1 on average.
    assert exact_steps.levels_given_sizes(np.array([1, 2, 4])).tolist() == [1, 2, 1]


# -- the engine ------------------------------------------------------------------------------------


def test_seeds_follow_from_the_job_and_differ():
    assert seed_of(1, "tree", 0) == 7010019807733562128
    seeds = {seed_of(s, name, run) for s in (1, 2) for name in ("a", "b") for run in range(100)}
    assert len(seeds) == 400
    assert all(0 <= s < 2**63 for s in seeds)


def test_runs_do_not_depend_on_how_they_are_shared_out():
    few = study(trees, "tree", 3, settings=("population.people=8",))
    together = observe(few, SEED, range(3))
    alone = [observe(few, SEED, [run])[0] for run in (2, 1, 0)][::-1]
    for a, b in zip(together, alone, strict=True):
        assert {k: v.tolist() for k, v in a.items()} == {k: v.tolist() for k, v in b.items()}


@pytest.fixture(scope="module")
def small_trees():
    people = ("population.people=16", "population.hours_mean=3")
    return {
        "tree": sample(study(trees, "tree", 40, settings=people), SEED),
        "preferential": sample(study(trees, "preferential", 25, settings=people), SEED),
        "capped 2": sample(study(trees, "capped 2", 20, settings=people), SEED),
        "capped 3": sample(study(trees, "capped 3", 20, settings=people), SEED),
        "chain": sample(study(payouts, "chain", 8), SEED),
    }


def test_trees_meet_their_laws_and_wrong_ones_are_caught(small_trees):
    found = trees.checks(small_trees)
    # Fewer and smaller trees than in the experiment: wrong models by a lesser margin are left out.
    assert [c for c in found if c.verdict == "fails"] == []
    caught = [c.name for c in found if c.verdict == "caught"]
    assert "preferential recruiting: share with no recruit" in caught
    assert "mean depth, by H_n" in caught
    assert "cap 2 ignored: no recruit" in caught


def test_pay_meets_its_ratios_and_compression_is_told_apart(small_trees):
    found = payouts.checks(small_trees)
    assert [c for c in found if c.verdict == "fails"] == []
    assert found[0].name.startswith("pay less 5 %")
    assert (found[0].value, found[0].se) == (0, 0)
    chain = [c for c in found if "chain" in c.name and "judged" in c.name]
    assert [c.verdict for c in chain] == ["caught", "caught"]


def test_a_cap_of_one_makes_a_chain(small_trees):
    sponsors = small_trees["chain"]["sponsor"]
    assert (sponsors == np.arange(-1, sponsors.shape[1] - 1)).all()


def test_depth_never_exceeds_the_steps_and_newcomers_at_once_are_caught():
    right = sample(study(steps, "steps", 40, settings=("population.people=400",)), SEED)
    wrong = sample(study(steps, "at once", 60, settings=("population.people=400",)), SEED)
    assert right["levels"].shape[1] == steps.STEPS + 1
    assert wrong["levels"].shape[1] > steps.STEPS + 1
    assert {c.verdict for c in steps._given_sizes("", right)} == {"holds"}
    assert {c.verdict for c in steps._given_sizes("", wrong, wrong=True)} == {"caught"}


def test_reed_and_frost_holds_and_greenwood_is_caught():
    right = sample(study(spreading, "reed-frost", 100), SEED)
    wrong = sample(study(spreading, "one draw", 200), SEED)
    verdicts = [c.verdict for c in spreading._reed_frost(right, wrong)]
    assert verdicts == ["holds"] * 5 + ["caught"]


def test_the_place_of_sponsors_has_its_exact_mean_and_variance():
    every = every_tree(5)
    check = trees._place(every)
    place = ((every[:, 1:] + 0.5) / np.arange(1, 5)).mean(axis=1)
    assert check.value == pytest.approx(0.5)
    assert check.se == pytest.approx(place.std() / len(every) ** 0.5)


def oldest_asker(consumer, appeals, own, *, joins):
    """A broken tie rule: the longest-standing asker wins."""
    return Consumer._plain_best(consumer, appeals[:1], own, joins=joins)


def newest_asker(consumer, appeals, own, *, joins):
    return Consumer._plain_best(consumer, appeals[-1:], own, joins=joins)


@pytest.mark.parametrize("tie", [oldest_asker, newest_asker])
def test_a_biased_tie_in_the_engine_is_caught(monkeypatch, tie):
    monkeypatch.setattr(Consumer, "_plain_best", Consumer._best, raising=False)
    monkeypatch.setattr(Consumer, "_best", tie)
    # Five approaches a month, so that most who are asked are asked by several.
    many = ("population.people=16", "population.hours_mean=5")
    broken = Study("tree", "unpaid.yaml", 30, trees.genealogy, many, full)
    found = trees.trees_of(sample(broken, SEED))
    assert trees._place(found).verdict == "fails"
    assert "fails" in {c.verdict for c in trees._depths(found)}


def test_a_run_that_does_not_end_in_time_fails_loudly():
    never = study(trees, "tree", 1, settings=("months=3",), distributor=Capped, traits={"cap": 0})
    with pytest.raises(RuntimeError, match="run 0 was not done in 3 months"):
        sample(never, SEED)


def test_a_wrong_unit_would_show():
    # One value a run, far from its expectation: the standard error comes from the runs.
    check = paired_check("x", np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0]))
    assert check.se == pytest.approx(1 / 3**0.5)
    assert check.z == pytest.approx(2 * 3**0.5)


@pytest.mark.trust
def test_the_whole_quick_experiment_holds_and_catches():
    from experiments.theory.experiment import run

    answer = run(Job(quick=True, seed=SEED, say=lambda _text: None))
    names = [check.name for check in answer.checks]
    assert len(names) == len(set(names)) > 60
    assert [c for c in answer.checks if c.verdict not in PASSING] == []
    assert set(answer.figures) == {"depth_profile", "downlines", "adoption"}


@pytest.mark.trust
def test_two_processes_give_the_figures_of_one():
    few = [study(spreading, "reed-frost", 25)]
    shared = samples(few, SEED, lambda _text: None)["reed-frost"]
    assert shared["reached"].tolist() == sample(few[0], SEED)["reached"].tolist()
