"""Checks on random recursive trees: who recruits, how deep, and how many below."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Check, against_theory
from experiments.theory import exact_trees as exact
from experiments.theory.judging import chance_check, exact_check, mean_check
from experiments.theory.payouts import genealogy_and_pay
from experiments.theory.runs import Measured, Sample, Study, full
from experiments.theory.variants import Capped, Ordering, Preferential
from sim.engines.mesa.model import MarketModel

Trees = NDArray[np.int64]


def genealogy(model: MarketModel) -> Measured:
    """The sponsor of each participant, by enrolment, from 0; the founder has none (-1)."""
    return {"sponsor": model.market.participants.sponsor[1:] - 1}


def studies(quick: bool) -> list[Study]:
    """Trees of the engine, trees of a wrong engine, and trees with a cap on recruits.

    In the first, members make three approaches a month, so that many people have several offers to
    choose from: the law is the same, and the engine's way of breaking ties is held against it.
    """
    n, runs = (30, 120) if quick else (80, 250)
    few, some = (30, 50) if quick else (30, 100)
    people = (f"population.people={n}",)
    tree = Study("tree", "tree.yaml", runs, genealogy_and_pay, (*people, "population.hours_mean=3"))
    tree = replace(tree, done=full, distributor=Ordering)
    plain = Study("preferential", "unpaid.yaml", few, genealogy, people, full)
    return [
        tree,
        replace(plain, distributor=Preferential),
        *(
            replace(plain, name=f"capped {cap}", runs=some, distributor=Capped, traits={"cap": cap})
            for cap in (2, 3)
        ),
    ]


def trees_of(sample: Sample) -> Trees:
    """The genealogies of a sample: a row a tree, the sponsor's place in the row."""
    return sample["sponsor"].astype(np.int64)


def recruits(trees: Trees) -> Trees:
    """Recruits of every member."""
    count = np.zeros_like(trees)
    for tree, row in zip(trees, count, strict=True):
        np.add.at(row, tree[1:], 1)
    return count


def depths(trees: Trees) -> Trees:
    """Depth of every member."""
    depth, all_trees = np.zeros_like(trees), np.arange(len(trees))
    for k in range(1, trees.shape[1]):
        depth[:, k] = depth[all_trees, trees[:, k]] + 1
    return depth


def subtrees(trees: Trees) -> Trees:
    """Size of every member's subtree, the member included."""
    size, all_trees = np.ones_like(trees), np.arange(len(trees))
    for k in range(trees.shape[1] - 1, 0, -1):
        size[all_trees, trees[:, k]] += size[:, k]
    return size


def checks(samples: dict[str, Sample]) -> list[Check]:
    """All checks of this file."""
    trees, wrong = trees_of(samples["tree"]), trees_of(samples["preferential"])
    found = [_place(trees), *_recruits(trees), *_depths(trees), *_subtrees(trees)]
    found += [_place(wrong, "preferential recruiting: ", wrong=True), *_preferential(wrong)]
    for cap in (2, 3):
        found += _capped(trees_of(samples[f"capped {cap}"]), cap)
    n = trees.shape[1]
    ignored = (recruits(trees) > 2).sum(axis=1) / n
    share = exact.capped_shares(n, 2)[0]
    zero = (recruits(trees) == 0).mean(axis=1)
    note = f"{ignored.mean():.3f} of the members have more than two recruits"
    found.append(mean_check("cap 2 ignored: no recruit", zero, share, wrong=True, note=note))
    return found


def _place(trees: Trees, who: str = "", **more: Any) -> Check:
    """How late the sponsors themselves had joined: uniform from 0 to 1, and independent."""
    entrants = np.arange(1, trees.shape[1])
    place = ((trees[:, 1:] + 0.5) / entrants).mean(axis=1)
    variance = float((1 - 1 / entrants**2).sum()) / 12 / len(entrants) ** 2
    name = f"{who}sponsor's place among the members, 0 first to 1 last"
    return exact_check(name, place, 0.5, variance, **more)


def _recruits(trees: Trees) -> list[Check]:
    count, n = recruits(trees), trees.shape[1]
    zeros, variance = (count == 0).sum(axis=1), 1 / (12 * n)
    found = [
        exact_check("half law: share with no recruit", zeros / n, 0.5, variance, note=f"n = {n}"),
        _variance("half law: variance of the number with no recruit, n/12", zeros, n),
        _variance("half law: that variance, as if independent, n/4", zeros, n, binomial=True),
    ]
    for k in (max(2, n // 10), n // 2, 9 * n // 10):
        none = count[:, k - 1] == 0
        found.append(chance_check(f"entrant {k} has no recruit", none, exact.recruits_none(k, n)))
    shares = exact.recruit_shares(n, 3)
    for r in (1, 2, 3):
        share = (count == r).mean(axis=1)
        note = f"2^-{r + 1} in an endless tree"
        name = f"share with {r} recruit{'s' if r > 1 else ''}"
        found.append(mean_check(name, share, shares[r], note=note))
    return found


def _variance(name: str, values: NDArray[Any], n: int, *, binomial: bool = False) -> Check:
    """The sample variance of the leaves against n/12, by the exact fourth moment; or n/4."""
    law = exact.leaf_law(n)
    second, fourth = (float(exact.central_moment(law, order)) for order in (2, 4))
    runs = len(values)
    se = sqrt((fourth - second**2 * (runs - 3) / (runs - 1)) / runs)
    expected = n / 4 if binomial else second
    return against_theory(name, float(values.var(ddof=1)), expected, se, wrong=binomial)


def _depths(trees: Trees) -> list[Check]:
    depth, n = depths(trees), trees.shape[1]
    profile = exact.depth_profile(n)
    found = [
        mean_check(f"members at depth {d}", (depth == d).sum(axis=1), profile[d])
        for d in (1, 2, 3, 4, 5)
    ]
    mean = exact.harmonic(n) - 1
    found.append(mean_check("mean depth, H_n - 1", depth.mean(axis=1), mean))
    found.append(mean_check("mean depth, by H_n", depth.mean(axis=1), mean + 1, wrong=True))
    for k in (3, n):
        expected, variance = exact.entrant_depth(k)
        name = f"depth of entrant {k}, H_(k-1)"
        found.append(exact_check(name, depth[:, k - 1], expected, variance))
    late, variance = exact.entrant_depth(4)[0], exact.entrant_depth(3)[1]
    found.append(exact_check("depth of entrant 3, by H_k", depth[:, 2], late, variance, wrong=True))
    return found


def _subtrees(trees: Trees) -> list[Check]:
    size, n = subtrees(trees), trees.shape[1]
    found = [
        mean_check(f"share with a subtree of {s} or more, 1/{s}", (size >= s).mean(axis=1), 1 / s)
        for s in (2, 3, 5, 10, 20)
        if s < n
    ]
    for k, d in ((2, n // 2), (n // 10 + 2, 5)):
        chance = exact.downline_at_least(d, k, n)
        found.append(chance_check(f"entrant {k} has {d} or more below", size[:, k - 1] > d, chance))
    return found


def _preferential(trees: Trees) -> list[Check]:
    """Those with recruits win more: every law of the recursive tree must reject these trees."""
    n, count = trees.shape[1], recruits(trees)
    figures = {
        "share with no recruit": ((count == 0).mean(axis=1), 0.5),
        "share with 1 recruit": ((count == 1).mean(axis=1), exact.recruit_shares(n, 1)[1]),
        "mean depth": (depths(trees).mean(axis=1), exact.harmonic(n) - 1),
        "share with a subtree of 3 or more": ((subtrees(trees) >= 3).mean(axis=1), 1 / 3),
    }
    return [
        mean_check(f"preferential recruiting: {name}", values, expected, wrong=True)
        for name, (values, expected) in figures.items()
    ]


def _capped(trees: Trees, cap: int) -> list[Check]:
    count, n = recruits(trees), trees.shape[1]
    shares, limit = exact.capped_shares(n, cap), exact.capped_limit(cap)
    return [
        mean_check(
            f"cap {cap}: share with {r} recruits",
            (count == r).mean(axis=1),
            shares[r],
            note=f"{limit[r]:.6f} in an endless tree",
        )
        for r in range(cap + 1)
    ]
