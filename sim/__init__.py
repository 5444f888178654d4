"""Downline: a laboratory of network marketing.

    >>> import sim
    >>> small = ["population.people=300", "months=12"]
    >>> tables = sim.simulate(sim.load_scenario("configs/baseline.yaml", small))
    >>> len(tables.months["enrolled"])
    12

Names are loaded when they are first used, so that ``import sim`` costs next to nothing:

- ``load_scenario(path, overrides)``: a scenario from a YAML file
- ``load_plan(path)``: a compensation plan from a YAML file
- ``simulate(scenario)``: one market, as the tables of its ledger
- ``summarise(scenario, tables)``: indicators and outcomes of a run
- ``run_scenario(scenario, out=...)``: the same with a results folder
- ``read_results(folder)``: a results folder again
- ``check_plan(plan)``: what a plan pays, its maximum payout and its warnings
- ``settle``, ``compile_plan``: the plan engine alone
- ``MarketModel``, ``Consumer``, ``Distributor``: the Mesa model and its agents, to watch and to
subclass
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "load_scenario": "sim.scenario.load",
    "load_plan": "sim.scenario.load",
    "simulate": "sim.engines",
    "summarise": "sim.run",
    "run_scenario": "sim.run",
    "read_results": "sim.results",
    "check_plan": "sim.plans.check",
    "settle": "sim.plans.settle",
    "compile_plan": "sim.plans.compile",
    "MarketModel": "sim.engines.mesa.model",
    "Consumer": "sim.engines.mesa.agents",
    "Distributor": "sim.engines.mesa.agents",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - one list of names, not two


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
