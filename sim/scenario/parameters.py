"""``docs/parameters.md``: every field of a scenario, written from the schema itself.

``python -m sim.scenario.parameters`` writes it anew.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.plans.quantities import Amount, Factor, Points, Rate
from sim.scenario.bounds import Schema, bound_text, schema_of
from sim.scenario.schema import Scenario

PARAMETERS_FILE = Path("docs/parameters.md")
TELLS = ("kind", "type")
"""Fields that tell the members of a union apart."""

EXACT = (
    (Rate, "0 to 1, exact"),
    (Factor, "0 to 100, exact"),
    (Points, "0 to 10^12, two decimals"),
    (Amount, "0 to 10^12, exact"),
)
"""Ranges that their own readers check, so that the JSON schema does not hold them."""

HEAD = """# Parameters

Written by `python -m sim.scenario.parameters` from the schema in `sim/scenario/` and `sim/plans/`;
do not edit. A test compares this page with the code.

A name is the path of a field in a scenario file, and in `--set population.people=500`; `[]` stands
for the number of a list's entry, from 0. *required* marks a field without a default. Money is in
major units of the currency. Sources: **PRIOR** is a value chosen here without a published
figure, **FIT** one fitted by hand on calibration rows; anything else names what was published.
Fields of `plan` have no such source: they are terms of a plan, and a plan file says where it has
them from. The defaults of a plan are those of the format, not of any firm.
"""


class Parameter(NamedTuple):
    """One field: its name inside its group, and what the schema says of it, as text."""

    name: str
    default: str
    unit: str
    range: str
    meaning: str
    source: str


class Group(NamedTuple):
    """Fields that stand together: ``path`` is dotted and empty for the scenario's own."""

    path: str
    kind: str
    meaning: str
    parameters: tuple[Parameter, ...]


def groups(model: type[BaseModel] = Scenario, path: str = "", kind: str = "") -> Iterator[Group]:
    """The group of ``model`` at ``path``, then every group inside it, in the schema's order."""
    properties = schema_of(model)["properties"]
    inner = {name: _models(field) for name, field in model.model_fields.items()}
    own = tuple(
        _parameter(name, field, properties[name])
        for name, field in model.model_fields.items()
        if not inner[name]
    )
    yield Group(path, kind, inspect.cleandoc(model.__doc__ or ""), own)
    for name, members in inner.items():
        place = f"{path}.{name}".lstrip(".") + _list_mark(model.model_fields[name])
        for member in members:
            yield from groups(member, place, _kind(member) if len(members) > 1 else "")


def parts(annotation: object) -> Iterator[Any]:
    """``annotation`` and everything that it is built of, metadata included."""
    yield annotation
    for part in get_args(annotation):
        yield from parts(part)


def _models(field: FieldInfo) -> list[type[BaseModel]]:
    """The models that a field holds: one, or the members of a union; none for a plain field."""
    return [p for p in parts(field.annotation) if isinstance(p, type) and issubclass(p, BaseModel)]


def _list_mark(field: FieldInfo) -> str:
    return "[]" if any(get_origin(part) is tuple for part in parts(field.annotation)) else ""


def _kind(model: type[BaseModel]) -> str:
    """Such as ``kind: ring``: what chooses this member of a union."""
    tells = next(name for name in TELLS if name in model.model_fields)
    return f"{tells}: {get_args(model.model_fields[tells].annotation)[0]}"


def _parameter(name: str, field: FieldInfo, schema: Schema) -> Parameter:
    return Parameter(
        name,
        "*required*" if field.is_required() else f"`{_shown(schema['default'])}`",
        schema.get("unit", ""),
        _range(field, schema),
        (field.description or ("chooses this kind" if name in TELLS else "name")).replace(
            "``", "`"
        ),
        schema.get("source", ""),
    )


def _shown(default: Any) -> str:
    if default is None:
        return "null"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list):
        return f"[{', '.join(map(str, default))}]"
    return str(default) if default != "" else '""'


def _range(field: FieldInfo, schema: Schema) -> str:
    """What the JSON schema bounds, or the range of an exact quantity; lists say of what."""
    bound = bound_text({k: v for k, v in schema.items() if k not in ("unit", "description")})
    found = [*field.metadata, *parts(field.annotation)]
    for exact, text in EXACT:
        if get_args(exact)[1] in found:
            bound = text
    choices = [c.value for p in found if hasattr(p, "__members__") for c in p]
    chosen = [str(c) for p in found if get_origin(p) is Literal for c in get_args(p)]
    if choices:
        bound = f"list of {', '.join(choices)}"
    elif chosen:
        bound = " or ".join(chosen)
    elif field.annotation is bool:
        bound = "true or false"
    return f"null, or {bound}" if type(None) in found and bound else bound


def parameters_text() -> str:
    """The page's text."""
    return "\n".join([HEAD, *(line for group in groups() for line in _lines(group))])


def _lines(group: Group) -> Iterator[str]:
    name = f"`{group.path}`" if group.path else "The scenario itself"
    yield f"## {name}{f', {group.kind}' if group.kind else ''}\n"
    yield group.meaning.replace("``", "`") + "\n"
    if not group.parameters:
        return
    yield "| field | default | unit | range | meaning | source |"
    yield "|---|---|---|---|---|---|"
    for p in group.parameters:
        cells = (f"`{p.name}`", *p[1:])
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def write_parameters(path: Path = PARAMETERS_FILE) -> Path:
    """Write the page, first aside and then under its name."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(parameters_text(), encoding="utf-8")
    return aside.replace(path)


if __name__ == "__main__":
    print(write_parameters())
