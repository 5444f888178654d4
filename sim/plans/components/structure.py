"""The structure bonus: a fixed amount while a pattern of qualified teams holds.

Maximum: the amount of the highest tier whose pattern below the participant holds (recruits and team
volume), whether or not the participant itself may be paid. Breakage: ``inactive`` if it fails the
activity test (or has left), ``gate`` if only its own order is too small. Nothing is rounded. For
tracing, a bonus is split over the volume of oneself and the direct recruits, by source class.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import mul
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledStructure, Counting, Pattern
from sim.plans.components.base import Paid, Rows, book, fixed_lines, paid_exactly, spread
from sim.plans.components.customers import by_buyer, ordering_customers
from sim.plans.facts import Facts, Tree
from sim.plans.volumes import ACTIVITY, GROUP, OWN, PERSONAL, PV, SOURCES, Bundles, Orders

REACHED, IDLE, SHORT = 0, 1, 2


class Teams(NamedTuple):
    """What the pass leaves: totals, the tier of each, and heads by tier (see ``_heads``)."""

    rows: Rows
    tier: NDArray[np.int16]
    heads: NDArray[np.int64]


def pay(component: CompiledStructure, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Pay each holder the amount of its highest tier."""
    pattern = component.pattern
    turn = by_buyer(facts.orders) if pattern.customers_count else np.zeros(0, np.int64)
    found = _pay_teams(facts.orders, facts.bundles, turn, facts.tree, facts.plan.counting, pattern)
    amounts = [0, *pattern.amounts.tolist()]
    maximum, inactive, gate = (sum(map(mul, heads, amounts)) for heads in found.heads.tolist())
    breakage = {"inactive": inactive, "gate": gate}
    lines = None
    if facts.lines:
        lines = fixed_lines(component.index, facts.tree.ids, found.rows, found.tier)
    return paid_exactly(found.rows, maximum, breakage, lines=lines)


@njit
def _pay_teams(
    orders: Orders,
    bundles: Bundles,
    turn: NDArray[np.int64],
    tree: Tree,
    counting: Counting,
    pattern: Pattern,
) -> Teams:
    n, amounts = len(tree.ids), pattern.amounts
    recruits = np.zeros((n, len(amounts)), np.int32)
    if pattern.customers_count:
        ordering_customers(orders, bundles, turn, pattern.frontline_order, recruits)
    if pattern.whole_downline:
        team = _column(tree.volume, GROUP)
    else:
        team = _frontline_volume(tree.parent, tree.volume)
    order = _column(tree.volume, ACTIVITY)
    reached, held = _tiers(
        tree.parent, tree.enrolled, tree.qualified, order, team, recruits, pattern
    )
    heads = _heads(reached, held, tree.qualified, len(amounts) + 1)
    payee = _payees(held, amounts)
    money, tier = np.empty(len(payee), np.int64), np.empty(len(payee), np.int16)
    for i in range(len(payee)):
        tier[i] = held[payee[i]]
        money[i] = amounts[tier[i] - 1]
    weight = _team_by_source(bundles, counting.rank, tree.parent, payee)
    rows = book(payee, np.arange(len(payee)).astype(np.int32), spread(money, weight))
    level = np.empty(len(rows.payee), np.int16)
    for row in range(len(level)):
        level[row] = held[rows.payee[row]]
    return Teams(rows, level, heads)


@njit
def _column(table: NDArray[np.int64], column: int) -> NDArray[np.int64]:
    values = np.empty(len(table), np.int64)
    for i in range(len(table)):
        values[i] = table[i, column]
    return values


@njit
def _heads(
    reached: NDArray[np.int8], held: NDArray[np.int8], qualified: NDArray[np.bool_], width: int
) -> NDArray[np.int64]:
    """Participants by the tier that their team reaches: all, unpaid inactive, unpaid active."""
    heads = np.zeros((3, width), np.int64)
    for i in range(len(reached)):
        heads[REACHED, reached[i]] += 1
        if held[i] == 0:
            heads[SHORT if qualified[i] else IDLE, reached[i]] += 1
    return heads


@njit
def _payees(held: NDArray[np.int8], amounts: NDArray[np.int64]) -> NDArray[np.int32]:
    """The rows of those who are paid."""
    payee, count = np.empty(len(held), np.int32), 0
    for i in range(len(held)):
        payee[count] = i
        count += held[i] > 0 and amounts[held[i] - 1] > 0
    return payee[:count]


@njit
def _tiers(
    parent: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
    qualified: NDArray[np.bool_],
    order: NDArray[np.int64],
    team: NDArray[np.int64],
    recruits: NDArray[np.int32],
    pattern: Pattern,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The tier that each participant's team reaches and the tier that it holds, 0 for none.

    One pass from the bottom: recruits are judged before their sponsor. ``recruits[p, t]`` counts
    the frontline with a qualifying order (t = 0), or holding tier t or above.
    """
    n, tiers = recruits.shape
    reached, held = np.zeros(n, np.int8), np.zeros(n, np.int8)
    for i in range(n - 1, 0, -1):
        if team[i] >= pattern.team_volume:
            while reached[i] < tiers and recruits[i, reached[i]] >= pattern.frontline:
                reached[i] += 1
        if qualified[i] and order[i] >= pattern.own_order:
            held[i] = reached[i]
        up = parent[i]
        recruits[up, 0] += enrolled[i] and order[i] >= pattern.frontline_order
        for t in range(1, min(held[i] + 1, tiers)):
            recruits[up, t] += 1
    return reached, held


@njit
def _frontline_volume(parent: NDArray[np.int32], volume: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank volume credited to oneself and the direct recruits' personal volume."""
    team = np.zeros(len(parent), np.int64)
    for i in range(len(parent)):
        team[i] = volume[i, OWN]
    for i in range(1, len(parent)):
        team[parent[i]] += volume[i, PERSONAL]
    return team


@njit
def _team_by_source(
    bundles: Bundles,
    counts: NDArray[np.bool_],
    parent: NDArray[np.int32],
    payee: NDArray[np.int32],
) -> NDArray[np.int64]:
    """For each payee the volume of itself and its direct recruits, a column a source class."""
    at, kind, source, sums = bundles.at, bundles.kind, bundles.source, bundles.sums
    # the last row is nobody's: it takes what is no payee's
    nobody = len(payee)
    volume, place = (
        np.zeros((nobody + 1, SOURCES), np.int64),
        np.full(len(parent), nobody, np.int32),
    )
    for i in range(len(payee)):
        place[payee[i]] = i
    for b in range(len(at) if nobody > 0 else 0):
        if counts[kind[b]]:
            pv = sums[b, PV]
            volume[place[at[b]], source[b]] += pv
            volume[place[parent[at[b]]], source[b]] += pv
    return volume[:nobody]
