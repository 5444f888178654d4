"""Values with their places: what a YAML file said, before anyone asks what it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

from sim.scenario.errors import InputError, Place, Problem, printable, shortened
from sim.scenario.scalars import Scalar

TELLS_KIND = "kind"


@dataclass(frozen=True)
class Node:
    """A value with its place, that of its key, and the text of a scalar as it is written."""

    place: Place
    value: Scalar | list[Node] | dict[str, Node]
    key: Place | None = None
    text: str = ""

    @property
    def named_at(self) -> Place:
        """Where a reader looks for it: at the key of a group, a list or nothing, else its own."""
        below = isinstance(self.value, dict | list) or not self.text
        return self.key if self.key and below else self.place

    def shown(self) -> str:
        """The value as an error message shows it."""
        if isinstance(self.value, dict):
            return "a group of fields"
        if isinstance(self.value, list):
            return "a list" if self.value else "an empty list"
        if isinstance(self.value, str):
            return f"'{shortened(self.text)}'"
        return shortened(self.text) or "nothing"


def plain(node: Node) -> Any:
    """The value of ``node`` without places: dict, list, str, int, Decimal, bool or None."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def child_of(node: Node, part: object) -> Node | None:
    """The child under a key or a list index, or None if there is no such child."""
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, list) and str(part).isdecimal() and int(str(part)) < len(node.value):
        return node.value[int(str(part))]
    return None


def with_child(node: Node, part: str, child: Node) -> Node:
    """``node`` with the child under ``part`` put in or exchanged."""
    if isinstance(node.value, list):
        return replace(
            node, value=[child if str(i) == part else old for i, old in enumerate(node.value)]
        )
    fields = node.value if isinstance(node.value, dict) else {}
    return replace(node, value={**fields, part: child})


def merged(base: Node, over: Node) -> Node:
    """``base`` with ``over`` laid upon it: groups merge field by field, all else is replaced.

    A group that names another ``kind`` than its base replaces it whole, for its fields are others.
    """
    if (
        not isinstance(base.value, dict)
        or not isinstance(over.value, dict)
        or _kinds_differ(base.value, over.value)
    ):
        return over
    fields = dict(base.value)
    for key, child in over.value.items():
        fields[key] = merged(fields[key], child) if key in fields else child
    return replace(over, value=fields)


def _kinds_differ(base: dict[str, Node], over: dict[str, Node]) -> bool:
    return TELLS_KIND in over and (
        TELLS_KIND not in base or over[TELLS_KIND].value != base[TELLS_KIND].value
    )


def dotted(parts: list[str]) -> str:
    """A field's path as messages write it, long or unprintable keys shortened."""
    return ".".join(shortened(part) for part in parts)


def refuse(place: Place, says: str, hint: str = "", field: str = "", value: str = "") -> NoReturn:
    """Raise the InputError with this one problem."""
    raise InputError(Problem(place, field, printable(says), value=value, hint=hint))
