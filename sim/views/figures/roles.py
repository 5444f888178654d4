"""How many people buy, belong and have left, month by month, and how full the market is."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.views.drawn import Cell
from sim.views.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    SKY,
    VERMILION,
    Picture,
    canvas,
    legend_above,
    month_axis,
    plots,
    room_for,
    styled,
)
from sim.views.market import Market
from sim.views.text import count, percent

LINES = (
    ("customers", "customers", GREEN, "--"),
    ("enrolled", "enrolled participants", BLUE, "-"),
    ("active", "active participants (qualified or ordering)", SKY, "-."),
    ("former", "former participants", VERMILION, ":"),
)


@styled
def roles(market: Market) -> Picture:
    """People by role above, penetration of the whole population below."""
    months = market.months
    title = "People by role, and saturation of the market"
    figure = canvas(title, 5.6)
    most = max(int(months[key].max()) for key, *_ in LINES)
    left = room_for(count(most), "100")
    upper, lower = plots(figure, (3, 2), left=left, above=0.85, label_lines=2)
    month_axis(upper, market, named=False)
    _draw_roles(upper, market)
    _draw_penetration(lower, market)
    month_axis(lower, market)
    names = ("month", *(label for _, label, _, _ in LINES), "ever enrolled, of all people")
    table: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(months["date"][m]),
            *(int(months[k][m]) for k, *_ in LINES),
            percent(float(months["penetration"][m]), 2),
        )
        for m in _rows_shown(market.length)
    )
    return Picture("roles", title, _alt(market), _note(market), names, table, figure)


def _draw_roles(ax: Axes, market: Market) -> None:
    at = market.months["month"]
    for key, label, colour, dash in LINES:
        marker = "o" if market.length == 1 else ""
        ax.plot(at, market.months[key], dash, marker=marker, color=colour, lw=1.8, label=label)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("people")
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:,.0f}")
    legend_above(ax)


def _draw_penetration(ax: Axes, market: Market) -> None:
    at, full = market.months["month"], market.months["penetration"] * 100
    ax.fill_between(at, full, color=SKY, alpha=0.4, lw=0)
    marker = "o" if market.length == 1 else ""
    ax.plot(at, full, marker=marker, color=BLUE, lw=1.8)
    ax.axhline(100, color=BLACK, lw=0.8, ls="--")
    ax.annotate("everybody", (0, 100), (3, -3), textcoords="offset points", va="top", size=8)
    ax.annotate(
        f"{full[-1]:.1f} %",
        (at[-1], full[-1]),
        (-3, 4),
        textcoords="offset points",
        ha="right",
        size=9,
        weight="bold",
    )
    ax.set_ylim(0, 105)
    ax.set_ylabel("ever enrolled,\n% of all people")


def _rows_shown(length: int) -> list[int]:
    """Months evenly apart, at most about 60 of them, the last among them."""
    step = max(1, -(-length // 60))
    return sorted({*range(0, length, step), length - 1})


def _alt(market: Market) -> str:
    m = market.months
    peak = int(np.argmax(m["enrolled"]))
    return (
        f"Lines over {market.length} months. At the end {count(m['customers'][-1])} customers, "
        f"{count(m['enrolled'][-1])} enrolled participants and {count(m['former'][-1])} former "
        "ones. "
        f"Most participants were enrolled in {m['date'][peak]}: {count(m['enrolled'][peak])}. "
        f"{percent(float(m['penetration'][-1]))} of the people now living have ever enrolled."
    )


def _note(market: Market) -> str:
    people = sum(int(market.months[k][-1]) for k in ("nobody", "customers", "enrolled", "former"))
    return f"The market has places for {count(people)} people; a place is always taken."
