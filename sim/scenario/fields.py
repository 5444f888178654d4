"""The kinds of field that a scenario is made of: numbers, shares, money, each with its source."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A group of fields: frozen, and unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def setting(default: Any, unit: str, meaning: str, source: str, low: float, high: float) -> Any:
    """A number with its unit, meaning, source and closed range."""
    extra: dict[str, Any] = {"unit": unit, "source": source}
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def share(default: float, meaning: str, source: str) -> Any:
    """A setting between 0 and 1."""
    return setting(default, "share 0-1", meaning, source, 0, 1)


def _whole_cents(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError("money is a decimal number such as 12.50")
    try:
        amount = Decimal(value)
        whole = amount == amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise ValueError("money is a decimal number such as 12.50, below 10^24") from None
    if not whole:
        raise ValueError("money has at most two decimals")
    return amount


Money = Annotated[Decimal, BeforeValidator(_whole_cents)]


def money(default: str, meaning: str, source: str, high: int = 1_000_000) -> Any:
    """An amount of money in major units with two decimals."""
    return setting(Decimal(default), "major units", meaning, source, 0, high)


def points(default: str, meaning: str, source: str) -> Any:
    """A volume in points with two decimals."""
    return setting(Decimal(default), "points", meaning, source, 0, 1_000_000)


def minor(amount: Decimal) -> int:
    """The amount in whole minor units (cents), or the volume in hundredths of a point."""
    return int(amount * 100)
