"""The strict reading of YAML: values, places, and the traps of YAML 1.1."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.errors import InputError, Place
from sim.scenario.nodes import Node, child_of, plain
from sim.scenario.scalars import resolved
from sim.scenario.yaml_text import parse, read_mapping


def value_of(text: str) -> Any:
    return plain(parse(f"x: {text}\n", "a.yaml"))["x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("true", True), ("False", False), ("~", None), ("", None), ("null", None),
        ("12", 12), ("-7", -7), ("+3", 3), ("-0", 0), ("0", 0),
        ("1e6", Decimal(1_000_000)), ("0.10", Decimal("0.10")), (".5", Decimal("0.5")),
        ("5.", Decimal(5)), ("-1.5e-3", Decimal("-0.0015")),
        ("12:30", "12:30"), ("1_000", "1_000"), ("2026-01-31", "2026-01-31"), ("1/3", "1/3"),
        ("'12'", "12"), ('"true"', "true"), ("1.2.3", "1.2.3"), ("nan", "nan"), ("25%", "25%"),
        ("[1, no]", [1, "no"]), ("{a: 1}", {"a": 1}),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    read = value_of(text)
    assert read == value
    assert type(read) is type(value)


def test_a_decimal_keeps_the_digits_of_the_file() -> None:
    assert str(value_of("0.1000000000000000000000001")) == "0.1000000000000000000000001"


def test_a_negative_zero_is_zero() -> None:
    assert not value_of("-0.0").is_signed()


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9
    )
)
def test_every_plain_decimal_is_read_exactly(number: Decimal) -> None:
    read = resolved(format(number, "f"))
    assert read == number


@given(st.text(max_size=40))
def test_a_scalar_is_a_value_or_refused(text: str) -> None:
    try:
        read = resolved(text)
    except ValueError:
        return
    assert read is None or isinstance(read, str | int | Decimal)


def test_every_value_knows_its_place() -> None:
    root = parse("a: 1\nb:\n  - x\n  - {c: 2}\nd: |\n  text\n", "f.yaml")

    def at(*parts: object) -> Node:
        node: Node | None = root
        for part in parts:
            assert node is not None
            node = child_of(node, part)
        assert node is not None
        return node

    assert at("a").place == Place("f.yaml", 1, 4)
    assert at("b", 0).place == Place("f.yaml", 3, 5)
    assert at("b", 1, "c").place == Place("f.yaml", 4, 9)
    assert at("b").named_at.line == 2
    assert at("d").key == Place("f.yaml", 5, 1)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(ending: str) -> None:
    with pytest.raises(InputError, match=r"f.yaml:4: b: the field is there twice, first in line 2"):
        parse(ending.join(["a: 1", "b: 2", "c: 3", "b: 4", ""]), "f.yaml")


def test_one_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffname: é\n".encode())
    assert plain(read_mapping(path)) == {"name": "é"}


def test_the_largest_file_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n#".ljust(1_000_000, "x"))
    assert plain(read_mapping(path)) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "a: " + "x " * 100_000],
    ids=["lists", "braces", "dashes", "keys", "words"],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    try:
        parse(text, "a.yaml")
    except InputError as error:
        assert "32 levels" in str(error) or "not valid" in str(error)  # noqa: PT017
    assert time.process_time() - began < 5


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "a.yaml")
    except InputError as error:
        assert error.first.place.file == "a.yaml"  # noqa: PT017
        assert str(error).replace("\n", "").isprintable()  # noqa: PT017


@given(st.text(alphabet="ab:-[]{},'\"#|>&*!%@?\n \t01.e~<", max_size=60))
def test_any_punctuation_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "a.yaml")
    except InputError as error:
        assert error.first.says  # noqa: PT017
