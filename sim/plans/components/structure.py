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
from sim.plans.components.base import NOT_PAID, Paid, Rows, book, fixed_lines, paid_exactly, spread
from sim.plans.components.customers import ordering_customers
from sim.plans.facts import Facts, Tree
from sim.plans.volumes import ACTIVITY, GROUP, PERSONAL, SOURCES, Orders

OwnOrders = tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.int32], NDArray[np.int64]]
"""Orders that count by class: the mask, and each order's class, row of the tree, and volume."""

REACHED, IDLE, SHORT = 0, 1, 2


class Teams(NamedTuple):
    """What the pass leaves: totals, the tier of each, and heads by tier (see ``_heads``)."""

    rows: Rows
    tier: NDArray[np.int16]
    heads: NDArray[np.int64]


def pay(component: CompiledStructure, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Pay each holder the amount of its highest tier."""
    found = _pay_teams(facts.orders, facts.tree, facts.plan.counting, component.pattern)
    amounts = [0, *component.pattern.amounts.tolist()]
    maximum, inactive, gate = (sum(map(mul, heads, amounts)) for heads in found.heads.tolist())
    breakage = {"inactive": inactive, "gate": gate}
    lines = None
    if facts.lines:
        lines = fixed_lines(component.index, facts.tree.ids, found.rows, found.tier)
    return paid_exactly(found.rows, maximum, breakage, lines=lines)


@njit
def _pay_teams(orders: Orders, tree: Tree, counting: Counting, pattern: Pattern) -> Teams:
    n, amounts = len(tree.ids), pattern.amounts
    recruits = np.zeros((n, len(amounts)), np.int32)
    if pattern.customers_count:
        ordering_customers(orders, tree.at, pattern.frontline_order, recruits)
    if pattern.whole_downline:
        team = _column(tree.volume, GROUP)
    else:
        own = counting.rank, tree.kind, tree.at, orders.group
        team = _frontline_volume(own, tree.parent, _column(tree.volume, PERSONAL))
    order = _column(tree.volume, ACTIVITY)
    reached, held = _tiers(
        tree.parent, tree.enrolled, tree.qualified, order, team, recruits, pattern
    )
    heads = _heads(reached, held, tree.qualified, len(amounts) + 1)
    which, payees = _payees(held, amounts)
    own_orders = counting.rank, tree.kind, tree.at, orders.pv
    weight = _team_by_source(own_orders, orders.source, tree.parent, which, payees)
    rows = book(which, spread(_amounts(which, payees, held, amounts), weight))
    tier = np.empty(len(rows.payee), np.int16)
    for row in range(len(tier)):
        tier[row] = held[rows.payee[row]]
    return Teams(rows, tier, heads)


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
def _payees(held: NDArray[np.int8], amounts: NDArray[np.int64]) -> tuple[NDArray[np.int32], int]:
    """The number of each one who is paid among those paid, or NOT_PAID; and how many are."""
    which, payees = np.full(len(held), NOT_PAID, np.int32), 0
    for i in range(len(held)):
        if held[i] > 0 and amounts[held[i] - 1] > 0:
            which[i] = payees
            payees += 1
    return which, payees


@njit
def _amounts(
    which: NDArray[np.int32], payees: int, held: NDArray[np.int8], amounts: NDArray[np.int64]
) -> NDArray[np.int64]:
    money = np.empty(payees, np.int64)
    for i in range(len(which)):
        if which[i] != NOT_PAID:
            money[which[i]] = amounts[held[i] - 1]
    return money


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
def _frontline_volume(
    own: OwnOrders, parent: NDArray[np.int32], personal: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The rank volume credited to oneself and the direct recruits' personal volume."""
    counts, kind, at, volume = own
    team = np.zeros(len(parent), np.int64)
    for o in range(len(at)):
        if counts[kind[o]]:
            team[at[o]] += volume[o]
    for i in range(1, len(team)):
        team[parent[i]] += personal[i]
    return team


@njit
def _team_by_source(
    own: OwnOrders,
    source: NDArray[np.int8],
    parent: NDArray[np.int32],
    which: NDArray[np.int32],
    payees: int,
) -> NDArray[np.int64]:
    """For each payee the volume of itself and its direct recruits, a column a source class."""
    counts, kind, at, pv = own
    volume = np.zeros((payees, SOURCES), np.int64)
    if payees == 0:
        return volume
    for o in range(len(at)):
        if counts[kind[o]]:
            itself, up = which[at[o]], which[parent[at[o]]]
            if itself != NOT_PAID:
                volume[itself, source[o]] += pv[o]
            if up != NOT_PAID:
                volume[up, source[o]] += pv[o]
    return volume
