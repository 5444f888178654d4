"""Chosen outputs of a run: numbers and texts of its summary, named by dotted path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

TEXTS = frozenset({"engine", "ledger_sha256"})
"""The outputs that are text. All others are numbers, stored as 64-bit floats."""

UNSTEADY = frozenset({"seconds", "person_months_per_second", "peak_memory_mb"})
"""Parts of a summary that differ between runs of the same scenario: no outputs of a study."""


def leaves(summary: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """All that can be an output, by dotted path: numbers, truth values, null and the known TEXTS.

    Keys may hold dots themselves: ``quantiles.0.5``.
    """
    found: dict[str, Any] = {}
    for key, value in summary.items():
        path = f"{above}{key}"
        if isinstance(value, Mapping):
            found |= leaves(value, f"{path}.") if path not in UNSTEADY else {}
        elif path in TEXTS or (path not in UNSTEADY and not isinstance(value, str | list | tuple)):
            found[path] = value
    return found


def has(flat: Mapping[str, Any], path: str) -> bool:
    """Whether ``path`` is a leaf, or lies below a group that is null this time."""
    return path in flat or any(
        value is None and path.startswith(f"{leaf}.") for leaf, value in flat.items()
    )


def extract(summary: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The values at ``paths``; None for null, below a null group, or where a number is not finite.

    Raises:
        KeyError: a path leads to no number or text.
        TypeError: a path of TEXTS leads to something else, or another to what is no number.
    """
    flat = leaves(summary)
    missing = [path for path in paths if not has(flat, path)]
    if missing:
        raise KeyError(f"the summary has no {', '.join(missing)}")
    return {path: _value(path, flat.get(path)) for path in paths}


def _value(path: str, found: Any) -> float | str | None:
    if found is None:
        return None
    if path in TEXTS:
        if not isinstance(found, str):
            raise TypeError(f"output {path} is {type(found).__name__}, not text")
        return found
    number = float(found)
    return number if math.isfinite(number) else None
