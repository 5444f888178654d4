"""The schema that editors use is the one the program reads by."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.scenario.schema_file import schema_text, write_schema


def test_the_committed_schema_is_up_to_date(root: Path) -> None:
    committed = (root / "configs" / "schema.json").read_text("utf-8")
    assert committed == schema_text(), "run: python -m sim.scenario.schema_file"


def test_it_is_written_whole(tmp_path: Path) -> None:
    path = write_schema(tmp_path / "schema.json")
    assert path.read_text("utf-8") == schema_text()
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_shipped_scenarios_fit_it(root: Path, validator: jsonschema.Draft202012Validator) -> None:
    for path in (root / "configs").glob("*.yaml"):
        validator.validate(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": "x"},
        {"extends": "a.yaml", "moths": 3},
        {"extends": "a.yaml", "months": 0},
        {"extends": "a.yaml", "network": {"kind": "rong"}},
        {"extends": 3},
    ],
)
def test_an_editor_would_mark_mistakes(
    document: dict[str, object], validator: jsonschema.Draft202012Validator
) -> None:
    assert not validator.is_valid(document)


def test_an_editor_lets_a_short_file_pass(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate({"extends": "a.yaml"})
    validator.validate({"name": "x", "plan": "p.yaml"})
