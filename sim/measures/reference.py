"""Published figures with source and mark, read from ``experiments/reference``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sim.measures.inequality import gini, top_share
from sim.paths import shipped

MARKS = ("SEEN", "DERIVED", "RECALLED")
USES = ("fit", "validate", "context")


class ReferenceDataError(Exception):
    """A published figure is missing or a reference file is malformed; the message says where."""


class Group(NamedTuple):
    """One group of a published table; ``share`` is 0-1, money in whole units over ``period``."""

    reference: str
    group: str
    share: float
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    period: str
    basis: str
    source: str
    mark: str
    use: str


class Figure(NamedTuple):
    """One published figure in the unit it was published in."""

    key: str
    value: float
    unit: str
    low: float | None
    high: float | None
    basis: str
    source: str
    mark: str
    use: str


def published_table(name: str, folder: Path | None = None) -> list[Group]:
    """Groups of one published rank table, such as ``doterra_us_2017``, in printed order."""
    groups = [g for g in _groups(folder or _home()) if g.reference == name]
    if not groups:
        known = sorted({g.reference for g in _groups(folder or _home())})
        raise ReferenceDataError(f"no published table {name!r}; there are {', '.join(known)}")
    return groups


def published_figure(key: str, folder: Path | None = None) -> Figure:
    """One published figure by its key in ``figures.csv``."""
    for figure in _figures(folder or _home()):
        if figure.key == key:
            return figure
    raise ReferenceDataError(f"no published figure {key!r}")


def _home() -> Path:
    return shipped("experiments/reference")


@cache
def _groups(folder: Path) -> tuple[Group, ...]:
    path = folder / "rank_tables.csv"
    return tuple(
        Group(
            r["reference"],
            r["group"],
            _number(path, n, r, "share_pct", must=True) / 100,
            _maybe(path, n, r, "mean"),
            _maybe(path, n, r, "median"),
            _maybe(path, n, r, "low"),
            _maybe(path, n, r, "high"),
            r["period"],
            r["basis"],
            r["source"],
            _one_of(path, n, r, "mark", MARKS),
            _one_of(path, n, r, "use", USES),
        )
        for n, r in _rows(path)
    )


@cache
def _figures(folder: Path) -> tuple[Figure, ...]:
    path = folder / "figures.csv"
    return tuple(
        Figure(
            r["key"],
            _number(path, n, r, "value", must=True),
            r["unit"],
            _maybe(path, n, r, "low"),
            _maybe(path, n, r, "high"),
            r["basis"],
            r["source"],
            _one_of(path, n, r, "mark", MARKS),
            _one_of(path, n, r, "use", USES),
        )
        for n, r in _rows(path)
    )


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(enumerate(csv.DictReader(file), 2))


def _number(path: Path, line: int, row: dict[str, str], field: str, must: bool) -> float:
    try:
        return float(row[field])
    except (KeyError, ValueError, TypeError) as error:
        wanted = "a number" if must else "a number or nothing"
        raise ReferenceDataError(
            f"{path.name}, line {line}: {field} is {row.get(field)!r}, not {wanted}"
        ) from error


def _maybe(path: Path, line: int, row: dict[str, str], field: str) -> float | None:
    return None if row.get(field) == "" else _number(path, line, row, field, must=False)


def _one_of(path: Path, line: int, row: dict[str, str], field: str, known: tuple[str, ...]) -> str:
    value = row.get(field, "")
    if value not in known:
        raise ReferenceDataError(
            f"{path.name}, line {line}: {field} is {value!r}, not one of {known}"
        )
    return value


class Between(NamedTuple):
    """What group means alone imply; inequality within groups is lost, so these are lower bounds.

    ``share_zero``, ``share_le_1000`` and ``share_ge_10000`` are the shares of people in groups
    whose mean is so.
    """

    share_zero: float
    share_le_1000: float
    share_ge_10000: float
    top1_share: float | None
    gini: float | None
    mean: float


def between_groups(shares: list[float], means: list[float]) -> Between:
    """Figures derived from a rank table (share of people and mean pay of each group)."""
    whole = sum(shares)

    def held(keep: list[bool]) -> float:
        return sum(s for s, k in zip(shares, keep, strict=True) if k) / whole if whole else 0.0

    return Between(
        held([m == 0 for m in means]),
        held([m <= 1_000 for m in means]),
        held([m >= 10_000 for m in means]),
        top_share(means, 0.01, shares),
        gini(means, shares),
        sum(s * m for s, m in zip(shares, means, strict=True)) / whole if whole else 0.0,
    )
