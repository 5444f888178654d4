"""What participants were paid in a year, and what was left of it: two histograms on a log scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim.measures.lenses import lens_values
from sim.views.drawn import Cell
from sim.views.figures.bins import Bin, net_bins, pay_bins, shares
from sim.views.figures.style import (
    BLACK,
    BLUE,
    FAINT,
    VERMILION,
    Picture,
    canvas,
    nothing,
    plots,
    styled,
)
from sim.views.market import Market
from sim.views.text import percent, plural, short_amount

Floats = NDArray[np.float64]
_NOT_TOLD: tuple[float | None, ...] = (None,)
GAP = 0.6  # the zero bar stands apart: no log scale reaches it


@styled
def income(market: Market) -> Picture:
    """Gross pay with the zero bar and the published ranks, and net result with losses."""
    rows = market.enrolled
    gross = market.major(lens_values(rows, "gross"))
    net = market.major(lens_values(rows, "net_of_expenses", "central"))
    title = f"Income of participants in {market.year}: pay from the firm, and net result"
    figure = canvas(title, 6.6)
    upper, lower = plots(figure, (1, 1), between=0.62)
    if len(gross) == 0:
        why = f"Nobody was enrolled in {market.year}: there is no income to show."
        nothing(upper, why)
        nothing(lower, "")
        return Picture("income", title, why, _note(market), ("bin", "share"), (), figure)
    table = _draw_gross(upper, market, gross) + _draw_net(lower, market, net)
    columns = (
        "measure",
        "income in the year",
        "participants",
        "share",
        "published share (rank means)",
    )
    return Picture("income", title, _alt(market, gross, net), _note(market), columns, table, figure)


def _draw_gross(ax: Axes, market: Market, pay: Floats) -> tuple[tuple[Cell, ...], ...]:
    people, means = market.published
    top = max(float(pay.max()), float(means.max(initial=0.0)))
    bins = pay_bins(top, market.currency)
    part = shares(pay, bins, np.full(len(pay), 1 / len(pay)))
    at: Floats = np.arange(len(bins), dtype=np.float64) - 0.5
    at[0] -= GAP
    ax.bar(at[:1], part[:1] * 100, 0.94, color=FAINT, edgecolor=BLACK, lw=0.6)
    ax.bar(
        at[1:],
        part[1:] * 100,
        0.94,
        color=BLUE,
        edgecolor=BLACK,
        lw=0.6,
        label=f"{market.name}, each participant's own pay (grey: nothing)",
    )
    told: Floats = np.zeros(len(bins), np.float64)
    said = _NOT_TOLD * len(bins)
    if len(means):
        told = shares(means, bins, people)
        said = tuple(float(t) for t in told)
        _mark_published(ax, at, told, market.published_name)
    _write_shares(ax, at, part, told)
    _log_ticks(ax, bins[1:], market.currency, "0")
    ax.set_ylabel("share of participants, %")
    ax.set_xlabel(
        f"gross pay from the firm in the year, {market.currency} (log scale; zero set apart)"
    )
    return _rows("gross", bins, part, len(pay), said)


def _mark_published(ax: Axes, at: Floats, told: Floats, name: str) -> None:
    seen = told > 0
    label = f"{name}, every rank at its mean (published)"
    marks: dict[str, Any] = {"ms": 6, "mfc": "none", "mec": BLACK, "mew": 1.4}
    ax.plot(at[seen], told[seen] * 100, "D", label=label, **marks)
    ax.legend(loc="upper right")


def _draw_net(ax: Axes, market: Market, net: Floats) -> tuple[tuple[Cell, ...], ...]:
    bins = net_bins(float(net.min()), float(net.max()), market.band, market.currency)
    part = shares(net, bins, np.full(len(net), 1 / len(net)))
    at, middle = (
        np.arange(len(bins), dtype=float),
        next(i for i, b in enumerate(bins) if b.low == -b.high),
    )
    for name, colour, hatch, pick in (
        ("loss", VERMILION, "///", at < middle),
        ("break-even", FAINT, "", at == middle),
        ("gain", BLUE, "", at > middle),
    ):
        ax.bar(
            at[pick],
            part[pick] * 100,
            0.94,
            color=colour,
            hatch=hatch,
            edgecolor=BLACK,
            lw=0.6,
            label=f"{name}: {percent(float(part[pick].sum()))}",
        )
    _write_shares(ax, at, part, np.zeros(len(bins)))
    edges = [bins[0].low, *(b.high for b in bins)]
    names = [short_amount(e, market.currency) for e in edges]
    ax.set_xticks(np.arange(len(edges)) - 0.5, names)
    ax.legend(loc="upper right")
    ax.set_ylabel("share of participants, %")
    ax.set_xlabel(
        f"net result in the year, {market.currency} (log scale both ways; central value of own use)"
    )
    return _rows("net, central", bins, part, len(net), _NOT_TOLD * len(bins))


def _log_ticks(ax: Axes, bins: list[Bin], currency: str, zero: str) -> None:
    edges = [float(i) for i in range(1, len(bins) + 1)]
    names = [short_amount(b.high, currency) for b in bins]
    ax.set_xticks([-0.5 - GAP, 0.0, *edges], [short_amount(0, currency), f">{zero}", *names])


def _write_shares(ax: Axes, at: Floats, part: Floats, told: Floats) -> None:
    """Write each share above its bar, or where a published mark stands there, into or above it."""
    top = max(float(part.max()), float(told.max()), 0.01)
    for x, share, mark in zip(at, part, told, strict=True):
        if share > 0:
            covered = mark > 0 and -0.02 * top < mark - share < 0.1 * top
            inside = covered and share > 0.15 * top
            y = mark if covered and not inside else share
            up = -12 if inside else 6 if covered else 2
            _write(ax, float(x), float(y), up, float(share))
    ax.set_ylim(0, top * 112)


def _write(ax: Axes, x: float, y: float, up: int, share: float) -> None:
    text = percent(share, 1 if share >= 0.001 else 2)
    # White paper behind the figure: it must be read on a dark bar too.
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.6} if up < 0 else None
    ax.annotate(
        text, (x, y * 100), (0, up), size=7, textcoords="offset points", ha="center", bbox=paper
    )


def _rows(
    measure: str, bins: list[Bin], part: Floats, n: int, said: tuple[float | None, ...]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (measure, b.label, round(float(p) * n), percent(float(p), 2), percent(s, 2))
        for b, p, s in zip(bins, part, said, strict=True)
    )


def _alt(market: Market, gross: Floats, net: Floats) -> str:
    even = market.band
    return (
        f"Two histograms of {plural(len(gross), 'participant')}. Pay from the firm: "
        f"{percent(float((gross == 0).mean()))} got nothing, "
        f"{percent(float((gross <= 1000).mean()))} at most {short_amount(1000, market.currency)}, "
        f"{percent(float((gross >= 10_000).mean()), 2)} at least "
        f"{short_amount(10_000, market.currency)}. "
        f"Net result: {percent(float((net < -even).mean()))} lost, "
        f"{percent(float((np.abs(net) <= even).mean()))} broke even, "
        f"{percent(float((net > even).mean()))} gained."
    )


def _note(market: Market) -> str:
    span = " The year is not complete in this run." if market.partial else ""
    return (
        "Everyone who was enrolled on any day of the year, zeros included. Net: bonuses and "
        "realised "
        "retail margin less kit, fees, purchases and expenses, own use at comparable prices up to "
        "the "
        f"household benchmark; hours of work are not counted as a cost here.{span}"
    )
