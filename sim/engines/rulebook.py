"""The rules that a run decides by: the shipped ones, or a researcher's own in their place.

    book = load_rules("my_rules.py")
    book.orders(0.4, 0.2)           # every rule is an attribute, replaced or not

A scenario that names a file of rules carries its text (``scenario.rules``), so that results can be
traced to it and a worker needs no file. ``rules_of`` gives the rulebook of a scenario,
``with_rules`` a scenario that decides by other rules.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.engines.rule_source import source_of
from sim.scenario.errors import InputError, Place, Problem, shortened
from sim.scenario.own_rules import Rule, arguments_of, check_rules, kind_of, shipped_rules
from sim.scenario.schema import OwnRules, Scenario
from sim.scenario.yaml_text import read_text


class Rulebook:
    """Every rule by its name, as an attribute.

    ``replaced`` names the rules that a researcher's file replaces, ``file`` and ``text`` are that
    file's; both are empty, and ``replaced`` too, where all rules are the shipped ones.
    """

    def __init__(self, file: str = "", text: str = "") -> None:
        self.file, self.text = file, text
        self.replaced = check_rules(text, file) if file or text else ()
        self._rules = dict(shipped_rules())
        if self.replaced:
            own = vars(executed(text, file))
            self._rules |= {name: _guarded(own[name], name, file) for name in self.replaced}
        self.__dict__.update(self._rules)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no rule {name!r}")

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all rules."""
        return iter(self._rules)

    def __reduce__(self) -> tuple[type[Rulebook], tuple[str, str]]:
        return Rulebook, (self.file, self.text)

    @property
    def sha256(self) -> str:
        """What tells this rulebook from another one: the SHA-256 of the file's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


DEFAULT = Rulebook()
"""The shipped rules."""

Rules = Rulebook | Mapping[str, Rule] | ModuleType | str | Path
"""What ``simulate`` takes for rules: a rulebook, functions by name, a module, or a file's path."""


def load_rules(path: str | Path) -> Rulebook:
    """The rulebook that a Python file makes. Runs the file.

    Raises:
        InputError: the file is missing, does not run, names what is no rule, or holds a rule with
            other arguments or of a kind that the two engines would not compute alike.
    """
    return _rulebook(str(path), read_text(path))


def rules_of(scenario: Scenario) -> Rulebook:
    """The rules that a scenario decides by. Raises InputError as ``load_rules`` does."""
    own = scenario.rules
    return DEFAULT if own is None else _rulebook(own.file, own.text)


def with_rules(scenario: Scenario, rules: Rules) -> Scenario:
    """The scenario, deciding by ``rules``: a rulebook, functions by name, a module, or a path.

    Functions are taken with what they use of their module (helpers, constants), as source text.
    """
    if isinstance(rules, str | Path):
        rules = load_rules(rules)
    elif not isinstance(rules, Rulebook):
        rules = _rulebook(*source_of(rules))
    own = OwnRules(file=rules.file, text=rules.text) if rules.replaced else None
    return scenario.model_copy(update={"rules": own})


@lru_cache(maxsize=64)
def _rulebook(file: str, text: str) -> Rulebook:
    return Rulebook(file, text)


def executed(text: str, file: str, name: str = "own_rules") -> ModuleType:
    """A module of what a file of rules defines, once run. Raises InputError where it cannot run."""
    module = ModuleType(name)
    vars(module)["__file__"] = file
    try:
        exec(compile(text, file, "exec", dont_inherit=True), vars(module))
    except Exception as error:  # whatever a constant of the file raises
        raise InputError(_told(error, file, "", "cannot be run")) from None
    return module


def _told(error: Exception, file: str, rule: str, says: str) -> Problem:
    """An error of a researcher's file, placed at the line of the file that raised it."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    what = f"{type(error).__name__}: {shortened(str(error))}"
    return Problem(Place(file, line), rule, f"{says}: {what}")


_KINDS: dict[str, tuple[type, ...]] = {"float": (float, int), "int": (int,), "bool": (bool,)}


def _guarded(rule: Rule, name: str, file: str) -> Rule:
    """A researcher's rule that answers in the kind of the shipped one, or says what is wrong."""
    kind = kind_of(shipped_rules()[name])
    kinds, convert = _KINDS[kind], {"float": float, "int": int, "bool": bool}[kind]
    names = arguments_of(shipped_rules()[name])

    def guarded(*given: Any) -> Any:
        try:
            answer = rule(*given)
        except Exception as error:  # whatever a researcher's rule raises
            problem = _told(error, file, name, "fails")
        else:
            if type(answer) in kinds:
                return convert(answer)
            line = rule.__code__.co_firstlineno
            says = f"gives {shortened(repr(answer))}, which is no {kind}"
            problem = Problem(Place(file, line), name, says, hint=f"return {kind}(...)")
        told = ", ".join(f"{n}={value!r}" for n, value in zip(names, given, strict=True))
        raise InputError(replace(problem, bound=f"with {told}"))

    return guarded


@contextmanager
def blaming(rules: Rulebook) -> Iterator[None]:
    """Tell an arithmetic error of compiled rules as the researcher's, where rules are replaced.

    Compiled code does not say which function raised; the interpreted engine does.
    """
    try:
        yield
    except (ArithmeticError, ValueError) as error:
        if not rules.replaced:
            raise
        says = f"one of its rules fails: {type(error).__name__}: {shortened(str(error))}"
        hint = "--engine mesa says which, and with which arguments"
        raise InputError(Problem(Place(rules.file), "", says, hint=hint)) from error
