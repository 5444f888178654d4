"""A compensation plan as a frozen, typed document; reading one needs no compiler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from sim.plans.quantities import Whole
from sim.plans.rates import PlanError, common_denominator, rates_by_rank
from sim.plans.schema_components import (
    AnyComponent,
    FastStartComponent,
    LevelComponent,
    PoolComponent,
    StructureComponent,
)
from sim.plans.schema_parts import (
    MAX_RANKS,
    Activity,
    Block,
    Id,
    Kit,
    Money,
    Prices,
    Rank,
    RankRules,
    Renewal,
    Volumes,
    noted,
)


class Plan(Block):
    """How a firm pays, for one currency and one period length.

    Money in the file is in major units, volume in points, rates exact text; see each field.
    """

    id: str = Id
    name: str = noted("", "name for readers")
    version: Whole = noted(1, "counts the plan's revisions", ge=1)
    valid_from: date | None = noted(None, "first day on which this version applies")
    source: str = noted("", "where the parameters come from")
    currency: str = Field(description="ISO 4217 code", pattern=r"^[A-Z]{3}$")
    period: Literal["month"] = noted("month", "length of a settlement period")
    money: Money = noted(Money(), "rounding")
    prices: Prices = noted(Prices(), "discounts and retail margin")
    kit: Kit = noted(Kit(), "entry purchase")
    renewal: Renewal = noted(Renewal(), "renewal fee")
    volumes: Volumes = noted(Volumes(), "how orders become volume")
    activity: Activity = noted(Activity(), "who is paid at all")
    unranked: str = noted("member", "name of those who hold no rank, as used in rates and points")
    ranks: tuple[Rank, ...] = noted((), "the ladder, lowest first", max_length=MAX_RANKS)
    rank_rules: RankRules = noted(RankRules(), "how the ladder is read")
    components: tuple[AnyComponent, ...] = noted(
        (), "the bonuses, in order of evaluation", max_length=100
    )

    @property
    def rank_ids(self) -> tuple[str, ...]:
        """Names by rank number: 0 is the unranked, then the ladder."""
        return (self.unranked, *(rank.id for rank in self.ranks))

    @model_validator(mode="after")
    def _names_are_unique(self) -> Plan:
        _unique("rank", self.rank_ids)
        _unique("component", [c.id for c in self.components])
        return self

    @model_validator(mode="after")
    def _names_are_known(self) -> Plan:
        for rank in self.ranks:
            for i, legs in enumerate(rank.require.legs):
                self._knows_rank(f"ranks.{rank.id}.require.legs.{i}.rank", legs.rank)
        for component in self.components:
            for place, name in _ranks_named(component):
                self._knows_rank(f"components.{component.id}.{place}", name)
        return self

    @model_validator(mode="after")
    def _exclusions_are_known(self) -> Plan:
        earlier: set[str] = set()
        for component in self.components:
            for name in component.exclude_orders if isinstance(component, LevelComponent) else ():
                if name not in earlier:
                    raise ValueError(
                        f"components.{component.id}.exclude_orders: {name!r} is no earlier "
                        "component paid by orders"
                    )
            if isinstance(component, LevelComponent | FastStartComponent):
                earlier.add(component.id)
        return self

    @model_validator(mode="after")
    def _amounts_are_whole(self) -> Plan:
        amounts = [
            ("kit.price", self.kit.price),
            ("kit.cv", self.kit.cv),
            ("renewal.fee", self.renewal.fee),
        ]
        for component in self.components:
            if isinstance(component, StructureComponent):
                amounts += [
                    (f"components.{component.id}.tiers.{i}", t.amount)
                    for i, t in enumerate(component.tiers)
                ]
        for place, amount in amounts:
            try:
                self.money.minor(amount)
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None
        return self

    @model_validator(mode="after")
    def _rates_fit_in_64_bits(self) -> Plan:
        for component in self.components:
            if isinstance(component, LevelComponent | FastStartComponent):
                try:
                    rates = rates_by_rank(component, self.rank_ids)
                    common_denominator(rates, self.money.smallest)
                except PlanError as error:
                    raise ValueError(f"components.{component.id}.rates: {error}") from None
        return self

    def _knows_rank(self, place: str, name: str | None) -> None:
        if name is not None and name not in self.rank_ids:
            raise ValueError(
                f"{place}: unknown rank {name!r}; the plan has {', '.join(self.rank_ids)}"
            )


def parse_plan(data: Mapping[str, Any]) -> Plan:
    """The plan that ``data`` (a loaded YAML document, optionally under one key ``plan``) describes.

    Numbers must come as text, int, Decimal or Fraction; a float is refused, because it is no longer
    what the file says. Raises pydantic.ValidationError, whose places are the paths of the fields.
    """
    if set(data) == {"plan"} and isinstance(data["plan"], Mapping):
        data = data["plan"]
    return Plan.model_validate(dict(data))


def _unique(kind: str, names: Iterable[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"duplicate {kind} {twice[0]!r}")


def _ranks_named(component: AnyComponent) -> list[tuple[str, str]]:
    """(place, name) of every rank that a component names."""
    if isinstance(component, PoolComponent):
        return [("points", name) for name in component.points]
    if not isinstance(component, LevelComponent):
        return []
    named = (
        [("rates", name) for name in component.rates] if isinstance(component.rates, dict) else []
    )
    return named + ([("skip_rank", component.skip_rank)] if component.skip_rank else [])
