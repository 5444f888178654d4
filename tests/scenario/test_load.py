"""Scenarios from files: extends, overrides, plans, exact numbers, round trips, damage."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_files import TEXT

from sim.plans.schema_components import LevelComponent
from sim.scenario.errors import InputError
from sim.scenario.load import load_plan, load_scenario, scenario_document
from sim.scenario.nodes import plain
from sim.scenario.schema import Scenario


@pytest.fixture
def market(tmp_path: Path) -> Path:
    path = tmp_path / "market.yaml"
    path.write_text(TEXT)
    return path


def above(market: Path, text: str) -> Scenario:
    """The scenario that lies with this text upon the market."""
    path = market.with_name("above.yaml")
    path.write_text(f"extends: market.yaml\n{text}")
    return load_scenario(path)


def test_numbers_are_those_of_the_text(market: Path) -> None:
    scenario = load_scenario(market)
    levels = scenario.plan.components[0]
    assert isinstance(levels, LevelComponent)
    assert levels.rates == {
        "member": (Fraction(1, 20),),
        "silver": (Fraction(1, 20), Fraction(1, 3)),
    }
    assert (scenario.product.list_price, scenario.product.pv) == (
        Decimal("40.10"),
        Decimal("30.25"),
    )
    assert scenario.population.skill_sigma == 0.6


def test_extends_merges_groups_and_replaces_lists(market: Path) -> None:
    scenario = above(market, "population: {people: 700}\nplan: {ranks: [], components: []}\n")
    assert (scenario.population.people, scenario.population.skill_sigma) == (700, 0.6)
    assert (scenario.plan.ranks, scenario.plan.id) == ((), "small")
    assert scenario.name == "market"


def test_another_kind_replaces_the_whole_group(market: Path) -> None:
    assert above(market, "network: {kind: well_mixed}\n").network.kind == "well_mixed"
    assert (
        above(market, "network: {degree: 6}\n").network
        == above(market, "network: {kind: small_world, degree: 6}\n").network
    )


def test_extends_is_seen_from_the_file_that_says_it(market: Path) -> None:
    inner = market.parent / "inner"
    inner.mkdir()
    (inner / "a.yaml").write_text("extends: ../market.yaml\nmonths: 5\n")
    assert load_scenario(inner / "a.yaml").months == 5


def test_a_plan_is_seen_from_the_file_that_names_it(market: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    plan = json.dumps(plain(scenario_document(market)), default=str)
    (inner / "p.yaml").write_text(json.dumps(json.loads(plan)["plan"]))
    lines = TEXT.splitlines(keepends=True)
    start, end = lines.index("plan:\n"), lines.index("population:\n")
    (inner / "base.yaml").write_text("".join([*lines[:start], "plan: p.yaml\n", *lines[end:]]))
    (tmp_path / "top.yaml").write_text("extends: inner/base.yaml\n")
    assert load_scenario(tmp_path / "top.yaml") == load_scenario(market)
    assert load_plan(inner / "p.yaml") == load_scenario(market).plan


def test_a_plan_file_may_hold_the_plan_under_one_key(market: Path) -> None:
    path = market.with_name("plan.yaml")
    path.write_text("plan: {id: p, currency: USD}\n")
    assert load_plan(path).id == "p"


def test_overrides_in_their_order(market: Path) -> None:
    overrides = ["months=5", "months=7", "population.motives.career=0.05", "network.rewire=1e-1"]
    scenario = load_scenario(market, overrides)
    assert scenario.months == 7
    assert scenario.network.model_dump()["rewire"] == 0.1
    assert load_scenario(market, ["staying.leave=0.2"]).staying.leave == 0.2


def test_overrides_reach_into_the_plan_and_its_lists(market: Path) -> None:
    plan = load_scenario(market, ["plan.components.0.pool_pct=1/7"]).plan
    assert plan.components[0].model_dump()["pool_pct"] == "1/7"
    replaced = load_scenario(market, ["plan={id: other, currency: USD}", "plan.version=2"]).plan
    assert (replaced.id, replaced.version) == ("other", 2)


def test_an_override_may_name_a_plan_file_from_here(
    market: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text("id: named\ncurrency: USD\n")
    assert load_scenario(market, ["plan=p.yaml", "plan.version=3"]).plan.version == 3


def test_shipped_files_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = load_scenario("configs/baseline.yaml")
    assert scenario.plan == load_plan("configs/plans/doterra_us_2017.yaml")
    (tmp_path / "own.yaml").write_text("name: own\nplan: doterra_us_2017.yaml\n")
    assert load_scenario("own.yaml").plan == scenario.plan


def test_an_own_file_comes_before_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "baseline.yaml").write_text(TEXT)
    assert load_scenario("configs/baseline.yaml").name == "market"


def test_the_shipped_scenarios_load(root: Path) -> None:
    for path in (root / "configs").glob("*.yaml"):
        assert load_scenario(path).name
        assert path.read_text().startswith("# yaml-language-server: $schema=schema.json\n")
    for path in (root / "configs" / "plans").glob("*.yaml"):
        assert load_plan(path).id


@pytest.mark.parametrize("overrides", [(), ("network={kind: ring, degree: 4}", "months=3")])
def test_a_scenario_survives_the_manifest(market: Path, overrides: tuple[str, ...]) -> None:
    scenario = load_scenario(market, overrides)
    manifest = json.dumps(scenario.model_dump(mode="json"))
    assert Scenario.model_validate(json.loads(manifest)) == scenario
    market.with_name("again.yaml").write_text(manifest)
    assert load_scenario(market.with_name("again.yaml")) == scenario


numbers = st.floats(0, 1, allow_subnormal=False).filter(lambda x: x == 0 or x > 1e-20)


@given(
    people=st.integers(11, 10**8),
    seed=st.integers(0, 2**63 - 1),
    leave=numbers,
    cents=st.integers(0, 10**8),
    rate=st.fractions(0, 1, max_denominator=1000),
)
def test_every_valid_value_survives(
    tmp_path_factory: pytest.TempPathFactory, people: int, seed: int, leave: float, cents: int,
    rate: Fraction,
) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("valid") / "market.yaml"
    path.write_text(TEXT)
    given_ = [f"population.people={people}", f"seed={seed}", f"staying.leave={leave!r}",
              f"product.list_price={Decimal(cents) / 100}", f"plan.prices.member_discount={rate}"]  # fmt: skip  # noqa: E501
    scenario = load_scenario(path, given_)
    assert (scenario.population.people, scenario.seed, scenario.staying.leave) == (
        people,
        seed,
        leave,
    )
    assert scenario.product.list_price * 100 == cents
    assert scenario.plan.prices.member_discount == rate
    path.write_text(json.dumps(scenario.model_dump(mode="json")))
    assert load_scenario(path) == scenario


NASTY = ["", "~", "-1", "1e400", ".nan", "no", "[]", "{}", "[[]]", "'x'", "012", "1/0", "x", "&a 1", "*a",  # noqa: E501
         "!!int 1", "9" * 30, "0.001", "\t", "\n", ": ", "- ", "#", "'", '"', "{", "]", "|", "? ", "1e24",  # noqa: E501
         "'nan'", "'1e999999'", "true", "é", "\u202e", "2026-02-30", "other"]  # fmt: skip
SPOTS = st.integers(0, len(TEXT))
CUTS = st.tuples(SPOTS, st.integers(0, 12), st.sampled_from(NASTY) | st.text(max_size=4))


@settings(max_examples=150)
@given(cuts=st.lists(CUTS, min_size=1, max_size=3))
def test_damaged_text_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[tuple[int, int, str]]
) -> None:
    text = TEXT
    for spot, length, chunk in cuts:
        text = text[:spot] + chunk + text[spot + length :]
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_scenario(path)
    except InputError as error:
        assert str(path) in str(error)  # noqa: PT017  loading is as good an end


LINES = [i for i, line in enumerate(TEXT.splitlines()) if ": " in line and "{" not in line]


@settings(max_examples=150)
@given(line=st.sampled_from(LINES), value=st.sampled_from(NASTY))
def test_a_wrong_value_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, line: int, value: str
) -> None:
    lines = TEXT.splitlines()
    lines[line] = lines[line].split(": ")[0] + ": " + value
    path = tmp_path_factory.getbasetemp() / "wrong.yaml"
    path.write_text("\n".join(lines))
    try:
        load_scenario(path)
    except InputError as error:
        assert error.problems  # noqa: PT017  loading is as good an end


@given(override=st.text(max_size=12) | st.builds("{}={}".format, st.sampled_from(
    ["months", "plan", "plan.id", "plan.components.0", "network", "x.y", "population.people.z"]),
    st.sampled_from(NASTY)))  # fmt: skip
def test_any_override_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, override: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "plain.yaml"
    path.write_text(TEXT)
    try:
        load_scenario(path, [override])
    except InputError as error:
        assert error.problems  # noqa: PT017  loading is as good an end
