"""The two engines, one market: the same ledger to the row, whatever the scenario."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from markets import inert, market, plan
from random_markets import NETWORKS, markets

from sim.engines import Engine, simulate
from sim.engines.books import open_ledger
from sim.engines.compiled import model
from sim.engines.compiled.model import CompiledMarket
from sim.engines.mesa.model import MarketModel
from sim.ledger import LedgerTables
from sim.records import COMPANY, NOBODY, PARTICIPANT, PERSON
from sim.scenario.schema import Scenario

TABLES = ("months", "participants", "person_months", "lives", "entry", "journal")


def assert_same(one: LedgerTables, other: LedgerTables) -> None:
    """Every cell of every table, and the hash over all orders and payments."""
    assert one.sha256 == other.sha256
    for table in TABLES:
        left, right = getattr(one, table), getattr(other, table)
        assert list(left) == list(right)
        for name in left:
            assert left[name].dtype == right[name].dtype, (table, name)
            assert np.array_equal(left[name], right[name]), (table, name)


def run_both(scenario: Scenario) -> LedgerTables:
    """The tables of a scenario, after both engines have agreed on them."""
    compiled = simulate(scenario, engine=Engine.COMPILED)
    assert_same(simulate(scenario, engine=Engine.MESA), compiled)
    return compiled


def on_threads(scenario: Scenario, threads: int) -> LedgerTables:
    """The tables of the compiled engine on so many threads."""
    ledger = open_ledger(scenario)
    running = CompiledMarket(scenario, ledger, threads)
    for _ in range(scenario.months):
        running.step()
    return ledger.close()


def server_of(running: CompiledMarket, seller: int) -> int:
    """Who serves the customers of a seller: the nearest upline where it has left."""
    members = running.participants
    while seller > COMPANY and members.left_month[seller] != NOBODY:
        seller = members.sponsor[seller]
    return seller


@given(markets())
@settings(max_examples=60)
def test_any_market_gives_one_ledger(scenario: Scenario) -> None:
    run_both(scenario)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda n: "-".join(map(str, n.values())))
def test_every_network_in_a_lively_market(network: dict[str, Any]) -> None:
    tables = run_both(market(network=network, months=24))
    assert tables.months["enrolments"].sum() > 50
    assert tables.months["customers_joined"].sum() > 0


@pytest.mark.parametrize("orphans", ["upline", "lost"])
def test_customers_of_leavers(orphans: str) -> None:
    scenario = market(shopping={"orphans": orphans}, staying={"leave": 0.4}, months=24)
    tables = run_both(scenario)
    assert tables.months["quits"].sum() > 50
    assert tables.months["customers_lost"].sum() > 0


def test_two_people_and_nothing_to_do() -> None:
    run_both(inert(population={"people": 2}))


def test_the_state_that_decisions_read_is_the_same_too() -> None:
    scenario = market(months=20)
    compiled, agents = CompiledMarket(scenario), MarketModel(market_scenario=scenario)
    for _ in range(scenario.months):
        compiled.step()
        agents.step()
        for columns, of in ((PERSON, "people"), (PARTICIPANT, "participants")):
            ours, theirs = getattr(compiled, of), getattr(agents.market, of)
            for name in (column.name for column in columns if column.name != "seller"):
                assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
        served = np.array([server_of(compiled, seller) for seller in compiled.people.seller])
        assert np.array_equal(served, agents.market.people.seller)


def test_heads_and_lists_agree_with_the_roles() -> None:
    scenario = market(population={"people": 400, "replaced_per_year": 0.6}, months=20)
    running = CompiledMarket(scenario)
    for _ in range(scenario.months):
        running.step()
        role = running.people.role
        assert running.heads.tolist() == np.bincount(role, minlength=5).tolist()
        assert np.array_equal(running.customers.rows, np.flatnonzero((role == 1) | (role == 2)))
        assert np.array_equal(running.distributors.rows, np.flatnonzero(role == 3))


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_bit(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "FEW", 1)
    scenario = market(population={"people": 500, "replaced_per_year": 0.2})
    assert_same(on_threads(scenario, threads), on_threads(scenario, 1))


def test_an_engine_that_errs_in_one_decision_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = market()
    right = simulate(scenario)
    monkeypatch.setattr("sim.engines.mesa.market.FIRST_ORDER", 9)
    assert simulate(scenario, engine=Engine.MESA).sha256 != right.sha256


def test_units_beyond_their_column_are_refused_by_both() -> None:
    scenario = market(
        product={"pv": "0.01"}, plan=plan(activity={"pv_min": 10**9}), stocking={"use_value": 1}
    )
    for engine in Engine:
        with pytest.raises(OverflowError, match="too large"):
            simulate(scenario, engine=engine)


INTERPRETED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from markets import market
from sim.engines import Engine, simulate
scenario = market(months=5, population={"people": 60, "replaced_per_year": 0.3})
print(json.dumps([simulate(scenario, engine=engine).sha256 for engine in Engine]))
"""


def test_without_compiling_nothing_changes() -> None:
    hashes = []
    for off in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": off}
        here = str(Path(__file__).parent)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", INTERPRETED, here],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        hashes += json.loads(done.stdout)
    assert len(hashes) == 4
    assert len(set(hashes)) == 1
