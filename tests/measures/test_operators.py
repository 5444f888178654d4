import numpy as np
import pytest
from ledger_maker import Market, random_market

from sim.measures import compare
from sim.measures.intervals import bootstrap, replicate_interval, wilson
from sim.measures.operators import OPERATORS
from sim.measures.reference import (
    ReferenceDataError,
    between_groups,
    published_figure,
    published_table,
)
from sim.records import Purpose


def derived(name):
    table = [g for g in published_table(name) if g.mean is not None]
    return between_groups([g.share for g in table], [g.mean for g in table])


def test_figures_derived_from_doterras_printed_ranks():
    got = derived("doterra_us_2017")
    assert got.share_zero == pytest.approx(0.638, abs=5e-4)
    assert got.share_le_1000 == pytest.approx(0.857, abs=5e-4)
    assert got.share_ge_10000 == pytest.approx(0.0192, abs=5e-5)
    assert got.top1_share == pytest.approx(0.587, abs=5e-4)
    assert got.gini == pytest.approx(0.921, abs=5e-4)
    assert got.mean == pytest.approx(1248, abs=0.5)


@pytest.mark.parametrize("name", ["nuskin_sea_2019", "nuskin_sea_2024"])
def test_figures_derived_from_nu_skins_months(name):
    got = derived(name)
    for field, key in (("top1_share", "top1_share"), ("gini", "gini")):
        figure = published_figure(f"derived_{name}_{key}")
        scale = 100 if figure.unit.startswith("%") else 1
        assert getattr(got, field) == pytest.approx(figure.value / scale, abs=6e-4)
    yearly = published_figure(f"derived_{name}_mean").value
    assert got.mean * 12 == pytest.approx(yearly, abs=0.6)


@pytest.mark.parametrize(
    "name",
    [
        "doterra_us_2017",
        "nuskin_sea_2019",
        "advocare_us_2016",
        "scentsy_us_2020",
        "nuskin_sea_2024",
    ],
)
def test_published_shares_cover_everyone_and_name_their_source(name):
    table = published_table(name)
    assert sum(g.share for g in table) == pytest.approx(1, abs=5e-3)
    assert all(g.source and g.mark in ("SEEN", "DERIVED") and g.use for g in table)


def column(rows):
    return {row.quantity: row for row in rows}


def test_doterra_by_hand():
    """Three advocates: 0, 500 and, as manager, 20,000."""
    m = Market()
    m.enrol(0)
    b, c = m.enrol(1), m.enrol(2)
    m.pay(b, 50_000)
    m.pay(c, 2_000_000)
    m.paid_as = {c: 1}
    m.month(12)
    rows = column(compare(m.close(), "doterra_us_2017"))
    third = pytest.approx(1 / 3)
    assert rows["share in groups paid nothing"].simulated == third
    assert rows["share in groups with mean 1,000 or less"].simulated == pytest.approx(2 / 3)
    assert rows["share in groups with mean 10,000 or more"].simulated == third
    assert rows["share paid nothing, person by person"].simulated == third
    assert rows["Manager: mean pay"].simulated == 20_000
    assert rows["Manager: mean pay"].published == 752
    assert rows["Entry-level, profitable: mean pay"].simulated == 500
    assert rows["Entry-level, no profit: share"].published == pytest.approx(0.6384)
    assert rows["Silver: share"].simulated is None
    assert "no such rank" in rows["Silver: share"].note
    assert rows["Manager: share"].low is None, "one run has no interval"


def test_within_rank_spread_shows_only_person_by_person():
    m = Market()
    a, b = m.enrol(0), m.enrol(1)
    m.pay(a, 10)
    m.pay(b, 1_999_990)
    m.paid_as = {a: 1, b: 1}
    m.month(12)
    rows = column(compare(m.close(), "doterra_us_2017"))
    assert rows["Gini, by rank"].simulated == pytest.approx(0)
    assert rows["Gini, person by person"].simulated == pytest.approx(0.5, abs=1e-4)


def test_nu_skin_is_a_month_and_not_a_year():
    """One active all year at 100 a month, one in one month at 0: 12 of 13 person-months paid."""
    m = Market()
    a, b = m.enrol(0), m.enrol(1)
    m.buy(b, 100)
    for _ in range(12):
        m.buy(a, 100)
        m.pay(a, 10_000)
        m.month()
    rows = column(compare(m.close(), "nuskin_sea_2019"))
    assert rows["share paid nothing in the month"].simulated == pytest.approx(1 / 13)
    assert rows["mean pay of a month"].simulated == pytest.approx(1_200 / 13)
    assert rows["mean pay of a month"].published == pytest.approx(63.3, abs=0.1)


def test_advocare_brackets_hold_their_upper_bound_and_cover_everyone():
    m = Market(people=8)
    for person, pay in enumerate([0, 1, 25_000, 25_001, 100_000, 1_000_000, 10_000_001]):
        who = m.enrol(person)
        if pay:
            m.pay(who, pay)
    m.month(12)
    rows = column(compare(m.close(), "advocare_us_2016"))
    counts = {name: round(row.simulated * 7) for name, row in rows.items()}
    assert counts == {
        "gross pay $0": 1,
        "gross pay $0.01-250": 2,
        "gross pay $250-1,000": 2,
        "gross pay $1,000-10,000": 1,
        "gross pay $10,000-100,000": 0,
        "gross pay over $100,000": 1,
    }


def test_young_living_and_scentsy():
    m = Market()
    a, b = m.enrol(0), m.enrol(1)
    m.buy(b, 100, Purpose.KIT)
    for _ in range(24):
        m.buy(a, 100)
        m.month()
    tables = m.close()
    rows = compare(tables, "young_living_us_2018")
    assert (rows[0].published, rows[0].simulated) == (pytest.approx(0.47), 0.5)
    assert rows[1].simulated is None
    assert "no two complete years" in rows[1].note
    rows = column(compare(tables, "scentsy_us_2020"))
    assert rows["active all twelve months"].simulated == 1.0
    assert rows["active all twelve months"].published == pytest.approx(0.274)


def test_replicates_get_an_interval_and_unknown_references_are_refused():
    runs = [random_market(seed, 14).close() for seed in range(4)]
    row = compare(runs, "doterra_us_2017")[0]
    singles = [compare(run, "doterra_us_2017")[0].simulated for run in runs]
    assert row.runs == 4
    assert row.simulated == pytest.approx(np.mean(singles))
    assert row.low <= row.simulated <= row.high
    with pytest.raises(ValueError, match="no operator 'acme'"):
        compare(runs, "acme")
    for name in OPERATORS:
        assert compare(runs[0], name)


def test_a_malformed_reference_names_file_line_field_and_value(tmp_path):
    head = "key,value,unit,low,high,basis,source,mark,use\n"
    (tmp_path / "figures.csv").write_text(head + "a,1,%,,,b,s,SEEN,fit\nb,x,%,,,b,s,SEEN,fit\n")
    with pytest.raises(ReferenceDataError, match=r"figures.csv, line 3: value is 'x'"):
        published_figure("a", tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "figures.csv").write_text(head + "a,1,%,,,b,s,GUESSED,fit\n")
    with pytest.raises(ReferenceDataError, match=r"line 2: mark is 'GUESSED'"):
        published_figure("a", other)
    with pytest.raises(ReferenceDataError, match="no published table 'acme'; there are advocare"):
        published_table("acme")


def test_wilson_by_hand_and_at_the_edges():
    """8 of 10: the textbook interval is 0.490 to 0.943."""
    got = wilson(8, 10)
    assert (got.low, got.high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(0, 20).low == 0
    assert wilson(20, 20).high == 1
    assert wilson(0, 20).high > 0.1
    with pytest.raises(ValueError, match="a share needs"):
        wilson(3, 2)


def test_replicate_interval_by_hand():
    """1, 2, 3: mean 2, s = 1, t(0.975, 2) = 4.3027, half width 2.484."""
    got = replicate_interval([1, 2, 3])
    assert (got.low, got.high) == (
        pytest.approx(2 - 2.4841, abs=1e-4),
        pytest.approx(2 + 2.4841, abs=1e-4),
    )
    assert replicate_interval([5]).high == np.inf


def test_intervals_cover_as_they_say():
    luck = np.random.default_rng(8)
    hits = sum(
        (i := replicate_interval(luck.normal(3, 2, 6))).low <= 3 <= i.high for _ in range(1_000)
    )
    assert abs(hits - 950) < 4 * (1_000 * 0.95 * 0.05) ** 0.5
    hits = sum(
        (i := wilson(int(luck.binomial(200, 0.02)), 200)).low <= 0.02 <= i.high
        for _ in range(1_000)
    )
    assert hits > 900


def test_bootstrap_of_a_mean_is_about_its_standard_error():
    x = np.random.default_rng(2).normal(0, 1, 400)
    got = bootstrap(x, lambda v: float(v.mean()))
    assert got.high - got.low == pytest.approx(2 * 1.96 / 20, rel=0.2)
    assert bootstrap(np.zeros(3), lambda _: None) is None
