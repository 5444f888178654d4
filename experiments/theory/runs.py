"""Runs the Mesa engine many times on one scenario and gathers what is measured of each run."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.theory.variants import TheoryModel
from sim.engines.mesa.agents import Consumer, Distributor
from sim.engines.mesa.model import MarketModel
from sim.ledger import Ledger
from sim.scenario.load import load_scenario

HERE = Path(__file__).parent
Measured = dict[str, NDArray[Any]]
Sample = dict[str, NDArray[Any]]
"""What was measured, one row a run."""
CHUNK = 10


class NoBooks(Ledger):
    """Takes the months and files nothing: these checks read the market itself."""

    def __init__(self) -> None:
        """No books are opened."""

    def post(self, *_month: Any) -> None:
        """Let the month go."""


@dataclass(frozen=True)
class Study:
    """Independent runs of one scenario.

    A run lasts until ``done`` says so (and fails if the scenario's months end first), or for the
    scenario's months. ``measure`` takes the model then and may run it on. ``traits`` are set on the
    model's class, for the agents to read.
    """

    name: str
    file: str
    runs: int
    measure: Callable[[MarketModel], Measured]
    settings: tuple[str, ...] = ()
    done: Callable[[MarketModel], bool] | None = None
    model: type[TheoryModel] = TheoryModel
    consumer: type[Consumer] = Consumer
    distributor: type[Distributor] = Distributor
    traits: Mapping[str, float] = field(default_factory=dict)


def full(model: MarketModel) -> bool:
    """Whether everybody has joined."""
    return len(model.market.participants) > len(model.market.people)


def extinct(model: MarketModel) -> bool:
    """Whether no distributor is left."""
    return model.enrolled == 0


def seed_of(seed: int, study: str, run: int) -> int:
    """The seed of a run: the first 63 bits of the SHA-256 of job seed, study and number."""
    digest = hashlib.sha256(f"{seed} {study} {run}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def observe(study: Study, seed: int, runs: Sequence[int]) -> list[Measured]:
    """Make the runs of these numbers and measure each."""
    scenario = load_scenario(HERE / study.file, study.settings)
    classes = {"consumer_class": study.consumer, "distributor_class": study.distributor}
    kind = type("Variant", (study.model,), {**classes, **study.traits})
    measured = []
    for run in runs:
        one = scenario.model_copy(update={"seed": seed_of(seed, study.name, run)})
        model = kind(market_scenario=one, ledger=NoBooks())
        for _ in range(scenario.months):
            model.run_for(1)
            if study.done is not None and study.done(model):
                break
        else:
            if study.done is not None:
                late = f"run {run} was not done in {scenario.months} months"
                raise RuntimeError(f"{study.name}: {late}")
        measured.append(study.measure(model))
    return measured


def stacked(measured: Sequence[Measured]) -> Sample:
    """The runs' figures as arrays with one row a run; shorter rows are filled with zeros."""
    out = {}
    for name in measured[0]:
        rows = [np.atleast_1d(m[name]) for m in measured]
        table = np.zeros((len(rows), max(map(len, rows))), np.float64)
        for i, row in enumerate(rows):
            table[i, : len(row)] = row
        out[name] = table
    return out


def sample(study: Study, seed: int) -> Sample:
    """All runs of a study, in this process."""
    return stacked(observe(study, seed, range(study.runs)))


def samples(studies: Sequence[Study], seed: int, say: Callable[[str], None]) -> dict[str, Sample]:
    """All runs of all studies by name, on two processes; how many processes changes no figure."""
    observe(studies[0], seed, [0])  # compiles once, before there are two processes
    out = {}
    with _workers() as pool:
        waiting = {study.name: _submit(pool, study, seed) for study in studies}
        for number, study in enumerate(studies, 1):
            parts = [future.result() for future in waiting.pop(study.name)]
            out[study.name] = stacked([m for part in parts for m in part])
            say(f"theory: {study.name}, {study.runs} runs ({number} of {len(studies)} studies)")
    return out


def _submit(pool: ProcessPoolExecutor, study: Study, seed: int) -> list[Future[list[Measured]]]:
    chunks = [range(i, min(i + CHUNK, study.runs)) for i in range(0, study.runs, CHUNK)]
    return [pool.submit(observe, study, seed, chunk) for chunk in chunks]


@contextmanager
def _workers() -> Iterator[ProcessPoolExecutor]:
    """Two fresh processes; what is still waiting is dropped when something fails."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
