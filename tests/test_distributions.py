"""The distributions of sim.draws: exact quantiles, moments, order and limits."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from sim import draws

TINY = 2.0**-53
EDGES = np.array([0.0, TINY, 2 * TINY, 1e-9, 0.074, 0.075, 0.5, 0.925, 0.926, 1 - 1e-9, 1 - TINY])
LUCK = np.concatenate([EDGES, draws.uniforms(draws.stream(1, 1, 1), np.arange(20_000), 0)])


def over(function: Any, *parameters: float) -> np.ndarray:
    return np.array([function(u, *parameters) for u in LUCK.tolist()])


def test_normal_is_the_exact_quantile() -> None:
    z = over(draws.normal)
    expected = special.ndtri(np.maximum(LUCK, TINY / 2))
    assert np.allclose(z, expected, rtol=2e-15, atol=1e-16)
    assert draws.normal(0.5) == 0.0
    assert draws.normal(0.25) == -draws.normal(0.75)


def test_exponential_and_lognormal_are_the_exact_quantiles() -> None:
    assert np.allclose(over(draws.exponential), stats.expon.ppf(LUCK), rtol=1e-15, atol=0)
    inside = LUCK > 0
    for sigma in (0.1, 1.0, 2.5):
        expected = stats.lognorm.ppf(LUCK, s=sigma, scale=np.exp(-sigma * sigma / 2))
        assert np.allclose(
            over(draws.lognormal, sigma)[inside], expected[inside], rtol=1e-13, atol=0
        )
    assert draws.lognormal(0.3, 0.0) == 1.0


def brackets(cdf: Callable[..., np.ndarray], x: np.ndarray, slack: float) -> bool:
    """Whether x is a quantile of LUCK: cdf(x - 1) <= u < cdf(x), up to rounding of the cdf."""
    return bool(np.all(cdf(x - 1) <= LUCK + slack) and np.all(cdf(x) > LUCK - slack))


@pytest.mark.parametrize("p", [1e-6, 0.01, 0.3, 0.5, 0.99])
def test_geometric_is_the_exact_quantile(p: float) -> None:
    x = over(draws.geometric, p)
    assert x.min() == 0
    assert brackets(lambda k: -np.expm1((k + 1) * np.log1p(-p)), x, 3 * TINY)


@pytest.mark.parametrize("mean", [0.0, 1e-5, 0.3, 1.0, 20.0, 250.0, 699.9, 700.1, 3000.0, 1e4, 1e6])
def test_poisson_is_the_exact_quantile(mean: float) -> None:
    x = over(draws.poisson, mean)
    assert brackets(lambda k: stats.poisson.cdf(k, mean), x, 1e-13 * max(1.0, np.sqrt(mean)))
    assert x.max() <= mean + 9 * np.sqrt(mean) + 40


def test_moments() -> None:
    s, n = draws.stream(3, 3, 3), 200_000
    luck = draws.uniforms(s, np.arange(n), 0).tolist()
    cases = [
        ([draws.normal(u) for u in luck], 0.0, 1.0),
        ([draws.exponential(u) for u in luck], 1.0, 1.0),
        ([draws.lognormal(u, 0.5) for u in luck], 1.0, np.sqrt(np.expm1(0.25))),
        ([draws.geometric(u, 0.2) for u in luck], 4.0, np.sqrt(20.0)),
        ([draws.poisson(u, 3.5) for u in luck], 3.5, np.sqrt(3.5)),
        ([draws.rounded(2.3, u) for u in luck], 2.3, np.sqrt(0.21)),
        ([draws.rounded(-2.3, u) for u in luck], -2.3, np.sqrt(0.21)),
    ]
    for values, mean, sd in cases:
        assert abs(np.mean(values) - mean) < 5 * sd / np.sqrt(n)
        assert abs(np.std(values) / sd - 1) < 0.02


unit = st.floats(0, 1, exclude_max=True)


@settings(max_examples=300, deadline=None)
@given(unit, unit, st.floats(0, 1), st.floats(0, 2000))
def test_every_distribution_rises_with_luck(u: float, v: float, p: float, mean: float) -> None:
    low, high = min(u, v), max(u, v)
    assert draws.normal(low) <= draws.normal(high)
    assert draws.exponential(low) <= draws.exponential(high)
    assert draws.geometric(low, p) <= draws.geometric(high, p)
    assert draws.poisson(low, mean) <= draws.poisson(high, mean)
    assert draws.rounded(mean, low) <= draws.rounded(mean, high)


@settings(max_examples=300, deadline=None)
@given(st.floats(-1e12, 1e12), unit)
def test_rounded_is_a_neighbour_and_keeps_whole_numbers(x: float, u: float) -> None:
    assert draws.rounded(x, u) in (np.floor(x), np.floor(x) + 1)
    assert draws.rounded(np.floor(x), u) == np.floor(x)


def test_limits_of_the_counting_distributions() -> None:
    assert draws.geometric(0.7, 1.0) == 0
    assert draws.geometric(0.7, 0.0) == draws.geometric(0.7, 1e-300) == draws.FOREVER
    assert draws.poisson(1 - TINY, 0.0) == 0
    for bad in (-0.1, float("nan"), 1.5):
        with pytest.raises(ValueError, match="p must be"):
            draws.geometric(0.5, bad)
    for bad in (-0.1, float("nan"), 1e10):
        with pytest.raises(ValueError, match="mean must be"):
            draws.poisson(0.5, bad)


# --- the same bits, compiled or not --------------------------------------------------------------
