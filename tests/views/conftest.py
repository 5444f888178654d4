"""One made-up market, its folder and its report, shared by the tests of the views."""

import made_up_market
import pytest

from sim.measures.summary import summarise
from sim.results import describe_run, read_results, write_results
from sim.scenario.load import load_scenario
from sim.views.market import market_of
from sim.views.report import fill_report

EVIL = '<script>alert("x")</script>'


def write(out, tables, scenario):
    """A results folder as a run leaves it, report included."""
    summary = {"people": 20_000, "months": len(tables.months["month"]), **summarise(tables)}
    manifest = describe_run(scenario, 1, "mesa", {"months": 0.5})
    write_results(
        out, tables, summary, manifest, lambda f: fill_report(f, tables, summary, manifest)
    )
    return out


@pytest.fixture(scope="session")
def tables():
    return made_up_market.tables(months=40, a_month=15)


@pytest.fixture(scope="session")
def scenario(root):
    loaded = load_scenario(root / "configs" / "baseline.yaml", ["staying.leave=0.21"])
    return {**loaded.model_dump(mode="json"), "description": f"A & B {EVIL}"}


@pytest.fixture(scope="session")
def market(tables, scenario):
    return market_of(tables, scenario)


@pytest.fixture(scope="session")
def folder(tables, scenario, tmp_path_factory):
    return write(tmp_path_factory.mktemp("run") / "out", tables, scenario)


@pytest.fixture(scope="session")
def results(folder):
    return read_results(folder)


@pytest.fixture(scope="session")
def html(folder):
    return (folder / "report.html").read_text("utf-8")
