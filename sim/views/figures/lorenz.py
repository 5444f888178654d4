"""How unequally the firm's pay is spread: the Lorenz curve and its Gini coefficient."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.measures.inequality import gini
from sim.measures.inequality import lorenz as points
from sim.views.figures.style import BLACK, BLUE, GREY, SKY, Picture, canvas, nothing, plots, styled
from sim.views.market import Market
from sim.views.text import percent, plural

POINTS = 400  # more would not show, and would swell the report
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def thinned(curve: Curve) -> Curve:
    """At most some POINTS of the curve, both ends and the steep end among them."""
    x, y = curve
    if len(x) <= POINTS:
        return curve
    steep = 1.0 - np.geomspace(1.0, max(1.0 - x[-2], 1e-9), POINTS // 2)
    wanted = np.concatenate([np.linspace(0, 1, POINTS // 2), steep, [1.0]])
    pick = np.unique(np.searchsorted(x, np.clip(wanted, 0, 1)).clip(0, len(x) - 1))
    return x[pick], y[pick]


@styled
def lorenz(market: Market) -> Picture:
    """Lorenz curve of gross pay, the published rank means beside it where there are any."""
    pay = market.major(market.enrolled["bonus"])
    title = f"Who receives the firm's pay: Lorenz curve, {market.year}"
    figure = canvas(title, 5.0)
    (ax,) = plots(figure, right=0.32)
    columns = ("share of participants, lowest paid first", "share of all pay they receive")
    note = (
        "Gross pay of everyone enrolled on any day of the year, zeros included. "
        "The further the curve sags below the line of equal pay, the more unequal the pay. "
        "Published rank means ignore the spread within ranks, so that their Gini is a lower bound."
    )
    whole = points(pay)
    if whole is None:
        why = f"Nobody was paid in {market.year}: there is no pay to spread."
        nothing(ax, why)
        return Picture("lorenz", title, why, note, columns, (), figure)
    even = gini(pay) or 0.0
    told = _draw(ax, market, whole, even)
    marks = (0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99, 1.0)
    table = tuple((percent(m, 0), percent(float(np.interp(m, *whole)), 2)) for m in marks)
    top = 1 - float(np.interp(0.99, *whole))
    alt = (
        f"Lorenz curve of {plural(len(pay), 'participant')}. Gini coefficient {even:.3f}; "
        f"the best paid 1 % receive {percent(top)} of all pay.{told}"
    )
    return Picture("lorenz", title, alt, note, columns, table, figure)


def _draw(ax: Axes, market: Market, whole: Curve, even: float) -> str:
    ax.plot([0, 1], [0, 1], "--", color=GREY, lw=1, label="equal pay for all")
    x, y = thinned(whole)
    ax.fill_between(x, y, x, color=SKY, alpha=0.25, lw=0)
    ax.plot(x, y, color=BLUE, lw=2.2, label=f"{market.name}: Gini {even:.3f}")
    told = ""
    people, means = market.published
    ranks, least = points(means, people), gini(means, people)
    if ranks is not None:
        ax.plot(
            *ranks,
            "D-.",
            color=BLACK,
            mfc="none",
            ms=4,
            lw=1.2,
            label=f"{market.published_name} (published rank means): Gini ≥ {least:.3f}",
        )
        told = f" {market.published_name}, from rank means: Gini at least {least:.3f}."
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="cumulative share of participants, lowest paid first",
        ylabel="cumulative share of gross pay",
    )
    ax.legend(loc="upper left")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda v, _: f"{v * 100:.0f} %")
    return told
