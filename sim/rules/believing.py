"""Beliefs and morale: what does a person expect to earn, and how does it move?"""

from __future__ import annotations


def expected_income(shown: float, true_mean: float, hype: float) -> float:
    """Monthly income that a prospect expects, in minor units.

    ``shown`` is what recruiters show (the visible top), ``true_mean`` what a participant gets on
    average, ``hype`` (0-1) the weight of the show. With hype 0 the expectation is the truth.
    """
    return hype * shown + (1.0 - hype) * true_mean


def moved(value: float, target: float, share: float) -> float:
    """``value`` after closing ``share`` (0-1) of its gap to ``target``: partial adjustment."""
    return value + share * (target - value)


def success(lived_income: float, goal: float) -> float:
    """Success from 0 to 1: one half where the lived monthly income equals the ``goal``."""
    if lived_income <= 0.0:
        return 0.0
    return lived_income / (lived_income + goal) if goal > 0.0 else 1.0
