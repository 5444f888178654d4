"""The rates of bonuses paid order by order, by rank and level, as exact shares of an order's cv."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from sim.plans.schema_components import FastStartComponent, LevelComponent

LARGEST_DENOMINATOR = 2**62

Rates = list[tuple[Fraction, ...]]


class PlanError(ValueError):
    """A plan that reads well but cannot be computed exactly in 64 bits."""


def rates_by_rank(component: LevelComponent | FastStartComponent, rank_ids: Sequence[str]) -> Rates:
    """What every rank is paid of an order's cv, from level 1 up; a row may be short or empty.

    A rank not named in the plan has the rates of the next lower named one.
    """
    factor = component.pool_pct * component.multiplier
    if not isinstance(component.rates, dict):
        return [tuple(rate * factor for rate in component.rates)] * len(rank_ids)
    rows: Rates = []
    for rank in rank_ids:
        named = component.rates.get(rank)
        below = rows[-1] if rows else ()
        rows.append(below if named is None else tuple(rate * factor for rate in named))
    return rows


def common_denominator(rows: Rates, quantum: int) -> int:
    """The least one of all ``rows``, small enough for rates and ``quantum`` to stay in 64 bits.

    ``quantum`` is the smallest payable amount in minor units. Raises PlanError if there is none.
    """
    rates = [rate for row in rows for rate in row]
    den = lcm(*(rate.denominator for rate in rates))
    if max([Fraction(quantum), *rates]) * den >= LARGEST_DENOMINATOR:
        raise PlanError("the rates have no common denominator below 2^62")
    return den
