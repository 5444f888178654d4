"""What a unit costs whom, the volume that it carries, and the volume worth buying up to."""

from __future__ import annotations

from sim.plans.prices import member_price
from sim.plans.quantities import in_hundredths
from sim.plans.schema import Plan
from sim.plans.schema_components import FastStartComponent, LevelComponent
from sim.plans.schema_parts import OrderClass
from sim.records import Purpose, Source
from sim.scenario.fields import minor
from sim.scenario.schema import Scenario

Line = tuple[int, int, int, int, int, int, int]


class Prices:
    """Prices in minor units and volumes in hundredths of a point, fixed for a run.

    A retail customer pays the list price, of which the plan may leave the seller the difference
    to the member price; members and preferred customers pay their discounted prices.
    """

    def __init__(self, scenario: Scenario) -> None:
        product, plan = scenario.product, scenario.plan
        self.list_price, self.cost = minor(product.list_price), minor(product.cost)
        self.pv, self.qv, self.cv = minor(product.pv), minor(product.qv), minor(product.cv)
        prices, mode = plan.prices, plan.money.mode
        preferred = (
            prices.member_discount
            if prices.preferred_discount is None
            else prices.preferred_discount
        )
        self.member_price = member_price(self.list_price, prices.member_discount, mode)
        self.preferred_price = member_price(self.list_price, preferred, mode)
        passes_on = prices.retail_margin == "list_minus_member"
        self.retail_margin = self.list_price - self.member_price if passes_on else 0
        self._ratio = [self.of(s) / self.list_price if self.list_price else 1.0 for s in Source]
        self.kit_price = plan.money.minor(plan.kit.price)
        self._kit = _kit(scenario, self.kit_price)
        self.renewal_fee = plan.money.minor(plan.renewal.fee)
        self.renewal_months = plan.renewal.every_months

    def of(self, source: int) -> int:
        """The price of a unit for a buyer of class ``source``."""
        if source == Source.RETAIL_CUSTOMER:
            return self.list_price
        return self.preferred_price if source == Source.PREFERRED_CUSTOMER else self.member_price

    def ratio(self, source: int) -> float:
        """That price over the list price; 1 where the list price is zero."""
        return self._ratio[source]

    def line(self, source: int, purpose: int, units: int) -> Line:
        """(units, paid, margin, pv, qv, cv, cost) of an order."""
        if purpose == Purpose.KIT:
            return self._kit
        margin = self.retail_margin if source == Source.RETAIL_CUSTOMER else 0
        each = (self.of(source), margin, self.pv, self.qv, self.cv, self.cost)
        paid, margin, pv, qv, cv, cost = (units * value for value in each)
        return units, paid, margin, pv, qv, cv, cost


def _kit(scenario: Scenario, price: int) -> Line:
    kit = scenario.plan.kit
    pv = in_hundredths(kit.pv)
    qv = pv if kit.qv is None else in_hundredths(kit.qv)
    return 1, price, 0, pv, qv, scenario.plan.money.minor(kit.cv), minor(scenario.product.kit_cost)


def activity_orders(plan: Plan) -> frozenset[tuple[int, int]]:
    """The (source, purpose) pairs whose volume counts to the activity test."""
    counted = plan.volumes.counts_to.activity
    pairs = {
        (source, Purpose.CUSTOMER)
        for source in (Source.RETAIL_CUSTOMER, Source.PREFERRED_CUSTOMER)
        if OrderClass[source.name] in counted
    }
    own = (Purpose.OWN_USE, Purpose.TOP_UP, Purpose.KIT)
    pairs |= {(Source.PARTICIPANT, p) for p in own if OrderClass[p.name] in counted}
    return frozenset(pairs)


def qualifying_volume(plan: Plan) -> int:
    """The monthly volume, in hundredths of a point, that opens every bonus and rank of the plan.

    It is the largest personal volume that the activity test, a payee's gate or a rank asks for:
    what a distributor who wants to stay qualified buys up to.
    """
    asked = [plan.activity.pv_min, *(rank.require.pv for rank in plan.ranks)]
    asked += [
        c.payee_pv_min
        for c in plan.components
        if isinstance(c, LevelComponent | FastStartComponent)
    ]
    return max(in_hundredths(volume) for volume in asked)
