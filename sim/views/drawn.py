"""A figure as it comes from the drawing board: its files' bytes and its words."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int | float | None


@dataclass(frozen=True)
class Drawn:
    """A figure as the files that show it, with all that a reader needs who cannot see it.

    ``name`` is the files' stem, ``alt`` says in words what the figure shows, ``note`` how it was
    made, ``columns`` and ``rows`` are the numbers behind it.
    """

    name: str
    title: str
    alt: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    svg: bytes
    png: bytes
