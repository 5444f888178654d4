"""Consider: how does an approached person decide?

A logistic choice (McFadden 1974): the log-odds of a yes are a sum of reasons, and luck decides.
"""

from __future__ import annotations

import math


def accepts_offer(appeal: float, fatigue: float, luck: float) -> bool:
    """Whether luck, uniform in [0, 1), is below the logistic of appeal less fatigue.

    ``appeal`` and ``fatigue`` are log-odds; fatigue grows with earlier refusals.
    """
    return luck < 1.0 / (1.0 + math.exp(min(700.0, fatigue - appeal)))


def income_gain(
    expected: float, susceptibility: float, hours: float, wage: float, cap: float
) -> float:
    """The promised income as a multiple of what the hours earn elsewhere, 0 to ``cap``.

    ``expected`` is the believed monthly income in minor units, ``wage`` the outside wage of an
    hour.
    """
    elsewhere = hours * wage
    if elsewhere <= 0.0:
        return cap if expected > 0.0 else 0.0
    return min(cap, max(0.0, susceptibility * expected / elsewhere))


def saving_gain(monthly_saving: float, fee: float, cap: float) -> float:
    """A year's saving as a multiple of the entry fee, from 0 to ``cap``; both in minor units."""
    saving = 12.0 * monthly_saving
    if fee <= 0.0:
        return cap if saving > 0.0 else 0.0
    return min(cap, max(0.0, saving / fee))


def asker_appeal(skill: float, skill_weight: float, is_friend: bool, friend_weight: float) -> float:
    """Log-odds that the asker adds: the logarithm of its skill (mean 1), and friendship."""
    return skill_weight * math.log(max(skill, 1e-12)) + (friend_weight if is_friend else 0.0)


def neighbour_appeal(
    enrolled: int, former: int, enrolled_weight: float, former_weight: float
) -> float:
    """Log-odds added by what the contacts live: how many are enrolled, and how many have left."""
    return enrolled_weight * enrolled + former_weight * former
