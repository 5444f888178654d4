"""Recipes that stand in for a market where a test is about the sweep: quick, and able to fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.scenario.schema import Scenario
from sim.sweeps import worker
from sim.sweeps.runs import Recipe

FAILS, KILLS, SLOW, HEALS = 0.91, 0.92, 0.93, 0.94
"""Values of staying.leave at which a run raises, kills its worker, takes long, or can heal."""

STUDY = """\
scenario: market.yaml
vary:
  considering.join: [-4.5, -4.0]
  staying.leave: [0.1, 0.2]
replicates: 3
seed: 7
outputs: [luck, pull, nested.leave]
"""

SCENARIO = """\
name: toy
months: 12
plan: {id: toy_plan, currency: USD}
population: {people: 50}
founders: {count: 2}
product: {name: soap}
"""


def simulate(scenario: Scenario) -> Scenario:
    leave = scenario.staying.leave
    if scenario.population.people == 50:  # the probe of the outputs is no run
        time.sleep(0.002 if leave != SLOW else 0.5)
    if leave == FAILS:
        raise ValueError("the market\nis closed")
    if leave == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    if leave == HEALS and not Path(os.environ["TOY_HEALED"]).exists():
        raise RuntimeError("not yet")
    return scenario


def summarise(scenario: Scenario, tables: Scenario) -> Mapping[str, Any]:
    assert tables is scenario
    return {
        "luck": scenario.seed % 1000,
        "pull": scenario.considering.join + scenario.seed % 1000 / 7,
        "nested": {"leave": scenario.staying.leave, "undefined": None},
        "ledger_sha256": f"{scenario.seed:064x}",
        "curve": [1, 2, 3],
    }


TOY = Recipe(simulate, summarise, code="toy-1")

REAL = Recipe(worker.simulate, worker.summarise, code="these tests")
"""The real market under a name of its own: the sources may be edited while the tests run."""


def write_study(
    folder: Path, change: Callable[[str], str] = str, market: Callable[[str], str] = str
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "market.yaml").write_text(market(SCENARIO))
    path = folder / "study.yaml"
    path.write_text(change(STUDY))
    return path


def deadly(text: str) -> str:
    """A study of which every other point kills its worker."""
    return text.replace("[0.1, 0.2]", f"[0.1, {KILLS}]").replace("replicates: 3", "replicates: 1")


def driver(script: Path, *arguments: object) -> subprocess.Popen[str]:
    """A process that runs a script of this folder, which its own workers find as well."""
    here = Path(__file__).resolve().parent
    path = os.pathsep.join([str(here), str(here.parents[1])])
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
