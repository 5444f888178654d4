"""A plan's parameters as numbers and arrays, in minor units and hundredths of a point.

Nothing here depends on a period; ``compile_plan`` is called once and its result is used for every
month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.plans.quantities import in_hundredths
from sim.plans.schema import Plan
from sim.plans.schema_components import (
    FastStartComponent,
    LevelComponent,
    OrderComponent,
    PoolComponent,
    StructureComponent,
)
from sim.plans.schema_parts import Legs, OrderClass, Rank

CLASSES = tuple(OrderClass)
NO_RANK_ASKED = -1


class PlanError(ValueError):
    """A plan that reads well but cannot be computed exactly in 64 bits."""


@dataclass(frozen=True)
class Scale:
    """Rates over one denominator: paid = quantum * round(cv * num / den).

    ``num`` and ``opens`` have a row a rank and a column a level; ``opens`` says whether the rank
    reaches the level. ``rates`` are the same numbers exactly; ``best`` is the top rate of any rank
    on each level.
    """

    rates: tuple[tuple[Fraction, ...], ...]
    best: tuple[Fraction, ...]
    num: NDArray[np.int64]
    den: int
    opens: NDArray[np.bool_]


@dataclass(frozen=True)
class CompiledLevel:
    """A level or fast-start bonus. ``pays_on`` and ``first`` are masks by order class."""

    index: int
    id: str
    scale: Scale
    pays_on: NDArray[np.bool_]
    first: NDArray[np.bool_]
    payee_pv_min: int
    compression: str
    skip_rank: int = 0
    skip_everybody: bool = False
    exclude: tuple[str, ...] = ()
    excluded_in_maximum: bool = False
    last_day: int | None = None


@dataclass(frozen=True)
class CompiledStructure:
    """A structure bonus: tier amounts in minor units, volumes in hundredths of a point."""

    index: int
    id: str
    amounts: NDArray[np.int64]
    frontline: int
    own_order: int
    frontline_order: int
    customers_count: bool
    team_volume: int
    whole_downline: bool


@dataclass(frozen=True)
class CompiledPool:
    """A pool: exact share and points by rank number."""

    index: int
    id: str
    share: Fraction
    pays_on: NDArray[np.bool_]
    points: tuple[Fraction, ...]
    max_share: Fraction | None


@dataclass(frozen=True)
class Ladder:
    """The ranks as arrays; row r is rank number r + 1.

    A leg condition is a set of alternatives (``leg_gv``, ``leg_rank`` from ``start[j]`` to
    ``start[j + 1]``): a leg meets condition j if it meets one of them. Rank r needs
    ``need_count[i]`` legs that meet condition ``need[i]`` for every i from ``need_start[r]`` to
    ``need_start[r + 1]``.
    """

    pv: NDArray[np.int64]
    gv: NDArray[np.int64]
    frontline: NDArray[np.int64]
    start: NDArray[np.int64]
    leg_gv: NDArray[np.int64]
    leg_rank: NDArray[np.int64]
    need_start: NDArray[np.int64]
    need: NDArray[np.int64]
    need_count: NDArray[np.int64]


@dataclass(frozen=True)
class CompiledPlan:
    """All that ``settle`` reads of a plan. Masks by order class are in the order of ``CLASSES``."""

    plan: Plan
    mode: int
    quantum: int
    per_total: bool
    counts_personal: NDArray[np.bool_]
    counts_activity: NDArray[np.bool_]
    counts_rank: NDArray[np.bool_]
    ladder: Ladder
    components: tuple[Any, ...] = field(default_factory=tuple)

    @property
    def component_ids(self) -> tuple[str, ...]:
        """Names by component index, as PAY rows carry it."""
        return tuple(c.id for c in self.components)


def compile_plan(plan: Plan) -> CompiledPlan:
    """Turn a plan into arrays; PlanError if some rates have no common denominator in 64 bits."""
    counts = plan.volumes.counts_to
    quantum = 1 if plan.money.quantum is None else plan.money.minor(plan.money.quantum)
    return CompiledPlan(
        plan=plan,
        mode=int(plan.money.mode),
        quantum=quantum,
        per_total=plan.money.per == "total",
        counts_personal=_mask(counts.personal),
        counts_activity=_mask(counts.activity),
        counts_rank=_mask(counts.rank),
        ladder=compile_ladder(plan),
        components=tuple(
            _component(plan, index, c, quantum) for index, c in enumerate(plan.components)
        ),
    )


def _mask(classes: Iterable[OrderClass]) -> NDArray[np.bool_]:
    chosen = set(classes)
    return np.array([c in chosen for c in CLASSES])


def _component(plan: Plan, index: int, component: Any, quantum: int) -> Any:
    if isinstance(component, LevelComponent):
        return _level(plan, index, component, quantum)
    if isinstance(component, FastStartComponent):
        return _fast_start(plan, index, component, quantum)
    if isinstance(component, StructureComponent):
        return _structure(plan, index, component)
    assert isinstance(component, PoolComponent)
    return _pool(plan, index, component)


def _order_fields(plan: Plan, index: int, component: OrderComponent) -> dict[str, Any]:
    orders = plan.volumes.counts_to.commission if component.orders is None else component.orders
    return {
        "index": index,
        "id": component.id,
        "pays_on": _mask(orders),
        "first": _mask(component.credited_is_level_one),
        "payee_pv_min": in_hundredths(component.payee_pv_min),
    }


def _level(plan: Plan, index: int, component: LevelComponent, quantum: int) -> CompiledLevel:
    factor = component.pool_pct * component.multiplier
    rows = [tuple(rate * factor for rate in row) for row in rates_by_rank(plan, component)]
    scale = make_scale(
        component.id, rows, component.levels, quantum, component.zero_rate_is_shallow
    )
    return CompiledLevel(
        **_order_fields(plan, index, component),
        scale=scale,
        compression=component.compression,
        skip_rank=plan.rank_ids.index(component.skip_rank) if component.skip_rank else 0,
        skip_everybody=component.skip_scope == "everybody",
        exclude=component.exclude_orders,
        excluded_in_maximum=component.excluded_in_maximum,
    )


def _fast_start(
    plan: Plan, index: int, component: FastStartComponent, quantum: int
) -> CompiledLevel:
    factor = component.pool_pct * component.multiplier
    row = tuple(rate * factor for rate in component.rates)
    scale = make_scale(component.id, [row] * len(plan.rank_ids), len(row), quantum, False)
    return CompiledLevel(
        **_order_fields(plan, index, component),
        scale=scale,
        compression="standard" if component.roll_up else "none",
        last_day=component.days if component.last_day_inside else component.days - 1,
    )


def _structure(plan: Plan, index: int, component: StructureComponent) -> CompiledStructure:
    return CompiledStructure(
        index=index,
        id=component.id,
        amounts=np.array([plan.money.minor(tier.amount) for tier in component.tiers], np.int64),
        frontline=component.frontline,
        own_order=in_hundredths(component.own_order_pv),
        frontline_order=in_hundredths(component.frontline_order_pv),
        customers_count=component.customers_count,
        team_volume=in_hundredths(component.team_volume),
        whole_downline=component.team == "downline",
    )


def _pool(plan: Plan, index: int, component: PoolComponent) -> CompiledPool:
    orders = plan.volumes.counts_to.commission if component.orders is None else component.orders
    points = tuple(component.points.get(rank, Fraction(0)) for rank in plan.rank_ids)
    return CompiledPool(
        index, component.id, component.share, _mask(orders), points, component.max_share
    )


def rates_by_rank(plan: Plan, component: LevelComponent) -> list[tuple[Fraction, ...]]:
    """The rates of every rank number; a rank not named has those of the next lower named one."""
    if not isinstance(component.rates, dict):
        return [component.rates] * len(plan.rank_ids)
    rows: list[tuple[Fraction, ...]] = []
    for rank in plan.rank_ids:
        below = rows[-1] if rows else ()
        rows.append(component.rates.get(rank, below))
    return rows


def make_scale(
    name: str, rows: list[tuple[Fraction, ...]], levels: int, quantum: int, zero_is_shallow: bool
) -> Scale:
    """Bring the rates of all ranks to one denominator."""
    padded = [row + (Fraction(0),) * (levels - len(row)) for row in rows]
    den = lcm(*(rate.denominator for row in padded for rate in row))
    if den * quantum >= 2**62 or max(rate * den for row in padded for rate in row) >= 2**62:
        raise PlanError(f"component {name!r}: its rates have no common denominator below 2^62")
    num = np.array([[int(rate * den) for rate in row] for row in padded], np.int64)
    opens = np.array([[k < len(row) for k in range(levels)] for row in rows])
    if zero_is_shallow:
        opens &= num > 0
    best = tuple(max(column) for column in zip(*padded, strict=True))
    return Scale(tuple(padded), best, num, den, opens)


def compile_ladder(plan: Plan) -> Ladder:
    """Rank requirements as arrays.

    With distinct legs a leg may serve one requirement only. By Hall's theorem an assignment exists
    exactly if, for every set of requirements, enough legs meet at least one of them; so each set
    becomes a condition.
    """
    conditions: dict[tuple[Legs, ...], int] = {}
    need_start, need, need_count = [0], [], []
    for rank in plan.ranks:
        for group in _groups(rank, plan.rank_rules.distinct_legs):
            alternatives = tuple(legs.model_copy(update={"count": 1}) for legs in group)
            need.append(conditions.setdefault(alternatives, len(conditions)))
            need_count.append(sum(legs.count for legs in group))
        need_start.append(len(need))
    flat = [legs for group in conditions for legs in group]
    number = {rank: i for i, rank in enumerate(plan.rank_ids)}
    asked = [number[legs.rank] if legs.rank is not None else NO_RANK_ASKED for legs in flat]
    return Ladder(
        pv=_points(rank.require.pv for rank in plan.ranks),
        gv=_points(rank.require.gv for rank in plan.ranks),
        frontline=np.array([rank.require.qualified_frontline for rank in plan.ranks], np.int64),
        start=np.cumsum([0, *(len(group) for group in conditions)]).astype(np.int64),
        leg_gv=_points(
            legs.gv if legs.gv is not None else Fraction(-(2**62), 100) for legs in flat
        ),
        leg_rank=np.array(asked, np.int64),
        need_start=np.array(need_start, np.int64),
        need=np.array(need, np.int64),
        need_count=np.array(need_count, np.int64),
    )


def _groups(rank: Rank, distinct: bool) -> list[tuple[Legs, ...]]:
    legs = rank.require.legs
    largest = len(legs) if distinct else min(1, len(legs))
    return [group for size in range(1, largest + 1) for group in combinations(legs, size)]


def _points(values: Iterable[Fraction]) -> NDArray[np.int64]:
    return np.array([int(value * 100) for value in values], np.int64)
