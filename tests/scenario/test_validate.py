"""Refusals in plain words, shown on small models that have one of everything."""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.scenario.errors import InputError
from sim.scenario.validate import validated
from sim.scenario.yaml_text import parse


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Circle(Strict):
    kind: Literal["circle"]
    radius: float = Field(gt=0, description="how far it reaches", json_schema_extra={"unit": "m"})


class Square(Strict):
    kind: Literal["square"]
    side: float = Field(lt=10)


class Level(IntEnum):
    LOW = 0
    HIGH = 1


class Drawing(Strict):
    title: str = Field("", min_length=1, max_length=5)
    shape: Annotated[Circle | Square, Field(discriminator="kind")] = Circle(kind="circle", radius=1)
    many: tuple[Circle, ...] = Field((), max_length=2)
    named: dict[str, int] = Field(default_factory=dict)
    shown: bool = True
    level: Level = Level.LOW
    rate: Annotated[Fraction, BeforeValidator(Fraction)] = Fraction(1)
    price: Decimal = Decimal(1)
    size: float = 1.0
    pair: tuple[int, int] = (1, 2)
    low: int = 0
    high: int = 1

    @model_validator(mode="after")
    def _ordered(self) -> Drawing:
        if self.low > self.high:
            raise ValueError(f"high: {self.high} is below low, which is {self.low}")
        return self


def read(text: str) -> Drawing:
    return validated(Drawing, parse(text, "f.yaml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("shape: {kind: circle, radius: 0}", "f.yaml:1: shape.radius: 0 is not above 0 (above 0, m; how far it reaches)"),  # noqa: E501
        ("shape: {kind: square, side: 10}", "f.yaml:1: shape.side: 10 is not below 10 (below 10)"),
        ("shape: {kind: squre, side: 1}", "f.yaml:1: shape.kind: 'squre' is none of 'circle', 'square'; did you mean square?"),  # noqa: E501
        ("shape:\n  kind: square\n  radius: 1\n  side: 2", "f.yaml:3: shape.radius: there is no such field"),  # noqa: E501
        ("many:\n- {kind: circle, radius: 1}\n- {kind: circle, radius: x}", "f.yaml:3: many.1.radius: 'x' is not a number (above 0, m; how far it reaches)"),  # noqa: E501
        ("many: [1]", "f.yaml:1: many.0: 1 is not a group of fields"),
        ("many: {a: 1}", "f.yaml:1: many: a group of fields is not a list"),
        ("named: {a: x}", "f.yaml:1: named.a: 'x' is not a whole number"),
        ("named: {a: '1'}", "f.yaml:1: named.a: '1' is not a number; write it without quotes"),
        ("named: [1]", "f.yaml:1: named: a list is not a group of fields"),
        ("shown: no", "f.yaml:1: shown: 'no' is not true or false; write false"),
        ("shown: On", "f.yaml:1: shown: 'On' is not true or false; write true"),
        ("shown: 0", "f.yaml:1: shown: 0 is not true or false"),
        ("shown: 7", "f.yaml:1: shown: 7 is not true or false"),
        ("size: true", "f.yaml:1: size: true is not a number"),
        ("size: '1.5'", "f.yaml:1: size: '1.5' is not a number; write it without quotes"),
        ("price: true", "f.yaml:1: price: true is not a number"),
        ("low: 1.0e0\nhigh: '2'", "f.yaml:2: high: '2' is not a number; write it without quotes"),
        ("pair: ['1', 2]", "f.yaml:1: pair.0: '1' is not a number; write it without quotes"),
        ("title: ''", "f.yaml:1: title: '' is shorter than 1 characters (1 to 5 characters)"),
        ("title: abcdef", "f.yaml:1: title: 'abcdef' is longer than 5 characters (1 to 5 characters)"),  # noqa: E501
        ("low: 3\nhigh: 2", "f.yaml:2: high: 2 is below low, which is 3"),
        ("low: 3", "f.yaml:1: high: 1 is below low, which is 3"),
        ("tilte: x", "f.yaml:1: tilte: there is no such field; did you mean title?"),
    ],
)  # fmt: skip
def test_each_refusal_in_plain_words(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == message


def test_all_problems_of_a_file_are_told_in_its_order() -> None:
    with pytest.raises(InputError) as caught:
        read("high: x\nlow: y\nzzz: 1\n")
    assert [p.field for p in caught.value.problems] == ["high", "low", "zzz"]


def test_exact_numbers_reach_the_model_as_they_are_written() -> None:
    made = read("rate: 1/3\nprice: 0.10\nsize: 0.1\nlow: -0\n")
    assert made.rate == Fraction(1, 3)
    assert str(made.price) == "0.10"
    assert made.size == 0.1
    assert read("rate: 0.1").rate == Fraction(1, 10)


def test_what_a_terminal_would_obey_is_escaped() -> None:
    with pytest.raises(InputError) as caught:
        read(r'"a\u202eb": 1')
    assert str(caught.value).isprintable()
