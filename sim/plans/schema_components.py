"""The bonuses of a plan file, one model a type, told apart by ``type``."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from sim.plans.quantities import Amount, Factor, Points, Rate, Whole
from sim.plans.schema_parts import MAX_LEVELS, Block, Id, OrderClass, filled, noted


def _grid_kind(rates: object) -> str:
    return "by_rank" if isinstance(rates, dict) else "for_all"


Row = Annotated[tuple[Rate, ...], Field(max_length=MAX_LEVELS)]
Grid = Annotated[
    Annotated[Row, Tag("for_all")] | Annotated[dict[str, Row], Tag("by_rank")],
    Discriminator(_grid_kind),
]
"""Rates from level 1 up: one list for everybody, or a list a rank."""


class Component(Block):
    """What every bonus has."""

    id: str = Id
    tree: Literal["sponsor"] = noted("sponsor", "the tree that the bonus follows")


class OrderComponent(Component):
    """A bonus paid order by order, up the tree."""

    orders: tuple[OrderClass, ...] | None = noted(
        None, "order classes it pays on; default volumes.counts_to.commission"
    )
    credited_is_level_one: tuple[OrderClass, ...] = noted(
        (),
        "order classes on which the buyer or seller credited is level 1; else its sponsor is",
    )
    payee_pv_min: Points = noted(
        0,
        "least activity-class volume of a payee, beyond the activity test",
        "points",
        validate_default=True,
    )
    pool_pct: Rate = noted(1, "share of cv that the rates apply to", "share", validate_default=True)
    multiplier: Factor = noted(1, "factor on every rate", "ratio", validate_default=True)


class LevelComponent(OrderComponent):
    """A rate on each level of the upline, the unilevel bonus."""

    type: Literal["level"]
    levels: Whole = noted(..., "how many levels are paid", ge=1, le=MAX_LEVELS)
    rates: Grid = noted(
        ...,
        "rates from level 1 up: one list for all, or one a rank; a rank that is not named has the "
        "rates of the next lower named one",
    )
    compression: Literal["none", "standard", "dynamic", "skip_below_rank"] = noted(
        "none",
        "whose level passes up: none: nobody's; standard: of those not qualified; dynamic: also of "
        "those whose rank does not reach the level; skip_below_rank: of the unqualified below "
        "skip_rank",
        source="mlmsoftwaremanual.com, Dynamic Compression Option; doTERRA, Dynamic Compression",
    )
    skip_rank: str | None = noted(None, "the rank below which skip_below_rank passes people over")
    skip_scope: Literal["unqualified", "everybody"] = noted(
        "unqualified", "whether skip_below_rank passes over the qualified below skip_rank too"
    )
    zero_rate_is_shallow: bool = noted(
        False, "a rate of 0 counts as a level not reached, not as a level paid 0"
    )
    exclude_orders: tuple[str, ...] = noted((), "components whose orders this one does not pay on")
    excluded_in_maximum: bool = noted(
        False, "whether excluded orders count in the theoretical maximum, as breakage"
    )

    @model_validator(mode="after")
    def _rates_fit(self) -> LevelComponent:
        rows = self.rates.values() if isinstance(self.rates, dict) else [self.rates]
        longest = max((len(row) for row in rows), default=0)
        if longest != self.levels:
            raise ValueError(f"levels is {self.levels} but the longest list of rates has {longest}")
        if (self.skip_rank is not None) != (self.compression == "skip_below_rank"):
            raise ValueError("skip_rank goes with compression: skip_below_rank, and only with it")
        return self


class FastStartComponent(OrderComponent):
    """Rates on a newcomer's orders in the first days, to the uplines above it."""

    type: Literal["fast_start"]
    days: Whole = noted(
        ..., "length of the window; the day of enrolment is day 0", "days", ge=1, le=3660
    )
    last_day_inside: bool = noted(True, "whether day number ``days`` is still inside")
    rates: Annotated[tuple[Rate, ...], AfterValidator(filled)] = noted(
        ..., "rates from level 1 up", "share", max_length=MAX_LEVELS
    )
    roll_up: bool = noted(False, "an unqualified upline's level passes to the next qualified one")


class Tier(Block):
    """One step of a structure bonus."""

    amount: Amount = noted(
        ..., "fixed bonus a period; only the highest tier held is paid", "currency"
    )


class StructureComponent(Component):
    """A fixed bonus while a pattern of qualified teams holds.

    Tier 1: an own order, ``frontline`` recruits with a qualifying order each, and the team volume.
    Each further tier: tier 1 holds and ``frontline`` recruits hold the tier below.
    """

    type: Literal["structure"]
    tiers: Annotated[tuple[Tier, ...], AfterValidator(filled)] = noted(
        ..., "bonuses from the lowest tier up", max_length=9
    )
    frontline: Whole = noted(3, "recruits that each tier needs", ge=1, le=100)
    own_order_pv: Points = noted(
        0, "least own activity-class volume", "points", validate_default=True
    )
    frontline_order_pv: Points = noted(
        0,
        "least activity-class volume of a recruit that counts for tier 1",
        "points",
        validate_default=True,
    )
    customers_count: bool = noted(
        False, "preferred customers with that order volume in the period count for tier 1 too"
    )
    team_volume: Points = noted(0, "least volume of the team", "points", validate_default=True)
    team: Literal["frontline", "downline"] = noted(
        "frontline",
        "the team: frontline is all rank volume credited to oneself and the direct recruits' "
        "personal volume; downline is the group volume",
    )

    @field_validator("tiers", mode="before")
    @classmethod
    def _plain_amounts(cls, tiers: object) -> object:
        """Allow ``tiers: [50, 250, 1500]``."""
        if not isinstance(tiers, list | tuple):
            return tiers
        return [t if isinstance(t, dict | Tier) else {"amount": t} for t in tiers]


class PoolComponent(Component):
    """A share of the period's cv, divided by points among the holders of ranks."""

    type: Literal["pool"]
    share: Rate = noted(..., "share of cv that makes the fund", "share")
    orders: tuple[OrderClass, ...] | None = noted(
        None, "order classes that feed it; default counts_to.commission"
    )
    points: dict[str, Factor] = noted(
        ..., "points of a paid-as rank; ranks not named have none", "points"
    )
    max_share: Rate | None = noted(
        None, "most that one person may take of the fund; the rest is lost", "share"
    )

    @field_validator("points")
    @classmethod
    def _some_points(cls, points: dict[str, Fraction]) -> dict[str, Fraction]:
        if not any(points.values()):
            raise ValueError("a pool needs at least one rank with points above 0")
        return points


AnyComponent = Annotated[
    LevelComponent | FastStartComponent | StructureComponent | PoolComponent,
    Field(discriminator="type"),
]
