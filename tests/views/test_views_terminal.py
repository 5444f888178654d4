import dataclasses
import io

import pytest

from sim.measures.lines import Compared
from sim.views.comparison import by_rank, compared_rows, judged, tally
from sim.views.limits import HEADLINE, NO_FINDING
from sim.views.terminal import print_summary
from sim.views.text import amount, percent, precise, short_amount


def printed(summary, results):
    out = io.StringIO()
    print_summary(summary, results, out)
    return out.getvalue()


def test_the_summary_sets_the_run_beside_the_published_table(results):
    text = printed(results.summary, results)
    for figure in ("63.8 %", "85.7 %", "1.92 %", "58.7 %", "0.921", "$1,259,587"):
        assert figure in text
    gross = results.summary["outcomes"]["enrolled_in_year"]["gross"]
    assert f"{100 * gross['share_zero']:.1f} %" in text
    assert "differs" in text
    assert text.startswith(HEADLINE)
    assert " ".join(NO_FINDING.split()) in " ".join(text.split())
    assert text.count("SIMULATED") >= 8
    assert results.tables.sha256 in text
    assert max(map(len, text.splitlines())) <= 120


def test_a_plan_without_a_published_table_says_so(results):
    scenario = {**results.manifest["scenario"], "plan": {"id": "teaching"}}
    other = dataclasses.replace(results, manifest={**results.manifest, "scenario": scenario})
    text = printed(results.summary, other)
    assert "No published table belongs to this plan" in text
    assert "63.8 %" not in text


def test_an_empty_summary_is_printed_with_dashes(results):
    assert "–" in printed({}, results)


def line(ours, theirs, unit="share", low=None, high=None, runs=1):
    return Compared("q", theirs, ours, low, high, runs, unit, "", "SEEN", "fit")


@pytest.mark.parametrize(
    ("one", "differs", "said"),
    [
        (line(0.60, 0.64), False, "close: odds ×0.84"),
        (line(0.95, 0.86), True, "differs: odds ×3.1"),
        (line(0.01, 0.02), True, "differs: odds ×0.49"),
        (line(0.97, 0.92, "index"), True, "differs: odds ×2.8"),
        (line(1000, 1248, "USD a year"), False, "close: ×0.8"),
        (line(500, 1248, "USD a year"), True, "differs: ×0.4"),
        (line(0.0, 0.02), True, "differs: all or none"),
        (line(0.0, 0.0, "USD a year"), False, "close"),
        (line(0.0, 0.0001), None, "too few: 0.1 expected"),
        (line(None, 752, "USD a year"), None, "not seen here"),
        (line(0.60, 0.64, low=0.62, high=0.66, runs=9), False, "published lies inside"),
        (line(0.60, 0.64, low=0.55, high=0.63, runs=9), True, "differs: published lies outside"),
    ],
)
def test_what_differs_is_said_by_rule(one, differs, said):
    assert judged(one, 1000) == (differs, said)


def test_the_mean_of_a_rank_that_few_hold_is_not_judged():
    def pair(share):
        return [line(share, 0.05)._replace(quantity="Elite: share"),
                line(900, 4370, "USD a year")._replace(quantity="Elite: mean pay")]  # fmt: skip

    few, many = (compared_rows(pair(share), 1000, "USD") for share in (0.002, 0.04))
    assert (few[1].differs, few[1].verdict) == (None, "too few: 2 here")
    assert (many[1].differs, many[1].verdict) == (True, "differs: ×0.21")
    assert [name for name, *_ in by_rank(few)[1]] == ["Elite"]


def test_the_tally_counts_every_row():
    rows = compared_rows([line(0.6, 0.64), line(0.1, 0.64), line(None, 0.5)], 1000, "USD")
    assert tally(rows) == "Of 3 figures: differ 1, close 1, cannot be told 1."


def test_numbers_as_people_write_them():
    assert (amount(-1250, "USD"), amount(12.5, "EUR", 2)) == ("-$1,250", "EUR 12.50")
    assert (precise(0.42, "USD"), precise(-3, "USD"), precise(0, "USD")) == (
        "$0.42",
        "-$3.00",
        "$0",
    )
    assert [short_amount(x, "USD") for x in (0, 300, -3000, 1e6)] == ["$0", "$300", "-$3k", "$1M"]
    assert percent(0.000001, 2) == "<0.01 %"
    assert (percent(0.5), percent(None), percent(0.0, 2)) == ("50.0 %", "–", "0.00 %")
