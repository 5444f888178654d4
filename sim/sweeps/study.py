"""The study file: which scenario, what to vary, how often, under which luck, what to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.paths import shipped
from sim.scenario.behaviour import MAX_MONTHS
from sim.scenario.errors import InputError, Problem, shortened
from sim.scenario.fields import Section
from sim.scenario.nodes import Node, child_of
from sim.scenario.schema import MAX_PEOPLE
from sim.scenario.validate import validated
from sim.scenario.yaml_text import read_mapping
from sim.sweeps.shards import RUN_FIELDS, WORK_FIELDS

MAX_RUNS = 1_000_000
MAX_REPLICATES = 100_000
MAX_OUTPUTS = 1_000

OVERRIDES = {"months": "months", "people": "population.people"}
"""Fields of a study that stand for a field of the scenario."""


class Pairing(StrEnum):
    """Whether all design points meet the same luck in a replicate, or each its own."""

    COMMON = "common"
    INDEPENDENT = "independent"


class Grid(Section):
    """Every combination of the varied values; the last field varies fastest."""

    kind: Literal["grid"] = "grid"


class Listed(Section):
    """The first value of every field, then the second, and so on: the lists are equally long."""

    kind: Literal["list"]


Design = Annotated[Grid | Listed, Field(discriminator="kind")]


def _by_name(value: Any) -> Any:
    """``design: grid`` is short for ``design: {kind: grid}``."""
    return {"kind": value} if isinstance(value, str) else value


class Study(Section):
    """Many runs of one scenario. Paths in it are seen from the study file's folder."""

    scenario: str = Field(description="scenario file, seen from the study file", min_length=1)
    description: str = Field("", description="the question that the study asks", max_length=4000)
    months: int | None = Field(
        None, ge=1, le=MAX_MONTHS, description="how long a market runs, if not as in the scenario"
    )
    people: int | None = Field(
        None, ge=2, le=MAX_PEOPLE, description="places in a market, if not as in the scenario"
    )
    vary: dict[str, tuple[Any, ...]] = Field(
        default_factory=dict, description="scenario field, dotted: its values; plan takes files"
    )
    design: Annotated[Design, BeforeValidator(_by_name)] = Field(
        default_factory=Grid, description="which combinations of the varied values are run"
    )
    replicates: int = Field(1, ge=1, le=MAX_REPLICATES, description="runs of each design point")
    seed: int = Field(1, ge=0, le=2**63 - 1, description="key of all luck in the study")
    pairing: Pairing = Field(
        Pairing.COMMON, description="common: all points share a replicate's luck; independent: no"
    )
    outputs: tuple[str, ...] = Field(
        description="what is kept of each run: dotted paths into its summary", min_length=1,
        max_length=MAX_OUTPUTS,
    )  # fmt: skip
    executor: Literal["serial", "processes", "ray"] = Field(
        "serial", description="what runs the study, if the command does not say"
    )
    workers: int | None = Field(
        None, ge=1, le=100_000, description="runs at a time; all cores if absent"
    )


@dataclass(frozen=True)
class StudyFile:
    """A valid study with the document it was read from, which knows the place of every value.

    ``allow_code`` lets its scenario name a file of rules.
    """

    path: Path
    study: Study
    document: Node
    allow_code: bool = False

    def at(self, *parts: object) -> Node:
        """The value at a path of keys and indices, which must be there."""
        node: Node | None = self.document
        for part in parts:
            node = child_of(node, part) if node is not None else None
        assert node is not None, parts
        return node

    def problem(self, says: str, *parts: object, hint: str = "", value: str = "") -> Problem:
        """A refusal of what stands at ``parts``."""
        node = self.at(*parts)
        field = ".".join(shortened(str(part)) for part in parts)
        return Problem(node.named_at, field, says, value=value or node.shown(), hint=hint)


def load_study(path: str | Path, *, allow_code: bool = False) -> StudyFile:
    """Read and check the study at ``path``, or a shipped one, its scenarios and outputs excepted.

    Those are for design.py and probe.py. Raises InputError with all that is wrong.
    """
    path = _existing(Path(path))
    document = read_mapping(path)
    file = StudyFile(path, validated(Study, document), document, allow_code)
    problems = [*_vary_problems(file), *_output_problems(file)]
    if problems:
        raise InputError(*sorted(problems, key=lambda p: p.place.line or 0))
    return file


def _existing(path: Path) -> Path:
    if path.exists():
        return path
    try:
        return shipped(str(path))
    except (OSError, ValueError):
        return path


def _vary_problems(file: StudyFile) -> Iterator[Problem]:
    lengths: dict[str, int] = {}
    for field, values in file.study.vary.items():
        taken = next((key for key, target in OVERRIDES.items() if target == field), "")
        if field == "seed":
            yield file.problem(
                "luck is not varied", "vary", field, hint="use replicates and pairing"
            )
        if taken and child_of(file.document, taken):
            yield file.problem(f"is set by {taken} already", "vary", field, hint="keep one of them")
        if not values:
            yield file.problem("has no values", "vary", field)
        for i, value in enumerate(values):
            if isinstance(file.study.design, Grid) and value in values[:i]:
                yield file.problem("is in the list twice", "vary", field, i)
        lengths[field] = len(values)
    if isinstance(file.study.design, Listed) and len(set(lengths.values())) > 1:
        told = ", ".join(f"{shortened(field)} has {n}" for field, n in lengths.items())
        yield file.problem(f"a list design needs lists equally long, but {told}", "vary")


def _output_problems(file: StudyFile) -> Iterator[Problem]:
    columns = {*RUN_FIELDS, *WORK_FIELDS, *file.study.vary}
    outputs = file.study.outputs
    for i, output in enumerate(outputs):
        if output in outputs[:i]:
            yield file.problem("is in the list twice", "outputs", i)
        elif output in columns:
            yield file.problem("is a column of the table anyway", "outputs", i, hint="leave it out")
