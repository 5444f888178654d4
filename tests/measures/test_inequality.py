import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.inequality import (
    QUANTILES,
    gini,
    hill,
    lorenz,
    lorenz_points,
    quantiles,
    top_share,
)

INCOMES = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


def gini_by_pairs(x):
    x = np.asarray(x, float)
    return np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2 * x.mean())


def test_known_answers():
    assert gini([5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == 0.75
    assert gini([1, 3]) == pytest.approx(0.25)
    assert top_share([1, 1, 1, 5], 0.25) == pytest.approx(5 / 8)
    assert top_share([1, 1, 1, 5], 0.125) == pytest.approx(2.5 / 8), "a person may be split"
    assert top_share([7] * 50, 0.01) == pytest.approx(0.01)


def test_geometric_recruits_have_gini_two_thirds_and_a_top_fifth_with_65_percent():
    """P(k) = 2^-(k+1), k = 0, 1, ...: exact values of the half law."""
    k = np.arange(200)
    weights = 0.5 ** (k + 1)
    assert gini(k, weights) == pytest.approx(2 / 3, abs=1e-12)
    assert top_share(k, 0.2, weights) == pytest.approx(0.65, abs=1e-12)


@given(INCOMES)
def test_gini_is_the_mean_difference_over_twice_the_mean(x):
    if sum(x):
        assert gini(x) == pytest.approx(gini_by_pairs(x), abs=1e-9)
    else:
        assert gini(x) is None


@given(INCOMES, st.integers(1, 5))
def test_weights_count_people(x, times):
    if sum(x):
        assert gini(x, [times] * len(x)) == pytest.approx(gini(x))
        repeated = np.repeat(x, times)
        assert top_share(repeated, 0.1) == pytest.approx(top_share(x, 0.1))


@given(INCOMES, st.randoms())
def test_order_does_not_matter_and_the_curve_lies_below_the_diagonal(x, luck):
    mixed = list(x)
    luck.shuffle(mixed)
    assert gini(x) == gini(mixed)
    if (curve := lorenz(x)) is not None:
        people, held = curve
        assert (held <= people + 1e-12).all()
        assert (np.diff(held) >= 0).all()
        assert held[-1] == 1


def test_nothing_to_share_has_no_gini_and_losses_no_curve():
    assert gini([]) is None
    assert gini([0, 0]) is None
    assert top_share([0]) is None
    assert lorenz_points(lorenz([])) == []
    with pytest.raises(ValueError, match="zero or more"):
        gini([-1, 5])


def test_lorenz_points_hold_the_top_steps():
    points = dict(lorenz_points(lorenz([1] * 99 + [101]), 10))
    assert points[0.99] == pytest.approx(99 / 200)
    assert points[0.0] == 0
    assert points[1.0] == 1


@pytest.mark.parametrize("alpha", [1.1, 2.0, 3.0])
def test_hill_finds_the_exponent_of_a_pareto_tail(alpha):
    x = np.random.default_rng(5).pareto(alpha, 40_000) + 1
    tail = hill(x)
    assert tail.k == 4_000
    assert abs(tail.alpha - alpha) < 4 * tail.se
    assert tail.se == pytest.approx(alpha / 4_000**0.5, rel=0.1)


def test_hill_is_silent_where_there_is_no_tail():
    assert hill([1.0] * 10) is None
    assert hill([3.0] * 1_000) is None
    assert hill([0.0] * 1_000) is None


def test_quantiles_are_values_that_somebody_has():
    got = quantiles(np.arange(1, 101) * 100, 100)
    assert (got["p50"], got["p90"], got["p99"], got["max"]) == (50, 90, 99, 100)
    assert quantiles(np.array([], np.int64))["p50"] is None


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=60))
def test_quantiles_are_those_of_the_inverted_distribution(x):
    asked = list(QUANTILES.values())
    expected = np.quantile(np.array(x), asked, method="inverted_cdf")
    assert list(quantiles(np.sort(x)).values()) == [float(v) for v in expected]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_people_of_weight_one_change_no_bit(x):
    assert gini(x) == gini(x, np.ones(len(x)))
    assert top_share(x, 0.1) == top_share(x, 0.1, np.ones(len(x)))
