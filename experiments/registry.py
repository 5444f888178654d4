"""The experiments by name, what each must give, and how its folder is written.

An experiment is a subpackage whose module ``experiment`` has ``QUESTION`` (one sentence) and
``run(job: Job) -> Answer``.
"""

from __future__ import annotations

import importlib
import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.scenario.errors import COMMAND_LINE, InputError, Place, Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = ("theory", "income", "saturation")
Z_LIMIT = 4.0
"""Two-sided false alarm rate 6e-5 a check; with 50 checks 0.3 %."""


@dataclass(frozen=True)
class Check:
    """One figure beside what it should be.

    ``z`` judges against an exact ``expected`` with standard error ``se``; ``low`` and ``high``
    bound a value that has a band instead. The verdict is one of holds or fails (against theory),
    caught or not caught (a model known to be wrong), inside or outside (a band), agrees or differs
    (a published figure and the interval of the simulated one).
    """

    name: str
    value: float
    expected: float
    verdict: str
    se: float | None = None
    z: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


def against_theory(
    name: str, value: float, expected: float, se: float, *, wrong: bool = False, note: str = ""
) -> Check:
    """A check by z: |z| < 4 holds. A wrong model passes its check when it is rejected."""
    z = (value - expected) / se if se > 0 else (0.0 if value == expected else math.inf)
    if math.isnan(z):  # nothing was measured: neither a law nor a wrong model passes by that
        return Check(name, value, expected, "not caught" if wrong else "fails", se=se, note=note)
    agrees = abs(z) < Z_LIMIT
    verdict = ("not caught" if agrees else "caught") if wrong else ("holds" if agrees else "fails")
    return Check(name, value, expected, verdict, se=se, z=z, note=note)


def within(name: str, value: float, low: float, high: float, note: str = "") -> Check:
    """A check by band: low <= value <= high, both finite or infinite."""
    middle = (
        (low + high) / 2 if math.isfinite(low + high) else (low if math.isfinite(low) else high)
    )
    verdict = "inside" if low <= value <= high else "outside"
    return Check(name, value, middle, verdict, low=low, high=high, note=note)


def beside(
    name: str, value: float, low: float, high: float, published: float, note: str = ""
) -> Check:
    """A simulated value with its interval beside a published one: reported, it judges nothing."""
    verdict = "agrees" if low <= published <= high else "differs"
    return Check(name, value, published, verdict, low=low, high=high, note=note)


@dataclass
class Answer:
    """What an experiment found: checks, a table (rows of equal keys), figures by name."""

    checks: list[Check]
    table: list[dict[str, Any]]
    figures: dict[str, Figure] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """How to run an experiment: fewer replicates when ``quick``; ``say`` reports progress."""

    quick: bool
    seed: int
    say: Callable[[str], None]


def load(name: str) -> ModuleType:
    """The module of an experiment; KeyError for a name that there is not."""
    if name not in NAMES:
        raise KeyError(name)
    return importlib.import_module(f"experiments.{name}.experiment")


def run(
    names: Iterable[str], *, quick: bool, seed: int, note: Callable[[str], None]
) -> dict[str, Any]:
    """Run experiments by name ("all" for all) and gather their checks in one document.

    Raises:
        InputError: a name that there is not.
    """
    wanted = list(NAMES) if "all" in (names := list(names)) else list(dict.fromkeys(names))
    for name in wanted:
        if name not in NAMES:
            known = f"one of {', '.join(NAMES)}, or all"
            raise InputError(
                Problem(Place(COMMAND_LINE), "NAME", f"no experiment {name!r}", name, known)
            )
    done = [
        run_one(name, quick=quick, seed=seed, out=Path("results/experiments"), say=note)
        for name in wanted
    ]
    checks = [check for document in done for check in document["checks"]]
    return {"experiments": done, "checks": checks}


def questions() -> dict[str, str]:
    """The question of each experiment, by name."""
    return {name: load(name).QUESTION for name in NAMES}


def run_one(
    name: str, *, quick: bool, seed: int, out: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Run one experiment and write its folder under ``out``, complete or not at all."""
    answer: Answer = load(name).run(Job(quick, seed, say))
    document = {
        "experiment": name,
        "question": load(name).QUESTION,
        "quick": quick,
        "seed": seed,
        "stamp": "SIMULATED",
        "checks": [_plain(check) for check in answer.checks],
        "notes": answer.notes,
        "table": answer.table,
    }
    out.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=out))
    aside.chmod(0o755)
    try:
        _write(aside, document, answer)
        shutil.rmtree(out / name, ignore_errors=True)
        aside.replace(out / name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return {**document, "folder": str(out / name)}


def _plain(check: Check) -> dict[str, Any]:
    """A check as a JSON object without its empty parts; what is not finite is null."""
    parts = {key: value for key, value in asdict(check).items() if value not in (None, "")}
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in parts.items()
    }


def _write(folder: Path, document: Mapping[str, Any], answer: Answer) -> None:
    (folder / "checks.json").write_text(json.dumps(document, indent=1, default=float) + "\n")
    (folder / "table.csv").write_text(as_csv(answer.table))
    for name, figure in answer.figures.items():
        figure.savefig(folder / f"{name}.png", dpi=150)
        figure.savefig(folder / f"{name}.svg")


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV text with a header; the columns are those of the first row."""
    import csv
    import io

    rows = list(rows)
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
