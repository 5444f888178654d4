"""The rules by hand, and the properties that each promises."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.approaching import approaches_made, asks_a_contact, hours_given
from sim.rules.believing import expected_income, moved, success
from sim.rules.joining import (
    accepts_offer,
    asker_appeal,
    income_gain,
    neighbour_appeal,
    saving_gain,
)
from sim.rules.ordering import order_probability, orders, stops_buying, units_ordered
from sim.rules.staying import leave_probability, leaves, renews
from sim.rules.stocking import tops_up, units_missing

shares = st.floats(0, 1)
luck = st.floats(0, 1, exclude_max=True)
amounts = st.floats(0, 1e7)


class TestOrdering:
    def test_by_hand(self) -> None:
        # full appetite, list price: the base; a quarter off, sensitivity 1: e^(1/4) times that
        assert order_probability(0.4, 1.0, 1.0, 1.0) == 0.4
        assert order_probability(0.4, 1.0, 1.0, 0.75) == pytest.approx(0.4 * math.exp(0.25))
        assert order_probability(0.4, 0.5, 2.0, 1.0) == 0.2
        assert order_probability(0.9, 1.0, 4.0, 0.5) == 1.0

    @given(shares, shares, st.floats(0, 5), st.floats(0, 1), st.floats(0, 1))
    def test_is_a_share_and_falls_with_the_price(
        self, base: float, appetite: float, sensitivity: float, low: float, high: float
    ) -> None:
        low, high = sorted((low, high))
        cheap = order_probability(base, appetite, sensitivity, low)
        assert 0 <= order_probability(base, appetite, sensitivity, high) <= cheap <= 1

    def test_extremes_stay_shares(self) -> None:
        assert order_probability(0.5, 1.0, 1e6, 0.0) == 1.0

    def test_luck_decides_strictly_below(self) -> None:
        assert orders(0.3, 0.29999)
        assert not orders(0.3, 0.3)
        assert not orders(0.0, 0.0)

    def test_units_by_hand(self) -> None:
        # mean 2: one, and each further with chance 1/2: luck 0.5 makes ln(.5)/ln(.5) = 1 more
        assert [units_ordered(2.0, u) for u in (0.0, 0.49, 0.5, 0.74, 0.75)] == [1, 1, 2, 2, 3]
        assert [units_ordered(0.4, u) for u in (0.39, 0.4)] == [1, 0]
        assert units_ordered(1.0, 0.999) == 1
        assert units_ordered(0.0, 0.0) == 0

    @pytest.mark.parametrize("mean", [0.25, 1.0, 1.5, 3.0, 10.0])
    def test_units_have_the_mean(self, mean: float) -> None:
        n = 200_000
        total = sum(units_ordered(mean, (i + 0.5) / n) for i in range(n))
        assert total / n == pytest.approx(mean, rel=2e-3)

    def test_a_customer_stops_less_the_longer_it_stays(self) -> None:
        assert stops_buying(0.2, 6.0, 0.0, 0.199)
        assert not stops_buying(0.2, 6.0, 6.0, 0.1)
        assert stops_buying(0.2, 6.0, 6.0, 0.0999)


class TestStocking:
    def test_by_hand(self) -> None:
        # goods of 100 that are worth 70: tops up for a pay of 30 or more
        assert tops_up(30.5, 100.0, 0.7)
        assert not tops_up(29.0, 100.0, 0.7)
        assert not tops_up(1000.0, 0.0, 0.7)
        assert not tops_up(0.0, 100.0, 1.0)

    @given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 10**6))
    def test_missing_units_just_reach_the_threshold(self, asked: int, held: int, unit: int) -> None:
        units = units_missing(asked, held, unit)
        assert held + units * unit >= asked
        assert units == 0 or held + (units - 1) * unit < asked

    def test_units_without_volume_reach_nothing(self) -> None:
        assert units_missing(100, 0, 0) == 0


class TestApproaching:
    def test_hours_by_hand(self) -> None:
        assert hours_given(10.0, 0.5, 0.0, 2.0, 300.0) == 5.0
        assert hours_given(10.0, 0.5, 0.5, 2.0, 300.0) == 10.0
        assert hours_given(200.0, 1.0, 1.0, 2.0, 300.0) == 300.0

    @given(st.floats(0, 100), st.floats(0, 2))
    def test_approaches_have_the_mean(self, hours: float, per_hour: float) -> None:
        n = 1000
        mean = sum(approaches_made(hours, per_hour, (i + 0.5) / n) for i in range(n)) / n
        assert mean == pytest.approx(hours * per_hour, abs=1.5e-3)

    def test_whole_numbers_leave_nothing_to_luck(self) -> None:
        assert {approaches_made(1.0, 1.0, u) for u in (0.0, 0.5, 0.999999)} == {1}

    def test_nobody_asks_contacts_that_it_has_not(self) -> None:
        assert not asks_a_contact(1.0, 0, 0.0)
        assert asks_a_contact(0.5, 3, 0.49)
        assert not asks_a_contact(0.5, 3, 0.5)


class TestJoining:
    def test_even_odds_at_zero(self) -> None:
        assert accepts_offer(0.0, 0.0, 0.4999)
        assert not accepts_offer(0.0, 0.0, 0.5)
        assert accepts_offer(2.0, 2.0, 0.4999)

    def test_certainty_and_impossibility(self) -> None:
        assert accepts_offer(100.0, 0.0, 1 - 2**-53)
        assert not accepts_offer(-1e6, 0.0, 2**-53)

    @given(st.floats(-50, 50), st.floats(0, 50), luck)
    def test_fatigue_never_helps(self, appeal: float, fatigue: float, u: float) -> None:
        assert accepts_offer(appeal, 0.0, u) or not accepts_offer(appeal, fatigue, u)

    def test_gains_by_hand(self) -> None:
        # 300 a month for 20 hours that earn 15 elsewhere: once over
        assert income_gain(300.0, 1.0, 20.0, 15.0, 3.0) == 1.0
        assert income_gain(3000.0, 1.0, 20.0, 15.0, 3.0) == 3.0
        assert income_gain(10.0, 1.0, 0.0, 15.0, 3.0) == 3.0
        assert income_gain(0.0, 1.0, 0.0, 15.0, 3.0) == 0.0
        # 5 saved a month, a fee of 35: 60 / 35
        assert saving_gain(5.0, 35.0, 3.0) == pytest.approx(60 / 35)
        assert saving_gain(5.0, 0.0, 3.0) == 3.0
        assert saving_gain(0.0, 0.0, 3.0) == 0.0

    def test_the_asker_and_the_contacts_by_hand(self) -> None:
        assert asker_appeal(math.e, 1.0, False, 0.7) == pytest.approx(1.0)
        assert asker_appeal(1.0, 1.0, True, 0.7) == 0.7
        assert neighbour_appeal(3, 2, 0.5, -0.25) == 1.0


class TestBelieving:
    def test_without_hype_the_truth(self) -> None:
        assert expected_income(50_000.0, 1_234.0, 0.0) == 1_234.0
        assert expected_income(50_000.0, 1_234.0, 1.0) == 50_000.0

    @given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), shares)
    def test_moves_toward_its_target(self, value: float, target: float, share: float) -> None:
        after = moved(value, target, share)
        assert abs(target - after) <= abs(target - value) + 1e-6

    @given(amounts, st.floats(0.01, 1e7))
    def test_success_is_a_share(self, lived: float, goal: float) -> None:
        assert 0 <= success(lived, goal) <= 1
        assert success(goal, goal) == 0.5
        assert success(-lived, goal) == 0


class TestStaying:
    def test_by_hand(self) -> None:
        assert leave_probability(0.2, 6.0, 0.0, 0.0, 4.0, 0.0, 0.0) == 0.2
        assert leave_probability(0.2, 6.0, 6.0, 0.0, 4.0, 0.0, 0.0) == pytest.approx(0.1)
        protected = leave_probability(0.2, 6.0, 0.0, 1.0, 4.0, 0.0, 0.0)
        assert protected == pytest.approx(0.2 * math.exp(-4))
        assert leave_probability(0.2, 6.0, 0.0, 0.0, 4.0, 1.0, 12.0) == pytest.approx(0.4)
        assert leave_probability(0.2, 6.0, 0.0, 0.0, 4.0, 1.0, 60.0) == pytest.approx(0.4)
        assert leave_probability(0.9, 6.0, 0.0, 0.0, 4.0, 9.0, 12.0) == 1.0

    @given(shares, st.floats(0.1, 100), st.floats(0, 500), shares, st.floats(0, 10))
    def test_falls_with_tenure_and_with_success(
        self, first: float, half: float, tenure: float, reached: float, protection: float
    ) -> None:
        now = leave_probability(first, half, tenure, reached, protection, 1.0, 0.0)
        assert 0 <= now <= 1
        assert leave_probability(first, half, tenure + 1, reached, protection, 1.0, 0.0) <= now
        assert leave_probability(first, half, tenure, 1.0, protection, 1.0, 0.0) <= now

    def test_luck_and_renewal(self) -> None:
        assert leaves(0.1, 0.0999)
        assert not leaves(0.1, 0.1)
        assert renews(5, 6)
        assert not renews(6, 6)
