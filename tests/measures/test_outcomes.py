import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_maker import Market, random_market

from sim.measures import outcomes, summarise
from sim.measures.lenses import CASES, GROSS, LENSES, NET, every_lens, lens_values
from sim.measures.outcomes import (
    USUAL,
    Amounts,
    Yardstick,
    describe,
    entry_outcomes,
    lifetime_outcomes,
    sustained_share,
)
from sim.measures.windows import DENOMINATORS, reference_year
from sim.records import Purpose

few = settings(max_examples=5, deadline=None)


def four_people():
    """One year, four members, and one who left the year before.

    Old joins and leaves in 2025. In 2026: Ann earns 12,000 and buys 3 x 300; Bob earns 500 and
    sponsors nobody; Cas earns nothing and orders once for 50; Dan never does anything.
    """
    m = Market(people=8, start=(2025, 12))
    old, ann = m.enrol(0), m.enrol(1)
    m.leave(old)
    m.month()
    bob, cas = m.enrol(2, ann), m.enrol(3, ann)
    m.enrol(4, ann)
    m.buy(bob, 3_500, Purpose.KIT, units=0)
    for k in range(12):
        m.pay(ann, 100_000)
        m.worked[ann] = 10.0
        m.qualified, m.paid_as = {ann}, {ann: 1}
        if k < 3:
            m.buy(ann, 30_000)
            m.sell(7, ann, 8_000, margin=2_000)
            m.expense[ann] = 5_000
        if k == 5:
            m.pay(bob, 50_000)
            m.buy(cas, 5_000)
        m.month()
    return m.close()


@pytest.fixture(scope="module")
def told():
    return outcomes(four_people())


def test_every_denominator_counts_its_people(told):
    counted = {name: cells["gross"]["n"] for name, cells in told.items()}
    assert counted == {
        "enrolled_in_year": 4,
        "active_in_year": 3,
        "active_in_month": 14,
        "paid": 2,
        "sponsored_and_active": 1,
        "titled": 1,
        "ever_enrolled": 5,
    }


def test_zero_shares_differ_by_denominator(told):
    zero = {name: cells["gross"]["share_zero"] for name, cells in told.items()}
    assert zero == {
        "enrolled_in_year": 0.5,
        "active_in_year": pytest.approx(1 / 3),
        "paid": 0.0,
        "active_in_month": pytest.approx(2 / 14),
        "sponsored_and_active": 0.0,
        "titled": 0.0,
        "ever_enrolled": pytest.approx(3 / 5),
    }


def test_gross_by_hand(told):
    cell = told["enrolled_in_year"]["gross"]
    assert cell["share_le_1000"] == 0.75
    assert cell["share_ge_10000"] == 0.25
    assert cell["mean"] == pytest.approx(12_500 / 4)
    assert cell["quantiles"]["p50"] == 0
    assert cell["quantiles"]["max"] == 12_000
    # Sorted 0, 0, 500, 12000: 2 * (3 * 500 + 4 * 12000) / (4 * 12500) - 5 / 4.
    assert cell["gini"] == pytest.approx(2 * 49_500 / 50_000 - 1.25)
    assert cell["partial"] is False


def test_net_by_hand():
    tables = four_people()
    rows = {
        k: v[(tables.participants["year"] == 2026) & (tables.participants["participant"] == 2)]
        for k, v in tables.participants.items()
    }
    value = {
        (lens, case): int(lens_values(rows, lens, case)[0]) for lens in LENSES for case in CASES
    }
    gross, margin, bought, spent, time = 1_200_000, 6_000, 90_000, 15_000, 120 * 1_500
    assert value["gross", "central"] == gross
    assert value["gross_with_retail", "central"] == gross + margin
    low = gross + margin - bought
    assert value["net_of_purchases", "low"] == low
    assert value["net_of_purchases", "central"] == low + 3 * 20_000
    assert value["net_of_purchases", "high"] == low + bought
    assert value["net_of_expenses", "low"] == low - spent
    assert value["net_of_time", "high"] == low + bought - spent - time


def test_losing_is_not_breaking_even(told):
    """Bob +465, Dan 0, Cas -50, own use worth nothing: one gains, two break even or lose little."""
    cell = told["enrolled_in_year"]["net_of_expenses"]["low"]
    assert (cell["share_loss"], cell["share_break_even"], cell["share_profit"]) == (0, 0.5, 0.5)
    tight = cell["bands"]["50"]
    assert tight["share_break_even"] == 0.5, "the band holds its ends: -50 is within 50"
    assert "gini" not in cell


def test_a_band_below_the_loss_shows_it():
    cell = outcomes(four_people(), Yardstick(band=49))["enrolled_in_year"]["net_of_expenses"]
    assert cell["low"]["share_loss"] == 0.25
    assert cell["central"]["share_loss"] == 0, "used goods are worth what they cost here"


def test_thresholds_asked_and_deflated():
    tables = four_people()
    told = outcomes(tables, Yardstick(thresholds=(500, 12_000)))["enrolled_in_year"]["gross"]
    assert told["share_le_500"] == 0.75, "500 is at or under 500"
    assert told["share_ge_12000"] == 0.25, "12,000 is at or over 12,000"
    dearer = Yardstick(thresholds=(500, 12_000), price_level=Fraction(11, 10))
    told = outcomes(tables, dearer)["enrolled_in_year"]["gross"]
    assert told["share_ge_12000"] == 0.0
    assert told["share_ge_500"] == 0.25, "Bob's 500 are less than 500 of the base year"


def test_person_months_are_held_against_a_twelfth(told):
    cell = told["active_in_month"]["gross"]
    assert cell["months"] == 1
    assert cell["share_ge_10000"] == pytest.approx(12 / 14), "1,000 a month, not 12,000"
    assert cell["quantiles"]["max"] == 1_000


def test_all_lenses_at_once_are_each_lens_by_itself():
    for name in ("participants", "person_months", "lives", "entry"):
        table = getattr(random_market(5, 30).close(), name)
        told = {(lens, case): values for lens, case, values in every_lens(table)}
        assert {lens for lens, _ in told} == set(LENSES)
        for (lens, case), values in told.items():
            assert np.array_equal(values, lens_values(table, lens, case or "central"))


def shares_by_counting(values, limit):
    """The shares of one cell, each counted anew over all the values."""
    return {
        "share_zero": (values == 0).mean(),
        "share_le_1000": (values <= 1000 * 100).mean(),
        "share_ge_10000": (values >= 10_000 * 100).mean(),
        "share_loss": (values < -limit).mean(),
        "share_break_even": (np.abs(values) <= limit).mean(),
        "share_profit": (values > limit).mean(),
    }


edges = st.sampled_from([0, 1, -1, 10_000, -10_000, 10_001, 100_000, 100_001, 10**6, 10**6 - 1])


@given(st.lists(edges | st.integers(-(10**8), 10**8), min_size=1, max_size=40))
def test_shares_of_a_cell_are_plain_counts(x):
    values = np.array(x, np.int64)
    cell = describe(values, Amounts(100, 12, False, USUAL), shared=False)
    expected = shares_by_counting(values, 100 * 100)
    assert {name: cell[name] for name in expected} == expected
    assert cell["mean"] == float(values.mean()) / 100


def test_an_amount_beyond_all_money_counts_everybody():
    cell = describe(np.array([-5, 7]), Amounts(100, 12, False, Yardstick(band=10**20)), False)
    assert (cell["share_loss"], cell["share_break_even"], cell["share_profit"]) == (0, 1, 0)


class Joined(dict):
    """A table whose columns are only there one at a time; it counts how often each is asked for."""

    def __init__(self, table):
        super().__init__(table)
        self.asked = Counter()

    def __getitem__(self, name):
        self.asked[name] += 1
        return super().__getitem__(name).copy()

    def items(self):
        raise AssertionError("no measure needs all columns at once")

    values = items


def test_the_summary_takes_columns_one_by_one_and_seldom():
    tables = random_market(8, 40).close()
    wide = {n: Joined(getattr(tables, n)) for n in ("participants", "person_months", "lives")}
    assert summarise(replace(tables, **wide)) == summarise(tables)
    assert max(wide["person_months"].asked.values()) <= 3
    assert max(wide["lives"].asked.values()) <= 12


def test_net_per_hour_is_beside_net_of_time(told):
    cell = told["titled"]["net_of_time"]["low"]
    assert cell["net_per_hour"] == pytest.approx((12_000 + 60 - 900 - 150) / 120)


def test_without_a_complete_year_every_cell_says_partial():
    m = Market(start=(2026, 3))
    m.pay(m.enrol(0), 99)
    m.month(5)
    tables = m.close()
    assert reference_year(tables) == (2026, True)
    told = outcomes(tables)
    assert all(cell["gross"]["partial"] for cell in told.values())
    assert told["enrolled_in_year"]["gross"]["share_le_1000"] == 1.0


def test_entry_cohorts_and_lifetime():
    m = Market(start=(2026, 1))
    a = m.enrol(0)
    m.month(3)
    b = m.enrol(1)
    for _ in range(12):
        m.pay(a, 10_000)
        m.pay(b, 20_000)
        m.month()
    m.enrol(2)
    m.month()
    tables = m.close()
    first = entry_outcomes(tables, 12)["ever_enrolled"]["gross"]
    assert first["n"] == 2, "the newest has had no twelve months"
    assert first["quantiles"]["p50"] == 900, "a's first twelve months hold nine payments"
    assert first["quantiles"]["max"] == 2_400
    life = lifetime_outcomes(tables)["ever_enrolled"]["gross"]
    assert (life["n"], life["partial"]) == (3, True)
    assert life["quantiles"]["max"] == 2_400
    assert entry_outcomes(tables, 24)["ever_enrolled"]["gross"]["share_zero"] is None


def test_sustained_means_three_years_running():
    m = Market(start=(2026, 1))
    a, b = m.enrol(0), m.enrol(1)
    for k in range(36):
        m.pay(a, 100_000)
        if k < 30:
            m.pay(b, 150_000)
        m.month()
    tables = m.close()
    assert sustained_share(tables) == {"n": 2, "share": 0.5}
    assert sustained_share(four_people()) == {"n": 0, "share": None}


@few
@given(st.integers(0, 10_000))
def test_every_cell_is_there_and_consistent(seed):
    tables = random_market(seed, 28).close()
    told = outcomes(tables)
    assert set(told) == set(DENOMINATORS)
    cells = [c for d in told.values() for lens in GROSS for c in [d[lens]]]
    cells += [c for d in told.values() for lens in NET for c in d[lens].values()]
    for cell in cells:
        parts = [cell[f"share_{k}"] for k in ("loss", "break_even", "profit")]
        assert parts == [None] * 3 if not cell["n"] else sum(parts) == pytest.approx(1)
        if cell["n"]:
            assert cell["share_zero"] <= 1
            assert cell["quantiles"]["p10"] <= cell["quantiles"]["max"]
    for cells in told.values():
        for lens in NET:
            means = [cells[lens][case]["mean"] for case in CASES]
            assert means[0] is None or means == sorted(means), "low <= central <= high"


@few
@given(st.integers(0, 10_000), st.integers(1, 26))
def test_a_summary_is_plain_json_whatever_the_run(seed, months):
    tables = random_market(seed, months, people=12).close()
    json.dumps(summarise(tables), allow_nan=False)


def test_a_run_in_which_nothing_happens_has_a_summary():
    m = Market()
    m.month(13)
    told = summarise(m.close())
    json.dumps(told, allow_nan=False)
    assert told["payout_ratio"] is None
    assert told["outcomes"]["enrolled_in_year"]["gross"]["n"] == 0


def test_unknown_lens_is_refused():
    with pytest.raises(ValueError, match="no lens 'profit'"):
        lens_values({"bonus": np.zeros(1)}, "profit")


def test_each_flow_enters_each_lens_once_and_with_its_sign():
    """Every flow is another power of ten, so the digits tell which ones a lens holds."""
    names = (
        "bonus",
        "retail_margin",
        "kit",
        "renewal",
        "own_use",
        "top_up",
        "expense",
        "time_value",
        "own_use_benchmarked",
        "own_goods",
    )
    row = {name: np.array([10**k]) for k, name in enumerate(names)}
    value = {
        (lens, case): int(lens_values(row, lens, case)[0]) for lens in LENSES for case in CASES
    }
    assert value["gross", "low"] == 1
    assert value["gross_with_retail", "low"] == 11
    purchases = 11 - 111_100
    assert value["net_of_purchases", "low"] == purchases
    assert value["net_of_expenses", "low"] == purchases - 10**6
    assert value["net_of_time", "low"] == purchases - 10**6 - 10**7
    assert value["net_of_time", "central"] == purchases - 10**6 - 10**7 + 10**8
    assert value["net_of_time", "high"] == purchases - 10**6 - 10**7 + 10**9


def test_ever_enrolled_leaves_out_whoever_enrols_after_the_year():
    m = Market()
    m.enrol(0)
    m.month(12)
    m.pay(m.enrol(1), 500)
    m.month()
    cell = outcomes(m.close())["ever_enrolled"]["gross"]
    assert (cell["n"], cell["share_zero"]) == (1, 1.0)
