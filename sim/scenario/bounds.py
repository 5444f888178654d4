"""What a field may hold, in words, read from the JSON schema of its model."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel

from sim.scenario.errors import listed, shortened
from sim.scenario.nodes import Node, child_of

Schema = dict[str, Any]


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON schema of ``model``, as the texts that it is validated against are written."""
    return model.model_json_schema(mode="validation")


def field_schema(root: Schema, document: Node, parts: list[str]) -> Schema | None:
    """The schema of the field at ``parts``; of a union, the member that ``document`` chose."""
    found: list[Schema] = [root]
    node: Node | None = document
    for part in parts:
        found = [step for s in found for step in _steps(root, s, node, part)]
        node = child_of(node, part) if node else None
    return _described(root, found[0], node) if found else None


def known_fields(root: Schema, document: Node, parts: list[str]) -> list[str]:
    """The names of the fields that the group at ``parts`` may have."""
    schema = field_schema(root, document, parts)
    return list(schema.get("properties", {})) if schema else []


def bound_text(schema: Schema | None) -> str:
    """Range, unit and meaning: ``0 to 3, log sd; spread of selling skill``."""
    if schema is None:
        return ""
    range_ = _range(schema)
    measure = ", ".join(text for text in (range_, schema.get("unit", "")) if text)
    return "; ".join(text for text in (measure, schema.get("description", "")) if text)


def _range(schema: Schema) -> str:
    for option in (schema, *schema.get("anyOf", ())):
        text = _numbers(option) or _texts(option)
        if text:
            return text
    return ""


def _numbers(schema: Schema) -> str:
    low, over = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, under = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"{number_text(low)} to {number_text(high)}"
    ends = (("at least", low), ("above", over), ("at most", high), ("below", under))
    return ", ".join(f"{word} {number_text(end)}" for word, end in ends if end is not None)


def _texts(schema: Schema) -> str:
    if "enum" in schema:
        return listed(str(choice) for choice in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if "pattern" in schema:
        return f"text that fits {shortened(schema['pattern'])}"
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low is None and high is None:
        return ""
    return f"{low or 0} to {high} characters" if high is not None else f"at least {low} characters"


def number_text(value: float | Decimal) -> str:
    """A bound without needless decimals."""
    return str(int(value)) if value == int(value) else f"{value:g}"


def _steps(root: Schema, schema: Schema, node: Node | None, part: str) -> Iterator[Schema]:
    """The schemas that a child called ``part`` may follow."""
    schema = _resolved(root, schema)
    for option in _options(schema, node):
        yield from _steps(root, option, node, part)
    if part in schema.get("properties", {}):
        yield schema["properties"][part]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]
    elif isinstance(schema.get("items"), dict) and part.isdecimal():
        yield schema["items"]


def _options(schema: Schema, node: Node | None) -> list[Schema]:
    """The members of a union, only the chosen one where a field such as ``kind`` tells it."""
    options: list[Schema] = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    teller = schema.get("discriminator", {})
    told = child_of(node, teller["propertyName"]) if node and "propertyName" in teller else None
    chosen = (
        teller.get("mapping", {}).get(told.value) if told and isinstance(told.value, str) else None
    )
    return [{"$ref": chosen}] if chosen else options


def _described(root: Schema, schema: Schema, node: Node | None) -> Schema:
    """``schema`` with its reference and its chosen union member written out."""
    schema = _resolved(root, schema)
    options = _options(schema, node)
    return {**_resolved(root, options[0]), **schema} if len(options) == 1 else schema


def _resolved(root: Schema, schema: Schema) -> Schema:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    return {**root["$defs"][reference.rpartition("/")[2]], **schema, "$ref": None}
