"""Exact arithmetic, compiled and plain, against Python's fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plan_reference import rounded

from sim.plans.exact import add_product, added, muldiv, wide
from sim.plans.rounding import Rounding, round_exact

LOW, HIGH = -(2**63), 2**63 - 1
EDGES = [0, 1, -1, 2, 3, 2**31, 2**32 - 1, 2**32, 2**62, HIGH, HIGH - 1, LOW, LOW + 1, -(2**32)]
word = st.one_of(st.sampled_from(EDGES), st.integers(LOW, HIGH), st.integers(-1000, 1000))
divisor = st.one_of(
    st.sampled_from([d for d in EDGES if d > 0]), st.integers(1, HIGH), st.integers(1, 1000)
)
mode = st.sampled_from(list(Rounding))


@settings(max_examples=600)
@given(word, word, divisor, mode)
@example(LOW, 1, 1, Rounding.DOWN)
@example(LOW, -1, 1, Rounding.DOWN)
@example(LOW, LOW, HIGH, Rounding.HALF_EVEN)
@example(HIGH, HIGH, HIGH, Rounding.CEILING)
@example(5, 1, 2, Rounding.HALF_EVEN)
@example(HIGH, 2**62 + 1, 2**62, Rounding.FLOOR)
def test_muldiv_is_the_fraction_or_refuses(a, num, den, how):
    exact = rounded(Fraction(a) * num / den, how.name.lower())
    if LOW <= exact <= HIGH:
        assert muldiv(a, num, den, int(how)) == exact
    else:
        with pytest.raises(OverflowError):
            muldiv(a, num, den, int(how))


@settings(max_examples=200)
@given(st.fractions(max_denominator=50), mode)
def test_plain_rounding_is_the_definition(value, how):
    assert round_exact(value, how) == rounded(value, how.name.lower())


@pytest.mark.parametrize("how", list(Rounding))
def test_ties_by_hand(how):
    by_hand = {
        Rounding.HALF_EVEN: [0, 2, 2, 0, -2, -2],
        Rounding.HALF_UP: [1, 2, 3, -1, -2, -3],
        Rounding.HALF_CEILING: [1, 2, 3, 0, -1, -2],
        Rounding.DOWN: [0, 1, 2, 0, -1, -2],
        Rounding.FLOOR: [0, 1, 2, -1, -2, -3],
        Rounding.CEILING: [1, 2, 3, 0, -1, -2],
    }
    assert [muldiv(a, 1, 2, int(how)) for a in (1, 3, 5, -1, -3, -5)] == by_hand[how]


@pytest.mark.parametrize("den", [0, -1])
def test_a_denominator_must_be_positive(den):
    with pytest.raises(ZeroDivisionError):
        muldiv(1, 1, den, 0)


@given(word, word)
def test_addition_never_wraps(a, b):
    if LOW <= a + b <= HIGH:
        assert added(a, b) == a + b
    else:
        with pytest.raises(OverflowError):
            added(a, b)


@given(st.lists(st.tuples(word, word), max_size=3))
@example([(LOW, 1), (1, HIGH), (1, 1)])
@example([(-1, 1), (0, -5), (2**32, 2**32)])
def test_wide_sums_of_products_are_exact(factors):
    total = np.zeros(2, np.uint64)
    exact = 0
    for a, b in factors:
        if abs(exact + a * b) < 2**127:
            add_product(total, a, b)
            exact += a * b
    assert wide(*total.tolist()) == exact


def test_the_naive_product_would_be_wrong():
    """What muldiv prevents: the plain int64 product of a large base and a fine rate wraps."""
    a, num, den = 9_000_000_000_00, 34_000_000, 100_000_000
    with np.errstate(over="ignore"):
        naive = int(np.int64(a) * np.int64(num) // np.int64(den))
    assert muldiv(a, num, den, 4) == a * num // den != naive
