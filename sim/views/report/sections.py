"""The parts of the report between the summary and the assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.measures.reference import published_table
from sim.views.comparison import RULE, Row, by_rank, compared_rows, tally
from sim.views.dashboard import dashboard
from sim.views.drawn import Drawn
from sim.views.html import Html, inline_svg, joined, table, tag
from sim.views.limits import LIMITS, NO_FINDING
from sim.views.market import Market
from sim.views.text import MISSING, STAMP, amount, percent, precise

SALES_NAMES = {
    "customer_sales": "customers' orders",
    "own_use_sales": "participants' own use",
    "top_up_sales": "participants' orders to qualify",
    "kit_sales": "entry kits",
}


def cell_of(summary: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """One block of the summary's outcomes; empty where it is missing."""
    found: Any = summary.get("outcomes")
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def summary_section(market: Market, summary: Mapping[str, Any]) -> Html:
    """The run in a few sentences and figures."""
    gross = cell_of(summary, "enrolled_in_year", "gross")
    net = {
        c: cell_of(summary, "enrolled_in_year", "net_of_expenses", c)
        for c in ("low", "central", "high")
    }
    n = gross.get("n")
    everyone = f"Of {n:,} people" if n is not None else "Of the people"
    losing = [percent(net[c].get("share_loss")) for c in ("central", "high", "low")]
    text = tag(
        "p",
        f"{everyone} who were enrolled on any day of {market.year}, ",
        tag("strong", f"{percent(gross.get('share_zero'))} were paid nothing"),
        f" by the firm, {percent(gross.get('share_le_1000'))} at most "
        f"{amount(1000, market.currency)}, and "
        f"{percent(gross.get('share_ge_10000'), 2)} {amount(10_000, market.currency)} or more. "
        "Once kit, fees, purchases and expenses count, ",
        tag("strong", f"{losing[0]} lost money"),
        f" with own use valued at comparable prices: {losing[1]} with own use at the price paid, "
        f"{losing[2]} with own use worth nothing.",
    )
    figures = table("Key figures", ("figure", STAMP), _key_figures(summary), class_="plain")
    return joined([text, _cut_short(market), figures])


def _cut_short(market: Market) -> Html:
    if not market.partial:
        return Html("")
    warning = tag("strong", f"{market.year} is not a complete year in this run: ")
    return tag("p", warning, "its amounts are held against a whole year's thresholds.")


def _key_figures(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    recruiting, kept = summary.get("recruiting") or {}, summary.get("retention") or {}
    gross = cell_of(summary, "enrolled_in_year", "gross")
    sustained = summary.get("sustained") or {}
    gini = gross.get("gini")
    return [
        ("top 1 % of participants: share of all pay", percent(gross.get("top1_share"))),
        ("Gini coefficient of pay", MISSING if gini is None else f"{gini:.3f}"),
        ("10,000 or more in each of three years running", percent(sustained.get("share"), 2)),
        ("never sponsored anyone", percent(recruiting.get("share_never"))),
        *(
            (name, percent((kept.get(key) or {}).get("share")))
            for key, name in (
                ("active_all_year", "active in all twelve months, of all active in the year"),
                ("no_purchase_next_year", "of one year's entrants, no purchase in the next year"),
                ("no_purchase_second_year", "and in the second year"),
                ("base_left_in_year", "of those enrolled when the year began, left in it"),
            )
        ),
        (
            "payout: bonuses over net sales, retail margin excluded",
            percent(summary.get("payout_ratio")),
        ),
    ]


def comparison_section(market: Market, summary: Mapping[str, Any]) -> Html:
    """The run beside the published table of its plan's firm."""
    if market.reference is None:
        return tag(
            "p", "No published table belongs to this plan, so nothing is set beside the run."
        )
    people = int(cell_of(summary, "enrolled_in_year", "gross").get("n") or 0)
    rows = compared_rows(market.compared, people, market.currency)
    whole, ranks = by_rank(rows)
    group = published_table(market.reference)[0]
    source = tag(
        "p",
        "Published: ",
        group.source,
        ". Basis: ",
        group.basis,
        ". SEEN: read at the source; DERIVED: computed from it; RECALLED: not seen again.",
    )
    return joined(
        [
            tag("p", tally(rows), " ", NO_FINDING),
            _whole_table(market, whole),
            _rank_table(market, ranks),
            tag("p", RULE, class_="note"),
            source,
        ]
    )


def _whole_table(market: Market, rows: Sequence[Row]) -> Html:
    columns = (
        "quantity",
        "published",
        STAMP,
        "95 % interval",
        "verdict by rule",
        "what is compared",
        "mark",
    )
    cells = [
        (r.quantity, r.published, r.simulated, r.interval, _verdict(r), r.note, r.mark)
        for r in rows
    ]
    return table(
        f"{market.published_name} beside {market.name}, {market.year}",
        columns,
        cells,
        class_="wide",
    )


def _rank_table(market: Market, ranks: Sequence[tuple[str, Row, Row]]) -> Html:
    columns = (
        "rank",
        "share published",
        f"share {STAMP}",
        "verdict",
        "mean pay published",
        f"mean pay {STAMP}",
        "verdict",
        "mark",
    )
    cells = [
        (
            name,
            share.published,
            share.simulated,
            _verdict(share),
            mean.published,
            mean.simulated,
            _verdict(mean),
            share.mark,
        )
        for name, share, mean in ranks
    ]
    title = f"{market.published_name} beside {market.name} by rank, {market.year}"
    return table(title, columns, cells, class_="wide") if cells else Html("")


def _verdict(row: Row) -> Html:
    return tag("strong" if row.differs else "span", row.verdict, class_="verdict")


def figures_section(figures: Sequence[Drawn]) -> Html:
    """Every figure (as SVG) with its words and the table behind it."""
    return joined(map(_figure, figures))


def _figure(picture: Drawn) -> Html:
    data = ""
    if picture.rows:
        data = tag(
            "details",
            tag("summary", "The numbers behind this figure"),
            table(f"{picture.title} ({STAMP})", picture.columns, picture.rows, class_="plain"),
        )
    return tag(
        "figure",
        tag("h3", picture.title, class_="unseen"),
        inline_svg(picture.svg, picture.name, picture.alt),
        tag("figcaption", tag("p", picture.alt), tag("p", picture.note, class_="note")),
        data,
        id=f"figure-{picture.name}",
    )


def ranks_section(summary: Mapping[str, Any], currency: str) -> Html:
    """The disclosure table as firms print it, with everybody in it."""
    lines = (summary.get("ranks") or {}).get("disclosure") or []
    money = ("low", "mean", "median", "high")
    rows = [
        (
            line.get("rank"),
            line.get("n"),
            percent(line.get("share"), 2),
            *(MISSING if line.get(k) is None else precise(line[k], currency) for k in money),
            percent(line.get("share_zero")),
        )
        for line in lines
    ]
    columns = (
        "highest paid-as rank of the year",
        "people",
        "share",
        "lowest",
        "mean",
        "median",
        "highest",
        "paid nothing",
    )
    return table(f"Gross pay by rank ({STAMP})", columns, rows, class_="plain")


def dashboard_section(market: Market) -> Html:
    """The trade's targets, who reaches them and what they net."""
    rows = [(t.name, t.asked, t.mean, t.reached, t.net) for t in dashboard(market)]
    columns = (
        "target the trade gives",
        "asked",
        "mean",
        "share who reach it",
        "mean net of those who do",
    )
    intro = tag(
        "p",
        "Targets that the trade advises, held against everyone qualified or ordering in any month "
        "of "
        f"{market.year}. Net is net of expenses with own use at comparable prices. That those who "
        "reach a "
        "target net more does not say that reaching it was the cause.",
    )
    return joined([intro, table(f"The trade's dashboard ({STAMP})", columns, rows, class_="left")])


def money_section(summary: Mapping[str, Any]) -> Html:
    """Whose money pays the bonuses, and what each bonus costs."""
    audit = summary.get("audit") or {}
    rows = [
        ("bonuses funded by participants' orders", percent(audit.get("pay_from_participants"))),
        ("bonuses funded by customers' orders", percent(audit.get("pay_from_customers"))),
        *(
            (f"share of gross sales: {SALES_NAMES.get(k, k)}", percent(v))
            for k, v in (audit.get("revenue_shares") or {}).items()
        ),
        (
            "own purchases above the household benchmark",
            percent(audit.get("own_purchases_above_benchmark")),
        ),
    ]
    bonuses = [
        (
            name,
            percent(parts.get("paid")),
            percent(parts.get("breakage")),
            percent(parts.get("maximum")),
        )
        for name, parts in (audit.get("payout_and_breakage") or {}).items()
    ]
    note = tag(
        "p",
        "These are measures, not verdicts: a bonus that depends on recruits may be funded by "
        "retail orders, and own use may be real demand.",
        class_="note",
    )
    columns = ("bonus", "paid, of net sales", "not paid (breakage)", "maximum")
    return joined(
        [
            table(f"Whose money ({STAMP})", ("measure", "value"), rows, class_="plain"),
            table(f"Bonuses over net sales ({STAMP})", columns, bonuses, class_="plain"),
            note,
        ]
    )


def limits_section() -> Html:
    """What the run does not say."""
    return tag("ul", *(tag("li", limit) for limit in LIMITS))
