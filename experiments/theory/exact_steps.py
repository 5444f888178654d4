"""Exact laws of markets in which all members act at once. Nothing here is simulated."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import comb, exp, expm1

import numpy as np
from numpy.typing import NDArray

Law = NDArray[np.float64]


def level_means(steps: int, chance: float) -> list[float]:
    """Mean number of members at depth 0 ... ``steps``: C(T, d) r**d.

    Each member there at the start of a step wins one recruit with the chance; newcomers wait.
    """
    return [comb(steps, d) * chance**d for d in range(steps + 1)]


def levels_given_sizes(sizes: NDArray[np.int64]) -> Law:
    """Mean numbers by depth given how many members there were at each step, in any finite market.

    Newcomers' sponsors are exchangeable among the members of the step's start, so the generating
    function is multiplied by 1 + z (newcomers/members) in each step. ``sizes`` begins with 1.
    """
    levels = np.zeros(len(sizes))
    levels[0] = 1.0
    for before, after in pairwise(sizes):
        levels[1:] += (after - before) / before * levels[:-1]
    return levels


def members_lost(steps: int, mean: float, people: int, tries: int = 1) -> float:
    """Bound on the mean number of members who are missing because the market is finite.

    A try is lost if it hits a member, or a person whom another try of the step hits too. ``mean``
    is the mean number of recruits a member and step, by ``tries`` equal tries; each lost recruit
    would have grown by 1 + mean a step.
    """
    first, second, lost = 1.0, 1.0, 0.0
    chance = mean / tries
    for step in range(steps):
        pairs = (tries * chance) ** 2 * second / 2
        lost += (mean * second + pairs) / (people - 1) * (1 + mean) ** (steps - 1 - step)
        first, second = first * (1 + mean), second * (1 + mean) ** 2 + first * mean * (1 - chance)
    return lost


def none_after_tries(steps: int, tries: int, chance: float) -> float:
    """Members without a recruit over members, a ratio of means, after steps of k tries each.

    z(t + 1) = z(t)(1 - q) + m N(t), with m = k p and q = 1 - (1 - p)**k; the limit is m/(m + q).
    """
    mean, some = tries * chance, 1 - (1 - chance) ** tries
    none, members = 1.0, 1.0
    for _ in range(steps):
        none, members = none * (1 - some) + mean * members, members * (1 + mean)
    return none / members


def binomial(n: int, p: float) -> Law:
    """The chances of 0 ... n."""
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def distinct_hits(throws: int, targets: int, chance_each: float) -> Law:
    """How many of ``targets`` are hit; a throw hits a given one with ``chance_each``, or none."""
    law = np.zeros(targets + 1)
    law[0] = 1.0
    still = chance_each * (targets - np.arange(targets + 1))
    for _ in range(throws):
        hit = law * still
        law = law - hit
        law[1:] += hit[:-1]
    return law


def adoption_law(people: int, innovation: float, imitation: float, steps: int) -> Law:
    """The law of the number of adopters (0 ... people) after so many steps, from one adopter.

    In a step each adopter approaches one uniform other person with chance ``imitation``, and each
    person who is not reached so adopts alone with chance ``innovation``.
    """
    move = np.zeros((people + 1, people + 1))
    for n in range(1, people + 1):
        for reached, chance in enumerate(distinct_hits(n, people - n, imitation / (people - 1))):
            alone = binomial(people - n - reached, innovation)
            move[n, n + reached : n + reached + len(alone)] += chance * alone
    law = np.zeros(people + 1)
    law[1] = 1.0
    return np.asarray(law @ np.linalg.matrix_power(move, steps))


def adoption_mean(people: int, p: float, q: float, time: float) -> float:
    """Mean share of adopters of the pure birth process (M - n)(p + q n/(M - 1)), from n = 1.

    Niu 2002 (Mathematical Problems in Engineering 8(3), 249-263): the stochastic Bass model.
    """
    from scipy.linalg import expm

    n = np.arange(people + 1)
    rate = (people - n) * (p + q * n / (people - 1))
    generator = np.diag(-rate) + np.diag(rate[:-1], 1)
    return float(expm(generator * time)[1] @ n) / people


def bass(p: float, q: float, time: float) -> float:
    """Share of adopters in an endless market, from none (Bass 1969)."""
    return -expm1(-(p + q) * time) / (1 + q / p * exp(-(p + q) * time))


def lines_of(adopters: int, people: int, p: float, q: float) -> float:
    """Mean number, among so many adopters, of those whom nobody recruited, the first included.

    The next adopter comes alone with chance theta/(theta + n), theta = p (M - 1)/q, whenever it
    comes: Ewens' law.
    """
    theta = p * (people - 1) / q
    return sum(theta / (theta + i) for i in range(adopters))


Spread = Callable[[int, int], Law]


def reached_law(susceptible: int, active: int, spread: Spread, stays: float = 0.0) -> Law:
    """The law of how many of the susceptible are ever reached when recruiters burn out.

    ``spread(s, i)`` is the law of newly reached people in a step; each recruiter of the step's
    start goes on with chance ``stays``, newcomers always. The chain over (s, i) runs until it is
    still: 2**14 steps.
    """
    most = susceptible + active + 1
    move = np.zeros((susceptible + 1, most, susceptible + 1, most))
    for s in range(susceptible + 1):
        for i in range(most - s):
            old = binomial(i, stays)
            for new, chance in enumerate(spread(s, i) if i else np.ones(1)):
                move[s, i, s - new, new : new + i + 1] += chance * old
    size = (susceptible + 1) * most
    flat = move.reshape(size, size)
    for _ in range(14):
        flat = flat @ flat
    end = flat.reshape(susceptible + 1, most, -1, most)[susceptible, active]
    return np.asarray(end[:, 0][::-1])


def everybody_asked(chance: float) -> Spread:
    """Reed and Frost: each recruiter asks everybody, each offer is accepted with the chance."""
    return lambda s, i: binomial(s, 1 - (1 - chance) ** i)


def so_many_asked(people: int, throws: int, chance: float = 1.0) -> Spread:
    """Each recruiter approaches so many times a uniform other person, each time with the chance."""
    return lambda s, i: distinct_hits(throws * i, s, chance / (people - 1))


def jump_reached_law(susceptible: int, active: int, ratio: float) -> Law:
    """``reached_law`` in continuous time; ``ratio`` is approaches a life as recruiter."""
    others = susceptible + active - 1
    law = np.zeros((susceptible + 1, susceptible + active + 1))
    law[susceptible, active] = 1.0
    for s in range(susceptible, -1, -1):
        for i in range(susceptible + active - s, 0, -1):
            win = ratio * s / (ratio * s + others)
            law[s, i - 1] += law[s, i] * (1 - win)
            if s:
                law[s - 1, i + 1] += law[s, i] * win
    return law[:, 0][::-1].copy()


def reached_limit(ratio: float, susceptible: float = 1.0) -> float:
    """Share ever reached, seeds included, in an endless market: z = 1 - s0 exp(-R0 z)."""
    z = 1.0
    for _ in range(1000):
        z = 1 - susceptible * exp(-ratio * z)
    return z


def mean_of(law: Law) -> float:
    """The mean of a law on 0, 1, 2, ..."""
    return float(law @ np.arange(len(law)))
