"""Shop: does a person order this month, and how much?"""

from __future__ import annotations

import math


def order_probability(
    base: float, appetite: float, price_sensitivity: float, price_ratio: float
) -> float:
    """Chance from 0 to 1 that a person orders in a month.

    ``base`` is the chance at full appetite and list price, ``appetite`` 0-1, ``price_ratio`` the
    price paid over the list price. A lower price raises the chance, the more so the more sensitive
    the person: a constant-elasticity demand curve (Mas-Colell et al. 1995, ch. 3) written in the
    exponent.
    """
    return min(1.0, base * appetite * math.exp(min(700.0, price_sensitivity * (1.0 - price_ratio))))


def orders(probability: float, luck: float) -> bool:
    """Whether the person orders, ``luck`` uniform in [0, 1)."""
    return luck < probability


def units_ordered(mean: float, luck: float) -> int:
    """Units of an order, at least 1 where ``mean`` is at least 1: one, and a geometric number more.

    ``mean`` is the mean number of units; a mean below 1 is the chance of a single unit.
    """
    if mean <= 1.0:
        return int(luck < mean)
    more = 1.0 - 1.0 / mean
    return 1 + int(math.log(1.0 - luck) / math.log(more))


def stops_buying(first: float, half_tenure: float, tenure: float, luck: float) -> bool:
    """Whether a customer stops: a chance ``first``, halved at ``half_tenure`` months."""
    return luck < first / (1.0 + tenure / half_tenure)
