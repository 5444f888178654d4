"""A plan's parameters as numbers and arrays, in minor units and hundredths of a point.

Nothing here depends on a period; ``compile_plan`` is called once and its result is used for every
month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.plans.ladder import Ladder, compile_ladder
from sim.plans.quantities import in_hundredths
from sim.plans.rates import Rates, common_denominator, rates_by_rank
from sim.plans.schema import Plan
from sim.plans.schema_components import (
    FastStartComponent,
    LevelComponent,
    OrderComponent,
    PoolComponent,
    StructureComponent,
)
from sim.plans.schema_parts import OrderClass

CLASSES = tuple(OrderClass)
NO_WINDOW = -1
REASONS = ("inactive", "gate", "not_deep_enough", "levels_left_over", "missing_upline", "excluded")
"""Outcomes of a level that is not paid, numbered on from the ranks, for which a level is paid."""
INACTIVE, GATE, SHALLOW, LEFT_OVER, MISSING, EXCLUDED = range(6)
STANDINGS_UNPAID = 2
"""How many of them (INACTIVE, GATE) are standings of a participant beside the ranks."""


class Idle(IntEnum):
    """Who counts for something in a period although nobody at or below it is credited an order."""

    NOBODY = 0
    ENROLLED = 1
    EVERYBODY = 2


class Compression(IntEnum):
    """Whose place in the line passes up (see ``schema_components.LevelComponent``)."""

    NONE = 0
    STANDARD = 1
    DYNAMIC = 2
    SKIP_BELOW_RANK = 3


class Counting(NamedTuple):
    """What counts for what, masks by order class, and the activity test in hundredths.

    ``free``: the test asks for nothing, so that all the enrolled pass it.
    """

    personal: NDArray[np.bool_]
    activity: NDArray[np.bool_]
    rank: NDArray[np.bool_]
    pv_min: int
    order_needed: bool
    free: bool
    idle: int


class Terms(NamedTuple):
    """What the walk up the tree reads of a bonus paid order by order.

    ``pays_on`` and ``first`` (orders on which the credited participant is level 1) are masks by
    order class. Where somebody stands at a level, ``outcome[standing, level]`` is what becomes of
    it (the rank for which it is paid, or a reason) and ``rate`` the index of its numerator in
    ``num``, that of 0 where it is not paid; a rate is num / den. Both are unsigned, so that no
    index is tested for counting from the end. ``best`` is the largest numerator of each level.
    ``last_day`` of the window is NO_WINDOW where all orders count.
    """

    pays_on: NDArray[np.bool_]
    first: NDArray[np.bool_]
    payee_pv_min: int
    outcome: NDArray[np.uint16]
    rate: NDArray[np.uint16]
    num: NDArray[np.int64]
    best: NDArray[np.int64]
    den: int
    quantum: int
    mode: int
    per_total: bool
    compression: int = int(Compression.NONE)
    skip_rank: int = 0
    skip_everybody: bool = False
    last_day: int = NO_WINDOW
    excluded_in_maximum: bool = False


class Scale(NamedTuple):
    """Rates over one denominator: a row a rank and a column a level, and the best of each level."""

    num: tuple[tuple[int, ...], ...]
    best: tuple[int, ...]
    den: int


@dataclass(frozen=True)
class CompiledLevel:
    """A level or fast-start bonus; ``exclude`` names bonuses whose orders it leaves out."""

    index: int
    id: str
    terms: Terms
    exclude: tuple[str, ...] = ()


class Pattern(NamedTuple):
    """What the structure pass reads: tier amounts in minor units, volumes in hundredths."""

    amounts: NDArray[np.int64]
    frontline: int
    own_order: int
    frontline_order: int
    customers_count: bool
    team_volume: int
    whole_downline: bool


@dataclass(frozen=True)
class CompiledStructure:
    """A structure bonus."""

    index: int
    id: str
    pattern: Pattern


@dataclass(frozen=True)
class CompiledPool:
    """A pool: exact share, order classes that feed it, and points by rank number, over any base."""

    index: int
    id: str
    share: Fraction
    pays_on: tuple[int, ...]
    points: tuple[int, ...]
    max_share: Fraction | None


@dataclass(frozen=True)
class CompiledPlan:
    """All that ``settle`` reads of a plan; ``rank_volume`` is the order column of group volume."""

    plan: Plan
    mode: int
    quantum: int
    rank_volume: str
    counting: Counting
    ladder: Ladder
    components: tuple[Any, ...] = ()

    @property
    def component_ids(self) -> tuple[str, ...]:
        """Names by component index, as PAY rows carry it."""
        return tuple(c.id for c in self.components)


def compile_plan(plan: Plan) -> CompiledPlan:
    """Turn a plan into arrays; PlanError if some rates have no common denominator in 64 bits."""
    ladder = compile_ladder(plan)
    quantum = plan.money.smallest
    return CompiledPlan(
        plan=plan,
        mode=int(plan.money.mode),
        quantum=quantum,
        rank_volume=plan.volumes.rank_volume,
        counting=_counting(plan, ladder),
        ladder=ladder,
        components=tuple(_component(plan, index, c) for index, c in enumerate(plan.components)),
    )


def _counting(plan: Plan, ladder: Ladder) -> Counting:
    counts = plan.volumes.counts_to
    return Counting(
        personal=_mask(counts.personal),
        activity=_mask(counts.activity),
        rank=_mask(counts.rank),
        pv_min=in_hundredths(plan.activity.pv_min),
        order_needed=plan.activity.order_in_period,
        free=_free(plan),
        idle=int(_idle(plan, ladder)),
    )


def _free(plan: Plan) -> bool:
    return plan.activity.pv_min == 0 and not plan.activity.order_in_period


def _idle(plan: Plan, ladder: Ladder) -> Idle:
    """Who can hold a rank, share a pool or count in another's pattern without any volume."""
    if (ladder.leg <= 0).all(axis=1).any():
        return Idle.EVERYBODY
    pools = any(isinstance(c, PoolComponent) for c in plan.components)
    enrolled_count = (
        _free(plan) and (len(plan.ranks) > 0 or pools),
        len(plan.ranks) > 0 and not plan.rank_rules.need_activity,
        any(
            isinstance(c, StructureComponent) and c.frontline_order_pv == 0 for c in plan.components
        ),
    )
    return Idle.ENROLLED if any(enrolled_count) else Idle.NOBODY


def _mask(classes: Iterable[OrderClass]) -> NDArray[np.bool_]:
    chosen = set(classes)
    return np.array([c in chosen for c in CLASSES])


def _component(plan: Plan, index: int, component: Any) -> Any:
    if isinstance(component, LevelComponent):
        return _level(plan, index, component)
    if isinstance(component, FastStartComponent):
        return _fast_start(plan, index, component)
    if isinstance(component, StructureComponent):
        return _structure(plan, index, component)
    assert isinstance(component, PoolComponent)
    return _pool(plan, index, component)


def _level(plan: Plan, index: int, component: LevelComponent) -> CompiledLevel:
    rows = rates_by_rank(component, plan.rank_ids)
    scale = make_scale(rows, component.levels, plan.money.smallest)
    terms = _terms(plan, component, scale, _reached(rows, scale, component.zero_rate_is_shallow))
    terms = terms._replace(
        excluded_in_maximum=component.excluded_in_maximum,
        compression=int(Compression[component.compression.upper()]),
        skip_rank=plan.rank_ids.index(component.skip_rank) if component.skip_rank else 0,
        skip_everybody=component.skip_scope == "everybody",
    )
    return CompiledLevel(index, component.id, terms, component.exclude_orders)


def _fast_start(plan: Plan, index: int, component: FastStartComponent) -> CompiledLevel:
    rows = rates_by_rank(component, plan.rank_ids)
    scale = make_scale(rows, len(component.rates), plan.money.smallest)
    terms = _terms(plan, component, scale, _reached(rows, scale, False))
    terms = terms._replace(
        compression=int(Compression.STANDARD if component.roll_up else Compression.NONE),
        last_day=component.days if component.last_day_inside else component.days - 1,
    )
    return CompiledLevel(index, component.id, terms)


def _terms(
    plan: Plan, component: OrderComponent, scale: Scale, reached: NDArray[np.bool_]
) -> Terms:
    """What level and fast-start bonuses have in common; ``reached`` by rank and level."""
    orders = plan.volumes.counts_to.commission if component.orders is None else component.orders
    ranks, levels = reached.shape
    standing = np.arange(ranks + STANDINGS_UNPAID)[:, None].repeat(levels, axis=1)
    paid = np.pad(reached, ((0, STANDINGS_UNPAID), (0, 0)))
    shallow = (standing < ranks) & ~paid
    owed = np.where(paid, np.pad(np.array(scale.num), ((0, STANDINGS_UNPAID), (0, 0))), 0)
    num = np.unique(np.append(owed, 0))
    return Terms(
        pays_on=_mask(orders),
        first=_mask(component.credited_is_level_one),
        payee_pv_min=in_hundredths(component.payee_pv_min),
        outcome=np.where(shallow, ranks + SHALLOW, standing).astype(np.uint16),
        rate=np.searchsorted(num, owed).astype(np.uint16),
        num=num,
        best=np.array(scale.best, np.int64),
        den=scale.den,
        quantum=plan.money.smallest,
        mode=int(plan.money.mode),
        per_total=plan.money.per == "total",
    )


def _reached(rows: Rates, scale: Scale, zero_is_shallow: bool) -> NDArray[np.bool_]:
    """Whether each rank reaches each level."""
    reached = np.array([[k < len(row) for k in range(len(scale.best))] for row in rows])
    return reached & (np.array(scale.num) > 0) if zero_is_shallow else reached


def make_scale(rows: Rates, levels: int, quantum: int) -> Scale:
    """Bring the rates of all ranks to one denominator; PlanError if there is none."""
    den = common_denominator(rows, quantum)
    num = tuple(tuple(int(rate * den) for rate in row) + (0,) * (levels - len(row)) for row in rows)
    return Scale(num, tuple(max(column) for column in zip(*num, strict=True)), den)


def _structure(plan: Plan, index: int, component: StructureComponent) -> CompiledStructure:
    pattern = Pattern(
        amounts=np.array([plan.money.minor(tier.amount) for tier in component.tiers], np.int64),
        frontline=component.frontline,
        own_order=in_hundredths(component.own_order_pv),
        frontline_order=in_hundredths(component.frontline_order_pv),
        customers_count=component.customers_count,
        team_volume=in_hundredths(component.team_volume),
        whole_downline=component.team == "downline",
    )
    return CompiledStructure(index, component.id, pattern)


def _pool(plan: Plan, index: int, component: PoolComponent) -> CompiledPool:
    orders = plan.volumes.counts_to.commission if component.orders is None else component.orders
    pays_on = tuple(i for i, c in enumerate(CLASSES) if c in orders)
    exact = [component.points.get(rank, Fraction(0)) for rank in plan.rank_ids]
    den = lcm(*(points.denominator for points in exact))
    points = tuple(int(points * den) for points in exact)
    return CompiledPool(index, component.id, component.share, pays_on, points, component.max_share)
