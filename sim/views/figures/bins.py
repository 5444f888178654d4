"""Bins of yearly income on a log scale, with zero, losses and break-even as bins of their own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.views.text import amount, short_amount


@dataclass(frozen=True)
class Bin:
    """Incomes above ``low`` up to ``high``, whole units; zero alone is low == high == 0."""

    low: float
    high: float
    label: str


def series(top: float, start: float = 10.0) -> list[float]:
    """The edges 10, 30, 100, 300, ... up to the first that reaches ``top``."""
    edges = [start]
    while edges[-1] < top:
        decade = round(np.log10(edges[-1]) // 1)
        edges.append(3.0 * 10**decade if edges[-1] == 10.0**decade else 10.0 ** (decade + 1))
    return edges


def pay_bins(top: float, currency: str) -> list[Bin]:
    """A bin of exactly zero, then (0, 10], (10, 30], ... up to ``top``, at least to 10,000."""
    edges = series(max(top, 10_000.0))
    lows = [0.0, *edges[:-1]]
    positive = [Bin(a, b, _between(a, b, currency)) for a, b in zip(lows, edges, strict=True)]
    return [Bin(0.0, 0.0, f"exactly {amount(0, currency)}"), *positive]


def net_bins(lowest: float, highest: float, even: float, currency: str) -> list[Bin]:
    """Losses, break-even ([-even, even]), gains: edges in the same series outside ``even``.

    A loss bin holds its low edge and not its high one, so that break-even keeps both ends.
    """
    up = [even, *(e for e in series(max(highest, 1000.0)) if e > even)]
    down = [even, *(e for e in series(max(-lowest, 1000.0)) if e > even)]
    losses = [Bin(-b, -a, _between(-b, -a, currency)) for a, b in pairwise(down)]
    gains = [Bin(a, b, _between(a, b, currency)) for a, b in pairwise(up)]
    middle = Bin(-even, even, f"break-even: {amount(-even, currency)} to {amount(even, currency)}")
    return [*reversed(losses), middle, *gains]


def shares(
    values: NDArray[np.float64], bins: list[Bin], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weight that falls into each bin; ``weights`` sum to 1, or are empty."""
    return np.array([weights[inside(values, b)].sum() for b in bins], np.float64)


def inside(values: NDArray[np.float64], b: Bin) -> NDArray[np.bool_]:
    """Which values lie in the bin."""
    if b.low == -b.high:
        return (values >= b.low) & (values <= b.high)
    if b.high <= 0:
        return (values >= b.low) & (values < b.high)
    return (values > b.low) & (values <= b.high)


def _between(low: float, high: float, currency: str) -> str:
    return f"{short_amount(low, currency)} to {short_amount(high, currency)}"
