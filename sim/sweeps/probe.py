"""Checks the outputs of a study against a real summary before anything runs.

The summary is that of a probe: a design point with its plan and all its rules, but at most 300
well-mixed people and 13 months. Which keys a summary has depends on the plan alone, so one probe
for each plan's names will do. It also fills the cache of compiled code, which the workers then
share instead of each filling it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sim.scenario.contacts import WellMixed
from sim.scenario.errors import InputError, Problem, nearest, shortened
from sim.scenario.schema import Scenario
from sim.sweeps.outputs import has, leaves
from sim.sweeps.runs import Point, Recipe
from sim.sweeps.study import StudyFile
from sim.sweeps.worker import told

PROBE_PEOPLE = 300
PROBE_MONTHS = 13
PROBE_FOUNDERS = 10


def check_outputs(
    file: StudyFile, points: list[Point], recipe: Recipe, note: Callable[[str], None]
) -> None:
    """Raise InputError where an output is no number or text of the summary of every design point.

    A probe that raises proves nothing about the study, so it only gives a note: its runs will tell.
    """
    probed = {_names(point.scenario): point for point in reversed(points)}
    problems: dict[Problem, None] = {}
    for point in probed.values():
        scenario = probe_of(point.scenario)
        try:
            known = leaves(recipe.summarise(scenario, recipe.simulate(scenario)))
        except InputError:
            raise
        except Exception as error:  # whatever a model raises
            note(f"the outputs could not be checked beforehand: {told(error)}")
            continue
        problems.update(dict.fromkeys(_unknown(file, known)))
    if problems:
        raise InputError(*problems)


def probe_of(scenario: Scenario) -> Scenario:
    """The scenario made small, its plan and rules unchanged."""
    people = min(scenario.population.people, PROBE_PEOPLE)
    small = {
        "months": min(scenario.months, PROBE_MONTHS),
        "network": WellMixed(),
        "population": scenario.population.model_copy(update={"people": people}),
        "founders": scenario.founders.model_copy(
            update={"count": min(scenario.founders.count, PROBE_FOUNDERS, people - 1)}
        ),
    }
    return scenario.model_copy(update=small)


def _names(scenario: Scenario) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a summary's keys are made of: the ids of bonuses and ranks."""
    plan = scenario.plan
    return tuple(c.id for c in plan.components), tuple(rank.id for rank in plan.ranks)


def _unknown(file: StudyFile, known: Mapping[str, Any]) -> Iterator[Problem]:
    for i, output in enumerate(file.study.outputs):
        if not has(known, output):
            says = f"'{shortened(output)}' is no number or text of a run's summary"
            yield file.problem(says, "outputs", i, hint=nearest(output, known))
