"""One look for all figures: palette, stamp, and bytes that depend on the data alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.views.drawn import Cell, Drawn
from sim.views.market import Market
from sim.views.text import STAMP

# Okabe and Ito (2008), Color Universal Design: told apart by every kind of colour vision.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY, FAINT = "#767676", "#D0D0D0"
CYCLE = (BLUE, VERMILION, GREEN, BLACK, PURPLE, ORANGE)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))

WIDTH = 8.0
RC: dict[str, Any] = {
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "grid.color": "#E4E4E4",
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "downline",
    "text.parse_math": False,
}


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure on the drawing board, and what belongs to it when it is Drawn."""

    name: str
    title: str
    alt: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figure: Figure


Draw = Callable[[Market], Picture]


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's own defaults with RC on top, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)  # type: ignore[arg-type]
        yield


def styled(draw: Draw) -> Draw:
    """A drawing function that draws in the house style."""

    def drawn(market: Market) -> Picture:
        with house_style():
            return draw(market)

    drawn.__doc__, drawn.__name__ = draw.__doc__, draw.__name__
    return drawn


def canvas(title: str, height: float = 4.2) -> Figure:
    """An empty figure of WIDTH by ``height`` inches with its title and the stamp."""
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    figure.suptitle(title, x=0.01, y=1 - 0.05 / height, ha="left", weight="bold", size=11)
    figure.text(
        0.993,
        1 - 0.07 / height,
        STAMP,
        ha="right",
        va="top",
        size=9,
        weight="bold",
        color="#A33F00",
        bbox={"boxstyle": "square,pad=0.25", "facecolor": "white", "edgecolor": "#A33F00"},
    )
    return figure


def plots(
    figure: Figure,
    ratios: tuple[int, ...] = (1,),
    *,
    left: float = 0.72,
    right: float = 0.14,
    above: float = 0.4,
    below: float = 0.55,
    between: float = 0.2,
    label_lines: int = 1,
) -> list[Axes]:
    """Axes one above the other, as high as ``ratios`` say; the margins are in inches.

    They are laid out by hand, with room for y labels of ``label_lines`` lines: a layout engine
    measures every text several times, which takes as long as the drawing.
    """
    height, width = float(figure.get_figheight()), WIDTH - left - right
    room = height - above - below - between * (len(ratios) - 1)
    top, axes = height - above, []
    for ratio in ratios:
        tall = room * ratio / sum(ratios)
        place = (left / WIDTH, (top - tall) / height, width / WIDTH, tall / height)
        ax = figure.add_axes(place)
        ax.yaxis.set_label_coords((0.08 + 0.15 * label_lines - left) / width, 0.5)
        ax.xaxis.set_label_coords(0.5, -0.28 / tall)
        axes.append(ax)
        top -= tall + between
    return axes


def room_for(*labels: str) -> float:
    """The left margin, inches, that y labels of two lines and such tick labels need."""
    return 0.5 + 0.072 * max(map(len, labels))


def nothing(ax: Axes, why: str) -> None:
    """Say in an axes why it holds no data."""
    ax.set_axis_off()
    ax.text(
        0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes, size=10, color="#444444"
    )


def legend_above(ax: Axes) -> None:
    """A legend above the axes, where it can hide no data."""
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)


def month_axis(ax: Axes, market: Market, named: bool = True) -> None:
    """Ticks of an axis of month numbers at calendar years, or at months in a short run.

    Unless ``named`` the ticks stand without their names, as above another axis with the same.
    """
    first_year, first = market.tables.start[0], market.tables.start[1] - 1
    length = max(market.length, 1)
    step = next(
        s for s in (1, 3, 6, 12, 24, 60, 120, 600, 1200, 12000) if length / s <= 12 or s == 12000
    )
    ticks = [m for m in range(length) if (m + first) % step == 0] or [0]
    names = [_month_name(first_year, first + m, yearly=step >= 12) for m in ticks]
    ax.set_xticks(ticks, names if named else [""] * len(ticks))
    # A run of one month has no width of its own.
    ax.set_xlim(-0.5 if length == 1 else 0, max(length - 1, 0.5))
    if named:
        ax.set_xlabel("calendar year (ticks at January)" if step >= 12 else "calendar month")


def _month_name(year: int, ahead: int, yearly: bool) -> str:
    years, month = divmod(ahead, 12)
    return f"{year + years}" if yearly else f"{year + years}-{month + 1:02d}"


def finished(picture: Picture) -> Drawn:
    """A picture with its SVG and PNG."""
    words = (picture.name, picture.title, picture.alt, picture.note, picture.columns, picture.rows)
    return Drawn(*words, svg_bytes(picture.figure), png_bytes(picture.figure))


def svg_bytes(figure: Figure) -> bytes:
    """The figure as SVG: equal figures give equal bytes; text stays text."""
    return _save(figure, "svg", metadata={"Date": None, "Creator": None})


def png_bytes(figure: Figure) -> bytes:
    """The figure as PNG at 150 dots an inch."""
    # A tenth larger than at the default level, in a third of the time.
    return _save(figure, "png", metadata={"Software": None}, pil_kwargs={"compress_level": 3})


def _save(figure: Figure, form: str, **how: Any) -> bytes:
    out = io.BytesIO()
    with house_style():
        figure.savefig(out, format=form, dpi=150, **how)
    return out.getvalue()
