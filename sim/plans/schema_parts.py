"""The blocks of a plan file below its components: money, kit, volumes, activity and ranks."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.plans.quantities import Amount, Points, Rate, Whole
from sim.plans.rounding import Rounding

MAX_RANKS = 60
MAX_LEVELS = 100

Id = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")


class Block(BaseModel):
    """A part of a plan file: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def noted(default: Any, description: str, unit: str = "", source: str = "", **bounds: Any) -> Any:
    """A field with its description, unit and source; ``bounds`` are pydantic's (ge, le, ...)."""
    notes = {"unit": unit, "source": source}
    extra: dict[str, Any] = {key: text for key, text in notes.items() if text}
    return Field(default, description=description, json_schema_extra=extra or None, **bounds)


def filled(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse an empty list."""
    if not values:
        raise ValueError("needs at least one item")
    return values


class OrderClass(StrEnum):
    """What an order is to the plan: who bought it and what for."""

    RETAIL_CUSTOMER = "retail_customer"
    PREFERRED_CUSTOMER = "preferred_customer"
    OWN_USE = "own_use"
    TOP_UP = "top_up"
    KIT = "kit"


class Money(Block):
    """How amounts become payable money."""

    rounding: Literal["half_even", "half_up", "half_ceiling", "down", "floor", "ceiling"] = noted(
        "half_even", "how an exact amount becomes whole quanta; half_up is symmetric about zero"
    )
    decimals: Whole = noted(
        2, "decimal places of the currency: one minor unit is 10^-decimals", ge=0, le=4
    )
    quantum: Amount | None = noted(
        None,
        "smallest payable amount, a multiple of the minor unit; default one minor unit",
        "currency",
    )
    per: Literal["line", "total"] = noted(
        "line", "round each commission line, or each payee's total of a component"
    )

    @property
    def mode(self) -> Rounding:
        """The rounding as the code that the engine uses."""
        return Rounding[self.rounding.upper()]

    @property
    def smallest(self) -> int:
        """The smallest payable amount, in minor units."""
        return 1 if self.quantum is None else self.minor(self.quantum)

    def minor(self, amount: Any) -> int:
        """An amount in major units as whole minor units; ValueError if it is finer than those."""
        units = amount * 10**self.decimals
        if units.denominator != 1:
            raise ValueError(f"{amount} is finer than the minor unit of {self.decimals} decimals")
        return int(units)

    @model_validator(mode="after")
    def _quantum_is_payable(self) -> Money:
        if self.quantum is not None and self.minor(self.quantum) < 1:
            raise ValueError("quantum must be at least one minor unit")
        return self


class Kit(Block):
    """The entry purchase of a new participant."""

    price: Amount = noted(0, "what the newcomer pays the firm", "currency", validate_default=True)
    pv: Points = noted(0, "personal volume of the kit", "points", validate_default=True)
    qv: Points | None = noted(None, "rank volume of the kit; default its pv", "points")
    cv: Amount = noted(0, "commissionable volume of the kit", "currency", validate_default=True)


class Renewal(Block):
    """The fee that keeps a membership alive."""

    fee: Amount = noted(0, "what each renewal costs", "currency", validate_default=True)
    every_months: Whole = noted(
        12, "months from enrolment, and from renewal, to renewal", "months", ge=1, le=120
    )


ALL_CLASSES = tuple(OrderClass)
OWN_ORDERS = (OrderClass.OWN_USE, OrderClass.TOP_UP, OrderClass.KIT)


class CountsTo(Block):
    """Which classes of orders count for what. The order counts for its ``credited_to``."""

    personal: tuple[OrderClass, ...] = noted(
        ALL_CLASSES, "classes that count to personal volume and ranks' pv"
    )
    activity: tuple[OrderClass, ...] = noted(
        OWN_ORDERS, "classes that count to the activity test and own-order gates"
    )
    rank: tuple[OrderClass, ...] = noted(ALL_CLASSES, "classes that count to group and leg volume")
    commission: tuple[OrderClass, ...] = noted(
        ALL_CLASSES, "classes whose cv is paid on, if a component names none"
    )


class Volumes(Block):
    """How orders become volume."""

    counts_to: CountsTo = noted(CountsTo(), "which order classes count to which volume")
    rank_volume: Literal["pv", "qv"] = noted(
        "pv", "the order field that group and leg volume add up"
    )


class Activity(Block):
    """The test that a participant must pass in a period to be paid at all."""

    pv_min: Points = noted(
        0, "least volume of activity-class orders in the period", "points", validate_default=True
    )
    order_in_period: bool = noted(
        False, "whether an activity-class order in the period is needed too"
    )


class Legs(Block):
    """So many different legs of which each meets the condition."""

    count: Whole = noted(..., "how many legs", ge=1, le=1000)
    gv: Points | None = noted(None, "least group volume of the leg", "points")
    rank: str | None = noted(None, "least paid-as rank held in the leg (see rank_rules.rank_leg)")

    @model_validator(mode="after")
    def _has_condition(self) -> Legs:
        if self.gv is None and self.rank is None:
            raise ValueError("a leg requirement needs gv, rank or both")
        return self


class Require(Block):
    """What a rank asks for in the period; all of it together."""

    pv: Points = noted(0, "least personal volume", "points", validate_default=True)
    gv: Points = noted(
        0, "least group volume, own volume included", "points", validate_default=True
    )
    qualified_frontline: Whole = noted(
        0, "least number of direct recruits who pass the activity test", ge=0, le=10000
    )
    legs: tuple[Legs, ...] = noted((), "leg requirements", max_length=4)


class Rank(Block):
    """One rank of the ladder; ranks are listed from lowest to highest."""

    id: str = Id
    require: Require = noted(Require(), "what the rank asks for")


class RankRules(Block):
    """How the ladder is read."""

    must_hold_lower: bool = noted(
        True, "stop at the first rank that is missed; else the highest rank met counts"
    )
    distinct_legs: bool = noted(True, "a leg may serve only one leg requirement of a rank")
    rank_leg: Literal["anybody", "frontline"] = noted(
        "anybody",
        "who in a leg must hold the rank asked: anybody in it, or its frontline participant",
        source="anybody: doTERRA, as described at smore.com/kjuu4",
    )
    need_activity: bool = noted(
        True, "whoever fails the activity test has no paid-as rank in that period"
    )


class Prices(Block):
    """Who pays what, as far as the plan rules it."""

    member_discount: Rate = noted(
        0, "share off list price that participants pay less", "share", validate_default=True
    )
    preferred_discount: Rate | None = noted(
        None, "the same for preferred customers; default the member discount", "share"
    )
    retail_margin: Literal["list_minus_member", "none"] = noted(
        "list_minus_member", "what the seller gets of a retail customer's payment at list price"
    )
