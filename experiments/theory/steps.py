"""Checks on markets in which all members act at once, and on churn and saturation."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.registry import Check
from experiments.theory import exact_steps as exact
from experiments.theory.judging import mean_check, paired_check, ratio_check
from experiments.theory.runs import Measured, Sample, Study
from experiments.theory.variants import AtOnce, Discouraged
from sim.engines.mesa.model import MarketModel

CHANCE, STEPS = 0.5, 6
TRIES, TRY_STEPS = 4, 4
LARGE = {True: 2500, False: 6000}
"""People of the market with room for all, by quick."""


MEAN_DEPTH = STEPS * CHANCE / (1 + CHANCE)


def growth(model: MarketModel) -> Measured:
    """Members by depth at the end, and how many there were at the start of each step."""
    members = model.market.participants
    depth = np.zeros(len(members), np.int64)
    for k in range(2, len(members)):
        depth[k] = depth[members.sponsor[k]] + 1
    steps = np.arange(model.market.month + 1)
    began = members.joined_month[1:].copy()
    began[0] = -1  # the founder was there before the first step
    sizes = (began[:, None] < steps).sum(axis=0)
    levels = np.bincount(depth[1:], minlength=len(steps))
    return {"levels": levels, "given": exact.levels_given_sizes(sizes)}


def recruiting(model: MarketModel) -> Measured:
    """How many ever joined, and how many of them never recruited."""
    recruits = model.market.participants.recruits[1:]
    return {"joined": np.array([len(recruits)]), "none": np.array([(recruits == 0).sum()])}


def studies(quick: bool) -> list[Study]:
    """Synchronous growth, several tries a month, churn, and a wrong model of each."""
    runs, large = 120 if quick else 400, (f"population.people={LARGE[quick]}",)
    few, tries = (80, 60) if quick else (100, 250)
    leaving = ("population.replaced_per_year=0",)
    return [
        Study("steps", "steps.yaml", runs, growth, large),
        Study("at once", "steps.yaml", few, growth, ("population.people=1000",), model=AtOnce),
        Study("tries", "tries.yaml", tries, recruiting, large),
        Study("churn", "churn.yaml", 60 if quick else 300, recruiting),
        Study(
            "discouraged",
            "churn.yaml",
            25 if quick else 100,
            recruiting,
            (*leaving, "considering.cool_off=1"),
            distributor=Discouraged,
        ),
    ]


def checks(samples: dict[str, Sample], quick: bool) -> list[Check]:
    """All checks of this file."""
    return [*_levels(samples["steps"], quick), *_at_once(samples["at once"]), *_none(samples)]


def _levels(sample: Sample, quick: bool) -> list[Check]:
    means = exact.level_means(STEPS, CHANCE)
    lost = exact.members_lost(STEPS, CHANCE, LARGE[quick])
    note = f"C(T, d) r^d; at most {lost:.3f} members are missing because the market is finite"
    who, levels = "all act at once: ", sample["levels"]
    found = [
        mean_check(f"{who}members at depth {d}", levels[:, d], means[d], note=note)
        for d in (1, 2, 3, 4)
    ]
    deep, members = levels @ np.arange(levels.shape[1]), levels.sum(axis=1)
    found.append(ratio_check(f"{who}mean depth, T r/(1 + r)", deep, members, MEAN_DEPTH))
    return [*found, *_given_sizes(who, sample)]


def _at_once(sample: Sample) -> list[Check]:
    return _given_sizes("newcomers act at once: ", sample, wrong=True)


def _given_sizes(who: str, sample: Sample, **more: Any) -> list[Check]:
    """Shares by depth and mean depth against their exact means given each run's sizes.

    Exact in a finite market; shares, because the sizes themselves vary much.
    """
    members = sample["levels"].sum(axis=1)[:, None]
    shares, given = sample["levels"] / members, sample["given"] / members
    found = [
        paired_check(f"{who}share at depth {d}, given the sizes", shares[:, d], given[:, d], **more)
        for d in (1, 2)
    ]
    depth, expected = (part @ np.arange(part.shape[1]) for part in (shares, given))
    return [*found, paired_check(f"{who}mean depth, given the sizes", depth, expected, **more)]


def _none(samples: dict[str, Sample]) -> list[Check]:
    tries, churn, wrong = samples["tries"], samples["churn"], samples["discouraged"]
    expected = exact.none_after_tries(TRY_STEPS, TRIES, 1 / TRIES)
    ever = "of all who ever joined"
    name, note = "four tries a month: share with no recruit", "m/(m + q) = 0.593968 in the long run"
    return [
        _none_check(name, tries, expected, note=note),
        _none_check(name + ", judged by 1/2", tries, 0.5, wrong=True),
        _none_check("half law under churn in a full market", churn, 0.5, note=ever),
        _none_check("the fruitless leave sooner: share with no recruit", wrong, 0.5, wrong=True),
    ]


def _none_check(name: str, sample: Sample, expected: float, **more: Any) -> Check:
    return ratio_check(name, sample["none"][:, 0], sample["joined"][:, 0], expected, **more)
