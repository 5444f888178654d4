"""What the firm sells and what it pays out, month by month."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.views.figures.roles import _rows_shown
from sim.views.figures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
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
from sim.views.market import Columns, Market
from sim.views.text import amount, percent, short_amount

PARTS = (
    ("customer_sales", "customers' orders", SKY, ""),
    ("own_use_sales", "participants' own use", ORANGE, "//"),
    ("top_up_sales", "participants' orders to qualify", PURPLE, ".."),
    ("kit_sales", "entry kits", VERMILION, "xx"),
)


@styled
def sales(market: Market) -> Picture:
    """Sales by source with bonuses above; bonuses over net sales below."""
    months = market.months
    title = "Sales and payout"
    figure = canvas(title, 5.8)
    left = room_for(short_amount(100_000, market.currency), "100")
    upper, lower = plots(figure, (3, 2), left=left, above=0.85, label_lines=2)
    month_axis(upper, market, named=False)
    _draw_sales(upper, market)
    _draw_ratio(lower, market)
    month_axis(lower, market)
    names = (
        "month",
        "gross sales",
        *(label for _, label, _, _ in PARTS),
        "net sales",
        "bonuses",
        "payout ratio",
    )
    keys = ("gross_sales", *(k for k, *_ in PARTS), "net_sales", "bonus")
    ratio = payout_ratio(months["bonus"], months["net_sales"])
    table = tuple(
        (
            str(months["date"][m]),
            *(amount(float(market.major(months[k][m])), market.currency) for k in keys),
            percent(float(ratio[m])),
        )
        for m in _rows_shown(market.length)
    )
    return Picture("sales", title, _alt(market), _note(), names, table, figure)


def payout_ratio(bonus: NDArray[np.int64], net_sales: NDArray[np.int64]) -> NDArray[np.float64]:
    """Bonuses over net sales by month; not a number where nothing was sold."""
    sold = net_sales > 0
    return np.where(sold, bonus / np.where(sold, net_sales, 1), np.nan)


def _draw_sales(ax: Axes, market: Market) -> None:
    months = market.months
    parts = [market.major(months[k]) for k, *_ in PARTS]
    drawn = ax.stackplot(
        months["month"],
        *parts,
        labels=[p[1] for p in PARTS],
        colors=[p[2] for p in PARTS],
        edgecolor=BLACK,
        lw=0.4,
    )
    for area, part in zip(drawn, PARTS, strict=True):
        area.set_hatch(part[3])
    marker = "o" if market.length == 1 else ""
    ax.plot(
        months["month"],
        market.major(months["bonus"]),
        color=BLACK,
        lw=1.8,
        marker=marker,
        label="bonuses paid",
    )
    ax.set_ylim(bottom=0)
    ax.set_ylabel(f"{market.currency} a month")
    ax.yaxis.set_major_formatter(lambda v, _: short_amount(v, market.currency))
    legend_above(ax)


def _draw_ratio(ax: Axes, market: Market) -> None:
    months = market.months
    ratio = payout_ratio(months["bonus"], months["net_sales"]) * 100
    marker = "o" if market.length == 1 else ""
    ax.plot(months["month"], ratio, color=GREY, lw=0.9, marker=marker, label="month")
    if market.length >= 12:
        ax.plot(
            months["month"][11:],
            _year_ratio(months) * 100,
            color=BLUE,
            lw=2,
            label="last 12 months",
        )
    top = np.nanmax(ratio) if np.isfinite(ratio).any() else 0.0
    ax.set_ylim(0, max(float(top) * 1.25, 10.0))
    ax.set_ylabel("bonuses,\n% of net sales")
    ax.legend(loc="upper right", ncols=2)


def _year_ratio(months: Columns) -> NDArray[np.float64]:
    window = np.ones(12)
    sold = np.convolve(months["net_sales"].astype(float), window, "valid")
    paid = np.convolve(months["bonus"].astype(float), window, "valid")
    return np.where(sold > 0, paid / np.where(sold > 0, sold, 1), np.nan)


def _alt(market: Market) -> str:
    m = market.months
    bonus, net, gross = (int(m[k].sum()) for k in ("bonus", "net_sales", "gross_sales"))
    customers = int(m["customer_sales"].sum())
    return (
        f"Stacked areas over {market.length} months: gross sales of "
        f"{amount(float(market.major(gross)), market.currency)} in all, "
        f"{percent(customers / gross if gross else None)} of them to customers. "
        f"Bonuses are {percent(bonus / net if net else None)} of net sales."
    )


def _note() -> str:
    return (
        "Net sales are gross sales less the retail margin passed on to sellers; renewal fees are "
        "not sales. "
        "The payout ratio excludes retail margin."
    )
