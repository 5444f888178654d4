"""From samples to checks. The unit is always the run (a tree), never the member."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.registry import Check, against_theory


def mean_check(name: str, values: NDArray[Any], expected: Any, **more: Any) -> Check:
    """The mean over runs against its exact value, with the standard error of the sample."""
    values = np.asarray(values, np.float64)
    se = float(values.std(ddof=1)) / sqrt(len(values))
    return against_theory(name, float(values.mean()), float(expected), se, **more)


def exact_check(
    name: str, values: NDArray[Any], expected: Any, variance: Any, **more: Any
) -> Check:
    """The mean over runs against its exact value, with the standard error of the exact variance."""
    values = np.asarray(values, np.float64)
    se = sqrt(float(variance) / len(values))
    return against_theory(name, float(values.mean()), float(expected), se, **more)


def chance_check(name: str, happened: NDArray[Any], chance: Any, **more: Any) -> Check:
    """The share of runs in which something happened against its exact chance."""
    return exact_check(name, happened, chance, float(chance) * (1 - float(chance)), **more)


def paired_check(name: str, values: NDArray[Any], given: NDArray[Any], **more: Any) -> Check:
    """The mean over runs against the mean of each run's own exact expectation."""
    rest = np.asarray(values, np.float64) - given
    se = float(rest.std(ddof=1)) / sqrt(len(rest))
    return against_theory(name, float(np.mean(values)), float(np.mean(given)), se, **more)


def ratio_check(
    name: str, above: NDArray[Any], below: NDArray[Any], expected: Any, **more: Any
) -> Check:
    """A ratio of means against its exact value: above - expected * below has mean zero exactly."""
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    rest = above - float(expected) * below
    se = float(rest.std(ddof=1)) / sqrt(len(rest)) / float(below.mean())
    return against_theory(name, float(above.sum() / below.sum()), float(expected), se, **more)
