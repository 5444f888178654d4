"""The team of one top earner: the sponsor tree below the best paid participant of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from sim.views.drawn import Cell
from sim.views.figures.style import BLACK, GREY, Picture, canvas, nothing, plots, styled
from sim.views.market import Market
from sim.views.text import amount, plural, short_amount

SHOWN = (6, 3, 1)  # children drawn in full at each level; the rest is told as a count
PAY_CLASSES = (
    (0.0, "#FFFFFF"),
    (100.0, "#C2DFF2"),
    (1000.0, "#56B4E9"),
    (10_000.0, "#0072B2"),
    (np.inf, "#00263D"),
)


@dataclass(frozen=True)
class Team:
    """Everybody at or below one participant, by position (0 the top, parents before children).

    ``who`` are participant ids, ``parent`` positions (-1 for the top), ``pay`` the year's bonuses,
    ``below`` the size and ``below_pay`` the bonuses of the team below, ``gone`` who has left.
    """

    who: NDArray[np.int64]
    parent: NDArray[np.int64]
    level: NDArray[np.int64]
    pay: NDArray[np.int64]
    below: NDArray[np.int64]
    below_pay: NDArray[np.int64]
    gone: NDArray[np.bool_]


@dataclass
class Node:
    """One drawn participant (or, without a position, a count of those not drawn)."""

    position: int | None
    text: str
    children: list[Node]
    depth: int
    row: float = 0.0


def team_of(top: int, market: Market) -> Team:
    """The team below participant ``top``, level by level."""
    rows, year = market.tables.lives, market.enrolled
    ids, sponsors = rows["participant"].astype(np.int64), rows["sponsor"].astype(np.int64)
    by_sponsor = np.argsort(sponsors, kind="stable")
    ordered = sponsors[by_sponsor]
    who, parent, level = [np.array([top])], [np.array([-1])], [np.array([0])]
    start, depth = 0, 0
    while len(who[-1]):
        first, last = (np.searchsorted(ordered, who[-1], side) for side in ("left", "right"))
        above = np.repeat(np.arange(len(who[-1])), last - first)
        offset = np.arange(len(above)) - np.repeat(
            np.cumsum(last - first) - (last - first), last - first
        )
        found = by_sponsor[first[above] + offset] if len(above) else np.zeros(0, np.int64)
        depth += 1
        parent.append(above + start)
        start += len(who[-1])
        who.append(ids[found])
        level.append(np.full(len(found), depth))
    everyone = np.concatenate(who)
    pay = _looked_up(everyone, year["participant"], year["bonus"])
    gone = _looked_up(everyone, ids, rows["left_month"] >= 0).astype(np.bool_)
    return _summed(everyone, np.concatenate(parent), np.concatenate(level), pay, gone)


def _looked_up(
    who: NDArray[np.int64], keys: NDArray[Any], values: NDArray[Any]
) -> NDArray[np.int64]:
    """The value of each key in ``who``, 0 where it has none."""
    order = np.argsort(keys, kind="stable")
    at = np.searchsorted(keys[order], who).clip(0, max(len(keys) - 1, 0))
    hit = keys[order][at] == who
    return np.where(hit, values[order][at], 0)


def _summed(
    who: NDArray[np.int64],
    parent: NDArray[np.int64],
    level: NDArray[np.int64],
    pay: NDArray[np.int64],
    gone: NDArray[np.bool_],
) -> Team:
    below, below_pay = np.zeros(len(who), np.int64), np.zeros(len(who), np.int64)
    for depth in range(int(level.max()), 0, -1):
        here = np.flatnonzero(level == depth)
        np.add.at(below, parent[here], below[here] + 1)
        np.add.at(below_pay, parent[here], below_pay[here] + pay[here])
    return Team(who, parent, level, pay, below, below_pay, gone)


@styled
def genealogy(market: Market) -> Picture:
    """The pruned sponsor tree below the year's best paid participant."""
    title = f"The team of the best paid participant of {market.year}"
    year = market.enrolled
    columns = (
        "participant",
        "sponsor",
        "level",
        "pay in the year",
        "team below",
        "team's pay",
        "has left",
    )
    note = (
        f"Sponsor tree below the participant with the highest pay in {market.year} (ties: the "
        "earlier "
        "member), with everybody ever recruited. At each level the branches that are paid most are "
        "drawn, "
        "the rest is counted. Ids are numbers of the simulation and name nobody."
    )
    if len(year["bonus"]) == 0 or year["bonus"].max() <= 0:
        figure = canvas(title, 2.5)
        why = f"Nobody was paid in {market.year}: there is no top earner."
        nothing(plots(figure)[0], why)
        return Picture("genealogy", title, why, note, columns, (), figure)
    team = team_of(int(year["participant"][np.argmax(year["bonus"])]), market)
    root = _pruned(team, market)
    leaves = _placed(root)
    figure = canvas(title, max(2.6, 1.3 + 0.27 * leaves))
    _draw(plots(figure, left=0.14, below=0.4)[0], root, team, market)
    drawn = sorted(n.position for n in _walk(root) if n.position is not None)
    table = tuple(_row(team, p, market) for p in drawn)
    return Picture("genealogy", title, _alt(team, market), note, columns, table, figure)


def _pruned(team: Team, market: Market, position: int = 0) -> Node:
    depth = int(team.level[position])
    node = Node(position, _label(team, position, market), [], depth)
    children = np.flatnonzero(team.parent == position)
    if depth < len(SHOWN):
        worth = team.below_pay[children] + team.pay[children]
        ranking = children[np.lexsort((children, -team.below[children], -worth))]
        node.children = [_pruned(team, market, int(c)) for c in ranking[: SHOWN[depth]]]
        rest = ranking[SHOWN[depth] :]
        if len(rest) and depth < 2:
            people = len(rest) + int(team.below[rest].sum())
            text = (
                f"{plural(len(rest), 'more recruit')}, {plural(people, 'person', 'people')} in all"
            )
            node.children.append(Node(None, text, [], depth + 1))
    return node


def _label(team: Team, position: int, market: Market) -> str:
    pay = amount(float(market.major(team.pay[position])), market.currency)
    below = f" · {team.below[position]:,} below" if team.below[position] else ""
    return f"#{team.who[position]} · {pay}{below}"


def _placed(root: Node) -> int:
    """Give every node its row, parents amid their children; the number of rows."""
    rows = 0

    def place(node: Node) -> None:
        nonlocal rows
        if not node.children:
            node.row = rows
            rows += 1
            return
        for child in node.children:
            place(child)
        node.row = (node.children[0].row + node.children[-1].row) / 2

    place(root)
    return rows


def _walk(node: Node) -> list[Node]:
    return [node, *(n for child in node.children for n in _walk(child))]


def _draw(ax: Axes, root: Node, team: Team, market: Market) -> None:
    ax.set_axis_off()
    nodes = _walk(root)
    ax.add_collection(
        LineCollection([_branch(n, c) for n in nodes for c in n.children], colors=GREY, lw=0.8)
    )
    _draw_nodes(ax, [n for n in nodes if n.position is not None], team, market)
    counted = [n for n in nodes if n.position is None]
    ax.scatter(
        [n.depth for n in counted], [n.row for n in counted], s=16, c=GREY, marker="s", zorder=2
    )
    for node in nodes:
        ax.annotate(
            node.text,
            (node.depth, node.row),
            (8, 2),
            textcoords="offset points",
            size=7,
            va="bottom",
            style="normal" if node.position is not None else "italic",
        )
    ax.set_ylim(max(n.row for n in nodes) + 1.0, min(n.row for n in nodes) - 1.2)
    ax.set_xlim(-0.1, max(n.depth for n in nodes) + 0.95)
    ax.legend(
        handles=_legend(market),
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=6,
        fontsize=7,
        handletextpad=0.2,
        columnspacing=1.0,
    )


def _branch(node: Node, child: Node) -> list[tuple[float, float]]:
    bend = node.depth + 0.9
    start, end = (node.depth, node.row), (child.depth, child.row)
    return [start, (bend, node.row), (bend, child.row), end]


def _draw_nodes(ax: Axes, nodes: list[Node], team: Team, market: Market) -> None:
    """A dot a participant: its size for the team, its colour for the pay, a cross for who left."""
    who = np.array([n.position for n in nodes])
    x, y = np.array([n.depth for n in nodes]), np.array([n.row for n in nodes])
    colours = np.array([pay_colour(float(p)) for p in market.major(team.pay[who])])
    size = 5 + 2.2 * np.log10(1 + team.below[who])
    ax.scatter(x, y, s=size**2, c=colours, edgecolors=BLACK, linewidths=0.8, zorder=2)
    gone = team.gone[who]
    light = np.isin(colours, ("#0072B2", "#00263D"))
    crosses = np.where(light, "white", BLACK)[gone]
    ax.scatter(x[gone], y[gone], s=16, c=crosses, marker="x", linewidths=1, zorder=3)


def pay_colour(pay: float) -> str:
    """The colour of a year's pay in major units: the darker the more, white for none."""
    return next(colour for most, colour in PAY_CLASSES if pay <= most)


def _legend(market: Market) -> list[Line2D]:
    names = [short_amount(0, market.currency)]
    names += [f"up to {short_amount(most, market.currency)}" for most, _ in PAY_CLASSES[1:-1]]
    names.append(f"over {short_amount(PAY_CLASSES[-2][0], market.currency)}")
    marks = [
        Line2D([], [], ls="", marker="o", mfc=colour, mec=BLACK, ms=7, label=f"paid {name}")
        for name, (_, colour) in zip(names, PAY_CLASSES, strict=True)
    ]
    return [*marks, Line2D([], [], ls="", marker="x", color=BLACK, ms=5, label="has left")]


def _row(team: Team, position: int, market: Market) -> tuple[Cell, ...]:
    parent = int(team.parent[position])
    sponsor = "outside this tree" if parent < 0 else f"#{team.who[parent]}"
    money = (
        amount(float(market.major(m[position])), market.currency)
        for m in (team.pay, team.below_pay)
    )
    pay, below_pay = money
    return (
        f"#{team.who[position]}",
        sponsor,
        int(team.level[position]),
        pay,
        int(team.below[position]),
        below_pay,
        "yes" if team.gone[position] else "no",
    )


def _alt(team: Team, market: Market) -> str:
    paid = int((team.pay[1:] > 0).sum())
    return (
        f"Tree of the team of participant #{team.who[0]}, paid "
        f"{amount(float(market.major(team.pay[0])), market.currency)} in {market.year}: "
        f"{plural(int(team.below[0]), 'person', 'people')} recruited below on "
        f"{plural(int(team.level.max()), 'level')}, of whom {paid:,} were paid in the year and "
        f"{int(team.gone[1:].sum()):,} have left."
    )
