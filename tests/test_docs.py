"""The documents hold: paths and names exist, pages match the code, and every snippet runs."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sim.cli import main, parser
from sim.paths import shipped
from sim.scenario.parameters import groups, parameters_text
from sim.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ("README.md", *(f"docs/guide-{who}.md" for who in ("researcher", "educator", "regulator")))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ODD_HEADINGS = [
    "1 Purpose and patterns",
    "2 Entities, state variables and scales",
    "3 Process overview and scheduling",
    "4 Design concepts",
    "5 Initialization",
    "6 Input data",
    "7 Submodels",
]
CONCEPTS = [
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
    "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
]  # fmt: skip
OWN_FOLDERS = "sim|tests|docs|configs|experiments|scripts|benchmarks"
PATH = re.compile(rf"`((?:{OWN_FOLDERS})/[\w./-]*)(?:::([\w.]+))?`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


# -- names -----------------------------------------------------------------------------------------


@cache
def names_in(path: Path) -> frozenset[str]:
    """Every name that a module defines at its top, and ``Class.name`` inside its classes."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        found |= defined(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in defined(inner)}
    return frozenset(found)


def defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def missing(text: str) -> list[str]:
    """Paths and names that a page tells and that there are not."""
    lost = []
    for path, name in PATH.findall(text):
        place = ROOT / path
        if not place.exists() or (name and name not in names_in(place)):
            lost.append(f"{path}::{name}" if name else path)
    return lost


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert missing(text) == []
    links = [link for link in LINK.findall(text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_name_that_is_not_there_is_caught() -> None:
    good = "`sim/rules/staying.py::renews` and `sim/ledger/`, `sim/ledger/book.py::Ledger.post`"
    assert missing(good) == []
    wrong = "`sim/rules/staying.py::returns`, `sim/attic.py`, `sim/ledger/book.py::Ledger.burn`"
    assert missing(wrong) == [
        "sim/rules/staying.py::returns", "sim/attic.py", "sim/ledger/book.py::Ledger.burn",
    ]  # fmt: skip


def test_what_is_meant_to_be_short_is_short() -> None:
    assert len(text_of("README.md").splitlines()) < 80
    assert [page for page in GUIDES if len(text_of(page).split()) > 700] == []


# -- ODD -------------------------------------------------------------------------------------------


def test_odd_has_the_seven_headings_and_the_eleven_concepts_in_order() -> None:
    headings = re.findall(r"^## (.+)$", text_of("docs/ODD.md"), re.MULTILINE)
    assert headings == ODD_HEADINGS
    concepts = re.findall(r"^### 4\.(\d+) (.+)$", text_of("docs/ODD.md"), re.MULTILINE)
    assert concepts == [(str(i), name) for i, name in enumerate(CONCEPTS, 1)]


def rules() -> list[str]:
    return [
        f"sim/rules/{path.name}::{node.name}"
        for path in sorted((ROOT / "sim/rules").glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_odd_names_every_rule_and_bonus_family() -> None:
    submodels = text_of("docs/ODD.md").split("## 7 Submodels")[1]
    assert len(rules()) > 10
    assert [rule for rule in rules() if f"`{rule}`" not in submodels] == []
    families = ROOT.glob("sim/plans/components/*.py")
    paid = [path for path in families if "pay" in names_in(path)]
    assert len(paid) > 2
    assert [p.name for p in paid if f"components/{p.name}::pay" not in submodels] == []


def fields_of(path: str) -> list[str]:
    return [f"{path}.{p.name}" for g in groups() if g.path == path for p in g.parameters]


def test_odd_names_every_parameter_of_behaviour() -> None:
    submodels = text_of("docs/ODD.md")
    sections = ("shopping", "stocking", "approaching", "considering", "believing", "staying")
    named = [field for section in sections for field in fields_of(section)]
    assert len(named) > 30
    assert [f for f in named if not re.search(rf"\b{f.split('.')[1]}\b", submodels)] == []


# -- parameters ------------------------------------------------------------------------------------


def test_the_page_of_parameters_is_what_the_schema_says() -> None:
    assert text_of("docs/parameters.md") == parameters_text(), "python -m sim.scenario.parameters"


def test_every_field_stands_in_the_page_once() -> None:
    told = [(group.path, group.kind, p.name) for group in groups() for p in group.parameters]
    assert len(told) == len(set(told)) > 100
    sections = {group.path for group in groups()}
    plain = {p.name for group in groups() if not group.path for p in group.parameters}
    assert set(Scenario.model_fields) <= sections | plain


@pytest.mark.parametrize(
    ("path", "kind", "name", "said"),
    [
        ("population", "", "people", ("`20000`", "people", "2 to 100000000")),
        ("network", "kind: small_world", "rewire", ("`0.1`", "share 0-1", "0 to 1")),
        ("plan.kit", "", "qv", ("`null`", "points", "null, or 0 to 10^12, two decimals")),
        ("plan.money", "", "per", ("`line`", "", "line or total")),
        ("plan.components[]", "type: pool", "share", ("*required*", "share", "0 to 1, exact")),
    ],
)
def test_a_field_is_told_with_default_unit_and_range(
    path: str, kind: str, name: str, said: tuple[str, str, str]
) -> None:
    group = next(g for g in groups() if (g.path, g.kind) == (path, kind))
    assert next(p for p in group.parameters if p.name == name)[1:4] == said


def test_every_number_of_behaviour_has_unit_and_source() -> None:
    bare = [
        f"{group.path}.{p.name}"
        for group in groups()
        if group.path and not group.path.startswith("plan")
        for p in group.parameters
        if re.fullmatch(r"`-?\d+(\.\d+)?`", p.default) and not (p.unit and p.range and p.source)
    ]
    assert bare == []


# -- snippets --------------------------------------------------------------------------------------


class Block(NamedTuple):
    """A fenced block: its language, what to do with it, its text."""

    language: str
    mark: str
    text: str


def blocks(page: str) -> list[Block]:
    fenced = re.findall(r"^```(\S*) ?(.*?)\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)
    return [Block(*found) for found in fenced]


def commands(block: Block) -> Iterator[list[str]]:
    """The words of each line, without its comment; the path of the environment is dropped."""
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield [words[0].rpartition("/")[2], *words[1:]]


def check_command(words: list[str]) -> None:
    """What can be said of a command without running it: it parses, and its files are there."""
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", text_of("Makefile"), re.MULTILINE), words
    elif words[0] == "python":
        assert words[1] == "-m", words
        assert importlib.util.find_spec(words[2]), words
    else:
        assert words[0] == "downline", words
        parser().parse_args(words[1:])
        for file in (w for w in words if w.startswith("configs/")):
            assert shipped(file).exists(), file


@pytest.mark.parametrize("page", GUIDES)
def test_every_block_of_a_guide_is_marked_and_its_commands_parse(page: str) -> None:
    for block in blocks(page):
        assert block.mark in ("run", "parse") or block.mark.startswith("file="), block
        if block.language == "sh":
            for words in commands(block):
                check_command(words)


@pytest.mark.parametrize(
    "wrong", ["make tea", "downline run", "downline brew x", "python -m sim.x"]
)
def test_a_command_that_does_not_parse_is_caught(wrong: str) -> None:
    with contextlib.redirect_stderr(io.StringIO()), pytest.raises((AssertionError, SystemExit)):
        check_command(wrong.split())


def play(page: str) -> dict[str, str]:
    """Run a page's marked blocks in order in the current folder; what each command printed."""
    said: dict[str, str] = {}
    names: dict[str, Any] = {"__name__": "__guide__"}
    for block in blocks(page):
        if block.mark.startswith("file="):
            Path(block.mark.removeprefix("file=")).write_text(block.text, "utf-8")
        elif block.mark == "run" and block.language == "python":
            exec(compile(block.text, page, "exec"), names)
        elif block.mark == "run":
            for words in commands(block):
                out, err = io.StringIO(), io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    status = main(words[1:])
                assert status == 0, (words, err.getvalue())
                said[" ".join(words)] = out.getvalue()
    return said


@pytest.mark.parametrize(
    ("snippet", "fault"),
    [
        ("```sh run\ndownline plan check nowhere.yaml\n```\n", AssertionError),
        ("```python run\nimport sim\nsim.no_such_name\n```\n", AttributeError),
    ],
)
def test_a_snippet_that_fails_is_caught(
    snippet: str, fault: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(snippet, "utf-8")
    with pytest.raises(fault):
        play(str(page))


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_does_what_it_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = play(page)
    for folder in tmp_path.glob("results/*"):
        assert (folder / "report.html").exists() or (folder / "runs.parquet").exists()
    if "regulator" in page:
        told = said["downline plan check plan.yaml"]
        assert told.count("warning:") == 3, told
        assert "no bonus is paid on customers' orders" in told
