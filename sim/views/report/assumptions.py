"""Every parameter of the run: value, default or not, unit, range, meaning and source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sim.scenario.schema import Scenario
from sim.views.html import Html, joined, table, tag

LONG = 400  # a longer value is cut: the scenario in full stands in manifest.json


@dataclass(frozen=True)
class Assumption:
    """One parameter under its dotted name; ``changed`` says "default", "changed" or "given"."""

    name: str
    value: str
    changed: str
    unit: str
    bounds: str
    meaning: str
    source: str


def assumptions(document: Mapping[str, Any]) -> list[Assumption]:
    """The parameters of a scenario as a manifest holds it.

    A scenario that this version's schema refuses is listed by its values alone.
    """
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError:
        return [Assumption(n, _shown(v), "given", "", "", "", "") for n, v in _leaves("", document)]
    return list(_walk("", scenario))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, value


def _walk(prefix: str, section: BaseModel) -> Iterator[Assumption]:
    for key, field in type(section).model_fields.items():
        name = f"{prefix}{key}"
        value = getattr(section, key)
        parts = list(value) if isinstance(value, tuple | list) else []
        if isinstance(value, BaseModel):
            yield from _walk(f"{name}.", value)
        elif parts and all(isinstance(p, BaseModel) for p in parts):
            for i, part in enumerate(parts):
                yield from _walk(f"{name}.{getattr(part, 'id', i)}.", part)
        else:
            yield _assumption(name, value, field)


def _assumption(name: str, value: Any, field: FieldInfo) -> Assumption:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    changed = "given"
    if not field.is_required():
        default = field.get_default(call_default_factory=True, validated_data={})
        changed = "default" if value == default else "changed"
    return Assumption(
        name,
        _shown(value),
        changed,
        str(extra.get("unit", "")),
        _bounds(field),
        field.description or "",
        str(extra.get("source", "")),
    )


def _bounds(field: FieldInfo) -> str:
    names = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    said = [
        f"{sign} {bound:,}" if isinstance(bound, int) else f"{sign} {bound}"
        for part in field.metadata
        for name, sign in names.items()
        if (bound := getattr(part, name, None)) is not None
    ]
    if get_origin(field.annotation) is Literal:
        said.append("one of " + ", ".join(map(str, get_args(field.annotation))))
    return ", ".join(said)


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        value = "; ".join(f"{k}: {_shown(v)}" for k, v in value.items()) or "none"
    elif isinstance(value, list | tuple):
        value = ", ".join(map(_shown, value)) or "none"
    text = str(value)
    return text if len(text) <= LONG else text[:LONG] + " …"


def assumptions_section(document: Mapping[str, Any]) -> Html:
    """The assumptions as two tables: the market's, and the plan's folded away."""
    every = assumptions(document)
    plan = [a for a in every if a.name.startswith("plan.")]
    market = [a for a in every if not a.name.startswith("plan.")]
    changed = sum(a.changed != "default" for a in every)
    priors = sum(a.source.startswith("PRIOR") for a in every)
    intro = tag(
        "p",
        f"{len(every):,} parameters made this run; {changed:,} were given or changed, the others "
        "have the "
        f"value that ships with the program. PRIOR marks a value chosen without a published figure "
        f"({priors:,} of them), FIT one that was fitted.",
    )
    folded = tag(
        "details",
        tag("summary", f"The compensation plan: {len(plan)} parameters"),
        _table("Parameters of the compensation plan", plan),
    )
    return joined([intro, _table("Parameters of the market", market), folded])


def _table(caption: str, rows: list[Assumption]) -> Html:
    columns = ("parameter", "value", "default?", "unit", "range", "meaning", "source")
    cells = [
        (
            tag("code", a.name),
            tag("strong", a.value) if a.changed != "default" else a.value,
            a.changed,
            a.unit,
            a.bounds,
            a.meaning,
            a.source,
        )
        for a in rows
    ]
    return table(caption, columns, cells, class_="wide left")
