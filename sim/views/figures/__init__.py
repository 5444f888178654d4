"""The figures of one run, a file each, in the order of the report."""

from __future__ import annotations

from collections.abc import Sequence

from sim.views.drawn import Drawn
from sim.views.figures.genealogy import genealogy
from sim.views.figures.income import income
from sim.views.figures.lorenz import lorenz
from sim.views.figures.roles import roles
from sim.views.figures.sales import sales
from sim.views.figures.style import Draw, Picture, finished, png_bytes, svg_bytes
from sim.views.figures.survival import survival
from sim.views.market import Market

__all__ = ["FIGURES", "Picture", "draw_all", "draw_finished", "png_bytes", "svg_bytes"]

FIGURES: tuple[Draw, ...] = (income, lorenz, roles, survival, genealogy, sales)


def draw_all(market: Market) -> list[Picture]:
    """Every figure of a run; where a run holds nothing to draw, the figure says so."""
    return [draw(market) for draw in FIGURES]


def draw_finished(market: Market, figures: Sequence[Draw] = FIGURES) -> list[Drawn]:
    """Figures of a run as the bytes of their files, with the words that belong to them."""
    return [finished(draw(market)) for draw in figures]
