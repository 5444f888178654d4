"""What participants and customers pay for goods of a given list price, in whole minor units."""

from __future__ import annotations

from fractions import Fraction

from sim.plans.rounding import Rounding, round_exact


def member_price(list_price: int, discount: Fraction, mode: Rounding = Rounding.HALF_UP) -> int:
    """List price less the member discount, rounded to whole minor units.

    ``list_price`` in minor units, not negative; ``discount`` a share from 0 to 1 of the list price.

    >>> member_price(1000_00, Fraction(3, 10))
    70000
    """
    if list_price < 0 or not 0 <= discount <= 1:
        raise ValueError(
            f"list price {list_price} must be >= 0 and discount {discount} from 0 to 1"
        )
    return round_exact(list_price * (1 - discount), mode)


def retail_margin(list_price: int, discount: Fraction, mode: Rounding = Rounding.HALF_UP) -> int:
    """What the seller keeps when a customer pays list: list less member price, minor units."""
    return list_price - member_price(list_price, discount, mode)
