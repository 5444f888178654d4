"""Rows of a comparison: a published quantity, the same one in a run, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measures.inequality import gini, top_share
from sim.measures.reference import Between, Group, between_groups

BETWEEN = "from group means on both sides: a lower bound on inequality"
PERSONS = "the run counts person by person, the publisher's figure knows group means only"


class Line(NamedTuple):
    """One quantity on both sides. ``unit`` is ``share`` (0-1), ``index`` or money over a period."""

    quantity: str
    published: float | None
    simulated: float | None
    unit: str
    note: str
    mark: str
    use: str


class Compared(NamedTuple):
    """A Line over one or several runs: their mean and, of several, its Student interval."""

    quantity: str
    published: float | None
    simulated: float | None
    low: float | None
    high: float | None
    runs: int
    unit: str
    note: str
    mark: str
    use: str


def line_of(
    quantity: str, published: float | None, simulated: float | None, unit: str, note: str, g: Group
) -> Line:
    """A Line with the mark and use of the published group that it came from."""
    return Line(quantity, published, simulated, unit, note, g.mark, g.use)


def mean_of(pay: NDArray[Any]) -> float | None:
    """The mean, None of nobody."""
    return float(pay.mean()) if len(pay) else None


def between_known(shares: Sequence[float], means: Sequence[float | None]) -> Between:
    """What group means imply, groups without a mean left out."""
    known = [(s, m) for s, m in zip(shares, means, strict=True) if m is not None]
    return between_groups([s for s, _ in known], [m for _, m in known])


def implied(
    printed: Sequence[Group], shares: Sequence[float], means: Sequence[float | None], unit: str
) -> list[Line]:
    """What both rank tables imply, computed in one and the same way from group means."""
    theirs = between_known([g.share for g in printed], [g.mean for g in printed])
    ours = between_known(shares, means)
    told = {
        "share_zero": ("share in groups paid nothing", "share"),
        "share_le_1000": ("share in groups with mean 1,000 or less", "share"),
        "share_ge_10000": ("share in groups with mean 10,000 or more", "share"),
        "top1_share": ("top 1 % share, by rank", "share"),
        "gini": ("Gini, by rank", "index"),
        "mean": ("mean pay", unit),
    }
    # A derived figure is no better than what it is derived from, and says that it is derived.
    return [
        Line(name, getattr(theirs, key), getattr(ours, key), u, BETWEEN, "DERIVED", printed[0].use)
        for key, (name, u) in told.items()
    ]


def person_level(printed: Sequence[Group], pay: NDArray[np.float64], who: str) -> list[Line]:
    """The same quantities person by person in the run, beside the published group figures."""
    theirs = between_known([g.share for g in printed], [g.mean for g in printed])
    n = len(pay)
    ours = {
        "share paid nothing": (theirs.share_zero, (pay == 0).mean() if n else None),
        "share at 1,000 or less": (theirs.share_le_1000, (pay <= 1_000).mean() if n else None),
        "share at 10,000 or more": (theirs.share_ge_10000, (pay >= 10_000).mean() if n else None),
        "top 1 % share": (theirs.top1_share, top_share(pay, 0.01)),
        "Gini": (theirs.gini, gini(pay)),
    }
    return [
        Line(
            f"{name}, person by person",
            published,
            None if value is None else float(value),
            "index" if name == "Gini" else "share",
            f"{who}; {PERSONS}",
            "DERIVED",
            printed[0].use,
        )
        for name, (published, value) in ours.items()
    ]


def by_rank(
    printed: Sequence[Group],
    names: Sequence[str],
    shares: Sequence[float],
    means: Sequence[float | None],
    unit: str,
    count: str,
) -> list[Line]:
    """Share and mean pay of every rank; where one side has no such rank it stands empty."""
    ours = {_plain(n): (s, m) for n, s, m in zip(names, shares, means, strict=True)}
    lines = []
    for g in printed:
        known = ours.pop(_plain(g.group), None)
        note = count if known else "the run's plan has no such rank"
        ours_share, ours_mean = known or (None, None)
        lines.append(line_of(f"{g.group}: share", g.share, ours_share, "share", note, g))
        lines.append(line_of(f"{g.group}: mean pay", g.mean, ours_mean, unit, note, g))
    for name, (ours_share, ours_mean) in ours.items():
        note = "not in the published table"
        lines.append(Line(f"{name}: share", None, ours_share, "share", note, "", ""))
        lines.append(Line(f"{name}: mean pay", None, ours_mean, unit, note, "", ""))
    return lines


def _plain(name: str) -> str:
    return name.lower().replace("_", " ").replace("-", " ").strip()
