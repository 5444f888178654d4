"""What makes a sweep this sweep: study, scenarios and code; and how another differs from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario.errors import shortened
from sim.sweeps.design import canonical, exact
from sim.sweeps.runs import Point
from sim.sweeps.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

FREE = {"scenario", "description", "executor", "workers"}
"""Fields of a study that may change from call to call: no row depends on their text."""

SHOWN = 5


@dataclass(frozen=True)
class Identity:
    """A study as it stands: its fields, its design points and the code that runs them."""

    study: Study
    points: Sequence[Point]
    code: str

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is kept of each run."""
        return self.study.outputs

    def scenarios(self) -> list[str]:
        """The canonical text of every point's scenario."""
        return [canonical(point.scenario) for point in self.points]

    def as_dict(self) -> dict[str, Any]:
        """The identity as plain JSON values."""
        return {
            "study": fields_of(self.study),
            "code": self.code,
            "scenarios_sha256": _sha256(self.scenarios()),
        }

    def varied(self) -> dict[str, pa.Array]:
        """For each varied field its values over the points, in the plainest type for them all."""
        return {
            field: column([point.varied[field] for point in self.points])
            for field in self.study.vary
        }

    def design_table(self) -> pa.Table:
        """A row a design point: number, varied values, scenario as JSON."""
        import pyarrow as pa

        numbers = pa.array([point.number for point in self.points], pa.int64())
        scenarios = pa.array(self.scenarios(), pa.string())
        columns = {"point": numbers, **self.varied(), "scenario": scenarios}
        return pa.table(list(columns.values()), names=list(columns))


def column(values: Sequence[Any]) -> pa.Array:
    """Values of one field as truth values, whole numbers, floats, or else text (groups as JSON)."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int} and all(value is None or abs(value) < 2**63 for value in values):
        return pa.array(values, pa.int64())
    if kinds <= {int, Decimal}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([None if v is None else _text(v) for v in values], pa.string())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=exact)


def fields_of(study: Study) -> dict[str, Any]:
    """The fields of a study as plain JSON values."""
    fields: dict[str, Any] = json.loads(json.dumps(study.model_dump(), default=exact))
    return fields


def _sha256(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def differences(folder: Path, old: Mapping[str, Any], new: Identity) -> Iterator[tuple[str, str]]:
    """What forbids going on with the sweep in ``folder``, as (field, what differs)."""
    now = new.as_dict()
    if old.get("code") != now["code"]:
        yield "code", f"its runs were made by other code ({old.get('code')}, now {now['code']})"
    study = list(_study_differences(old.get("study", {}), now["study"]))
    yield from study
    if not study and old.get("scenarios_sha256") != now["scenarios_sha256"]:
        yield from _scenario_differences(folder / "design.parquet", new)


def _study_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in sorted({*old, *new} - FREE - {"replicates"}):
        if old.get(field) != new.get(field):
            yield field, f"is {_shown(old.get(field))} there and {_shown(new.get(field))} now"
    if old.get("replicates", 0) > new["replicates"]:
        yield "replicates", f"are {old['replicates']} there and {new['replicates']} now"


def _scenario_differences(design: Path, new: Identity) -> Iterator[tuple[str, str]]:
    """Which fields of the points' scenarios differ, the first few; the design has the old ones."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        before = pq.read_table(design).column("scenario").to_pylist()
        pairs = [
            (json.loads(a), json.loads(b)) for a, b in zip(before, new.scenarios(), strict=True)
        ]
    except (pa.ArrowException, OSError, ValueError, KeyError):
        yield "scenario", "the scenario or its plan has changed"
        return
    found = {
        path: f"is {_shown(a)} there and {_shown(b)} now"
        for old, now in pairs
        for path, a, b in _unequal(old, now, "")
    }
    yield from list(found.items())[:SHOWN]


def _unequal(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The places at which two documents differ, with both values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _unequal(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (a, b) in enumerate(zip(old, new, strict=True)):
            yield from _unequal(a, b, f"{path}.{i}")
    elif old != new:
        yield path, old, new


def _shown(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))
