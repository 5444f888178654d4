"""Bad studies are refused with place, field and value before anything runs or is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from toy_market import STUDY, TOY, write_study

from sim.scenario.behaviour import Shopping
from sim.scenario.errors import InputError
from sim.sweeps import run_study
from sim.sweeps.design import design_points
from sim.sweeps.study import load_study


def swap(old: str, new: str) -> Callable[[str], str]:
    assert old in STUDY
    return lambda text: text.replace(old, new)


JOIN, LEAVE = "[-4.5, -4.0]", "[0.1, 0.2]"
BAD = {
    "unknown field": (swap("seed:", "sead:"), "study.yaml:6: sead: there is no such", "seed"),
    "missing outputs": (swap("outputs: [luck, pull, nested.leave]", ""), "outputs: is missing", ""),
    "empty outputs": (swap("[luck, pull, nested.leave]", "[]"), "study.yaml:7: outputs", ""),
    "unknown output": (swap("pull", "pulll"), "study.yaml:7: outputs.1: 'pulll' is no", "pull?"),
    "group as output": (swap("nested.leave", "nested"), "outputs.2: 'nested' is no number", ""),
    "list as output": (swap("nested.leave", "curve"), "outputs.2: 'curve' is no number", ""),
    "output twice": (swap("pull", "luck"), "outputs.1: is in the list twice", ""),
    "output that is there": (swap("pull", "status"), "outputs.1: is a column", "leave it out"),
    "no scenario": (swap("market.yaml", "absent.yaml"), "study.yaml:1: scenario: there is", ""),
    "scenario is a number": (swap("market.yaml", "7"), "study.yaml:1: scenario: 7 is not", ""),
    "no replicates": (swap("replicates: 3", "replicates: 0"), "study.yaml:5: replicates: 0", "1"),
    "half a replicate": (swap("replicates: 3", "replicates: 2.5"), "study.yaml:5: replicates", ""),
    "negative seed": (swap("seed: 7", "seed: -1"), "study.yaml:6: seed: -1 is below 0", ""),
    "huge seed": (swap("seed: 7", "seed: 9223372036854775808"), "study.yaml:6: seed", ""),
    "unknown design": (swap("seed: 7", "design: gird"), "study.yaml:6: design", "grid"),
    "unknown pairing": (swap("seed: 7", "pairing: paired"), "study.yaml:6: pairing", "common"),
    "unknown executor": (swap("seed: 7", "executor: dask"), "study.yaml:6: executor", "ray"),
    "no workers": (swap("seed: 7", "workers: 0"), "study.yaml:6: workers: 0 is below 1", ""),
    "no months": (swap("seed: 7", "months: 0"), "study.yaml:6: months: 0 is below 1", ""),
    "text for months": (swap("seed: 7", "months: ten"), "study.yaml:6: months: 'ten'", ""),
    "vary is a list": (swap("  considering.join: [-4.5, -4.0]", "  - 1"), "study.yaml", "valid"),
    "one value, no list": (swap(LEAVE, "0.1"), "study.yaml:4: vary.staying.leave", "list"),
    "empty list": (swap(LEAVE, "[]"), "study.yaml:4: vary.staying.leave: has no values", ""),
    "value twice": (swap(LEAVE, "[0.1, 0.10]"), "study.yaml:4: vary.staying.leave.1: is in", ""),
    "unknown in a scenario": (swap("staying.leave", "staying.leaf"), "study.yaml:4", "leave?"),
    "field below a number": (swap("staying.leave", "months.leave"), "study.yaml:4: months", ""),
    "value out of range": (swap(LEAVE, "[0.1, 1.5]"), "study.yaml:4: staying.leave: 1.5", "0 to 1"),
    "text for a number": (swap(LEAVE, "[0.1, low]"), "study.yaml:4: staying.leave: 'low'", ""),
    "not a number": (swap(LEAVE, "[.nan]"), "study.yaml:4", "finite"),
    "ambiguous number": (swap(LEAVE, "[010]"), "study.yaml:4", "two readings"),
    "varied seed": (swap("staying.leave: [0.1, 0.2]", "seed: [1, 2]"), "vary.seed: luck is", ""),
    "no plan file": (
        swap("staying.leave: [0.1, 0.2]", "plan: [gone.yaml]"), "study.yaml:4: plan: there is", "",
    ),
    "months twice": (
        lambda text: swap("staying.leave: [0.1, 0.2]", "months: [3, 4]")(text) + "months: 5\n",
        "vary.months: is set by months already", "keep one",
    ),
    "unequal lists": (
        lambda text: swap(LEAVE, "[0.1]")(text) + "design: list\n",
        "study.yaml:2: vary: a list design needs", "considering.join has 2, staying.leave has 1",
    ),
    "points that contradict": (
        swap("staying.leave: [0.1, 0.2]", "founders.count: [2, 60]"),
        "study.yaml:4: founders.count: 60 founders do not fit into 50 people", "",
    ),
    "a point that contradicts its scenario": (
        swap("staying.leave: [0.1, 0.2]", "population.people: [50, 2]"),
        "study.yaml:2: vary: so design point 1 cannot be built", "population.people=2",
    ),
    "points that are equal": (
        swap("staying.leave: [0.1, 0.2]", f"shopping: [{{}}, {{stop: {Shopping().stop}}}]"),
        "design points 0 and 1 are the same scenario", "leave one",
    ),
    "too many runs": (swap("replicates: 3", "replicates: 100000"), "pass 1000000 runs", ""),
    "not YAML": (lambda text: text + "a: [", "study.yaml", "not valid YAML"),
    "a list": (lambda _: "- 1\n", "study.yaml:1", "field: value"),
    "empty": (lambda _: "", "study.yaml: is empty", ""),
    "key twice": (lambda text: text + "seed: 8\n", "study.yaml:8", "twice"),
    "a tag": (swap("seed: 7", "seed: !!python/name:os.system 7"), "study.yaml:6", "tag"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_study_is_refused_at_its_place(tmp_path: Path, case: str) -> None:
    change, place, rest = BAD[case]
    path = write_study(tmp_path, change)
    if case == "too many runs":
        path.write_text(path.read_text().replace(JOIN, "[-4.5, -4.0, -3.5, -3, -2, -1]"))
    with pytest.raises(InputError) as caught:
        run_study(path, out=tmp_path / "out", recipe=TOY)
    told = str(caught.value)
    assert place in told, told
    assert rest in told, told
    assert not (tmp_path / "out").exists()


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    change = swap(LEAVE, "[0.1, 7, 8]")
    with pytest.raises(InputError) as caught:
        run_study(write_study(tmp_path, change), out=tmp_path / "out", recipe=TOY)
    assert "7 is above" in str(caught.value)
    assert "8 is above" in str(caught.value)


def test_a_fault_of_the_scenario_file_names_that_file(tmp_path: Path) -> None:
    path = write_study(tmp_path, market=lambda text: text.replace("months: 12", "months: 0"))
    with pytest.raises(InputError, match=r"market\.yaml:2: months: 0 is below 1"):
        run_study(path, out=tmp_path / "out", recipe=TOY)


def points_of(path: Path) -> list[dict[str, object]]:
    return [dict(point.varied) for point in design_points(load_study(path))]


def test_a_list_design_goes_through_the_lists_together(tmp_path: Path) -> None:
    path = write_study(tmp_path, lambda text: text + "design: {kind: list}\n")
    found = [
        (float(str(p["considering.join"])), float(str(p["staying.leave"]))) for p in points_of(path)
    ]
    assert found == [(-4.5, 0.1), (-4.0, 0.2)]


@pytest.mark.parametrize("design", ["grid", "list"])
def test_a_study_that_varies_nothing_has_one_point(tmp_path: Path, design: str) -> None:
    bare = STUDY[: STUDY.index("vary")] + STUDY[STUDY.index("replicates") :]
    path = write_study(tmp_path, lambda _: bare + f"design: {design}\n")
    assert points_of(path) == [{}]


def test_people_and_months_of_the_study_shrink_the_scenario(tmp_path: Path) -> None:
    path = write_study(tmp_path, lambda text: text + "people: 9\nmonths: 5\n")
    for point in design_points(load_study(path)):
        assert (point.scenario.population.people, point.scenario.months) == (9, 5)


def test_whole_groups_and_plan_files_can_be_varied(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    (tmp_path / "plans").mkdir()
    for fee in (10, 20):
        text = f"id: fee{fee}\ncurrency: USD\nkit: {{price: {fee}}}\n"
        (tmp_path / "plans" / f"fee{fee}.yaml").write_text(text)
    path = write_study(
        tmp_path,
        lambda text: text.replace("considering.join: [-4.5, -4.0]",
                                  "plan: [plans/fee10.yaml, plans/fee20.yaml]")
        .replace("staying.leave: [0.1, 0.2]",
                 "network: [{kind: well_mixed}, {kind: ring, degree: 4}]"),
    )  # fmt: skip
    points = design_points(load_study(path))
    assert [point.scenario.plan.id for point in points] == ["fee10", "fee10", "fee20", "fee20"]
    assert [point.scenario.network.kind for point in points] == ["well_mixed", "ring"] * 2
    run_study(path, out=tmp_path / "out", recipe=TOY)
    rows = pq.read_table(tmp_path / "out" / "runs.parquet").to_pylist()
    assert {row["plan"] for row in rows} == {"plans/fee10.yaml", "plans/fee20.yaml"}
    assert '{"kind": "ring", "degree": 4}' in {row["network"] for row in rows}


def test_an_edited_plan_file_makes_other_runs(tmp_path: Path) -> None:
    plan = tmp_path / "fee.yaml"
    plan.write_text("id: fee\ncurrency: USD\nkit: {price: 10}\n")
    path = write_study(tmp_path, swap("staying.leave: [0.1, 0.2]", "plan: [fee.yaml]"))
    run_study(path, out=tmp_path / "out", recipe=TOY)
    plan.write_text("id: fee\ncurrency: USD\nkit: {price: 11}\n")
    with pytest.raises(InputError, match=r"plan\.kit\.price"):
        run_study(path, out=tmp_path / "out", recipe=TOY)
