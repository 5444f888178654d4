"""The experiments' registry, verdicts by rule, and the pieces of income and saturation."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from experiments import registry
from experiments.income.experiment import CLAIMS, REFERENCE, summarise, team_sizes
from experiments.registry import Answer, Job, against_theory, beside, within
from experiments.saturation import experiment as saturation
from experiments.studying import mean_of
from sim.engines import simulate
from sim.measures.reference import published_table
from sim.scenario.errors import InputError
from sim.scenario.load import load_scenario
from sim.sweeps.outputs import leaves
from sim.sweeps.study import load_study

HOME = Path(registry.__file__).parent


def test_verdicts_follow_the_rule() -> None:
    assert against_theory("a", 0.5, 0.5, 0.1).verdict == "holds"
    assert against_theory("a", 0.91, 0.5, 0.1).verdict == "fails"
    assert against_theory("a", 0.91, 0.5, 0.1, wrong=True).verdict == "caught"
    assert against_theory("a", 0.5, 0.5, 0.0).verdict == "holds"
    assert against_theory("a", 0.6, 0.5, 0.0).verdict == "fails"
    assert within("b", 0.02, 0.01, 0.03).verdict == "inside"
    assert within("b", 0.031, 0.01, 0.03).verdict == "outside"
    assert within("b", 5, 1, math.inf).verdict == "inside"
    assert beside("c", 0.6, 0.5, 0.7, 0.65).verdict == "agrees"
    assert beside("c", 0.6, 0.5, 0.7, 0.75).verdict == "differs"


def test_an_experiment_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_job: Job) -> Answer:
        raise ValueError("no")

    monkeypatch.setattr(saturation, "run", broken)
    with pytest.raises(ValueError, match="no"):
        registry.run_one("saturation", quick=True, seed=1, out=tmp_path, say=print)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_becomes_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer([within("b", 1.0, 0.0, math.inf)], [{"x": 1, "y": 2.5}])
    monkeypatch.setattr(saturation, "run", lambda _job: answer)
    document = registry.run_one("saturation", quick=True, seed=1, out=tmp_path, say=print)
    folder = Path(document["folder"])
    stored = json.loads((folder / "checks.json").read_text())
    assert stored["stamp"] == "SIMULATED"
    assert stored["checks"][0]["verdict"] == "inside"
    assert (folder / "table.csv").read_text() == "x,y\n1,2.5\n"


def test_unknown_experiments_are_refused() -> None:
    with pytest.raises(InputError, match="no experiment 'nonsense'"):
        registry.run(["nonsense"], quick=True, seed=1, note=print)


def test_every_experiment_has_a_question() -> None:
    assert set(registry.questions()) == set(registry.NAMES)
    assert all(question.endswith("?") for question in registry.questions().values())


def test_teams_by_hand() -> None:
    # 1 <- 2 <- 4, 1 <- 3; 3 has left: 1 leads 1, 2, 4; 2 leads 2, 4
    member, sponsor = np.array([1, 2, 3, 4]), np.array([0, 1, 1, 2])
    here = np.array([1, 1, 0, 1])
    assert team_sizes(member, sponsor, here).tolist() == [3, 2, 0, 1]


def test_means_of_replicates() -> None:
    mean = mean_of([1.0, 2.0, None, 3.0])
    assert (mean.value, mean.n) == (2.0, 3)
    assert mean.se == pytest.approx(1 / math.sqrt(3))
    assert mean.low < 2 < mean.high
    assert math.isnan(mean_of([None]).value)


def test_the_curve_keeps_its_shape() -> None:
    assert saturation.smoothed(np.array([0.0, 0, 5, 0, 0])).tolist() == pytest.approx(
        [5 / 3, 5 / 4, 1, 5 / 4, 5 / 3]
    )


@pytest.mark.parametrize("name", ["income", "saturation"])
@pytest.mark.parametrize("form", ["quick", "study"])
def test_studies_ask_for_outputs_that_the_recipe_gives(name: str, form: str) -> None:
    outputs = set(load_study(HOME / name / f"{form}.yaml").study.outputs)
    recipe = {"income": summarise, "saturation": saturation.summarise}[name]
    small = ["population.people=300", "months=14"]
    scenario = load_scenario(HOME / name / "market.yaml", small)
    given = set(leaves(recipe(scenario, simulate(scenario))))
    assert outputs <= given
    if name == "income":
        judged = {path for _, path, _, _ in CLAIMS if path != "no_profit"}
        assert judged | {f"published.{key}" for key in REFERENCE} <= outputs


def test_the_figures_beside_are_those_of_the_published_table() -> None:
    groups = published_table("doterra_us_2017")
    share = {group.mean: group.share for group in groups}
    assert share[0] == pytest.approx(REFERENCE["zero"][0])
    little = sum(group.share for group in groups if group.mean <= 1000)
    assert little == pytest.approx(REFERENCE["le_1000"][0])
    much = sum(group.share for group in groups if group.mean >= 10_000)
    assert much == pytest.approx(REFERENCE["ge_10000"][0])
