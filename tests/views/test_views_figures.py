import dataclasses

import made_up_market
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.inequality import gini
from sim.measures.lenses import lens_values
from sim.measures.retention import Survival
from sim.views.dashboard import dashboard
from sim.views.figures import draw_all, svg_bytes
from sim.views.figures.bins import inside, net_bins, pay_bins, shares
from sim.views.figures.genealogy import genealogy, pay_colour, team_of
from sim.views.figures.income import income
from sim.views.figures.lorenz import POINTS, lorenz
from sim.views.figures.roles import LINES, roles
from sim.views.figures.sales import PARTS, payout_ratio, sales
from sim.views.figures.survival import limits, survival
from sim.views.market import Market

NAMES = ["income", "lorenz", "roles", "survival", "genealogy", "sales"]


@pytest.fixture(scope="module")
def pictures(market):
    return {p.name: p for p in draw_all(market)}


def heights(ax):
    return [bar.get_height() for bar in ax.patches]


def with_pay(market, change):
    """The same market with other bonuses."""
    rows = dict(market.tables.participants)
    rows["bonus"] = change(rows["bonus"].copy())
    return dataclasses.replace(market, tables=dataclasses.replace(market.tables, participants=rows))


def test_there_is_every_figure_each_stamped_and_in_words(pictures):
    assert list(pictures) == NAMES
    for picture in pictures.values():
        assert any(t.get_text() == "SIMULATED" for t in picture.figure.texts)
        assert len(picture.alt) > 40
        assert picture.rows
        assert all(len(row) == len(picture.columns) for row in picture.rows)
        for ax in picture.figure.axes:
            labelled = ax.get_ylabel() or not ax.axison
            assert labelled, picture.name


def test_the_zero_bar_is_the_share_paid_nothing(pictures, market):
    pay = market.enrolled["bonus"]
    upper = pictures["income"].figure.axes[0]
    assert heights(upper)[0] == pytest.approx(100 * (pay == 0).mean())
    assert 0 < heights(upper)[0] < 100
    assert sum(heights(upper)) == pytest.approx(100)
    assert upper.get_xticklabels()[0].get_text() == "$0"


def test_the_zero_bar_moves_with_the_table(market):
    def rob(bonus):
        bonus[market.tables.participants["year"] == market.year] = 0
        bonus[-1] = 5_000_000
        return bonus

    robbed = with_pay(market, rob)
    bars = heights(income(robbed).figure.axes[0])
    assert bars[0] == pytest.approx(100 * (robbed.enrolled["bonus"] == 0).mean())
    assert bars[0] > 99


def test_pay_bars_are_a_histogram(pictures, market):
    pay = market.major(market.enrolled["bonus"])
    edges = [0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000]
    bars = heights(pictures["income"].figure.axes[0])[1:]
    for low, high, bar in zip(edges, edges[1:], bars, strict=False):
        assert bar == pytest.approx(100 * ((pay > low) & (pay <= high)).mean())


def labelled_edges(ax):
    """Each bar's (left, right) as amounts, read off the axis as a reader would."""
    ticks = dict(zip((t.get_text() for t in ax.get_xticklabels()), ax.get_xticks(), strict=True))

    def nearest(x):
        return min(ticks, key=lambda text: abs(ticks[text] - x))

    return [(nearest(b.get_x()), nearest(b.get_x() + b.get_width())) for b in ax.patches]


def test_bars_stand_between_the_amounts_that_bound_them(pictures):
    upper, lower = pictures["income"].figure.axes
    assert labelled_edges(upper)[1:4] == [(">0", "$10"), ("$10", "$30"), ("$30", "$100")]
    assert ("-$100", "$100") in labelled_edges(lower)
    for ax in (upper, lower):
        for bar in ax.patches[1:]:
            assert min(abs(bar.get_x() - tick) for tick in ax.get_xticks()) < 0.05


def test_net_bars_are_the_shares_that_lose_break_even_and_gain(pictures, market):
    net = market.major(lens_values(market.enrolled, "net_of_expenses", "central"))
    lower = pictures["income"].figure.axes[1]
    expected = [(net < -100).mean(), (abs(net) <= 100).mean(), (net > 100).mean()]
    assert min(expected) > 0
    drawn = [sum(bar.get_height() for bar in group) for group in lower.containers]
    assert drawn == pytest.approx([100 * e for e in expected])
    hatches = {bar.get_hatch() for bar in lower.containers[0]}
    assert hatches == {"///"}, "losses must be told apart in black and white"


def test_published_marks_are_the_published_shares(pictures):
    marks = pictures["income"].figure.axes[0].lines[0].get_ydata()
    assert marks[0] == pytest.approx(63.84)
    assert sum(marks) == pytest.approx(100, abs=0.05)


def test_bins_by_hand():
    values = np.array([0, 0, 0.5, 10, 10.01, 1000, 10_000, 25_000.0])
    bins = pay_bins(25_000, "USD")
    found = shares(values, bins, np.full(8, 1 / 8)) * 8
    assert [b.label for b in bins][:3] == ["exactly $0", "$0 to $10", "$10 to $30"]
    assert found.tolist() == [2, 2, 1, 0, 0, 1, 0, 1, 1]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.sampled_from([0, 50, 100, 250]))
def test_every_net_falls_into_exactly_one_bin(values, band):
    net = np.array(values)
    bins = net_bins(net.min(), net.max(), band, "USD")
    assert (sum(inside(net, b).astype(int) for b in bins) == 1).all()


def test_the_lorenz_line_has_the_gini_of_the_table(pictures, market):
    pay = market.enrolled["bonus"]
    x, y = pictures["lorenz"].figure.axes[0].lines[1].get_data()
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    drawn = 1 - np.sum(np.diff(x) * (y[1:] + y[:-1]))
    assert drawn == pytest.approx(gini(pay), abs=1e-3)


def test_a_thinned_lorenz_line_keeps_its_gini():
    big = made_up_market.tables(months=12, a_month=300)
    market = Market(big, "big")
    x, y = lorenz(market).figure.axes[0].lines[1].get_data()
    assert len(x) <= POINTS + 1 < len(market.enrolled["bonus"])
    drawn = 1 - np.sum(np.diff(x) * (y[1:] + y[:-1]))
    assert drawn == pytest.approx(gini(market.enrolled["bonus"]), abs=2e-3)


def test_role_lines_are_the_months(pictures, market):
    upper, lower = pictures["roles"].figure.axes
    for line, (key, *_) in zip(upper.lines, LINES, strict=True):
        assert line.get_ydata().tolist() == market.months[key].tolist()
    assert lower.lines[0].get_ydata() == pytest.approx(market.months["penetration"] * 100)
    assert lower.get_ylim() == (0, 105)


def test_survival_lines_are_counted_by_hand(pictures, market):
    lives, end = market.tables.lives, market.length - 1
    line = pictures["survival"].figure.axes[0].lines[0].get_ydata()
    first = lives["joined_month"] < 12
    joined, left = lives["joined_month"][first], lives["left_month"][first]
    share = 1.0
    for k in range(10):
        known = (np.where(left >= 0, left, end) - joined) >= k
        share *= 1 - ((left >= 0) & (left - joined == k)).sum() / known.sum()
        assert line[k] == pytest.approx(100 * share)


def test_survival_limits_hold_the_estimate():
    curve = Survival(np.arange(4), np.array([1, 0.9, 0.5, 0]), np.array([0, 0.03, 0.05, 0]),
                     np.array([100, 100, 90, 50]))  # fmt: skip
    low, high = limits(curve)
    assert (low <= curve.survival).all()
    assert (high >= curve.survival).all()
    assert high[2] - low[2] == pytest.approx(2 * 1.96 * 0.05, rel=0.05)
    assert (low[0], high[0], low[3], high[3]) == (1, 1, 0, 0)


def brute_team(top, lives):
    team = [top]
    for who, sponsor in zip(lives["participant"].tolist(), lives["sponsor"].tolist(), strict=True):
        if sponsor in team:
            team.append(who)
    return team


def test_the_team_is_everybody_below(market):
    for top in (1, 2, 7):
        team = team_of(top, market)
        assert sorted(team.who.tolist()) == sorted(brute_team(top, market.tables.lives))
        assert team.below[0] == len(team.who) - 1
        year = market.enrolled
        paid = dict(zip(year["participant"].tolist(), year["bonus"].tolist(), strict=True))
        assert team.below_pay[0] == sum(paid.get(int(w), 0) for w in team.who[1:])


def test_the_tree_is_that_of_the_top_earner_and_loses_nobody(market):
    best = int(market.enrolled["participant"][np.argmax(market.enrolled["bonus"])])
    assert f"#{best}," in genealogy(market).alt

    teams = {who: len(brute_team(who, market.tables.lives)) for who in range(1, 60)}
    here = set(market.enrolled["participant"].tolist())
    leader = max(here & set(teams), key=lambda who: teams[who])
    assert teams[leader] > 8

    def crown(bonus):
        rows = market.tables.participants
        bonus[(rows["participant"] == leader) & (rows["year"] == market.year)] = 10**9
        return bonus

    picture = genealogy(with_pay(market, crown))
    assert f"#{leader}, paid $10,000,000" in picture.alt
    texts = [t.get_text() for t in picture.figure.axes[0].texts]
    assert f"#{leader} · $10,000,000 · {teams[leader] - 1} below" in texts


def test_pay_colours_get_darker():
    def light(colour):
        return sum(int(colour[i : i + 2], 16) for i in (1, 3, 5))

    colours = [pay_colour(p) for p in (0, 100, 1000, 10_000, 10_001)]
    assert [light(c) for c in colours] == sorted(map(light, colours), reverse=True)
    assert len(set(colours)) == 5


def test_sales_areas_stack_to_gross_sales(pictures, market):
    upper = pictures["sales"].figure.axes[0]
    top = upper.collections[len(PARTS) - 1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(market.major(market.months["gross_sales"]).max())
    assert upper.lines[0].get_ydata() == pytest.approx(market.major(market.months["bonus"]))


def test_payout_ratio_has_gaps_where_nothing_was_sold():
    assert payout_ratio(np.array([30, 5]), np.array([100, 0]))[0] == 0.3
    assert np.isnan(payout_ratio(np.array([30, 5]), np.array([100, 0]))[1])


def test_equal_tables_give_equal_bytes_without_a_date(market):
    one, two = (svg_bytes(roles(market).figure) for _ in range(2))
    assert one == two
    assert b"SIMULATED" in one
    assert b"<dc:date>" not in one


DEGENERATE = {
    "nobody paid": {"months": 13, "a_month": 3, "paid": False},
    "one participant, one month": {"months": 1, "a_month": 1},
    "nobody at all": {"months": 2, "a_month": 0},
}


@pytest.mark.parametrize("kind", DEGENERATE)
def test_degenerate_runs_are_drawn_and_say_so(kind):
    market = Market(made_up_market.tables(**DEGENERATE[kind]), "odd", reference="doterra_us_2017")
    drawn = {p.name: p for p in draw_all(market)}
    assert list(drawn) == NAMES
    if kind != "one participant, one month":
        for name in ("lorenz", "genealogy"):
            assert "Nobody was paid" in drawn[name].alt
            texts = [t.get_text() for t in drawn[name].figure.axes[0].texts]
            assert any("Nobody was paid" in t for t in texts)
    if kind == "nobody at all":
        assert "Nobody enrolled" in drawn["survival"].alt
        assert "Nobody was enrolled" in drawn["income"].alt
    assert len(dashboard(market)) == 6
    assert svg_bytes(drawn["sales"].figure)
    assert svg_bytes(survival(market).figure)


def test_the_dashboard_counts_by_hand(market):
    rows = market.enrolled
    weekly = rows["hours"] / (rows["months_enrolled"] * 365.25 / 84)
    by_name = {t.name: t for t in dashboard(market)}
    assert by_name["hours a week"].mean == f"{weekly.mean():.1f}"
    assert by_name["hours a week"].net == "nobody does"
    old = rows["joined_month"] < market.first_of_year
    stayed = (rows["left_month"][old] < 0).mean()
    name = "team retention over the year, all who were enrolled when it began"
    assert by_name[name].mean == f"{100 * stayed:.1f} %"
    assert sales(market).name == "sales"
