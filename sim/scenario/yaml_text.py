"""Strict YAML with a place for every value, and nothing in it that can surprise.

Refused: duplicate keys, keys that are not text, tags, anchors and aliases, merge keys, directives,
several documents, and whatever passes the bounds on size, number of values and depth.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.scenario.errors import Place, shortened
from sim.scenario.nodes import Node, dotted, refuse
from sim.scenario.scalars import BadScalarError, Scalar, resolved

MAX_BYTES = 1_000_000
MAX_NODES = 20_000
MAX_DEPTH = 32

_NOT_TEXT = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def read_mapping(path: str | Path, field: str = "") -> Node:
    """The YAML file at ``path``, a mapping at its top level; see ``parse``. Raises InputError."""
    node = parse(read_text(path), str(path), field)
    if not isinstance(node.value, dict):
        refuse(node.place, f"the file must hold 'field: value' lines, not {node.shown()}")
    return node


def read_text(path: str | Path) -> str:
    """The text of a regular UTF-8 file within the size bound. Raises InputError."""
    place = Place(str(path))
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            refuse(
                place, "is a folder, not a file" if stat.S_ISDIR(mode) else "is not a regular file"
            )
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        refuse(place, "there is no such file")
    except (OSError, ValueError) as error:
        refuse(place, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(data) > MAX_BYTES:
        refuse(place, f"is larger than {MAX_BYTES} bytes, the most that is read")
    return _decoded(data, place)


def _decoded(data: bytes, place: Place) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        refuse(place, "is UTF-16 text", "save it as UTF-8")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            replace(place, line=line),
            "is not UTF-8 text: a binary file or another encoding",
            "save it as UTF-8",
        )


def parse(text: str, name: str, field: str = "") -> Node:
    """The one YAML document in ``text``. Raises InputError.

    ``name`` is the file that places name; ``field`` the path under which the document's own paths
    lie.
    """
    odd = _NOT_TEXT.search(text)
    if odd:
        place = Place(name, text.count("\n", 0, odd.start()) + 1)
        refuse(
            place, f"holds the character U+{ord(odd.group()):04X}, which is not text", field=field
        )
    try:
        root = _Composer(name, field).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "unreadable"
        hint = "indent with spaces, not tabs" if "\\t" in problem else _begun(error)
        refuse(
            Place(name, mark.line + 1 if mark else None),
            f"is not valid YAML: {problem}",
            hint,
            field,
        )
    except (YAMLError, ValueError, OverflowError) as error:
        refuse(Place(name), f"is not valid YAML: {shortened(str(error))}", field=field)
    if root is None or (root.value is None and not root.text):
        refuse(Place(name), "is empty", field=field)
    return root


def _begun(error: MarkedYAMLError) -> str:
    """Where the thing began that was never closed, if that is another line than the error's."""
    begin, end = error.context_mark, error.problem_mark
    if not begin or not end or begin.line == end.line:
        return ""
    return f"{error.context} that begins in line {begin.line + 1}"


class _Composer:
    """Builds nodes from parser events, on a stack of its own: no depth can exhaust Python's."""

    def __init__(self, name: str, field: str) -> None:
        self.name = name
        self.path = [field] if field else []
        self.nodes = 0
        self.documents = 0
        self.root: Node | None = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []

    def compose(self, text: str) -> Node | None:
        """The root node of ``text``, None if there is no document."""
        takes: dict[str, Callable[[Any], None]] = {
            "DocumentStartEvent": self.start_document,
            "AliasEvent": self.refuse_alias,
            "ScalarEvent": self.take_scalar,
            "SequenceStartEvent": lambda event: self.push(Node(self.checked(event), [])),
            "MappingStartEvent": lambda event: self.push(Node(self.checked(event), {})),
            "SequenceEndEvent": self.close,
            "MappingEndEvent": self.close,
        }
        for event in YAML(typ="safe", pure=True).parse(text):
            take = takes.get(type(event).__name__)
            if take:
                take(event)
        return self.root

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            refuse(self.at(event), "holds more than one YAML document")
        if event.version or event.tags:
            refuse(
                self.at(event), "YAML directives (lines with %) are not used here", "leave them out"
            )

    def refuse_alias(self, event: Any) -> None:
        refuse(
            self.at(event),
            f"*{shortened(event.anchor)}: YAML aliases are not used here",
            "write the value out",
            self.field(),
        )

    def take_scalar(self, event: Any) -> None:
        place = self.checked(event)
        value: Scalar = event.value
        if event.implicit[0]:
            try:
                value = resolved(event.value)
            except BadScalarError as bad:
                refuse(place, bad.says, bad.hint, self.field(), shortened(event.value))
        elif _NOT_TEXT.search(event.value):
            refuse(place, "holds an escaped character that is not text", field=self.field())
        self.add(Node(place, value, text=event.value))

    def at(self, event: Any) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def checked(self, event: Any) -> Place:
        """The place of a value whose tag, anchor and number are seen to be in order."""
        place = self.at(event)
        self.nodes += 1
        if event.anchor:
            refuse(
                place,
                f"&{shortened(event.anchor)}: YAML anchors are not used here",
                "write the value out where it is needed",
                self.field(),
            )
        if event.tag:
            refuse(
                place,
                f"the tag {shortened(str(event.tag))} is not used here",
                "leave it out",
                self.field(),
            )
        if self.nodes > MAX_NODES:
            refuse(place, f"holds more than {MAX_NODES} values", field=self.field())
        return place

    def field(self) -> str:
        """The path of the value that comes next, as far as keys name it."""
        parts = list(self.path)
        for node, key in zip(self.open, self.keys, strict=True):
            if isinstance(node.value, list):
                parts.append(str(len(node.value)))
            elif key is not None:
                parts.append(key.text)
        return shortened(dotted(parts))

    def push(self, node: Node) -> None:
        if len(self.open) >= MAX_DEPTH:
            refuse(node.place, f"is nested more than {MAX_DEPTH} levels deep")
        self.open.append(node)
        self.keys.append(None)

    def close(self, _event: Any) -> None:
        self.keys.pop()
        self.add(self.open.pop())

    def add(self, node: Node) -> None:
        """Put a finished node where it belongs: the root, the open list, or the open mapping."""
        if not self.open:
            self.root = node
            return
        into = self.open[-1].value
        key = self.keys[-1]
        if isinstance(into, list):
            into.append(node)
        elif isinstance(into, dict) and key is not None:
            into[key.text] = replace(node, key=key.place)
            self.keys[-1] = None
        elif isinstance(into, dict):
            self.keys[-1] = self.as_key(node, into)

    def as_key(self, node: Node, among: dict[str, Node]) -> Node:
        """``node`` as a key of ``among``: text, not there yet, and no merge key."""
        inside = self.field()
        if not isinstance(node.value, str):
            hint = f"write '{shortened(node.text)}' in quotes" if node.text else ""
            refuse(node.place, f"the key {node.shown()} is not text", hint, inside)
        if node.text == "<<":
            refuse(node.place, "merge keys (<<) are not used here", "write the fields out", inside)
        if node.text in among:
            first = among[node.text].key
            says = (
                f"the field is there twice, first in line {first.line}"
                if first
                else "the field is there twice"
            )
            refuse(
                node.place,
                says,
                "keep one of the two",
                dotted([*filter(None, [inside]), node.text]),
            )
        return node
