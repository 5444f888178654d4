"""Closed forms and recurrences for trees that grow member by member. Nothing here is simulated.

A random recursive tree of n members: the founder is member 1 at depth 0, and each newcomer's
sponsor is uniform over the members there are. Sources: Gastwirth 1977 (American Statistician 31(2),
79-82) for the law of recruits; Mahmoud and Smythe 1991 (Annals of Applied Probability 1(3),
406-418) for subtrees. The leaves follow the Eulerian law, the depths the Stirling numbers of the
first kind; all follow from the definition by the recurrences below.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from functools import cache
from math import comb


def harmonic(n: int, power: int = 1) -> Fraction:
    """1 + 1/2**power + ... + 1/n**power."""
    return sum((Fraction(1, i**power) for i in range(1, n + 1)), Fraction(0))


def recruits_none(k: int, n: int) -> Fraction:
    """The chance that entrant k has no recruit when there are n members: (k - 1)/(n - 1)."""
    return Fraction(k - 1, n - 1)


def recruit_shares(n: int, most: int) -> list[Fraction]:
    """Expected shares of the n members with 0, 1, ..., ``most`` recruits.

    The limit is 1/2**(r + 1). Counts f obey f_r(i + 1) = f_r(i) + (f_{r-1}(i) - f_r(i))/i, and for
    r = 0 one more.
    """
    count = [Fraction(1)] + [Fraction(0)] * most
    for i in range(1, n):
        moved = [c / i for c in count]
        gained = [Fraction(1), *moved[:-1]]
        count = [c - m + g for c, m, g in zip(count, moved, gained, strict=True)]
    return [c / n for c in count]


def leaf_law(n: int) -> list[Fraction]:
    """The chance of 0, 1, ..., n members without a recruit, founder of a tree of one included."""
    law = [Fraction(0), Fraction(1)]
    for i in range(1, n):
        new = [Fraction(0)] * (i + 2)
        for leaves, chance in enumerate(law):
            stays = Fraction(leaves, i) if i > 1 else Fraction(1)
            new[leaves] += chance * stays
            new[leaves + 1] += chance * (1 - stays)
        law = new
    return law


def central_moment(law: list[Fraction], order: int) -> Fraction:
    """A central moment of a law on 0, 1, 2, ..."""
    mean = sum((x * p for x, p in enumerate(law)), Fraction(0))
    return sum(((x - mean) ** order * p for x, p in enumerate(law)), Fraction(0))


def depth_profile(n: int) -> list[Fraction]:
    """Expected number of members at depth 0 ... n - 1: |s(n, d + 1)|/(n - 1)!."""
    profile = [Fraction(1)]
    for i in range(1, n):
        shifted = [Fraction(0), *(p / i for p in profile)]
        profile = [a + b for a, b in zip([*profile, Fraction(0)], shifted, strict=True)]
    return profile


def entrant_depth(k: int) -> tuple[Fraction, Fraction]:
    """Mean H_{k-1} and variance H_{k-1} - H^(2)_{k-1} of the depth of entrant k."""
    mean = harmonic(k - 1)
    return mean, mean - harmonic(k - 1, 2)


def downline_at_least(d: int, k: int, n: int) -> Fraction:
    """The chance that entrant k >= 2 of n has d or more people below: a beta-binomial tail."""
    below = sum(comb(n - 2 - x, k - 2) for x in range(d))
    return 1 - Fraction(below, comb(n - 1, k - 1))


@cache
def capped_shares(n: int, cap: int) -> tuple[float, ...]:
    """Expected shares of n members with 0 ... ``cap`` recruits when nobody may have more.

    The newcomer's sponsor is uniform over those below the cap. A chain over all states (how many
    members have 0, 1, ..., cap - 1 recruits), so it is exact at every n.
    """
    states = {(1, *[0] * (cap - 1)): 1.0}
    for _ in range(1, n):
        new: defaultdict[tuple[int, ...], float] = defaultdict(float)
        for state, chance in states.items():
            for r, members in enumerate(state):
                if members:
                    new[_recruited(state, r)] += chance * members / sum(state)
        states = dict(new)
    below = [sum(p * state[r] for state, p in states.items()) / n for r in range(cap)]
    return (*below, 1 - sum(below))


def _recruited(state: tuple[int, ...], r: int) -> tuple[int, ...]:
    """The state after a member with r recruits has won one more."""
    counts = [*state, 0]
    counts[r] -= 1
    counts[r + 1] += 1
    counts[0] += 1
    return tuple(counts[:-1])


def capped_limit(cap: int) -> list[float]:
    """The shares of ``capped_shares`` in an endless tree, for a cap of 2 or more.

    They are a/(1 + a)**(r + 1) below the cap and (1 + a)**-cap at it; a, the share of members below
    the cap, solves 1 - (1 + a)**-cap = a.
    """
    low, high = 1e-9, 1.0
    for _ in range(200):
        a = (low + high) / 2
        low, high = (a, high) if 1 - (1 + a) ** -cap > a else (low, a)
    return [a / (1 + a) ** (r + 1) for r in range(cap)] + [(1 + a) ** -cap]
