"""The shape of the code: who imports whom, plain rules, a light face, and sizes that fit a mind."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("ray", "matplotlib", "numba", "scipy.stats", "mesa", "pandas", "SALib", "pyarrow")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
RULES_MAY_IMPORT = {"__future__", "math", "typing", "collections.abc"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    wide = {**os.environ, "COLUMNS": "400"}  # one line a contract
    return subprocess.run(
        command, cwd=folder, env=wide, capture_output=True, text=True, check=False
    )


def broken_contracts(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.endswith(" BROKEN")]


def test_imports_run_one_way_only(root: Path) -> None:
    done = lint_imports(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " KEPT" in done.stdout


@pytest.fixture
def skeleton(root: Path, tmp_path: Path) -> Path:
    """Our contracts over empty rooms, so that one planted import is all there is to find."""
    shutil.copy(root / "pyproject.toml", tmp_path)
    for path in [root / "sim", *(root / "sim").iterdir()]:
        empty = tmp_path / path.relative_to(root)
        if path.suffix == ".py":
            empty.touch()
        elif (path / "__init__.py").exists():
            empty.mkdir()
            (empty / "__init__.py").touch()
    return tmp_path


def test_empty_rooms_break_no_contract(skeleton: Path) -> None:
    done = lint_imports(skeleton)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("plans", "from sim import engines", "Imports run one way only"),
        ("measures", "import sim.engines", "Imports run one way only"),
        ("attic", "", "Imports run one way only"),
        ("rules", "import sim.records", "Rules are plain"),
        ("plans", "import sim.rules", "The plan engine knows no simulation"),
        ("ledger", "import sim.scenario", "The ledger knows no plan"),
        ("measures", "import sim.world", "Measures read books"),
        ("world", "import sim.rules", "The world knows neither"),
        ("views", "import sim.engines", "Views show what was measured"),
    ],
)
def test_a_forbidden_import_is_caught(skeleton: Path, room: str, line: str, contract: str) -> None:
    (skeleton / "sim" / room).mkdir(exist_ok=True)
    (skeleton / "sim" / room / "__init__.py").write_text(line + "\n")
    done = lint_imports(skeleton)
    assert done.returncode == 1
    assert any(found.startswith(contract) for found in broken_contracts(done.stdout))


def rule_faults(source: str) -> list[str]:
    """What keeps a rule from giving the same bits in plain Python and compiled."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            faults.append(f"{line}: {node.name} is decorated")
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            faults.append(f"{line}: a power; write x * x, or math.pow of two floats")
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {"." * node.level + (node.module or "")}
        else:
            continue
        faults += [f"{line}: imports {name}" for name in sorted(names - RULES_MAY_IMPORT)]
    return faults


def test_rules_are_plain(root: Path) -> None:
    files = sorted((root / "sim" / "rules").rglob("*.py"))
    assert len(files) > 1
    found = {str(path.relative_to(root)): rule_faults(path.read_text()) for path in files}
    assert not {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("import numpy as np", "imports numpy"),
        ("from sim.jit import njit", "imports sim.jit"),
        ("from . import joining", "imports ."),
        ("@njit\ndef rule(x): return x", "decorated"),
        ("def rule(x): return x ** 2", "power"),
        ("def rule(x):\n    x **= 3\n    return x", "power"),
    ],
)
def test_a_rule_that_is_not_plain_is_caught(source: str, fault: str) -> None:
    assert any(fault in found for found in rule_faults(source))


def test_import_sim_is_light() -> None:
    code = f"import sys, sim; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


def test_files_and_functions_keep_their_size(root: Path) -> None:
    too_long = []
    folders = ("sim", "experiments", "benchmarks")
    for path in sorted(found for folder in folders for found in (root / folder).rglob("*.py")):
        text = path.read_text()
        name = path.relative_to(root)
        if len(text.splitlines()) > MAX_FILE_LINES:
            too_long.append(f"{name}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = own_lines(node)
                if size > MAX_FUNCTION_LINES:
                    too_long.append(f"{name}:{node.lineno}: {node.name} has {size} lines")
    assert not too_long
