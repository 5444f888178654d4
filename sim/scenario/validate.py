"""From values with places to a typed model, every refusal told in plain words at its place."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.bounds import (
    Schema,
    bound_text,
    field_schema,
    known_fields,
    number_text,
    schema_of,
)
from sim.scenario.errors import InputError, Problem, nearest, shortened
from sim.scenario.nodes import Node, child_of, dotted, plain
from sim.scenario.wording import CHOICE_KINDS, MISSING, NUMBER, RANGE_KINDS, TRUTH, WHOLE, WORDS


def validated[M: BaseModel](model: type[M], document: Node) -> M:
    """``document`` as a ``model``. Raises InputError with all that is wrong in it.

    Text is never taken for a number or a truth value, nor one of these for the other, whatever the
    model's own conversions allow; exact fields (rates, volumes, money) read their text themselves.
    """
    try:
        made = model.model_validate(plain(document))
    except ValidationError as error:
        problems = [_problem(model, document, one) for one in error.errors(include_url=False)]
        raise InputError(*sorted(problems, key=_order)) from None
    confused = list(_confusions(document, made, []))
    if confused:
        root = schema_of(model)
        raise InputError(*(_confusion(root, document, *one) for one in confused))
    return made


def _order(problem: Problem) -> tuple[str, int, bool]:
    # a misspelt field is told before the one that is missing for it
    return problem.place.file, problem.place.line or 0, problem.says == MISSING


def _problem(model: type[BaseModel], document: Node, error: Any) -> Problem:
    """One entry of pydantic's list as a Problem."""
    root = schema_of(model)
    parts, node = _located(document, error["loc"], error["type"])
    if error["type"] == "missing":
        bound = bound_text(field_schema(root, document, parts))
        return Problem(node.named_at, dotted(parts), MISSING, bound=bound)
    if error["type"] == "extra_forbidden":
        hint = nearest(parts[-1], known_fields(root, document, parts[:-1]))
        return Problem(
            node.key or node.place, dotted(parts), "there is no such field", node.shown(), hint=hint
        )
    if error["type"] == "value_error":
        return _own_words(root, document, parts, node, str(error["ctx"]["error"]))
    if error["type"] == "union_tag_not_found":
        told = str(error["ctx"]["discriminator"]).strip("'")
        return Problem(
            node.named_at,
            dotted([*parts, told]),
            MISSING,
            bound=bound_text(field_schema(root, document, parts)),
        )
    if error["type"] == "union_tag_invalid":
        parts.append(str(error["ctx"]["discriminator"]).strip("'"))
        node = child_of(node, parts[-1]) or node
    says = (
        NUMBER
        if isinstance(node.value, bool) and error["type"] in RANGE_KINDS
        else WORDS.get(error["type"])
    )
    text = _filled(says, error.get("ctx", {})) if says else f"is refused: {error['msg']}"
    return Problem(
        node.named_at,
        dotted(parts),
        f"{node.shown()} {text}",
        node.shown(),
        _bound(root, document, parts, error["type"]),
        _hint(node, error),
    )


def _filled(words: str, bounds: dict[str, Any]) -> str:
    numbers = (int, float, Decimal)
    texts = {k: number_text(v) if isinstance(v, numbers) else v for k, v in bounds.items()}
    return words.format(**texts)


def _bound(root: Schema, document: Node, parts: list[str], kind: str) -> str:
    """The bound, but for unions: their members are listed in the sentence itself."""
    schema = field_schema(root, document, parts)
    if kind in CHOICE_KINDS:
        return str((schema or {}).get("description", ""))
    return bound_text(schema)


def _own_words(root: Schema, document: Node, parts: list[str], node: Node, text: str) -> Problem:
    """A refusal in the model's own words, with the value unless it is a group or already named.

    A model that checks fields against each other opens its words with the path of one of them.
    """
    path, colon, rest = text.partition(": ")
    if colon and " " not in path:
        parts, text = [*parts, *path.split(".")], rest
        node = _deepest(node, path.split("."))
        return Problem(node.named_at, dotted(parts), shortened_words(text), node.shown())
    value = node.shown()
    scalar = not isinstance(node.value, dict | list)
    told = bool(node.text) and node.text.lower() in text.lower()
    bound = bound_text(field_schema(root, document, parts)) if scalar else ""
    says = f"{value}: {text}" if scalar and not told else text
    return Problem(node.named_at, dotted(parts), shortened_words(says), value, bound)


def _deepest(node: Node, path: list[str]) -> Node:
    """The value at ``path`` below ``node``, or the nearest above it; entries may go by their id."""
    for part in path:
        named = (
            [child for child in node.value if _goes_by(child, part)]
            if isinstance(node.value, list)
            else []
        )
        child = named[0] if named else child_of(node, part)
        if child is None:
            return node
        node = child
    return node


def _goes_by(node: Node, name: str) -> bool:
    told = child_of(node, "id")
    return told is not None and told.value == name


def shortened_words(text: str) -> str:
    """A sentence of a model, each word of it shortened and printable."""
    return " ".join(shortened(word) for word in text.split())


def _located(document: Node, loc: tuple[int | str, ...], kind: str) -> tuple[list[str], Node]:
    """The path of fields in ``loc`` (which also names union members) and the value it ends at."""
    parts: list[str] = []
    node = document
    for part in loc:
        child = child_of(node, part)
        if child is not None:
            parts.append(str(part))
            node = child
    if kind == "missing":
        parts.append(str(loc[-1]))
    return parts, node


def _hint(node: Node, error: Any) -> str:
    if error["type"] in CHOICE_KINDS:
        choices = error["ctx"].get("expected") or error["ctx"]["expected_tags"]
        return nearest(
            str(node.value), [c.strip(" '") for c in str(choices).replace(" or ", ",").split(",")]
        )
    if not isinstance(node.value, str):
        return ""
    return _bare(node.value) if WORDS.get(error["type"]) in {NUMBER, WHOLE} else ""


def _bare(text: str) -> str:
    """How to write a number whose digits were grouped; empty if ``text`` is no such thing."""
    bare = text.replace("_", "").replace(",", "").strip()
    return f"write {bare}" if bare != text and bare.isdecimal() else ""


def _confusions(node: Node, made: Any, parts: list[str]) -> list[tuple[list[str], Node, str]]:
    """Text, numbers and truth values taken for one another: (path, value, what it is not)."""
    if isinstance(node.value, dict):
        return [
            found
            for key, child in node.value.items()
            for found in _confusions(child, _member(made, key), [*parts, key])
        ]
    if isinstance(node.value, list) and isinstance(made, list | tuple):
        return [
            found
            for i, child in enumerate(node.value)
            for found in _confusions(child, made[i], [*parts, str(i)])
        ]
    says = _confused(node.value, made)
    return [(parts, node, says)] if says else []


def _member(made: Any, key: str) -> Any:
    return made.get(key) if isinstance(made, dict) else getattr(made, key, None)


def _confused(written: Any, made: Any) -> str:
    """What ``written`` is not, though it was taken for it as ``made``; empty if all is well."""
    if isinstance(made, Enum):
        return ""
    if isinstance(made, bool):
        return "" if isinstance(written, bool) else TRUTH
    if isinstance(written, bool) and isinstance(made, int | float | Decimal | Fraction):
        return NUMBER
    if isinstance(written, str) and isinstance(made, int | float):
        return NUMBER
    return ""


def _confusion(root: Schema, document: Node, parts: list[str], node: Node, says: str) -> Problem:
    hint = ""
    if isinstance(node.value, str) and says == TRUTH:
        truth = {
            "yes": "true",
            "on": "true",
            "y": "true",
            "no": "false",
            "off": "false",
            "n": "false",
        }
        hint = f"write {truth.get(node.value.lower(), 'true or false')}"
    elif isinstance(node.value, str):
        hint = _bare(node.value) or "write it without quotes"
    bound = bound_text(field_schema(root, document, parts))
    return Problem(
        node.named_at, dotted(parts), f"{node.shown()} {says}", node.shown(), bound, hint
    )
