"""Rules given in code, as the text of a file: functions with what they use of their module."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NoReturn

from sim.scenario.errors import InputError, Place, Problem, shortened
from sim.scenario.own_rules import Rule

FILE = "rules given in code"
"""What stands for a file's name where rules come from no single file."""


def source_of(rules: Mapping[str, Rule] | ModuleType) -> tuple[str, str]:
    """(name, text) of a file that holds a module's rules, or functions by the rule's name.

    Raises:
        InputError: a function's source cannot be read, or it uses what cannot be copied.
    """
    if isinstance(rules, ModuleType):
        return rules.__file__ or rules.__name__, _source(rules, rules.__name__)
    if not isinstance(rules, Mapping) or not rules:
        _refuse("", f"{shortened(repr(rules))} is no mapping of rules' names to functions")
    parts: dict[str, str] = {}
    for name, rule in rules.items():
        _copy(name, rule, parts)
    names = {Path(rule.__code__.co_filename).name for rule in rules.values()}
    return names.pop() if len(names) == 1 else FILE, "\n\n".join(parts.values()) + "\n"


def _copy(name: str, function: Any, parts: dict[str, str]) -> None:
    """Add the source of ``function`` under a name to ``parts``, after all that it uses."""
    if not isinstance(function, FunctionType) or function.__name__ == "<lambda>":
        _refuse(name, f"{shortened(repr(function))} is no function written with def")
    if function.__closure__:
        _refuse(name, f"uses {listed_names(function)} of the function around it")
    text = textwrap.dedent(_source(function, name))
    text = re.sub(rf"^def {re.escape(function.__name__)}\b", f"def {name}", text, count=1)
    parts[name] = ""  # so that a helper that calls itself ends here
    for used in function.__code__.co_names:
        if used in function.__globals__ and used not in parts:
            _copy_used(name, used, function.__globals__[used], parts)
    del parts[name]
    parts[name] = text.rstrip()


def _copy_used(name: str, used: str, value: Any, parts: dict[str, str]) -> None:
    """Add what a function uses of its module: ``math``, a constant, or a helper."""
    if value is math:
        parts[used] = f"import math as {used}" if used != "math" else "import math"
    elif isinstance(value, bool | int | float | str | tuple):
        if not _is_literal(value):
            _refuse(name, f"uses {used}, whose value {shortened(repr(value))} cannot be copied")
        parts[used] = f"{used} = {value!r}"
    elif isinstance(value, FunctionType):
        _copy(used, value, parts)
    else:
        _refuse(name, f"uses {used} of its module, which is no function and no constant")


def _is_literal(value: Any) -> bool:
    """Whether the value's text gives the value again."""
    if isinstance(value, tuple):
        return all(_is_literal(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, bool | int | str)


def listed_names(function: FunctionType) -> str:
    """The names that a function takes from the function around it."""
    return ", ".join(function.__code__.co_freevars)


def _source(thing: Any, name: str) -> str:
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):
        _refuse(name, "has no source text that can be read")


def _refuse(name: str, says: str) -> NoReturn:
    hint = "put the rules into a file and name it"
    raise InputError(Problem(Place(FILE), name, says, hint=hint))
