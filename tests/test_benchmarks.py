"""The benchmarks measure what they say, and the diffusion model is one model in every telling."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmarks.__main__ as command
from benchmarks import diffusion, engine, measuring, phases, results
from benchmarks.diffusion import Facts, contender, mesa_plain, random_contacts, vectorised
from sim.engines import simulate
from sim.ledger import LedgerTables
from sim.scenario.load import load_scenario

PEOPLE, MONTHS = 1_000, 60


# -- the diffusion model ---------------------------------------------------------------------------


def by_numpy(seeds: Iterable[int]) -> list[Facts]:
    return [contender.contend("numpy", PEOPLE, MONTHS, seed)[2] for seed in seeds]


@pytest.fixture(scope="module")
def told() -> dict[str, list[Facts]]:
    """Independent runs of the model by each contender."""
    return {
        "numpy": by_numpy(range(30)),
        "mesa_plain": [contender.contend("mesa_plain", PEOPLE, MONTHS, s)[2] for s in range(8)],
        "ours": [contender.contend("compiled", PEOPLE, MONTHS, s)[2] for s in range(8)],
    }


def differences(some: list[Facts], others: list[Facts]) -> dict[str, float]:
    """By how many standard errors the means of each fact differ."""
    found = {}
    for fact in Facts._fields:
        x, y = ([float(getattr(f, fact)) for f in facts] for facts in (some, others))
        error = math.sqrt(statistics.variance(x) / len(x) + statistics.variance(y) / len(y))
        found[fact] = abs(statistics.fmean(x) - statistics.fmean(y)) / error
    return found


@pytest.mark.parametrize("name", ["mesa_plain", "ours"])
def test_the_tellings_agree_to_sampling_noise(told: dict[str, list[Facts]], name: str) -> None:
    found = differences(told[name], told["numpy"])
    assert max(found.values()) < 4, found


@pytest.mark.parametrize(
    ("name", "value"),
    [("JOIN", 0.09), ("BUY", 0.7), ("LEAVE", 0.05), ("LEVELS", 4), ("FOUNDERS", 0.02)],
)
def test_another_model_is_caught(
    told: dict[str, list[Facts]], monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    monkeypatch.setattr(vectorised, name, value)
    found = differences(by_numpy(range(30)), told["numpy"])
    assert max(found.values()) > 6, found


def test_nearly_everybody_joins_and_a_quarter_of_all_months_is_spent_as_a_member() -> None:
    facts = contender.contend("numpy", 20_000, MONTHS, 1)[2]
    assert 0.93 < facts.ever_joined < 0.96
    assert 0.25 < facts.active < 0.275


@pytest.fixture(scope="module")
def books() -> LedgerTables:
    return simulate(engine.market(contender.SCENARIO, PEOPLE, MONTHS))


def test_our_scenario_says_what_the_bare_model_says(books: LedgerTables) -> None:
    months, lives = books.months, books.lives
    founders = round(diffusion.FOUNDERS * PEOPLE)
    acting = np.concatenate([[founders], months["enrolled"][:-1]])
    assert (months["approaches"] == diffusion.APPROACHES * acting).all()
    assert not months["customers_gained"].any()
    assert len(np.unique(lives["person"])) == len(lives["person"])  # nobody comes back
    for happened, tried, chance in (
        (int(months["gross_sales"].sum()) // 100_00, int(acting.sum()), diffusion.BUY),
        (int(months["quits"].sum()), int(acting[1:].sum()), diffusion.LEAVE),
    ):
        assert abs(happened - tried * chance) < 4 * math.sqrt(tried * chance * (1 - chance))
    join = load_scenario(contender.SCENARIO).considering.join
    assert 1 / (1 + math.exp(-join)) == pytest.approx(diffusion.JOIN, abs=1e-15)


def test_our_books_tell_the_same_facts(books: LedgerTables) -> None:
    facts = contender.facts_of(books, PEOPLE)
    lives = books.lives
    assert facts.ever_joined == len(lives["person"]) / PEOPLE
    assert facts.orders == lives["own_use"].sum() / 100_00 / PEOPLE
    assert facts.bonus == lives["bonus"].sum() / (0.25 * lives["own_use"].sum())


def chain_by_mesa(active: list[bool]) -> list[int]:
    model = mesa_plain.Diffusion(len(active), rng=1)
    persons = model.agents.to_list()
    for i, person in enumerate(persons):
        person.active, person.sponsor = active[i], persons[i - 1] if i else None
    persons[-1].buy()
    return [person.bonus for person in persons]


def chain_by_numpy(active: list[bool]) -> list[int]:
    people = len(active)
    model = vectorised.Diffusion(people, 1)
    model.sponsor[:] = [people, *range(people - 1), people]
    model.active[:] = [*active, False]
    model.members = np.array([people - 1])
    model.buy()
    return [int(bonus) for bonus in model.bonus[:people]]


@pytest.mark.parametrize("pays", [chain_by_mesa, chain_by_numpy])
def test_five_levels_are_paid_and_those_who_left_get_nothing(
    pays: Callable[[list[bool]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectorised, "BUY", 1.0)
    assert pays([True] * 8) == [0, 0, 1, 1, 1, 1, 1, 0]
    assert pays([True, True, True, False, True, False, True, True]) == [0, 0, 1, 0, 1, 0, 1, 0]
    assert pays([True, True, True]) == [1, 1, 0]


def test_the_same_contact_twice_is_one_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectorised, "JOIN", 1.0)
    model = vectorised.Diffusion(2_000, 1)
    askers = model.members.copy()
    new = model.recruit()
    assert len(np.unique(new)) == len(new)
    assert set(model.sponsor[new]) <= set(askers)
    assert len(new) < 3 * len(askers)
    # 3 draws of 10 reach 2.71 different contacts on average
    shares = []
    for seed in range(20):
        model = vectorised.Diffusion(20_000, seed)
        model.members = model.members[:20]  # few, so that two askers rarely meet
        shares.append(len(model.recruit()) / 20)
    assert statistics.fmean(shares) == pytest.approx(2.71, abs=0.1)


@given(people=st.integers(3, 60), seed=st.integers(0, 99))
def test_contacts_are_mutual_and_ten_each(people: int, seed: int) -> None:
    contacts = random_contacts(people, np.random.default_rng(seed))
    assert contacts.shape == (people, diffusion.CONTACTS)
    ties = np.zeros((people, people), int)
    np.add.at(ties, (np.repeat(np.arange(people), diffusion.CONTACTS), contacts.ravel()), 1)
    assert (ties == ties.T).all()
    assert not ties.diagonal().any()
    assert (ties.sum(axis=0) == diffusion.CONTACTS).all()


# -- measuring -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 10**8), st.floats(1e-3, 1e3)), min_size=3, max_size=9))
def test_the_exponent_is_the_slope_of_the_logarithms(pairs: list[tuple[int, float]]) -> None:
    sizes, costs = zip(*pairs, strict=True)
    if max(sizes) < 2 * min(sizes):
        return
    found = measuring.exponent(sizes, costs)
    line, covariance = np.polyfit(np.log(sizes), np.log(costs), 1, cov=True)
    assert found.slope == pytest.approx(line[0], rel=1e-6, abs=1e-9)
    assert found.error == pytest.approx(math.sqrt(covariance[0, 0]), rel=1e-6, abs=1e-6)


def test_an_exact_power_has_no_error_and_two_sizes_tell_none() -> None:
    sizes = [10**k for k in range(4, 8)]
    found = measuring.exponent(sizes, [3 * size**1.05 for size in sizes])
    assert found.slope == pytest.approx(1.05)
    assert found.error == pytest.approx(0, abs=1e-7)
    assert math.isnan(measuring.exponent([1, 10], [1, 10]).error)


def test_rounds_alternate_and_ratios_are_taken_within_a_round() -> None:
    order: list[str] = []

    def measure(name: str) -> dict[str, Any]:
        order.append(name)
        slow = 10.0 if len(order) > 2 else 1.0  # the machine slows down after the first round
        return {"cpu": slow * (6.0 if name == "a" else 2.0)}

    found = measuring.alternating(["a", "b"], 3, measure)
    assert order == ["a", "b"] * 3
    assert measuring.times_faster(found["a"], found["b"]) == (3.0, 3.0, 3.0)
    assert measuring.spread([5.0, 1.0, 9.0, 2.0]) == (3.5, 1.0, 9.0)


def test_a_process_is_charged_its_own_time_and_memory() -> None:
    sleeps = "import time; time.sleep(0.5)"
    asleep = measuring.whole_process([sys.executable, "-S", "-c", sleeps])
    large = measuring.whole_process([sys.executable, "-S", "-c", "x = b'1' * 300_000_000"])
    assert asleep.wall >= 0.5 > asleep.cpu > 0
    assert large.peak_mb >= 300
    assert large.peak_mb - asleep.peak_mb > 150


def test_work_is_timed() -> None:
    cost = measuring.timed(lambda: sum(range(300_000)))
    assert cost.cpu > 0
    assert cost.wall > 0
    assert cost.peak_mb > 10


@pytest.mark.parametrize(
    "work",
    [
        lambda: measuring.whole_process([sys.executable, "-c", "raise SystemExit('no luck')"]),
        lambda: measuring.fresh("benchmarks.engine", "no_such.yaml"),
    ],
)
def test_a_process_that_fails_says_why(work: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError, match=r"no luck|no_such\.yaml"):
        work()


# -- runs ------------------------------------------------------------------------------------------


def test_a_market_of_another_size_has_its_share_of_founders() -> None:
    whole = load_scenario("configs/diffusion.yaml")
    small = engine.market("configs/diffusion.yaml", 3_000, 7)
    assert (small.population.people, small.months, small.founders.count) == (3_000, 7, 30)
    assert engine.market("configs/diffusion.yaml") == whole
    assert engine.market("configs/diffusion.yaml", 20).founders.count == 1


def test_a_measured_run_is_the_run() -> None:
    scenario = engine.market("configs/diffusion.yaml", 300, 6)
    done = engine.run(scenario, "compiled")
    assert done.tables.sha256 == simulate(scenario).sha256
    assert done.loop.cpu > 0
    assert done.set_up > 0


def test_phases_are_those_of_the_whole_loop() -> None:
    seconds = phases.seconds_of(engine.market("configs/diffusion.yaml", 300, 6))
    assert {"approach", "settle", "close"} <= set(seconds)
    assert min(seconds.values()) >= 0
    rows = phases.rows_of({"shop": 1.0, "settle": 3.0}, 1_000, 10)
    assert [row["phase"] for row in rows] == ["shop", "settle", "all"]
    assert [row["share, %"] for row in rows] == [25, 75, 100]
    assert rows[1]["us a month"] == pytest.approx(300_000)
    assert rows[1]["ns a person-month"] == pytest.approx(300_000)


# -- results ---------------------------------------------------------------------------------------

FOUND = results.Result(
    "Speed", [{"engine": "mesa", "CPU s": 12.3456, "people": 20000}], {"times": [80.0, 79.0, 81.5]}
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.3456, "12.3"),
        (0.00012345, "0.000123"),
        (1234.5, "1,234"),
        (0.0, "0"),
        (math.nan, "-"),
        (20000, "20,000"),
        ("mesa", "mesa"),
        ([80.0, 79.0, 81.5], "80.0 (79.0 to 81.5)"),
    ],
)
def test_a_value_is_shown_as_a_reader_wants_it(value: object, text: str) -> None:
    assert results.shown(value) == text


def test_the_page_has_the_newest_of_each_part_with_its_command(tmp_path: Path) -> None:
    results.store("phases", results.Result("Phases", text="by hand"), "python -m b", tmp_path)
    results.store("engines", FOUND._replace(title="Old"), "python -m a", tmp_path)
    results.store("engines", FOUND, "python -m a --people 20", tmp_path)
    page = results.page(["engines", "phases", "growth"], tmp_path)
    assert "Old" not in page
    assert "`python -m a --people 20`" in page
    assert "| engine | CPU s | people |\n| --- | --: | --: |\n| mesa | 12.3 | 20,000 |" in page
    assert "- times: 80.0 (79.0 to 81.5)" in page
    assert page.index("## Speed") < page.index("## Phases") < page.index("by hand")
    assert json.loads((tmp_path / "engines.json").read_text())["rows"] == FOUND.rows


def test_the_machine_is_told_without_its_name() -> None:
    facts = results.machine()
    assert {"processor", "Python", "numba", "numpy", "mesa"} <= set(facts)
    assert facts["processor"].split()[0].isdigit()
    host = subprocess.run(["uname", "-n"], capture_output=True, text=True, check=False)
    assert host.stdout.strip() not in facts.values()


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[results.Ask]:
    """Two parts in place of all: one that answers, one that fails; the asks are kept."""
    asked: list[results.Ask] = []

    def good(ask: results.Ask) -> results.Result:
        asked.append(ask)
        return FOUND

    def bad(_ask: results.Ask) -> results.Result:
        raise RuntimeError("no such engine")

    full = {"people": (20_000,), "months": (120,), "repeats": 5}
    short = {"people": (100,), "months": (6,), "repeats": 1}
    monkeypatch.setattr(
        command,
        "PARTS",
        {"bad": command.Part(bad, full, short), "good": command.Part(good, full, short)},
    )
    return asked


def test_a_part_that_fails_stops_no_other(
    parts: list[results.Ask], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--results", str(tmp_path / "kept"), "--page", str(tmp_path / "PAGE.md")]
    assert command.main(["--people", "7", "8", "--engine", "mesa", *out]) == 1
    assert parts == [results.Ask("mesa", "configs/benchmark.yaml", (7, 8), (120,), 5)]
    assert "bad failed: no such engine" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["good.json"]
    page = (tmp_path / "PAGE.md").read_text()
    assert "`python -m benchmarks good --engine mesa --people 7 8`" in page


def test_short_tries_and_keeps_nothing(
    parts: list[results.Ask], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--results", str(tmp_path / "kept"), "--page", str(tmp_path / "PAGE.md")]
    assert command.main(["good", "--short", *out]) == 0
    assert parts[0].people == (100,)
    assert not list(tmp_path.iterdir())
    assert "`python -m benchmarks good --short`" in capsys.readouterr().out


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["speed"]) == 2
    assert "no part 'speed'; the parts are engines, diffusion" in capsys.readouterr().err


def test_every_part_has_a_long_and_a_short_size() -> None:
    for part in command.PARTS.values():
        assert set(part.full) == set(part.short) == {"people", "months", "repeats"}
        assert max(part.short["people"]) < max(part.full["people"])
