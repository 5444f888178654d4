import numpy as np
import pytest
from ledger_maker import Market

from sim.measures import indicators, payout_by_component, payout_ratio
from sim.measures.ranks import disclosure_table, last_transitions, rank_names, transitions
from sim.measures.recruiting import recruit_figures, recruiting
from sim.measures.retention import (
    base_left,
    full_year_share,
    kaplan_meier,
    lapse,
    recoupment,
    survival_by_entry_year,
)
from sim.measures.tracing import hollow_sales_share, tracing
from sim.measures.windows import rows_of_year
from sim.records import Purpose, Source


def three_years():
    """2026-28. A orders monthly; B in 2026 only and leaves in 2027-06; C joins in 2027."""
    m = Market(start=(2026, 1))
    a, b = m.enrol(0), m.enrol(1)
    for k in range(36):
        if k == 14:
            c = m.enrol(2, a)
        m.buy(a, 5_000)
        if k < 12 and k % 2:
            m.buy(b, 5_000)
        if k == 20:
            m.buy(c, 5_000)
        if k == 17:
            m.leave(b)
        m.paid_as = {a: 1 + (k >= 24)}
        m.month()
    return m.close()


def test_published_ways_of_counting_who_stays():
    tables = three_years()
    assert full_year_share(tables, 2026) == {"n": 2, "share": 0.5}
    assert full_year_share(tables, 2027) == {"n": 2, "share": 0.5}
    assert full_year_share(tables, 2028) == {"n": 1, "share": 1.0}
    assert lapse(tables, 1) == {"n": 1, "share": 1.0, "cohort": 2027}, "C bought nothing in 2028"
    assert lapse(tables, 2) == {"n": 2, "share": 0.5, "cohort": 2026}
    assert base_left(tables, 2027) == {"n": 2, "share": 0.5}
    assert base_left(tables, 2028) == {"n": 2, "share": 0.0}
    assert lapse(tables, 3)["share"] is None


def test_kaplan_meier_by_hand():
    """Five lives: ends at 1, 2, 2 with events at 1 and one of the 2s; 3 with event; 3 censored."""
    curve = kaplan_meier(np.array([1, 2, 2, 3, 3]), np.array([True, True, False, True, False]))
    assert curve.at_risk.tolist() == [5, 5, 4, 2]
    assert curve.survival == pytest.approx([1, 0.8, 0.6, 0.3])
    assert curve.se[1] == pytest.approx((0.8 * 0.2 / 5) ** 0.5), "without censoring: binomial"


def test_without_censoring_survival_is_the_share_still_there():
    ends = np.array([0, 1, 1, 4, 6])
    curve = kaplan_meier(ends, np.ones(5, bool))
    assert curve.survival == pytest.approx([(ends > k).mean() for k in range(7)])
    assert kaplan_meier(np.array([], int), np.array([], bool)).survival.tolist() == []


def test_survival_by_entry_year():
    curves = survival_by_entry_year(three_years())
    assert list(curves) == [2026, 2027]
    assert curves[2026].survival[16] == 1
    assert curves[2026].survival[17] == 0.5
    assert curves[2027].survival[-1] == 1


def test_recoupment_keeps_those_who_left():
    m = Market()
    a, b = m.enrol(0), m.enrol(1)
    m.buy(a, 1_000, Purpose.KIT)
    m.buy(b, 1_000, Purpose.KIT)
    m.enrol(2)
    m.leave(b)
    m.month()
    m.pay(a, 1_000)
    m.month(2)
    tables = m.close()
    assert recoupment(tables, fees_only=True).survival.tolist() == [1, 0.5, 0.5]
    assert recoupment(tables).at_risk[0] == 2, "who paid nothing has nothing to recoup"


def test_recruiting_by_hand():
    m = Market(people=8)
    a = m.enrol(0)
    m.month()
    for person in (1, 2, 3):
        b = m.enrol(person, a)
    m.enrol(4, b)
    m.month(12)
    told = recruiting(m.close())
    assert (told["n"], told["share_never"], told["mean"]) == (5, 0.6, 0.8)
    assert told["classes"] == {"0": 0.6, "1": 0.2, "2-3": 0.2, "4-7": 0.0, "8 or more": 0.0}
    assert told["geometric_share_never"] == pytest.approx(1 / 1.8)


def test_recruit_figures_of_a_uniform_tree_follow_the_half_law():
    luck = np.random.default_rng(3)
    n = 20_000
    sponsor = (luck.random(n - 1) * np.arange(1, n)).astype(int)
    told = recruit_figures(np.bincount(sponsor, minlength=n))
    assert told["share_never"] == pytest.approx(0.5, abs=0.01)
    assert told["gini"] == pytest.approx(2 / 3, abs=0.01)
    assert told["top20_share"] == pytest.approx(0.65, abs=0.012)
    fixed = recruit_figures(np.ones(n, int))
    assert fixed["share_never"] != pytest.approx(0.5, abs=0.01), "one recruit each is no half law"


def test_ranks():
    tables = three_years()
    assert rank_names(tables) == ("entry", "manager", "director", "executive")
    moved = transitions(tables, 2027, 2028)
    assert moved["manager"]["director"] == 1
    assert moved["entry"] == {"entry": 1, "manager": 0, "director": 0, "executive": 0, "left": 1}
    assert last_transitions(tables)["to"] == 2028
    printed = disclosure_table(rows_of_year(tables, 2028), rank_names(tables))
    assert [line["n"] for line in printed] == [1, 0, 1, 0]
    assert sum(line["share"] for line in printed) == 1


def test_indicators_and_payout():
    m = Market()
    a = m.enrol(0)
    m.sell(5, a, 10_000, margin=2_000, cost=1_000)
    m.pay(a, 1_600, 0, Source.RETAIL_CUSTOMER)
    m.pay(a, 800, 1)
    m.month()
    m.leave(a)
    m.month(12)
    tables = m.close()
    told = indicators(tables.months)
    assert told["final"]["date"] == "2027-01"
    assert told["final"]["enrolled"] == 0
    assert told["peak"]["enrolled"] == {"value": 1, "date": "2026-01"}
    assert payout_ratio(tables.months) == pytest.approx(2_400 / 8_000), "margin is not net sales"
    parts = payout_by_component(tables.months, tables.component_ids)
    assert parts == {"level": pytest.approx(0.2), "pool": pytest.approx(0.1)}
    traced = tracing(tables, np.arange(13) < 12)
    assert traced["pay_from_customers"] == pytest.approx(2 / 3)
    assert traced["revenue_shares"]["customer_sales"] == 1
    assert traced["pay_from_kits"]["value"] is None


def test_loading_above_the_benchmark_shows():
    m = Market()
    a = m.enrol(0)
    m.buy(a, 50_000, Purpose.TOP_UP)
    m.month(12)
    assert hollow_sales_share(m.close(), 2026) == pytest.approx(0.6)


def test_eleven_months_are_not_all_year():
    m = Market()
    a = m.enrol(0)
    m.month()
    for _ in range(11):
        m.buy(a, 100)
        m.month()
    assert full_year_share(m.close(), 2026) == {"n": 1, "share": 0.0}
