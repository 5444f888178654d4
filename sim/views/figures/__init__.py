"""The figures of one run, a file each. ``draw_all`` gives them in the order of the report."""

from __future__ import annotations

from sim.views.figures.style import Picture, png_bytes, svg_bytes
from sim.views.market import Market

__all__ = ["Picture", "draw_all", "png_bytes", "svg_bytes"]


def draw_all(market: Market) -> list[Picture]:
    """Every figure of a run; where a run holds nothing to draw, the figure says so."""
    from sim.views.figures.genealogy import genealogy
    from sim.views.figures.income import income
    from sim.views.figures.lorenz import lorenz
    from sim.views.figures.roles import roles
    from sim.views.figures.sales import sales
    from sim.views.figures.survival import survival

    return [draw(market) for draw in (income, lorenz, roles, survival, genealogy, sales)]
