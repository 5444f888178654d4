"""How unevenly something is spread: Lorenz curve, Gini, top shares, tail exponent, quantiles.

All of it holds for people one by one (no weights) and for groups with a share each (weights).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats]
QUANTILES = {
    "p10": 0.1,
    "p25": 0.25,
    "p50": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p99_9": 0.999,
    "max": 1.0,
}


def lorenz(values: ArrayLike, weights: ArrayLike | None = None) -> Curve | None:
    """Points (share of people, share of the total that they hold), poorest first, from (0, 0) on.

    None where there is nothing to share. Values must not be negative.

    Raises:
        ValueError: a value is negative: the curve has no meaning then.
    """
    x = np.asarray(values, np.float64)
    if weights is None:
        x = np.sort(x)
        people, held = np.arange(1.0, len(x) + 1), np.cumsum(x)
    else:
        order, w = np.argsort(x, kind="stable"), np.asarray(weights, np.float64)
        x = x[order]
        people, held = np.cumsum(w[order]), np.cumsum(w[order] * x)
    if len(x) and x[0] < 0:
        raise ValueError("a Lorenz curve needs values of zero or more")
    if not len(x) or held[-1] <= 0:
        return None
    return np.append(0.0, people / people[-1]), np.append(0.0, held / held[-1])


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float | None:
    """Gini coefficient of a whole population, 0 (equal) to 1; None where there is nothing to share.

    >>> gini([0, 0, 0, 8])
    0.75
    """
    return gini_of(lorenz(values, weights))


def gini_of(curve: Curve | None) -> float | None:
    """Gini coefficient of a Lorenz curve: twice the area between it and the diagonal."""
    if curve is None:
        return None
    people, held = curve
    return float(1 - np.sum(np.diff(people) * (held[1:] + held[:-1])))


def top_share(
    values: ArrayLike, share: float = 0.01, weights: ArrayLike | None = None
) -> float | None:
    """Share of the total that the richest ``share`` (0-1) hold; one person or group may be split.

    >>> round(top_share([1, 1, 1, 5], 0.25), 6)
    0.625
    """
    return top_share_of(lorenz(values, weights), share)


def top_share_of(curve: Curve | None, share: float = 0.01) -> float | None:
    """What the richest ``share`` (0-1) hold by a Lorenz curve."""
    return None if curve is None else float(1 - np.interp(1 - share, *curve))


def lorenz_points(curve: Curve | None, points: int = 100) -> list[tuple[float, float]]:
    """A Lorenz curve at ``points`` + 1 even steps, the top 1 % and 0.1 % added, for a figure."""
    if curve is None:
        return []
    steps = np.unique(np.append(np.linspace(0, 1, points + 1), [0.99, 0.999]))
    return [(float(p), float(q)) for p, q in zip(steps, np.interp(steps, *curve), strict=True)]


class Tail(NamedTuple):
    """Power-law tail P(X > x) ~ x^-alpha by Hill (1975) over the ``k`` largest values.

    ``se`` is the asymptotic standard error alpha / sqrt(k); ``above`` the value where the tail
    begins.
    """

    alpha: float
    se: float
    k: int
    above: float


def hill(values: ArrayLike, share: float = 0.1, at_least: int = 20) -> Tail | None:
    """Tail exponent of the positive values, from their top ``share`` (at least ``at_least``).

    None where fewer than ``at_least`` + 1 values are positive or the top ones are all equal.
    Source: Hill, Annals of Statistics 3 (1975) 1163-1174.
    """
    x = np.asarray(values, np.float64)
    x = np.sort(x[x > 0])[::-1]
    k = max(at_least, int(share * len(x)))
    if len(x) <= k:
        return None
    mean = float(np.mean(np.log(x[:k] / x[k])))
    return Tail(1 / mean, 1 / mean / k**0.5, k, float(x[k])) if mean > 0 else None


def quantiles(ranked: NDArray[Any], scale: float = 1.0) -> dict[str, float | None]:
    """QUANTILES of values in rising order, as somebody really has them, over ``scale``.

    The inverted distribution: the least value that at least such a share does not exceed.
    """
    n = len(ranked)
    if not n:
        return dict.fromkeys(QUANTILES)
    at = np.ceil(n * np.array(list(QUANTILES.values())) - 1).clip(0, n - 1).astype(np.int64)
    return {name: float(v) / scale for name, v in zip(QUANTILES, ranked[at], strict=True)}
