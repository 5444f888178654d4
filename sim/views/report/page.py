"""The report as one file: its own style and script inside, and nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.views.drawn import Drawn
from sim.views.html import Html, joined, tag
from sim.views.limits import HEADLINE, NO_FINDING
from sim.views.market import Market
from sim.views.report.assumptions import assumptions_section
from sim.views.report.outcomes import outcomes_section
from sim.views.report.provenance import provenance_section
from sim.views.report.sections import (
    comparison_section,
    dashboard_section,
    figures_section,
    limits_section,
    money_section,
    ranks_section,
    summary_section,
)

HERE = Path(__file__).resolve().parent


def page(
    market: Market,
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    files: Mapping[str, str],
    figures: Sequence[Drawn],
) -> str:
    """The whole page. ``files`` are the SHA-256 of the folder's other files by name."""
    scenario = manifest.get("scenario") or {}
    parts = [
        ("summary", "Summary", summary_section(market, summary)),
        ("outcomes", "Who earns and who loses", outcomes_section(summary, market.currency)),
        ("comparison", "Beside the published table", comparison_section(market, summary)),
        ("ranks", "Pay by rank", ranks_section(summary, market.currency)),
        ("figures", "Figures", figures_section(figures)),
        ("money", "Whose money pays", money_section(summary)),
        ("dashboard", "The trade's targets", dashboard_section(market)),
        ("assumptions", "Assumptions", assumptions_section(scenario)),
        ("limits", "Limits", limits_section()),
        ("provenance", "Provenance", provenance_section(manifest, summary, files)),
    ]
    contents = tag(
        "nav",
        tag("ul", *(tag("li", tag("a", title, href=f"#{key}")) for key, title, _ in parts)),
        aria_label="Contents",
    )
    sections = [
        tag(
            "section",
            tag("h2", title, id=f"{key}-title"),
            body,
            id=key,
            aria_labelledby=f"{key}-title",
        )
        for key, title, body in parts
    ]
    body = joined([_head_of_page(market, scenario), contents, tag("main", *sections), _foot()])
    return _document(f"{market.name}: report of a simulated market", body)


def _head_of_page(market: Market, scenario: Mapping[str, Any]) -> Html:
    first, last = market.months["date"][0], market.months["date"][-1]
    about = str(scenario.get("description") or "").strip()
    return tag(
        "header",
        tag("h1", f"Report of a simulated market: {market.name}"),
        tag("p", HEADLINE, class_="stamp"),
        tag(
            "p",
            f"{first} to {last}, {market.length:,} months. Figures of a year are of {market.year}.",
        ),
        tag("p", about) if about else "",
    )


def _foot() -> Html:
    return tag("footer", tag("p", HEADLINE), tag("p", NO_FINDING))


def _document(title: str, body: Html) -> str:
    script = (HERE / "page.js").read_text("utf-8")
    style = (HERE / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # Even if something slipped through, the browser would run no other script and fetch nothing.
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        Html('<link rel="icon" href="data:,">'),
        tag("style", Html(style)),
    )
    whole = tag("html", head, tag("body", body, tag("script", Html(script))), lang="en")
    return f"<!doctype html>\n{whole}\n"
