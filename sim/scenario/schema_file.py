"""``configs/schema.json``: what an editor completes and checks while a scenario is written.

``python -m sim.scenario.schema_file`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from sim.scenario.bounds import Schema, schema_of
from sim.scenario.schema import Scenario

SCHEMA_FILE = Path("configs/schema.json")


def scenario_schema() -> Schema:
    """The JSON schema of a scenario file: the model's, with ``extends`` and the plan as a path."""
    schema = dict(schema_of(Scenario))
    fields = dict(schema["properties"])
    plan = fields["plan"]
    path = {"type": "string", "minLength": 1, "description": "path of a plan file"}
    fields["plan"] = {
        "anyOf": [path, {"$ref": plan["$ref"]}],
        "description": plan.get("description", ""),
    }
    base = {"type": "string", "minLength": 1, "description": "path of the scenario laid under this"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {"extends": base, **fields},
        # a file that extends another may leave every field to it
        "required": [],
        "anyOf": [{"required": ["extends"]}, {"required": schema["required"]}],
    }


def schema_text() -> str:
    """The file's text."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def write_schema(path: Path = SCHEMA_FILE) -> Path:
    """Write the schema file, first aside and then under its name."""
    aside = path.with_name(path.name + ".part")
    aside.write_text(schema_text(), encoding="utf-8")
    return aside.replace(path)


if __name__ == "__main__":
    print(write_schema())
