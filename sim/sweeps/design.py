"""From a study to its design points and runs.

A run is named by its content: the scenario with its plan, the seed, the replicate and the code. So
a run that is on disk already is known as such, whoever made it, in whatever order, and resuming is
a difference of sets.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.contacts import EdgeList
from sim.scenario.errors import InputError, Problem, shortened
from sim.scenario.load import PLAN, scenario_document, set_field, with_plan
from sim.scenario.nodes import Node, child_of
from sim.scenario.schema import Scenario
from sim.scenario.validate import validated
from sim.sweeps.runs import Point, Run
from sim.sweeps.study import MAX_RUNS, OVERRIDES, Grid, Pairing, Study, StudyFile


def design_points(file: StudyFile) -> list[Point]:
    """Every design point with its scenario. Raises InputError with all that is wrong in any."""
    _bounded(file)
    base = _base_document(file)
    nodes = {field: _value_nodes(file, field) for field in file.study.vary}
    points: list[Point] = []
    problems: dict[Problem, None] = {}
    for number, choice in enumerate(_choices(file.study)):
        varied = {field: file.study.vary[field][i] for field, i in choice.items()}
        try:
            scenario = _scenario(base, {field: nodes[field][i] for field, i in choice.items()})
            points.append(Point(number, varied, scenario))
        except InputError as error:
            problems.update(dict.fromkeys(_placed(file, error, number, varied)))
    if problems:
        raise InputError(*problems)
    _all_different(file, points)
    return points


def runs_of(study: Study, points: list[Point], code: str) -> list[Run]:
    """All runs, by replicate and then by point, so that early results show every point."""
    texts = [canonical(point.scenario) for point in points]
    runs = []
    for replicate in range(study.replicates):
        for point, text in zip(points, texts, strict=True):
            seed = seed_of(study, point.number, replicate)
            runs.append(Run(run_id(text, seed, replicate, code), point.number, replicate, seed))
    return runs


def seed_of(study: Study, point: int, replicate: int) -> int:
    """The seed of a run, 0 to 2^63 - 1; common pairing gives all points of a replicate the same.

    It depends on nothing but its key, so neither order, worker nor resumption can change it.
    """
    key = (replicate,) if study.pairing is Pairing.COMMON else (point, replicate)
    sequence = np.random.SeedSequence(entropy=study.seed, spawn_key=key)
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def run_id(scenario: str, seed: int, replicate: int, code: str) -> str:
    """The first 16 hex digits of SHA-256 over a run's canonical content."""
    content = json.dumps([json.loads(scenario), seed, replicate, code], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def canonical(scenario: Scenario) -> str:
    """A scenario with plan and ties but without its seed, as JSON: equal content, equal text."""
    fields = scenario.model_dump(exclude={"seed"})
    if isinstance(scenario.network, EdgeList):
        fields["network"]["sha256"] = _content(Path(scenario.network.file))
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), default=exact)


def _content(path: Path) -> str:
    """What a file holds, as its hash; empty if unreadable, which the run that needs it tells."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def exact(value: Any) -> str:
    """An exact number, a date or a code as the one text that stands for it in JSON."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, Fraction | Path):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{type(value).__name__} has no place in a scenario")


def _bounded(file: StudyFile) -> None:
    lengths = [len(values) for values in file.study.vary.values()]
    points = math.prod(lengths) if isinstance(file.study.design, Grid) else max(lengths, default=1)
    if points * file.study.replicates > MAX_RUNS:
        says = f"{points} points of {file.study.replicates} replicates pass {MAX_RUNS} runs"
        place = file.at("vary").named_at if lengths else file.at("replicates").place
        raise InputError(Problem(place, "vary" if lengths else "replicates", says))


def _base_document(file: StudyFile) -> Node:
    """The scenario's document with the study's own months and people, before anything is varied."""
    path = file.path.parent / file.study.scenario
    if not path.is_file():
        raise InputError(file.problem(f"there is no file {shortened(str(path))}", "scenario"))
    document = scenario_document(path, allow_code=file.allow_code)
    for key, field in OVERRIDES.items():
        node = child_of(file.document, key)
        if node is not None and node.value is not None:
            document = set_field(document, field.split("."), node, [])
    return document


def _choices(study: Study) -> Iterator[Mapping[str, int]]:
    """For each point, which value of each varied field it takes."""
    counts = {field: range(len(values)) for field, values in study.vary.items()}
    if not counts or isinstance(study.design, Grid):
        return (dict(zip(counts, c, strict=True)) for c in itertools.product(*counts.values()))
    return (dict(zip(counts, c, strict=True)) for c in zip(*counts.values(), strict=True))


def _value_nodes(file: StudyFile, field: str) -> list[Node]:
    """The values of a varied field with their places; a plan's file is read here, once."""
    nodes = [file.at("vary", field, i) for i in range(len(file.study.vary[field]))]
    return [_plan_of(node) for node in nodes] if field == PLAN else nodes


def _plan_of(node: Node) -> Node:
    plan = child_of(with_plan(Node(node.place, {PLAN: node})), PLAN)
    assert plan is not None
    return plan


def _scenario(base: Node, varied: Mapping[str, Node]) -> Scenario:
    """The base with the varied fields set, whole groups before fields inside them."""
    document = base
    for field in sorted(varied, key=lambda name: name.count(".")):
        document = set_field(document, field.split("."), varied[field], [])
    return validated(Scenario, document)


def _placed(
    file: StudyFile, error: InputError, number: int, varied: Mapping[str, Any]
) -> Iterator[Problem]:
    """The problems of one point; those that stand in another file are led back to the study."""
    yield from error.problems
    if varied and all(problem.place.file != str(file.path) for problem in error.problems):
        told = ", ".join(f"{shortened(field)}={shortened(str(v))}" for field, v in varied.items())
        yield file.problem(f"so design point {number} cannot be built ({told})", "vary", value=told)


def _all_different(file: StudyFile, points: list[Point]) -> None:
    """Two points with the same scenario would be one run under two names."""
    seen: dict[str, int] = {}
    for point in points:
        first = seen.setdefault(canonical(point.scenario), point.number)
        if first != point.number:
            says = f"design points {first} and {point.number} are the same scenario"
            raise InputError(file.problem(says, "vary", hint="leave one of them out"))
