"""What a plan promises, read from its text alone: maximum payout, what it rewards, and warnings.

All shares are exact and of commissionable volume. A structure bonus is a fixed sum; its share is an
upper bound over all genealogies, taking one unit of currency of cv for each point (see
``structure_bound``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from sim.plans.quantities import written
from sim.plans.schema import Plan
from sim.plans.schema_components import (
    AnyComponent,
    FastStartComponent,
    LevelComponent,
    PoolComponent,
    StructureComponent,
)
from sim.plans.schema_parts import OWN_ORDERS, OrderClass

CUSTOMERS = (OrderClass.RETAIL_CUSTOMER, OrderClass.PREFERRED_CUSTOMER)


@dataclass(frozen=True)
class ComponentCheck:
    """One bonus: its maximum as a share of cv, what it pays on, and how that was found.

    ``maximum`` is None where no volume at all is needed, so that no share bounds it.
    """

    id: str
    type: str
    maximum: Fraction | None
    pays_on: tuple[str, ...]
    basis: str


@dataclass(frozen=True)
class PlanCheck:
    """The plan's maximum payout by bonus and in total, and what a reader should be warned of.

    ``maximum_by_rates`` is the highest share of one order's cv that order bonuses and pools pay
    at once, over all kinds of orders. ``maximum`` adds the bounds of fixed bonuses; None where one
    of them needs no volume.
    """

    plan: str
    maximum_by_rates: Fraction
    maximum: Fraction | None
    components: tuple[ComponentCheck, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able form; exact shares as text, such as '0.34' or '1/3'."""
        return {
            "plan": self.plan,
            "maximum_by_rates": _text(self.maximum_by_rates),
            "maximum_share_of_cv": _text(self.maximum),
            "components": [
                {
                    "id": c.id,
                    "type": c.type,
                    "maximum_share_of_cv": _text(c.maximum),
                    "pays_on": list(c.pays_on),
                    "basis": c.basis,
                }
                for c in self.components
            ],
            "warnings": list(self.warnings),
        }


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.1f} %"


def check_plan(plan: Plan) -> PlanCheck:
    """Read a plan for its maximum payout and its warnings."""
    components = tuple(_check_component(plan, component) for component in plan.components)
    rates = max(_on_order(plan, kind, new) for kind, new in product(OrderClass, (False, True)))
    maximum = _with_fixed(plan, rates)
    return PlanCheck(plan.id, rates, maximum, components, tuple(_warnings(plan, maximum)))


def _text(share: Fraction | None) -> str | None:
    return None if share is None else written(share)


def _pays_on(plan: Plan, component: AnyComponent) -> tuple[OrderClass, ...]:
    if isinstance(component, StructureComponent):
        return ()
    return plan.volumes.counts_to.commission if component.orders is None else component.orders


def _check_component(plan: Plan, component: AnyComponent) -> ComponentCheck:
    basis = {
        "level": "top rate of any rank on each level",
        "fast_start": "sum of the rates, on orders inside the window",
        "pool": "the fund",
        "structure": "upper bound over all genealogies, at one cv a point",
    }[component.type]
    classes = tuple(str(c) for c in _pays_on(plan, component))
    return ComponentCheck(component.id, component.type, top_share(component), classes, basis)


def top_share(component: AnyComponent) -> Fraction | None:
    """The most that a bonus can pay on its base, as a share of it; None if it needs no volume."""
    if isinstance(component, PoolComponent):
        return component.share
    if isinstance(component, StructureComponent):
        return structure_bound(component)
    factor = component.pool_pct * component.multiplier
    if isinstance(component, FastStartComponent):
        return factor * sum(component.rates, Fraction(0))
    rows = component.rates.values() if isinstance(component.rates, dict) else [component.rates]
    tops = [
        max((row[k] for row in rows if k < len(row)), default=Fraction(0))
        for k in range(component.levels)
    ]
    return factor * sum(tops, Fraction(0))


def structure_bound(component: StructureComponent) -> Fraction | None:
    """The most that a structure bonus can pay per point of volume; None if no volume bounds it.

    A holder of tier 1 has ``frontline`` recruits with an order each, and a recruit has one sponsor;
    it has an own order; and a point counts in at most two frontline teams (its own and its
    sponsor's). Each gives a bound on holders per point. Holders of each further tier are at most
    1/frontline of those of the tier below.
    """
    needs = [component.frontline * component.frontline_order_pv, component.own_order_pv]
    if component.team == "frontline":
        needs.append(component.team_volume / 2)
    volume, below, bound = max(needs), Fraction(0), Fraction(0)
    for t, tier in enumerate(component.tiers):
        bound += max(tier.amount - below, Fraction(0)) / component.frontline**t
        below = max(below, tier.amount)
    if bound == 0:
        return Fraction(0)
    return bound / volume if volume else None


def _with_fixed(plan: Plan, rates: Fraction) -> Fraction | None:
    """``rates`` and the bounds of all fixed bonuses."""
    total = rates
    for component in plan.components:
        if isinstance(component, StructureComponent):
            bound = structure_bound(component)
            if bound is None:
                return None
            total += bound
    return total


def _on_order(plan: Plan, kind: OrderClass, new: bool) -> Fraction:
    """What all order bonuses and pools can pay on an order of one class, a newcomer's or not."""
    total = Fraction(0)
    claimed: set[str] = set()
    for component in plan.components:
        if isinstance(component, StructureComponent) or kind not in _pays_on(plan, component):
            continue
        if isinstance(component, FastStartComponent) and not new:
            continue
        if isinstance(component, LevelComponent) and claimed & set(component.exclude_orders):
            continue
        claimed.add(component.id)
        total += top_share(component) or Fraction(0)
    return total


def _warnings(plan: Plan, maximum: Fraction | None) -> Iterator[str]:
    if maximum is not None and maximum > 1:
        yield (
            f"the bonuses can add up to {_percent(maximum)} of commissionable volume (upper "
            "bound): nothing in the plan keeps pay below sales"
        )
    for component in plan.components:
        yield from _component_warnings(plan, component)
    yield from _qualification_warnings(plan)
    paying = {kind for c in plan.components for kind in _pays_on(plan, c)}
    if paying and not paying & set(CUSTOMERS):
        yield "no bonus is paid on customers' orders: all pay comes from participants' purchases"
    if paying and paying <= {OrderClass.KIT}:
        yield "bonuses are paid on entry purchases alone: all pay is for recruiting"


def _component_warnings(plan: Plan, component: AnyComponent) -> Iterator[str]:
    name = f"component {component.id!r}"
    if OrderClass.KIT in _pays_on(plan, component) and plan.kit.cv > 0:
        yield f"{name} pays on entry kits: a recruit earns the upline money by joining"
    if not isinstance(component, StructureComponent):
        return
    yield f"{name} pays a fixed sum for {component.frontline} recruits: it rewards recruiting"
    share = structure_bound(component)
    if share is None:
        yield f"{name} is paid without any volume: nothing funds it"
    elif share > 1:
        yield f"{name} can pay up to {_percent(share)} of the volume that earns it"


def _qualification_warnings(plan: Plan) -> Iterator[str]:
    """Pay that hangs on the participant's own purchases."""
    counts = plan.volumes.counts_to
    if plan.activity.pv_min > 0 and set(counts.activity) <= set(OWN_ORDERS):
        yield f"to be paid, a participant must buy {written(plan.activity.pv_min)} points itself"
    for component in plan.components:
        gate = getattr(component, "payee_pv_min", None) or getattr(component, "own_order_pv", None)
        if gate and set(counts.activity) <= set(OWN_ORDERS):
            yield f"component {component.id!r} asks for an own purchase of {written(gate)} points"
