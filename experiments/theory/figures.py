"""Depth profile, downlines, and adoption over time: exact lines, simulated points."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.theory import exact_steps, exact_trees
from experiments.theory.runs import Sample
from experiments.theory.spreading import PEOPLE, TIME, P, Q
from experiments.theory.trees import depths, subtrees, trees_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figures(samples: dict[str, Sample], part: int) -> dict[str, Figure]:
    """The figures by name; ``part`` is the number of small steps a month."""
    from sim.views.figures.style import house_style

    trees = trees_of(samples["tree"])
    with house_style():
        return {
            "depth_profile": _depth_profile(trees),
            "downlines": _downlines(trees),
            "adoption": _adoption(samples["bass"], part),
        }


def _points(ax: Any, x: Any, values: NDArray[Any], color: str) -> None:
    """Means over runs with two standard errors on either side."""
    se = values.std(axis=0, ddof=1) / sqrt(len(values))
    ax.errorbar(
        x,
        values.mean(axis=0),
        yerr=2 * se,
        fmt="o",
        ms=4,
        color=color,
        capsize=2,
        label=f"Mesa engine, mean of {len(values)} runs, 2 standard errors",
    )


def _depth_profile(trees: NDArray[Any]) -> Figure:
    from sim.views.figures.style import BLUE, VERMILION, canvas

    n, depth = trees.shape[1], depths(trees)
    deep = np.arange(int(depth.max()) + 1)
    figure = canvas(f"Members by depth in a random recursive tree of {n}")
    ax = figure.subplots()
    exact = [float(x) for x in exact_trees.depth_profile(n)[: len(deep)]]
    ax.plot(deep, exact, color=BLUE, label="exact: Stirling numbers |s(n, d + 1)|/(n - 1)!")
    _points(ax, deep, (depth[:, :, None] == deep).sum(axis=1), VERMILION)
    ax.set(xlabel="depth (sponsors above)", ylabel="members")
    ax.legend()
    return figure


def _downlines(trees: NDArray[Any]) -> Figure:
    from sim.views.figures.style import BLUE, VERMILION, canvas

    n, size = trees.shape[1], subtrees(trees)
    at_least = np.unique(np.geomspace(1, n, 14).astype(int))
    figure = canvas("Share of members by size of the subtree, the member included")
    ax = figure.subplots()
    ax.loglog(at_least, 1 / at_least, color=BLUE, label="exact: 1/s")
    _points(ax, at_least, (size[:, :, None] >= at_least).mean(axis=1), VERMILION)
    ax.set(xlabel="subtree of s or more", ylabel="share of members")
    ax.legend()
    return figure


def _adoption(sample: Sample, part: int) -> Figure:
    from sim.views.figures.style import BLACK, BLUE, VERMILION, canvas

    months = np.arange(1, TIME + 1)
    smooth = np.linspace(0, TIME, 61)
    figure = canvas(f"Bass adoption in a market of {PEOPLE}, {part} steps a month")
    ax = figure.subplots()
    exact = [exact_steps.adoption_mean(PEOPLE, P, Q, t) for t in smooth]
    ax.plot(smooth, exact, color=BLUE, label="exact mean, pure birth process from one adopter")
    endless = [exact_steps.bass(P, Q, t) for t in smooth]
    ax.plot(smooth, endless, color=BLACK, ls="--", label="Bass 1969, endless market from none")
    _points(ax, months, sample["adopters"][:, months * part - 1] / PEOPLE, VERMILION)
    ax.set(xlabel="months", ylabel="share of adopters")
    ax.legend()
    return figure
