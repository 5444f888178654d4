"""The compiled engine under a researcher's rules: fresh copies of the modules that use them.

Compiled code holds the rules that it was compiled with, so other rules need other code. The phases
reach every rule as a global of their module, taken from one module, ``decide``. Here those modules
are executed once more, over a ``decide`` that has the researcher's functions, and are compiled into
a cache folder of their own, named by the hash of all sources and of the rules' text: variants never
mix, and a second process finds what the first one compiled.

    engine = module_for(rules, "sim.engines.compiled.engine")
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
from numba.core import types
from numba.core.errors import NumbaError

from sim.engines.rulebook import Rulebook, executed
from sim.jit import cache_folder, njit, source_hash
from sim.scenario.errors import InputError, Place, Problem, printable
from sim.scenario.own_rules import Rule, arguments_of, kind_of, shipped_rules

DECIDE = "decide"
"""The module of a package from which all its others take the rules."""

_LOCK = threading.RLock()
_made: dict[tuple[str, str], _Copies] = {}


def module_for(rules: Rulebook, name: str) -> ModuleType:
    """The module ``name``, compiled under ``rules``; made once a process and rulebook.

    The package of ``name`` holds a module ``decide`` with every rule under its name. What does not
    use it, not even through others, is not copied, and under the shipped rules nothing is.

    Raises:
        InputError: a rule cannot be compiled, or gives another kind than the shipped one.
    """
    plain = importlib.import_module(name)
    if not rules.replaced:
        return plain
    package = plain.__package__ or name
    with _LOCK:
        key = package, rules.sha256
        if key not in _made:
            _made[key] = _Copies(package, rules)
        return _made[key].module(name)


class _Copies:
    """The modules of one package that use the rules, executed again over other rules."""

    def __init__(self, package: str, rules: Rulebook) -> None:
        self.package, self.rules = package, rules
        self.suffix = f"_own_{rules.sha256[:16]}"
        self.copied = users_of(package, f"{package}.{DECIDE}")
        self.made: dict[str, ModuleType] = {}
        for name in self.copied:  # all that they import is compiled into the usual cache
            importlib.import_module(name)
        folder = _cache_of(rules)
        with _caching_in(folder):
            own = _compiled(rules, folder)
            vars(self.module(f"{package}.{DECIDE}")).update(own)
            for name in sorted(self.copied):
                self.module(name)

    def module(self, name: str) -> ModuleType:
        """The copy of a module, or the module itself where it does not use the rules."""
        if name not in self.copied:
            return importlib.import_module(name)
        if name not in self.made:
            self.made[name] = self._execute(name)
        return self.made[name]

    def _execute(self, name: str) -> ModuleType:
        plain = importlib.import_module(name)
        copy = ModuleType(name + self.suffix, plain.__doc__)
        vars(copy).update(__file__=plain.__file__, __package__=plain.__package__)
        vars(copy)["__builtins__"] = {**vars(builtins), "__import__": self._import}
        self.made[name] = sys.modules[copy.__name__] = copy  # the cache looks modules up by name
        source = Path(str(plain.__file__))
        code = compile(source.read_text("utf-8"), str(source), "exec", dont_inherit=True)
        exec(code, vars(copy))
        return copy

    def _import(
        self,
        name: str,
        names: Mapping[str, Any] | None = None,
        local: Mapping[str, Any] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """What an import statement inside a copy gives: a copy, where there is one."""
        inside = str(names["__package__"]) if names else self.package
        full = importlib.util.resolve_name("." * level + name, inside) if level else name
        if full in self.copied:
            if not wanted:
                raise ImportError(f"write from {full} import ...")
            return self.module(full)
        parts = {part: f"{full}.{part}" for part in wanted or ()}
        if not self.copied.intersection(parts.values()):
            return builtins.__import__(name, names, local, wanted or (), level)
        plain = importlib.import_module(full)
        mixed = ModuleType(full)
        for part, path in parts.items():
            setattr(mixed, part, self.module(path) if path in self.copied else getattr(plain, part))
        return mixed


def users_of(package: str, used: str) -> set[str]:
    """``used`` and all modules of ``package`` that import it, by themselves or through others."""
    home = Path(str(importlib.import_module(package).__file__)).parent
    imports = {}
    for path in sorted(home.glob("*.py")):
        name = package if path.stem == "__init__" else f"{package}.{path.stem}"
        imports[name] = set(_imports_of(path, package))
    users, before = {used}, 0
    while len(users) > before:
        before = len(users)
        users |= {name for name, taken in imports.items() if taken & users}
    return users


def _imports_of(path: Path, package: str) -> Iterator[str]:
    """The modules that a file may import, wherever in it the statement stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            full = importlib.util.resolve_name(name, package) if node.level else name
            yield full
            yield from (f"{full}.{alias.name}" for alias in node.names)


# -- compiling -------------------------------------------------------------------------------------


def _cache_of(rules: Rulebook) -> Path:
    """The folder for what is compiled under these rules, with the rules' text in it."""
    key = hashlib.sha256(f"{source_hash()} {rules.sha256}".encode()).hexdigest()[:16]
    folder = Path(str(numba.config.CACHE_DIR or cache_folder())) / f"own-rules-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _caching_in(folder: Path) -> Iterator[None]:
    """Let functions that are decorated now keep their compiled code in a folder."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def _written(folder: Path, text: str) -> Path:
    """The rules' text as a file in the folder, for the cache goes by a source file's time and size.

    It appears whole, and always with the same time: of processes that write at once all do right.
    """
    path = folder / "rules.py"
    if not path.exists():
        handle, aside = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.utime(aside, (0, 0))
        Path(aside).replace(path)
    return path


def _compiled(rules: Rulebook, folder: Path) -> dict[str, Rule]:
    """The researcher's rules over their compiled helpers, each proven to compile."""
    name = f"own_rules_{rules.sha256[:16]}"  # the cache remembers it, so it follows from the text
    file = str(_written(folder, rules.text))
    module = sys.modules[name] = executed(rules.text, file, name)
    own = {n: f for n, f in vars(module).items() if inspect.isfunction(f)}
    vars(module).update({n: njit(f) for n, f in own.items()})
    for rule in rules.replaced:
        _prove(vars(module)[rule], rule, rules.file, own[rule].__code__.co_firstlineno)
    return {rule: vars(module)[rule] for rule in rules.replaced}


KINDS = {"float": types.float64, "int": types.int64, "bool": types.boolean}
GIVES: dict[str, Callable[[Any], bool]] = {
    "float": lambda t: isinstance(t, types.Float | types.Integer),
    "int": lambda t: isinstance(t, types.Integer),
    "bool": lambda t: isinstance(t, types.Boolean),
}


def _prove(rule: Any, name: str, file: str, line: int) -> None:
    """Compile a rule for the arguments of the shipped one, or raise InputError with the reason."""
    if isinstance(rule, FunctionType):  # compiling is switched off
        return
    shipped = shipped_rules()[name]
    kinds = tuple(KINDS[kind] for kind in arguments_of(shipped).values())
    try:
        rule.compile(kinds)
    except NumbaError as error:
        place = Place(file, getattr(getattr(error, "loc", None), "line", line))
        says = f"cannot be compiled: {_reason(error)}"
        hint = "--engine mesa runs it"
        raise InputError(Problem(place, name, printable(says), hint=hint)) from None
    given = rule.overloads[kinds].signature.return_type
    if not GIVES[kind_of(shipped)](given):
        says = f"gives {given}, the shipped rule {kind_of(shipped)}"
        hint = f"return {kind_of(shipped)}(...)"
        raise InputError(Problem(Place(file, line), name, says, hint=hint))


def _reason(error: NumbaError) -> str:
    """Why the compiler refuses, in one line of at most 160 characters."""
    lines = [line.strip() for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(("Failed in", "- ", "During"))]
    return (told or lines or ["no reason is given"])[0][:160]
