"""Checks on diffusion: Bass adoption, and recruiters who burn out (SIR, Reed and Frost)."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np

from experiments.registry import Check, within
from experiments.theory import exact_steps as exact
from experiments.theory.judging import chance_check, mean_check, ratio_check
from experiments.theory.runs import Measured, Sample, Study, extinct
from experiments.theory.variants import AskingAll, Constant, Innovating, OneDraw, Patient
from sim.engines.mesa.model import MarketModel
from sim.records import COMPANY

P, Q, TIME, PEOPLE = 0.03, 0.38, 10, 50
RATIO, SMALL, SEEDS = 2.0, 25, 3
ASKED, CROWD, CROWD_SEEDS = 40, 1000, 10
REED_FROST = 0.15


def adoption(model: MarketModel) -> Measured:
    """Adopters after each step, and how many of them nobody recruited."""
    members = model.market.participants
    steps = np.arange(1, model.market.month + 1)
    adopters = (members.joined_month[1:, None] < steps).sum(axis=0)
    return {"adopters": adopters, "lines": np.array([(members.sponsor[1:] == COMPANY).sum()])}


def reach(model: MarketModel) -> Measured:
    """How many people were ever reached, founders included."""
    return {"reached": np.array([len(model.market.participants) - 1])}


def part_of_a_month(quick: bool) -> int:
    """How many steps stand for one month of the continuous laws."""
    return 20 if quick else 40


def _adopting(name: str, a_month: int, runs: int) -> Study:
    settings = (
        f"months={TIME * a_month}",
        f"population.people={PEOPLE}",
        f"population.hours_mean={Q / a_month}",
    )
    return Study(
        name,
        "diffusion.yaml",
        runs,
        adoption,
        settings,
        consumer=Innovating,
        traits={"innovation": P / a_month},
    )


def _burning(name: str, runs: int, settings: tuple[str, ...], leave: float = 0.0) -> Study:
    """Recruiters leave after a month, or with the chance ``leave`` a step."""
    file = "diffusion.yaml" if leave else "epidemic.yaml"
    kind = Constant if leave else Patient
    traits = {"leave": leave}
    return Study(name, file, runs, reach, settings, extinct, distributor=kind, traits=traits)


def studies(quick: bool) -> list[Study]:
    """Bass in small and in large steps; burn-out in one step, in small steps, and in a crowd."""
    part, seeds = part_of_a_month(quick), f"founders.count={SEEDS}"
    small = (f"population.people={SMALL}", seeds, f"population.hours_mean={RATIO / part}")
    crowd = (f"population.people={CROWD}", f"founders.count={CROWD_SEEDS}")
    many, few = (400, 250) if quick else (2000, 400)
    asking = Study(
        "reed-frost", "reed_frost.yaml", many, reach, done=extinct, distributor=AskingAll
    )
    return [
        _adopting("bass", part, 25 if quick else 80),
        _adopting("bass in large steps", 1, 200 if quick else 1000),
        _burning("burn-out", 120 if quick else 500, (seeds,)),
        _burning("late burn-out", 30, (seeds, "staying.leave=0.05")),
        _burning("crowd", 12 if quick else 60, crowd),
        _burning("small steps", 30 if quick else 60, small, 1 / part),
        asking,
        replace(asking, name="one draw", runs=few, consumer=OneDraw),
    ]


def checks(samples: dict[str, Sample], quick: bool) -> list[Check]:
    """All checks of this file."""
    part = part_of_a_month(quick)
    found = [*_bass(samples["bass"], part), *_large_steps(samples["bass in large steps"])]
    found += _burn_out(samples)
    found += _small_steps(samples["small steps"], part)
    return found + _reed_frost(samples["reed-frost"], samples["one draw"])


def _bass(sample: Sample, part: int) -> list[Check]:
    adopters, found = sample["adopters"] / PEOPLE, []
    for time in (5, 10):
        expected = exact.adoption_mean(PEOPLE, P, Q, time)
        chain = exact.mean_of(exact.adoption_law(PEOPLE, P / part, Q / part, time * part)) / PEOPLE
        note = f"{part} steps a month put the exact mean {chain - expected:+.4f} off"
        share = adopters[:, time * part - 1]
        name = f"Bass, small steps: adopters by t = {time}"
        found.append(mean_check(name, share, expected, note=note))
    given = np.array([exact.lines_of(int(n), PEOPLE, P, Q) for n in sample["adopters"][:, -1]])
    name = "Bass, small steps: adopters nobody recruited, over Ewens' mean given their number"
    return [*found, ratio_check(name, sample["lines"][:, 0], given, 1)]


def _large_steps(sample: Sample) -> list[Check]:
    adopters, found = sample["adopters"] / PEOPLE, []
    for time in (5, 10):
        chain = exact.mean_of(exact.adoption_law(PEOPLE, P, Q, time)) / PEOPLE
        name = f"Bass, one step a month: adopters by t = {time}"
        found.append(mean_check(name, adopters[:, time - 1], chain))
    smooth = exact.adoption_mean(PEOPLE, P, Q, TIME)
    name += ", judged in continuous time"
    found.append(mean_check(name, adopters[:, TIME - 1], smooth, wrong=True))
    return found


def _burn_out(samples: dict[str, Sample]) -> list[Check]:
    law = exact.reached_law(ASKED - SEEDS, SEEDS, exact.so_many_asked(ASKED, 2))
    expected = SEEDS + exact.mean_of(law)
    right, late = samples["burn-out"]["reached"][:, 0], samples["late burn-out"]["reached"][:, 0]
    crowd = samples["crowd"]["reached"][:, 0] / CROWD
    limit = exact.reached_limit(RATIO, 1 - CROWD_SEEDS / CROWD)
    room = 0.005 + 4 * float(crowd.std(ddof=1)) / sqrt(len(crowd))
    name = "burn-out, R0 = 2: share reached of a crowd"
    note = f"limit {limit:.6f}, four standard errors and 0.005 for a crowd of {CROWD}"
    return [
        mean_check(f"burn-out after one month: reached of {ASKED}", right, expected),
        mean_check("burn-out late: reached", late, expected, wrong=True),
        within(name, float(crowd.mean()), limit - room, limit + room, note),
    ]


def _small_steps(sample: Sample, part: int) -> list[Check]:
    reached = sample["reached"][:, 0]
    spread = exact.so_many_asked(SMALL, 1, RATIO / part)
    chain = SEEDS + exact.mean_of(exact.reached_law(SMALL - SEEDS, SEEDS, spread, 1 - 1 / part))
    smooth = SEEDS + exact.mean_of(exact.jump_reached_law(SMALL - SEEDS, SEEDS, RATIO))
    name = f"SIR, R0 = 2: reached of {SMALL}"
    note = f"{part} steps a month put the exact mean {chain - smooth:+.3f} off"
    return [
        mean_check(f"{name}, small steps", reached, chain),
        mean_check(f"{name}, continuous time", reached, smooth, note=note),
    ]


def _reed_frost(right: Sample, wrong: Sample) -> list[Check]:
    law = exact.reached_law(10, 1, exact.everybody_asked(REED_FROST))
    further, greenwood = right["reached"][:, 0] - 1, wrong["reached"][:, 0] - 1
    found = [mean_check("Reed and Frost: further people reached", further, exact.mean_of(law))]
    found += [
        chance_check(f"Reed and Frost: {k} further people", further == k, law[k])
        for k in (0, 1, 9, 10)
    ]
    name = "one draw for all offers (Greenwood): further people reached"
    return [*found, mean_check(name, greenwood, exact.mean_of(law), wrong=True)]
