"""Intervals, each with the unit that it generalises over: people of one run, or replicate runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Interval(NamedTuple):
    """An estimate, its bounds, the unit it generalises over, and how many of these there are."""

    value: float
    low: float
    high: float
    unit: str
    n: int


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Score interval for a share (Wilson 1927). Unit: people of one run, taken as independent.

    People of one tree are not independent, so between runs the spread is as a rule wider.
    """
    from scipy.special import ndtri

    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"a share needs 0 <= successes <= n and n > 0, not {successes} of {n}")
    z = float(ndtri((1 + level) / 2))
    p, z2 = successes / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * (p * (1 - p) / n + z2 / (4 * n * n)) ** 0.5 / (1 + z2 / n)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half), "people of one run", n)


def replicate_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Student's interval for the mean over runs that differ in their seed alone.

    With one run the bounds are infinite: one run says nothing about the spread between runs.
    """
    x = np.asarray(values, np.float64)
    if not len(x):
        raise ValueError("an interval needs at least one run")
    mean = float(x.mean())
    if len(x) == 1:
        return Interval(mean, -np.inf, np.inf, "replicate runs", 1)

    from scipy.special import stdtrit

    half = float(stdtrit(len(x) - 1, (1 + level) / 2) * x.std(ddof=1) / len(x) ** 0.5)
    return Interval(mean, mean - half, mean + half, "replicate runs", len(x))


def bootstrap(
    values: NDArray[Any],
    statistic: Callable[[NDArray[Any]], float | None],
    resamples: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> Interval | None:
    """Percentile interval of a statistic. Unit: people of one run, drawn anew with replacement.

    None where the statistic has no value. Too narrow for top shares of heavy tails, as every
    bootstrap of them is.
    """
    value = statistic(values)
    if value is None:
        return None
    luck = np.random.default_rng(seed)
    drawn = [
        statistic(values[luck.integers(0, len(values), len(values))]) for _ in range(resamples)
    ]
    known = [d for d in drawn if d is not None]
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), "people of one run", len(values))
