"""Chosen outputs of a run: numbers and texts reached by dotted path in the summary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

TEXTS = frozenset({"engine", "ledger_sha256"})
"""The outputs that are text. All others are numbers, stored as 64-bit floats."""

UNSTEADY = frozenset({"seconds", "person_months_per_second", "peak_memory_mb"})
"""Parts of the summary that differ from run to run of the same scenario: no outputs of a study."""


def extract(summary: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The values at ``paths``; None where the summary has null or a number that is not finite.

    Raises:
        KeyError: a path leads nowhere; the message names the part that is missing.
        TypeError: a path ends in a group or a list, or in the wrong kind of value.
    """
    return {path: _value(path, _follow(summary, path)) for path in paths}


def _follow(summary: Mapping[str, Any], path: str) -> Any:
    found: Any = summary
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise KeyError(f"output {path}: the summary has no {part}")
        found = found[part]
    return found


def _value(path: str, found: Any) -> float | str | None:
    if found is None:
        return None
    if isinstance(found, str) != (path in TEXTS) or isinstance(found, Mapping | list | tuple):
        raise TypeError(f"output {path}: {type(found).__name__} is not what its column holds")
    if isinstance(found, str):
        return found
    number = float(found)
    return number if math.isfinite(number) else None


def leaves(summary: Mapping[str, Any], prefix: str = "") -> list[str]:
    """All dotted paths of a summary that can be an output, in its order."""
    paths: list[str] = []
    for key, value in summary.items():
        path = f"{prefix}{key}"
        if path in UNSTEADY:
            continue
        if isinstance(value, Mapping):
            paths += leaves(value, f"{path}.")
        elif path in TEXTS or not isinstance(value, str | list | tuple):
            paths.append(path)
    return paths
