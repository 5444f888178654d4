"""How long participants stay: Kaplan-Meier curves by year of entry."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.measures.retention import Survival, survival_by_entry_year
from sim.views.drawn import Cell
from sim.views.figures.style import CYCLE, DASHES, Picture, canvas, nothing, plots, styled
from sim.views.market import Market
from sim.views.text import percent, plural

MOST = 6  # more lines cannot be told apart
MARKS = (1, 6, 12, 24, 36)
Z95 = 1.959964
Floats = NDArray[np.float64]


def limits(curve: Survival) -> tuple[Floats, Floats]:
    """95 % pointwise limits on the scale of log(-log S), which stay between 0 and 1."""
    inner = (curve.survival > 0) & (curve.survival < 1)
    share = np.where(inner, curve.survival, 0.5)
    width = Z95 * np.where(inner, curve.se, 0.0) / (share * np.abs(np.log(share)))
    low, high = share ** np.exp(width), share ** np.exp(-width)
    return np.where(inner, low, curve.survival), np.where(inner, high, curve.survival)


@styled
def survival(market: Market) -> Picture:
    """Share of each year's entrants still enrolled, by months since entry."""
    title = "How long participants stay, by year of entry"
    figure = canvas(title, 4.8)
    (ax,) = plots(figure)
    note = (
        "Kaplan-Meier estimate; who is still enrolled when the run ends is counted for as long as "
        "seen "
        "(right-censored). Month 0 is the end of the month of enrolment. Bands: 95 % pointwise "
        "log-log "
        "limits. Leaving means that the membership ended: many who stay enrolled have stopped "
        "ordering."
    )
    columns = ("year of entry", "entered", *(f"still enrolled {t} months later" for t in MARKS))
    every = {y: c for y, c in survival_by_entry_year(market.tables).items() if len(c.survival)}
    if not every:
        why = "Nobody enrolled in this run: there is no cohort to follow."
        nothing(ax, why)
        return Picture("survival", title, why, note, columns, (), figure)
    _draw(ax, _spread(list(every.items())))
    table = tuple(_row(year, curve) for year, curve in every.items())
    return Picture("survival", title, _alt(every), note, columns, table, figure)


def _spread(every: list[tuple[int, Survival]]) -> list[tuple[int, Survival]]:
    pick = np.unique(np.linspace(0, len(every) - 1, min(MOST, len(every))).round().astype(int))
    return [every[i] for i in pick]


def _draw(ax: Axes, shown: list[tuple[int, Survival]]) -> None:
    for i, (year, curve) in enumerate(shown):
        low, high = limits(curve)
        ax.fill_between(
            curve.months, low * 100, high * 100, step="post", color=CYCLE[i], alpha=0.12, lw=0
        )
        marker = "o" if len(curve.months) == 1 else ""
        ax.step(
            curve.months,
            curve.survival * 100,
            where="post",
            color=CYCLE[i],
            ls=DASHES[i],
            lw=1.7,
            marker=marker,
            label=f"{year} ({plural(int(curve.at_risk[0]), 'entrant')})",
        )
    longest = max(len(c.months) for _, c in shown) - 1
    step = 12 if longest > 18 else 1
    ax.set_xticks(range(0, longest + 1, step * max(1, longest // (12 * step))))
    ax.set(
        xlim=(0, max(longest, 1)),
        ylim=(0, 103),
        xlabel="months after the month of entry",
        ylabel="still enrolled, %",
    )
    ax.legend(title="year of entry", loc="upper right")


def _at(curve: Survival, month: int) -> float | None:
    return float(curve.survival[month]) if month < len(curve.survival) else None


def _row(year: int, curve: Survival) -> tuple[Cell, ...]:
    after = (_at(curve, t) for t in MARKS)
    shown = ("not seen so long" if share is None else percent(share) for share in after)
    return (str(year), int(curve.at_risk[0]), *shown)


def _alt(every: dict[int, Survival]) -> str:
    known = [(year, share) for year, c in every.items() if (share := _at(c, 12)) is not None]
    if not known:
        return "Survival curves. No cohort has been seen for 12 months yet."
    said = ", ".join(f"{percent(share, 0)} of those of {year}" for year, share in known)
    return f"Falling survival curves. Still enrolled 12 months later: {said}."
