"""What a benchmark found: a small JSON a part, and one page of all that there are."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "results"
PAGE = HERE / "RESULTS.md"
ABOUT = """# Measured

Written by `make bench`, or a part at a time by the command above its table, from the files in
`benchmarks/results/`. CPU is the time of the measured process; person-months count everybody in
the market, whether they do anything or not. Times of a shared machine are worth a median and a
ratio, no more; no test asserts any.
"""


class Ask(NamedTuple):
    """What to measure: an engine, a scenario, sizes, and how often."""

    engine: str
    scenario: str
    people: tuple[int, ...]
    months: tuple[int, ...]
    repeats: int


class Result(NamedTuple):
    """What one part found.

    ``rows`` are the lines of a table, all with the same headings, which name the units.
    ``figures`` are single numbers by what they are, ``notes`` sentences, ``text`` what a script
    printed.
    """

    title: str
    rows: Sequence[Mapping[str, Any]] = ()
    figures: Mapping[str, Any] = {}
    notes: Sequence[str] = ()
    text: str = ""


def machine() -> dict[str, str]:
    """What the figures depend on: processor, Python, libraries, and the commit measured."""
    facts = {"processor": f"{os.cpu_count()} cores, {_processor()}"}
    facts["Python"] = platform.python_version()
    facts |= {name: version(name) for name in ("numba", "numpy", "mesa")}
    git = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return facts
    return facts | {"commit": done.stdout.strip()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def store(part: str, result: Result, command: str, folder: Path) -> None:
    """Keep what a part found, in place of what it found before."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"part": part, "command": command, "machine": machine(), **result._asdict()}
    (folder / f"{part}.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")


def page(parts: Sequence[str], folder: Path) -> str:
    """All that is kept of ``parts``, in their order, as Markdown."""
    files = [folder / f"{part}.json" for part in parts]
    return "\n".join([ABOUT, *(section(json.loads(f.read_text())) for f in files if f.exists())])


def section(kept: Mapping[str, Any]) -> str:
    """One part as Markdown: its command, its table, and on what it was measured."""
    lines = [f"## {kept['title']}", "", f"`{kept['command']}`", ""]
    if kept["rows"]:
        lines += [*table(kept["rows"]), ""]
    if kept["text"]:
        lines += ["```", kept["text"].rstrip(), "```", ""]
    lines += [f"- {name}: {shown(value)}" for name, value in kept["figures"].items()]
    lines += [f"- {note}" for note in kept["notes"]]
    facts = "; ".join(name_and(fact) for fact in kept["machine"].items())
    return "\n".join([*lines, f"- measured on: {facts}", ""])


def name_and(fact: tuple[str, str]) -> str:
    """A fact of the machine in words; a processor needs no heading."""
    name, value = fact
    return value if name == "processor" else f"{name} {value}"


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines of a Markdown table; numbers stand to the right."""
    first = rows[0]
    sides = ["---" if isinstance(value, str) else "--:" for value in first.values()]
    cells = [list(first), sides, *([shown(v) for v in row.values()] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in cells]


def shown(value: Any) -> str:
    """A value as a reader wants it: three digits of a measured number, none lost of a count.

    A list is a median with its least and most.
    """
    if isinstance(value, list | tuple):
        return f"{shown(value[0])} ({' to '.join(shown(v) for v in value[1:])})"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if not math.isfinite(value) or value == 0:
        return "-" if math.isnan(value) else f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"
