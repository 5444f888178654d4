import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from conftest import EVIL

from sim.measures.lenses import CASES, LENSES
from sim.measures.windows import DENOMINATORS
from sim.results import ResultsError, damaged_files, read_results
from sim.views.figures.income import income
from sim.views.figures.style import finished
from sim.views.html import inline_svg, table, tag
from sim.views.limits import LIMITS, NO_FINDING
from sim.views.market import market_of
from sim.views.report import write_report
from sim.views.report.assumptions import assumptions
from sim.views.report.outcomes import outcomes_section
from sim.views.report.page import page as whole_page

VOID = {"meta", "link", "br", "input"}
SECTIONS = ("summary", "outcomes", "comparison", "ranks", "figures", "money", "dashboard",
            "assumptions", "limits", "provenance")  # fmt: skip


class Page(HTMLParser):
    """Open tags, ids, addresses and text of a page; fails where tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.addresses, self.tags, self.lenses = [], [], [], [], {}
        self.denominator = None
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        named = ("src", "href", "action", "data", "poster", "srcset", "xlink:href", "background")
        self.addresses += [given[k] for k in named if k in given]
        self.denominator = given.get("data-denominator", self.denominator)
        if "data-lens" in given:
            self.lenses.setdefault(self.denominator, []).append(given["data-lens"])
        assert not [k for k in given if k.startswith("on")], f"{tag} has a handler"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_page_reaches_for_nothing_outside(page, html):
    assert "http://" not in html
    assert "https://" not in html
    assert [a for a in page.addresses if not a.startswith(("#", "data:,"))] == []
    assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttpRequest|<iframe|<img", html)
    assert "default-src &#x27;none&#x27;" in html


def test_whatever_comes_from_files_is_escaped(html, page):
    assert EVIL not in html
    assert "A &amp; B &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in html
    assert page.tags.count("script") == 1


def test_hostile_names_stay_text(results):
    hostile = {"name": EVIL, "population": {EVIL: EVIL}, "plan": {"id": "doterra_us_2017"}}
    manifest = {**results.manifest, "scenario": hostile, "engine": EVIL, "versions": {EVIL: EVIL}}
    ranks = {"disclosure": [{"rank": EVIL, "n": 1}]}
    summary = {**results.summary, "ranks": ranks}
    market = market_of(results.tables, hostile)
    figure = finished(income(market))
    text = whole_page(market, summary, manifest, {EVIL: EVIL}, [figure])
    assert EVIL not in text
    assert text.count("&lt;script&gt;alert") >= 8
    assert Page(text).tags.count("script") == 1
    assert EVIL.encode() not in figure.svg


def test_the_page_is_well_formed_and_accessible(page, html):
    assert len(page.ids) == len(set(page.ids))
    assert set(SECTIONS) <= set(page.ids)
    assert html.startswith("<!doctype html>\n<html lang=")
    assert page.tags.count("h1") == 1
    assert page.tags.count("caption") == page.tags.count("table") > 15
    assert page.tags.count("main") == 1
    assert len(re.findall(r'<svg role="img" aria-label="[^"]{40,}"', html)) == 6
    assert {a[1:] for a in page.addresses if a.startswith("#")} <= set(page.ids)


def test_the_page_is_small(folder):
    assert (folder / "report.html").stat().st_size < 1_500_000


def test_every_denominator_and_lens_stands_in_the_page(page):
    assert set(DENOMINATORS) <= set(page.lenses)
    for name in DENOMINATORS:
        rows = page.lenses[name]
        assert set(rows) == set(LENSES), name
        for lens in LENSES[2:]:
            assert rows.count(lens) % len(CASES) == 0, "a net lens has three values of own use"


def test_a_denominator_that_is_missing_is_not_passed_over():
    text = outcomes_section({"outcomes": {}}, "USD")
    for name in DENOMINATORS:
        assert f"{name}:" in text
    assert "nobody measured" in text


def test_the_summary_speaks_first_and_with_the_summarys_figures(html, results):
    gross = results.summary["outcomes"]["enrolled_in_year"]["gross"]
    net = results.summary["outcomes"]["enrolled_in_year"]["net_of_expenses"]
    first = html[html.index('id="summary"') : html.index('id="outcomes"')]
    assert f"Of {gross['n']:,} people" in first
    assert f"{100 * gross['share_zero']:.1f} % were paid nothing" in first
    assert f"{100 * net['central']['share_loss']:.1f} % lost money" in first
    assert html.index('id="summary"') < html.index('id="figures"')


def test_limits_and_stamps_stand_in_the_page(html):
    for limit in LIMITS:
        assert str(tag("li", limit)) in html
    assert html.count("SIMULATED") > 15
    assert html.count(NO_FINDING) >= 2


def test_the_comparison_prints_published_beside_simulated(html):
    part = html[html.index('id="comparison"') : html.index('id="ranks"')]
    for figure in ("63.8 %", "85.7 %", "1.92 %", "58.7 %", "0.921", "$1,259,587", "differs"):
        assert figure in part
    assert "doterra-earning-disclosure-statement" in part


def test_every_parameter_has_value_unit_range_and_source(scenario):
    told = {a.name: a for a in assumptions(scenario)}
    leave = told["staying.leave"]
    assert (leave.value, leave.changed, leave.unit) == ("0.21", "changed", "share 0-1")
    assert "≥ 0" in leave.bounds
    assert "≤ 1" in leave.bounds
    assert "Young Living" in leave.source
    assert told["staying.tenure"].changed == "default"
    assert told["network.kind"].value == scenario["network"]["kind"]
    assert any(name.startswith("plan.components.unilevel.") for name in told)
    for section in ("population", "shopping", "considering", "believing", "product"):
        for field in scenario[section]:
            if not isinstance(scenario[section][field], dict):
                assert f"{section}.{field}" in told
    for name, a in told.items():
        if not name.startswith("plan."):
            assert a.meaning or name.endswith("kind"), name


def test_a_scenario_of_another_version_is_listed_by_its_values():
    told = assumptions({"name": "x", "unheard": {"of": 3}})
    assert [(a.name, a.value) for a in told] == [("name", "x"), ("unheard.of", "3")]


def test_provenance_lists_seed_commit_and_hashes(html, results):
    part = html[html.index('id="provenance"') :]
    assert results.manifest["git"]["commit"] in part
    assert results.tables.sha256 in part
    for name, digest in results.manifest["files"].items():
        if name != "report.html":
            assert name in part
            assert digest in part


def test_writing_again_changes_no_byte_and_keeps_the_manifest_true(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    before = (copy / "report.html").read_bytes()
    figures = {p.name: p.read_bytes() for p in (copy / "figures").iterdir()}
    assert len(figures) == 12
    (copy / "report.html").write_text("spoilt")
    (copy / "figures" / "income.png").unlink()
    assert write_report(copy) == copy / "report.html"
    assert (copy / "report.html").read_bytes() == before
    assert {p.name: p.read_bytes() for p in (copy / "figures").iterdir()} == figures
    manifest = json.loads((copy / "manifest.json").read_text())
    assert damaged_files(copy, manifest) == []
    assert read_results(copy).summary == read_results(folder).summary
    assert (copy / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()
    assert not list(copy.glob(".*"))


def test_no_report_is_written_on_tables_that_were_changed(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "summary.json").write_text("{}")
    before = (copy / "report.html").read_bytes()
    with pytest.raises(ResultsError, match=r"summary\.json \(changed\)"):
        write_report(copy)
    assert (copy / "report.html").read_bytes() == before
    with pytest.raises(ResultsError, match="no results folder"):
        write_report(tmp_path)


def test_building_blocks_escape():
    assert tag("p", "a<b", title='"') == '<p title="&quot;">a&lt;b</p>'
    assert tag("p", tag("b", "&"), hidden=True, lang=None) == "<p hidden><b>&amp;</b></p>"
    text = table("<c>", ["<h>", "n"], [["<r>", 1234]])
    assert "<caption>&lt;c&gt;</caption>" in text
    assert '<td class="n">1,234</td>' in text
    assert "<r>" not in text


def test_an_inline_figure_keeps_its_ids_to_itself():
    svg = (b'<?xml version="1.0"?><svg xmlns="http://x" width="5pt"><metadata>http://y</metadata>'
           b'<path id="a"/><use xlink:href="#a" clip-path="url(#b)"/></svg>')  # fmt: skip
    assert inline_svg(svg, "fig", 'say "so"') == (
        '<svg role="img" aria-label="say &quot;so&quot;"><path id="fig-a"/>'
        '<use href="#fig-a" clip-path="url(#fig-b)"/></svg>'
    )
