"""Stock: does a distributor buy more than it wants, to stay qualified?"""

from __future__ import annotations


def tops_up(expected_pay: float, cost: float, use_value: float) -> bool:
    """Whether to buy the missing volume.

    ``expected_pay`` is the month's pay expected if qualified, ``cost`` the price of the missing
    units, both in minor units; ``use_value`` (0-1) is what the goods are worth to the buyer, of
    their price. It pays when the pay covers the part of the cost that the goods are not worth. This
    is the purchase to qualify that regulators look for (Omnitrition, 9th Cir. 1996).
    """
    return cost > 0 and expected_pay > 0 and expected_pay >= cost * (1.0 - use_value)


def units_missing(threshold: int, volume: int, unit_volume: int) -> int:
    """Units that lift ``volume`` to ``threshold``; 0 where units carry no volume."""
    if volume >= threshold or unit_volume <= 0:
        return 0
    return -(-(threshold - volume) // unit_volume)
