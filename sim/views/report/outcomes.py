"""Who earns and who loses: every denominator, every lens, every value of own use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.measures.lenses import CASES, LENSES, NET
from sim.measures.windows import DENOMINATORS
from sim.views.html import Html, joined, table, tag
from sim.views.text import MISSING, amount, percent, precise

DENOMINATOR_NAMES = {
    "enrolled_in_year": "everyone enrolled on any day of the year, zeros included",
    "active_in_year": "qualified or ordering in any month of the year",
    "active_in_month": "person-months qualified or ordering (a cross-section: never times twelve)",
    "paid": "paid by the firm in the year",
    "sponsored_and_active": "has sponsored someone, and was active in the year",
    "titled": "has ever held a rank",
    "ever_enrolled": "has ever enrolled, also if gone before the year",
}
LENS_NAMES = {
    "gross": "gross: pay from the firm",
    "gross_with_retail": "gross with retail margin",
    "net_of_purchases": "net of purchases and fees",
    "net_of_expenses": "net of expenses too",
    "net_of_time": "net of hours at the outside wage too",
}
CASE_NAMES = {
    "low": "own use worth nothing",
    "central": "own use at comparable prices",
    "high": "own use at the price paid",
}
WINDOWS = {
    "outcomes": "the reference year",
    "outcomes_first_12_months": "the first 12 months of membership",
    "outcomes_first_24_months": "the first 24 months of membership",
    "outcomes_lifetime": "whole memberships so far (right-censored)",
}
SHARES = {
    "share_zero": "zero",
    "share_le_1000": "≤ 1,000",
    "share_ge_10000": "≥ 10,000",
    "share_loss": "lose",
    "share_break_even": "break even",
    "share_profit": "gain",
}
QUANTILES = {"p10": "p10", "p50": "median", "p90": "p90", "p99": "p99"}


def outcomes_section(summary: Mapping[str, Any], currency: str) -> Html:
    """One table a denominator for the reference year, and the other windows folded away."""
    intro = tag(
        "p",
        "Which share loses depends on whom one counts and what one takes off. All readings are "
        "below. Money "
        f"in {currency}; thresholds are a year's, for a month a twelfth. p10 is the amount that a "
        "tenth does not exceed. Breaking even is a net within 100 a "
        "year of zero; losing is never merged with it. Gini and top share are for gross pay only.",
    )
    year = _window("outcomes", summary.get("outcomes") or {}, currency)
    others = [
        tag(
            "details", tag("summary", f"The same over {name}"), _window(key, summary[key], currency)
        )
        for key, name in WINDOWS.items()
        if key != "outcomes" and summary.get(key)
    ]
    return joined([intro, tag("div", year, id="outcomes-of-year"), *others])


def _window(window: str, cells: Mapping[str, Any], currency: str) -> Html:
    names = [
        *(d for d in DENOMINATORS if window == "outcomes" or d in cells),
        *(d for d in cells if d not in DENOMINATORS),
    ]
    parts = [_denominator(window, name, cells.get(name) or {}, currency) for name in names]
    return tag("div", *parts, class_="readings")


def _denominator(window: str, name: str, cells: Mapping[str, Any], currency: str) -> Html:
    told = DENOMINATOR_NAMES.get(name, name)
    rows = [_row(lens, case, cell, currency) for lens, case, cell in _cells(cells)]
    n = next((c.get("n") for _, _, c in _cells(cells) if c.get("n") is not None), None)
    size = "nobody measured" if n is None else f"n = {n:,}"
    caption = f"{name}: {told} ({size}){' · partial' if _partial(cells) else ''}"
    columns = (
        "lens",
        *SHARES.values(),
        "mean",
        *QUANTILES.values(),
        "Gini",
        "top 1 %",
        "net per hour",
    )
    body = table(caption, columns, [r for _, r in rows], class_="wide")
    marked = _mark_rows(body, [lens for lens, _ in rows])
    return tag("div", marked, class_="reading", id=f"{window}-{name}", data_denominator=name)


def _cells(cells: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(lens, case, cell) of every lens in order; gross lenses have no case."""
    found: list[tuple[str, str, Mapping[str, Any]]] = []
    for lens in (*LENSES, *(k for k in cells if k not in LENSES)):
        cell = cells.get(lens) or {}
        if lens in NET or set(CASES) <= set(cell):
            found += [(lens, case, cell.get(case) or {}) for case in CASES]
        else:
            found.append((lens, "", cell))
    return found


def _row(
    lens: str, case: str, cell: Mapping[str, Any], currency: str
) -> tuple[str, Sequence[object]]:
    name = LENS_NAMES.get(lens, lens) + (f", {CASE_NAMES[case]}" if case else "")
    quantiles = cell.get("quantiles") or {}
    money = [cell.get("mean"), *(quantiles.get(q) for q in QUANTILES)]
    gini = cell.get("gini")
    per_hour = cell.get("net_per_hour")
    return lens, (
        name,
        *(percent(cell.get(key), 2 if key == "share_ge_10000" else 1) for key in SHARES),
        *(MISSING if m is None else precise(m, currency) for m in money),
        MISSING if gini is None else f"{gini:.3f}",
        percent(cell.get("top1_share")),
        MISSING if per_hour is None else amount(per_hour, currency, 2),
    )


def _mark_rows(body: Html, lenses: Sequence[str]) -> Html:
    """Write each body row's lens into it, for the switch to find."""
    head, *parts = body.split('<tr><th scope="row">')
    marked = [
        tag("tr", data_lens=lens)[: -len("</tr>")] + '<th scope="row">' + part
        for lens, part in zip(lenses, parts, strict=True)
    ]
    return Html(head + "".join(marked))


def _partial(cells: Mapping[str, Any]) -> bool:
    return any(cell.get("partial") for _, _, cell in _cells(cells))
