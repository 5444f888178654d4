"""Reads scenarios and plans: one level of ``extends``, the plan's file, ``--set``, the schema.

Whole numbers reach the schema as ``int``, other numbers as ``Decimal`` with the digits of the
file, so that rates and money stay exact; fields declared ``float`` convert from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sim.paths import shipped
from sim.plans.schema import Plan
from sim.scenario.errors import COMMAND_LINE, InputError, Place, nearest, shortened
from sim.scenario.nodes import Node, child_of, dotted, merged, refuse, with_child
from sim.scenario.own_rules import check_rules
from sim.scenario.schema import Scenario
from sim.scenario.validate import validated
from sim.scenario.yaml_text import parse, read_mapping, read_text

EXTENDS = "extends"
PLAN = "plan"
RULES = "rules"


def load_scenario(
    path: str | Path, overrides: Iterable[str] = (), *, allow_code: bool = False
) -> Scenario:
    """The scenario in the YAML file at ``path``, with ``overrides`` such as ``months=24``.

    ``path`` may also be that of a shipped file, such as ``configs/baseline.yaml``, from any
    folder. A later override of the same field wins. A scenario that names a file of rules is
    refused unless ``allow_code``. Raises InputError, which names file, line, field, value and
    bound.
    """
    return validated(Scenario, scenario_document(path, overrides, allow_code=allow_code))


def load_plan(path: str | Path) -> Plan:
    """The compensation plan in the YAML file at ``path``, or a shipped one. Raises InputError."""
    return validated(Plan, _plan_file(seen_from(Path(path), Path())))


def scenario_document(
    path: str | Path, overrides: Iterable[str] = (), *, allow_code: bool = False
) -> Node:
    """The scenario as one document, before it is held against the schema. Raises InputError."""
    document = _with_base(read_mapping(seen_from(Path(path), Path())))
    for override in overrides:
        document = _with_override(document, override)
    return with_plan(_with_ties(_with_rules(document, allow_code)))


def seen_from(path: Path, folder: Path) -> Path:
    """``path`` as seen from ``folder``, or else the shipped file of that name."""
    near = folder / path
    if _is_there(near):
        return near
    for inside in ("", "configs", "configs/plans"):
        try:
            return shipped(f"{inside}/{path}".lstrip("/"))
        except (FileNotFoundError, ValueError, OSError):
            continue
    return near


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have, such as one that is too long
        return False


def _folder(node: Node) -> Path:
    """The folder from which a path written in ``node`` is seen."""
    return Path() if node.place.file == COMMAND_LINE else Path(node.place.file).parent


def _named_file(node: Node, field: str) -> Path:
    """The path that ``node`` names, seen from the file in which it is written."""
    if not isinstance(node.value, str) or not node.value.strip() or "\0" in node.value:
        refuse(
            node.named_at,
            f"{node.shown()} is not the path of a file",
            field=field,
            value=node.shown(),
        )
    return seen_from(Path(node.value), _folder(node))


def _with_base(document: Node) -> Node:
    """``document`` laid upon the file that it extends, if it extends one."""
    named = child_of(document, EXTENDS)
    if named is None:
        return document
    path = _named_file(named, EXTENDS)
    if not _is_there(path) or not path.is_file():
        refuse(
            named.place,
            f"there is no file {shortened(str(path))}",
            field=EXTENDS,
            value=named.shown(),
        )
    base = read_mapping(path)
    again = child_of(base, EXTENDS)
    if again is not None:
        target = _named_file(again, EXTENDS).resolve()
        circle = target in {Path(document.place.file).resolve(), path.resolve()}
        says = (
            "the files extend each other in a circle"
            if circle
            else f"{shortened(str(path))}, which is extended here, extends a further file"
        )
        refuse(named.place, says, "only one level of extends is allowed", EXTENDS, named.shown())
    joined = merged(base, _without(document, EXTENDS))
    return replace(joined, place=document.place)


def _without(node: Node, key: str) -> Node:
    assert isinstance(node.value, dict)
    return replace(node, value={k: child for k, child in node.value.items() if k != key})


def _with_ties(document: Node) -> Node:
    """``document`` with the path of a file of ties as seen from the folder we are in."""
    network = child_of(document, "network")
    named = child_of(network, "file") if network is not None else None
    if network is None or named is None:
        return document
    path = _named_file(named, "network.file")
    if not path.is_file():
        says = f"there is no file {shortened(str(path))}"
        refuse(named.place, says, field="network.file", value=named.shown())
    found = with_child(network, "file", replace(named, value=str(path)))
    return with_child(document, "network", found)


def _with_rules(document: Node, allow_code: bool) -> Node:
    """``document`` with the text of its file of rules, if it names one; nothing of it runs here."""
    named = child_of(document, RULES)
    if named is None or named.value is None:
        return document
    if not allow_code:
        says = f"{named.shown()} is code, which is not run unasked"
        refuse(named.named_at, says, "add --allow-code if you trust it", RULES, named.shown())
    if isinstance(named.value, dict):
        return document
    path = _named_file(named, RULES)
    if not _is_there(path) or not path.is_file():
        says = f"there is no file {shortened(str(path))}"
        refuse(named.place, says, field=RULES, value=named.shown())
    text = read_text(path)
    check_rules(text, str(path))
    parts = {"file": str(path), "text": text}
    found = {key: Node(named.place, value, named.key, value) for key, value in parts.items()}
    return with_child(document, RULES, replace(named, value=dict(found)))


def with_plan(document: Node) -> Node:
    """``document`` with its plan written out, if it names the plan's file."""
    named = child_of(document, PLAN)
    if named is None or isinstance(named.value, dict):
        return document
    path = _named_file(named, PLAN)
    if not _is_there(path) or not path.is_file():
        refuse(
            named.place, f"there is no file {shortened(str(path))}", field=PLAN, value=named.shown()
        )
    return with_child(document, PLAN, _plan_file(path, PLAN))


def _plan_file(path: Path, field: str = "") -> Node:
    """The plan in a file, which may hold it as a whole or under the one key ``plan``."""
    document = read_mapping(path, field)
    inner = child_of(document, PLAN)
    alone = isinstance(document.value, dict) and len(document.value) == 1
    return inner if inner is not None and alone and isinstance(inner.value, dict) else document


def _with_override(document: Node, override: str) -> Node:
    """``document`` with one ``a.b=value`` laid upon it; to set part of a plan, its file is read."""
    place = Place(COMMAND_LINE)
    field, equals, text = override.partition("=")
    parts = [part.strip() for part in field.split(".")]
    if not equals or not all(parts):
        refuse(
            place,
            f"'{shortened(override)}' is not of the form field.field=value",
            value=shortened(override),
        )
    if not text.strip():
        refuse(place, "has no value after '='", "write null for no value", dotted(parts))
    if parts[0] == PLAN and len(parts) > 1:
        document = with_plan(document)
    try:
        value = _at_command_line(parse(text, COMMAND_LINE, dotted(parts)))
    except InputError as error:
        raise InputError(*(replace(problem, place=place) for problem in error.problems)) from None
    return set_field(document, parts, value, [])


def _at_command_line(node: Node) -> Node:
    """``node`` and all in it placed at the command line, which has no line numbers."""
    value = node.value
    if isinstance(value, dict):
        value = {key: _at_command_line(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_at_command_line(child) for child in value]
    return Node(Place(COMMAND_LINE), value, Place(COMMAND_LINE), node.text)


def set_field(node: Node, parts: list[str], value: Node, above: list[str]) -> Node:
    """``node`` in which the field at ``parts`` is ``value``; missing groups on the way are made."""
    part, rest = parts[0], parts[1:]
    child = child_of(node, part)
    path = dotted([*above, part])
    if isinstance(node.value, list) and child is None:
        refuse(
            value.place,
            f"there is no entry {shortened(part)}",
            f"the entries are 0 to {len(node.value) - 1}",
            path,
        )
    if not rest:
        return with_child(node, part, value)
    child = child or Node(value.place, {}, value.place)
    if not isinstance(child.value, dict | list):
        hint = nearest(part, node.value) if isinstance(node.value, dict) else ""
        refuse(
            value.place, f"{child.shown()} has no fields of its own", hint, dotted([*above, *parts])
        )
    return with_child(node, part, set_field(child, rest, value, [*above, part]))
