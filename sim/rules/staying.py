"""Reflect: does a distributor leave?"""

from __future__ import annotations

import math


def leave_probability(
    first: float,
    half_tenure: float,
    tenure: float,
    success: float,
    protection: float,
    quiet: float,
    idle_months: float,
) -> float:
    """Chance from 0 to 1 to leave this month.

    It starts at ``first``, has halved at ``half_tenure`` months of membership, is divided by
    exp(``protection``) at full success (0-1), and grows with months since the last order: by
    ``quiet`` for a year. That the hazard falls with tenure is published: of one firm's members of
    calendar year Y 47 % bought nothing in Y+1 and 63 % nothing in Y+2 (Young Living US 2018).
    """
    hazard = first / (1.0 + tenure / half_tenure) * math.exp(-protection * success)
    return min(1.0, hazard * (1.0 + quiet * min(1.0, idle_months / 12.0)))


def leaves(probability: float, luck: float) -> bool:
    """Whether the distributor leaves, ``luck`` uniform in [0, 1)."""
    return luck < probability


def renews(idle_months: float, limit: float) -> bool:
    """Whether a member pays the fee at its anniversary: it has ordered within ``limit`` months."""
    return idle_months < limit
