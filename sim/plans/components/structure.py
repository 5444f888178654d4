"""The structure bonus: a fixed amount while a pattern of qualified teams holds.

Maximum: the amount of the highest tier whose pattern below the participant holds (recruits and team
volume), whether or not the participant itself may be paid. Breakage: ``inactive`` if it fails the
activity test (or has left), ``gate`` if only its own order is too small. Nothing is rounded. For
tracing, a bonus is split over the volume of oneself and the direct recruits, by source class.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.compile import CompiledStructure
from sim.plans.components.base import SOURCES, Facts, Fixed, Paid, book_fixed
from sim.plans.genealogy import frontline_sums
from sim.records import Source


class Pattern(NamedTuple):
    """Numbers of the rule that the compiled pass reads; volumes in hundredths of a point."""

    tiers: int
    frontline: int
    own_order: int
    frontline_order: int
    team_volume: int


def pay(component: CompiledStructure, facts: Facts, _earlier: Mapping[str, Paid]) -> Paid:
    """Pay each holder the amount of its highest tier."""
    reached, held = tiers(component, facts)
    amounts = np.concatenate([np.zeros(1, np.int64), component.amounts])
    payee = np.flatnonzero((held > 0) & (amounts[held] > 0))
    fixed = Fixed(
        payee, held[payee].astype(np.int64), amounts[held[payee]], _team_by_source(facts)[:, payee]
    )
    rows, lines = book_fixed(component.index, facts, fixed)
    lost = (reached > 0) & (held == 0)
    breakage = {
        "inactive": Fraction(int(amounts[reached[lost & ~facts.qualified]].sum())),
        "gate": Fraction(int(amounts[reached[lost & facts.qualified]].sum())),
    }
    return Paid(rows, Fraction(int(amounts[reached].sum())), breakage, lines).close()


def tiers(component: CompiledStructure, facts: Facts) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The tier that each participant's team reaches and the tier that it holds, 0 for none."""
    pattern = Pattern(
        len(component.amounts),
        component.frontline,
        component.own_order,
        component.frontline_order,
        component.team_volume,
    )
    team = facts.gv if component.whole_downline else _frontline_team(facts)
    result: tuple[NDArray[np.int8], NDArray[np.int8]] = _tiers(
        pattern,
        facts.sponsor,
        facts.qualified,
        facts.books.enrolled,
        facts.volumes.activity,
        team,
        _customers(component, facts),
    )
    return result


@njit
def _tiers(
    pattern: Pattern,
    sponsor: NDArray[np.int32],
    qualified: NDArray[np.bool_],
    enrolled: NDArray[np.bool_],
    order: NDArray[np.int64],
    team: NDArray[np.int64],
    customers: NDArray[np.int32],
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """One pass from the bottom: recruits are judged before their sponsor."""
    n = len(sponsor)
    reached, held = np.zeros(n, np.int8), np.zeros(n, np.int8)
    # recruits[p, t]: frontline with a qualifying order (t = 0), or holding tier t or above
    recruits = np.zeros((n, pattern.tiers), np.int32)
    recruits[:, 0] = customers
    for i in range(n - 1, 0, -1):
        if team[i] >= pattern.team_volume:
            while reached[i] < pattern.tiers and recruits[i, reached[i]] >= pattern.frontline:
                reached[i] += 1
        if qualified[i] and order[i] >= pattern.own_order:
            held[i] = reached[i]
        recruits[sponsor[i], 0] += enrolled[i] and order[i] >= pattern.frontline_order
        for t in range(1, min(held[i] + 1, pattern.tiers)):
            recruits[sponsor[i], t] += 1
    return reached, held


def _customers(component: CompiledStructure, facts: Facts) -> NDArray[np.int32]:
    """Preferred customers of each participant whose orders reach the frontline's, if they count."""
    orders, n = facts.books.orders, len(facts.sponsor)
    count = np.zeros(n, np.int32)
    if not component.customers_count:
        return count
    theirs = np.flatnonzero(orders.source == Source.PREFERRED_CUSTOMER)
    who = np.stack([orders.person[theirs], orders.incarnation[theirs], orders.credited_to[theirs]])
    buyers, group = np.unique(who, axis=1, return_inverse=True)
    volume = np.zeros(buyers.shape[1], np.int64)
    np.add.at(volume, group, orders.pv[theirs])
    np.add.at(count, buyers[2, volume >= component.frontline_order], 1)
    return count


def _frontline_team(facts: Facts) -> NDArray[np.int64]:
    """All rank volume credited to oneself, and the personal volume of the direct recruits."""
    team: NDArray[np.int64] = frontline_sums(facts.sponsor, facts.volumes.personal)
    return facts.volumes.own_rank + team


def _team_by_source(facts: Facts) -> NDArray[np.int64]:
    """Rank volume of oneself and the direct recruits, a row a source class."""
    orders, n = facts.books.orders, len(facts.sponsor)
    counted = facts.plan.counts_rank[facts.volumes.order_class]
    volume = np.zeros((SOURCES, n), np.int64)
    np.add.at(volume, (orders.source[counted], orders.credited_to[counted]), orders.pv[counted])
    for s in range(SOURCES):
        volume[s] += frontline_sums(facts.sponsor, volume[s])
    return volume
