"""Reads a researcher's file of decision rules: is it plain enough to give the same bits everywhere?

A rule runs twice, interpreted in one engine and compiled in the other, and both must decide alike
to the last bit. So a file holds functions, constants and ``import math``, and a function computes
with its arguments, the file's constants and helpers, and what both engines do the same. Nothing of
the file runs here.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import sim.rules
from sim.scenario.errors import InputError, Place, Problem, listed, nearest, printable, shortened

Rule = Callable[..., Any]

BUILTINS = {"abs", "bool", "float", "int", "len", "max", "min", "range", "round"}
"""What a rule may call beside ``math`` and the functions of its own file."""

MATH = {
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "copysign", "cos", "cosh",
    "degrees", "e", "erf", "erfc", "exp", "exp2", "expm1", "fabs", "floor", "inf", "isfinite",
    "isinf", "isnan", "log", "log10", "log1p", "log2", "nan", "pi", "radians", "sin",
    "sinh", "sqrt", "tan", "tanh", "tau", "trunc",
}  # fmt: skip
"""Names of ``math`` that give the same bits interpreted and compiled (a test compares them)."""

INSTEAD = {
    "numpy": "write math.exp, math.log and the like: numpy's differ in the last bit",
    "random": "use the argument luck: every draw is an argument",
    "time": "a rule knows what its arguments say",
    "datetime": "a rule knows what its arguments say",
}
PLAIN_POWER = "write x * x, math.sqrt(x) or math.exp(y * math.log(x))"
"""A compiler makes something else of a power with a constant in it, one bit off now and then."""

UNFIT: tuple[tuple[type[ast.AST], str, str], ...] = (
    (ast.Global | ast.Nonlocal, "keeps state between calls", "a rule knows its arguments only"),
    (ast.Lambda, "has a function inside", "write it as a helper, such as def _share(x)"),
    (ast.Yield | ast.YieldFrom | ast.Await, "does not return at once", "return the answer"),
)  # type: ignore[assignment]


@cache
def shipped_rules() -> dict[str, Rule]:
    """Every rule that a file may replace: the public functions of ``sim/rules``, by name."""
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(sim.rules.__path__, "sim.rules."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == info.name
            if own and not name.startswith("_"):
                found[name] = value
    return found


def arguments_of(rule: Rule) -> dict[str, str]:
    """The names of a shipped rule's arguments with their kinds: float, int or bool."""
    return {name: given.annotation for name, given in inspect.signature(rule).parameters.items()}


def kind_of(rule: Rule) -> str:
    """What a shipped rule gives: float, int or bool."""
    return str(inspect.signature(rule).return_annotation)


def check_rules(text: str, file: str) -> tuple[str, ...]:
    """The names of the rules that ``text`` replaces, as they stand; ``file`` is for messages.

    Raises:
        InputError: it is no Python, names what is no rule, has other arguments than the shipped
            rule, or computes what the two engines would not compute alike; with every line.
    """
    try:
        tree = ast.parse(text)
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        problems = [p for node in tree.body for p in _unfit_statement(node, names, file)]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        says = f"is no Python: {getattr(error, 'msg', None) or error}"
        place = Place(file, getattr(error, "lineno", None))
        raise InputError(Problem(place, "", printable(says))) from None
    replaced = tuple(name for name in names if name in shipped_rules())
    if not replaced and not problems:
        known = listed(shipped_rules())
        problems.append(Problem(Place(file), "", "replaces no rule", bound=f"the rules: {known}"))
    if problems:
        raise InputError(*problems)
    return replaced


def _unfit_statement(node: ast.stmt, names: list[str], file: str) -> Iterator[Problem]:
    """What is wrong with one statement at the top of a file."""
    place = Place(file, node.lineno)
    if isinstance(node, ast.FunctionDef):
        yield from _unfit_function(node, names, file)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from _unfit_import(node, place)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            name = target.id if isinstance(target, ast.Name) else ""
            if name in shipped_rules():
                yield Problem(place, name, "is no function", hint=f"write def {name}(...)")
            elif not name:
                yield Problem(place, "", "is no constant", hint="write NAME = value")
        yield from _Reader(file, "", names).read(node.value)
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        says = "only functions, constants and `import math` stand at the top of a file of rules"
        yield Problem(place, "", says)


def _unfit_import(node: ast.Import | ast.ImportFrom, place: Place) -> Iterator[Problem]:
    if isinstance(node, ast.ImportFrom):
        name = "." * node.level + (node.module or "")
        if name == "__future__":
            return
        fit = name == "math" and all(a.name in MATH and not a.asname for a in node.names)
    else:
        name = next((a.name for a in node.names if a.name != "math"), "math")
        fit = name == "math" and not any(a.asname for a in node.names)
    if not fit:
        hint = INSTEAD.get(name.split(".")[0], "write import math")
        says = f"imports {shortened(name)}" + (" as, or of it, another name" * (name == "math"))
        yield Problem(place, "", says, bound="math alone can be imported", hint=hint)


def _unfit_function(node: ast.FunctionDef, names: list[str], file: str) -> Iterator[Problem]:
    """What is wrong with one function of a file."""
    place, rule = Place(file, node.lineno), shipped_rules().get(node.name)
    if names.count(node.name) > 1:
        yield Problem(place, node.name, "is defined twice")
    if node.decorator_list:
        yield Problem(place, node.name, "is decorated", hint="rules are plain functions")
    if rule is None and not node.name.startswith("_"):
        hint = nearest(node.name, shipped_rules()) or "begin the name of a helper with _"
        known = f"the rules: {listed(shipped_rules())}"
        yield Problem(place, node.name, "is no rule", bound=known, hint=hint)
    if rule is not None:
        yield from _unfit_arguments(node, rule, place)
    yield from _Reader(file, node.name, names).read(*node.args.defaults, *node.body)


def _unfit_arguments(node: ast.FunctionDef, rule: Rule, place: Place) -> Iterator[Problem]:
    given, wanted = node.args, list(arguments_of(rule))
    told = f"{node.name}({', '.join(wanted)})"
    if given.vararg or given.kwarg or given.kwonlyargs:
        yield Problem(place, node.name, "takes starred or keyword-only arguments", bound=told)
    elif [a.arg for a in (*given.posonlyargs, *given.args)] != wanted:
        names = ", ".join(a.arg for a in (*given.posonlyargs, *given.args))
        says = f"has the arguments ({shortened(names)})"
        yield Problem(place, node.name, says, bound=f"the rule is {told}", hint="keep their names")


class _Reader(ast.NodeVisitor):
    """Walks the body of one function and notes what must not stand in it."""

    def __init__(self, file: str, function: str, helpers: list[str]) -> None:
        self.file, self.function, self.helpers = file, function, helpers
        self.problems: list[Problem] = []

    def read(self, *nodes: ast.AST | None) -> list[Problem]:
        """All that is wrong in some nodes."""
        for node in nodes:
            if node is not None:
                self.visit(node)
        return self.problems

    def refuse(self, node: ast.AST, says: str, hint: str = "", bound: str = "") -> None:
        """Note a problem at a node."""
        place = Place(self.file, getattr(node, "lineno", None))
        self.problems.append(Problem(place, self.function, printable(says), bound=bound, hint=hint))

    def visit(self, node: ast.AST) -> None:
        """Visit a node, unless it is of a kind that never fits."""
        for kind, says, hint in UNFIT:
            if isinstance(node, kind):
                self.refuse(node, says, hint)
                return
        super().visit(node)

    def _no_function_inside(self, node: ast.AST) -> None:
        self.refuse(node, "has a definition inside", "write it beside, such as def _share(x)")

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _no_function_inside  # noqa: N815

    def visit_Import(self, node: ast.Import) -> None:
        """An import inside a function."""
        self.problems.extend(_unfit_import(node, Place(self.file, node.lineno)))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """An import inside a function."""
        self.problems.extend(_unfit_import(node, Place(self.file, node.lineno)))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """A power of anything but two numbers that are written out."""
        written = isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
        if isinstance(node.op, ast.Pow) and not written:
            self.refuse(node, "raises to a power", PLAIN_POWER)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The same, in place."""
        if isinstance(node.op, ast.Pow):
            self.refuse(node, "raises to a power", PLAIN_POWER)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A change of something that outlives the call."""
        if not isinstance(node.ctx, ast.Load):
            self.refuse(node, "changes a list or a table", "a rule returns its answer, no more")
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A name of a module: of ``math`` alone, and there of what is the same in both engines."""
        module = node.value.id if isinstance(node.value, ast.Name) else ""
        if module != "math":
            hint = INSTEAD.get({"np": "numpy"}.get(module, module), "write math.exp and the like")
            self.refuse(node, f"uses .{shortened(node.attr)} of something else than math", hint)
        elif node.attr not in MATH:
            says = f"uses math.{shortened(node.attr)}, which is not the same in both engines"
            hint = PLAIN_POWER if node.attr == "pow" else ""
            self.refuse(node, says, hint, bound=f"of math: {', '.join(sorted(MATH))}")

    def visit_Call(self, node: ast.Call) -> None:
        """A call of something else than mathematics."""
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name is not None and name not in BUILTINS | MATH | set(self.helpers):
            hint = PLAIN_POWER if name == "pow" else "add up in a loop" if name == "sum" else ""
            says = f"calls {shortened(name)}"
            allowed = f"math, the file's own functions, {', '.join(sorted(BUILTINS))}"
            self.refuse(node, says, hint, bound=allowed)
        self.generic_visit(node)
