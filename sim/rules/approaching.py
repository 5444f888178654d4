"""Approach: how many people does a distributor ask, and whom?"""

from __future__ import annotations


def hours_given(
    hours: float, morale: float, success: float, success_effort: float, most: float
) -> float:
    """Hours spent this month, at most ``most``.

    ``hours`` is what the person could give beside its other life, ``morale`` and ``success`` from 0
    to 1. Success frees up to ``success_effort`` times the hours: without it uplines die out and pay
    collapses.
    """
    return min(most, hours * morale * (1.0 + success_effort * success))


def approaches_made(hours: float, per_hour: float, luck: float) -> int:
    """Whole number of approaches whose mean is ``hours * per_hour`` (stochastic rounding)."""
    return int(hours * per_hour + luck)


def asks_a_contact(warm: float, contacts: int, luck: float) -> bool:
    """Whether an approach goes to one of the own ``contacts``; otherwise it goes to anyone."""
    return contacts > 0 and luck < warm
