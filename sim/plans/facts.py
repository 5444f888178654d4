"""All that is settled before any bonus, in one compiled call: books, volumes, activity, ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.activity import qualified
from sim.plans.books import explain, has_small_sums, in_order
from sim.plans.compile import CompiledPlan, Counting
from sim.plans.genealogy import count_uplines, lay_out, mark, mark_up, subtree_sums
from sim.plans.ladder import Ladder
from sim.plans.ranks import paid_as
from sim.plans.volumes import GROUP, PERSONAL, Bundles, Orders, add_up, measure, no_bundles
from sim.records import Books


class Tree(NamedTuple):
    """The part of the sponsor tree that the period touches, a row a participant, rising by id.

    Row 0 is the company. ``parent`` is a row, ``above`` the number of participants above (up to
    MAX_LEVELS). ``volume`` has the columns PERSONAL, ACTIVITY, OWN and GROUP, in hundredths of a
    point (see volumes.Volumes).
    """

    ids: NDArray[np.int32]
    parent: NDArray[np.int32]
    above: NDArray[np.int8]
    enrolled: NDArray[np.bool_]
    qualified: NDArray[np.bool_]
    rank: NDArray[np.int8]
    volume: NDArray[np.int64]


class Everybody(NamedTuple):
    """Results for all participants, by id (see records.Settlement)."""

    pv: NDArray[np.int64]
    gv: NDArray[np.int64]
    qualified: NDArray[np.bool_]
    paid_as: NDArray[np.int8]


@dataclass(frozen=True)
class Facts:
    """What every bonus reads.

    ``cv`` is by order class and source, ``holders`` counts the qualified by rank. ``lines`` asks
    for the single lines too; amounts do not depend on it.
    """

    plan: CompiledPlan
    orders: Orders
    bundles: Bundles
    tree: Tree
    everybody: Everybody
    cv: list[list[int]]
    holders: list[int]
    lines: bool


def find_facts(plan: CompiledPlan, books: Books, lines: bool) -> Facts:
    """Read the books; ValueError or OverflowError for those that cannot be read exactly."""
    if len(books.sponsor) == 0 or len(books.enrolled) != len(books.sponsor):
        raise ValueError("sponsor and enrolled need one row a participant, the company first")
    sponsor = np.ascontiguousarray(books.sponsor, np.int32)
    enrolled = np.ascontiguousarray(books.enrolled, np.bool_)
    orders = _columns(plan, books)
    try:
        found = _judge(sponsor, enrolled, orders, plan.counting, plan.ladder)
    except ValueError:
        explain(books)
        raise
    bundles, tree, everybody, cv, holders = found
    return Facts(plan, orders, bundles, tree, everybody, cv.tolist(), holders.tolist(), lines)


def _columns(plan: CompiledPlan, books: Books) -> Orders:
    names = (*Orders._fields[:-1], plan.rank_volume)
    return Orders._make(np.ascontiguousarray(getattr(books.orders, name)) for name in names)


@njit
def _judge(
    sponsor: NDArray[np.int32],
    enrolled: NDArray[np.bool_],
    orders: Orders,
    counting: Counting,
    ladder: Ladder,
) -> tuple[Bundles, Tree, Everybody, NDArray[np.int64], NDArray[np.int64]]:
    marks, pointing = mark(orders, len(sponsor))
    if not (in_order(sponsor) and pointing):
        raise ValueError("the books cannot be read")
    rows, cells = mark_up(sponsor, enrolled, counting.idle, marks)
    bundles = no_bundles(len(orders.cv), cells)
    ids, parent, here, first = lay_out(sponsor, enrolled, marks, rows, bundles)
    bits = add_up(orders, marks, first, bundles)
    if not has_small_sums(orders, bits):
        raise ValueError("the books add up to too much")
    found = measure(bundles, counting, rows)
    active = qualified(here, found.volume, found.placed, counting.pv_min, counting.order_needed)
    subtree_sums(parent, found.volume, GROUP)
    rank = paid_as(parent, here, active, found.volume, ladder)
    above = count_uplines(parent)
    tree = Tree(ids, parent, above, here, active, rank, found.volume)
    return (
        bundles,
        tree,
        _by_id(tree, enrolled, counting.free),
        found.cv,
        _holders(active, rank, len(ladder.ask) + 1),
    )


@njit
def _by_id(tree: Tree, enrolled: NDArray[np.bool_], free: bool) -> Everybody:
    """Results by id; ``free`` if whoever is enrolled is qualified, in the tree or not."""
    n = len(enrolled)
    pv, gv = np.zeros(n, np.int64), np.zeros(n, np.int64)
    qualified, rank = np.zeros(n, np.bool_), np.zeros(n, np.int8)
    if free:
        for who in range(1, n):
            qualified[who] = enrolled[who]
    ids, volume, ranks, active = tree.ids, tree.volume, tree.rank, tree.qualified
    for row in range(len(ids)):
        who = ids[row]
        pv[who], gv[who] = volume[row, PERSONAL], volume[row, GROUP]
        qualified[who], rank[who] = active[row], ranks[row]
    return Everybody(pv, gv, qualified, rank)


@njit
def _holders(qualified: NDArray[np.bool_], rank: NDArray[np.int8], ranks: int) -> NDArray[np.int64]:
    """How many qualified participants hold each rank number."""
    count = np.zeros(ranks, np.int64)
    for row in range(len(rank)):
        count[rank[row]] += qualified[row]
    return count
