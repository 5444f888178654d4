"""What a finished run prints: the published table beside it, who earns and who loses."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.results import Results
from sim.views.comparison import CLOSE, Row, by_rank, compared_rows, tally
from sim.views.limits import HEADLINE, NO_FINDING
from sim.views.market import Market, market_of
from sim.views.text import MISSING, STAMP, percent, precise

PLAIN_WIDTH = 120
SHORT_RULE = (
    f"One run has no interval: what is off by more than ×{CLOSE} differs "
    "(shares and indices by their odds)."
)


def print_summary(
    summary: Mapping[str, Any], results: Results, stream: TextIO | None = None
) -> None:
    """Print the summary of a run to ``stream``, standard output by default.

    ``summary`` is the document of ``summary.json``. A figure that is missing is left out or dashed.
    """
    out = stream or sys.stdout
    width = None if out.isatty() else PLAIN_WIDTH
    console = Console(file=out, width=width, highlight=False, markup=False, emoji=False)
    market = market_of(results.tables, results.manifest.get("scenario") or {})
    console.print(Text(HEADLINE, style="bold"))
    _compare(console, market, summary)
    console.print(_gross(summary, market))
    console.print(_outcomes(summary, market))
    console.print(_facts(summary, results))
    console.print(NO_FINDING, soft_wrap=False)


def _compare(console: Console, market: Market, summary: Mapping[str, Any]) -> None:
    if market.reference is None:
        console.print("No published table belongs to this plan: nothing is set beside the run.")
        return
    people = _cell(summary, "enrolled_in_year", "gross").get("n") or 0
    rows = compared_rows(market.compared, int(people), market.currency)
    whole, ranks = by_rank(rows)
    console.print(_whole_table(market, whole))
    if ranks:
        console.print(_rank_table(ranks))
    console.print(f"{tally(rows)} {SHORT_RULE}", soft_wrap=False)


def _whole_table(market: Market, rows: Sequence[Row]) -> Table:
    spread = any(r.interval != MISSING for r in rows)
    title = f"{market.published_name} (published) beside {market.name}, {market.year} ({STAMP})"
    right = ["published", STAMP, *(["95 % interval"] if spread else [])]
    table = _table(title, ["all advocates of the year"], right, ["verdict by rule"])
    for row in rows:
        cells = [row.quantity, row.published, row.simulated, *([row.interval] if spread else [])]
        table.add_row(*cells, _verdict(row))
    return table


def _rank_table(ranks: Sequence[tuple[str, Row, Row]]) -> Table:
    table = _table(
        "By rank: share of people, then mean pay of the year",
        ["rank"],
        ["published", STAMP],
        ["verdict"],
    )
    for name in ("mean", STAMP):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict")
    for name, share, mean in ranks:
        table.add_row(
            name,
            share.published,
            share.simulated,
            _verdict(share),
            mean.published,
            mean.simulated,
            _verdict(mean),
        )
    return table


def _table(title: str, left: Sequence[str], right: Sequence[str], last: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    for name in last:
        table.add_column(name)
    return table


def _verdict(row: Row) -> Text:
    return Text(row.verdict, style="bold" if row.differs else "dim" if row.differs is None else "")


def _gross(summary: Mapping[str, Any], market: Market) -> str:
    cell = _cell(summary, "enrolled_in_year", "gross")
    median, mean = _middle(cell, market.currency)
    short = f" {market.year} is not a complete year in this run." if market.partial else ""
    return (
        f"{STAMP}: of the {_people(summary)} enrolled on any day of {market.year}, "
        f"{percent(cell.get('share_zero'))} were paid nothing by the firm; median {median}, mean "
        f"{mean}.{short}"
    )


def _outcomes(summary: Mapping[str, Any], market: Market) -> Table:
    """Who earns and who loses, of everyone enrolled on any day of the year."""
    title = f"Who earns and who loses: everyone enrolled on any day of {market.year} ({STAMP})"
    table = _table(
        title,
        ["net of purchases, fees and expenses"],
        ["lose", "break even", "gain", "median", "mean"],
        [],
    )
    names = {
        "low": "own use worth nothing",
        "central": "own use at comparable prices",
        "high": "own use at the price paid",
    }
    for case, worth in names.items():
        _add(table, worth, _cell(summary, "enrolled_in_year", "net_of_expenses", case), market)
    timed = _cell(summary, "enrolled_in_year", "net_of_time", "central")
    _add(table, "the same, comparable prices, less hours of work", timed, market)
    return table


def _add(table: Table, name: str, cell: Mapping[str, Any], market: Market) -> None:
    shares = (percent(cell.get(f"share_{key}")) for key in ("loss", "break_even", "profit"))
    table.add_row(name, *shares, *_middle(cell, market.currency))


def _middle(cell: Mapping[str, Any], currency: str) -> tuple[str, str]:
    values = ((cell.get("quantiles") or {}).get("p50"), cell.get("mean"))
    median, mean = (MISSING if v is None else precise(v, currency) for v in values)
    return median, mean


def _cell(summary: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """One cell of the outcomes; empty where it is missing."""
    found: Any = summary.get("outcomes") or {}
    for name in path:
        found = found.get(name) or {}
    return found if isinstance(found, Mapping) else {}


def _people(summary: Mapping[str, Any]) -> str:
    n = _cell(summary, "enrolled_in_year", "gross").get("n")
    return MISSING if n is None else f"{n:,}"


def _facts(summary: Mapping[str, Any], results: Results) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in [*_shares(summary), *_made(summary, results)]:
        grid.add_row(Text(name), Text(value, overflow="fold"))
    return grid


def _shares(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    recruiting, kept = summary.get("recruiting") or {}, summary.get("retention") or {}
    told = [
        ("never sponsored anyone", percent(recruiting.get("share_never"))),
        ("active all year, of all active in it", _share(kept, "active_all_year")),
        (
            "no purchase in year 1 after entry; year 2",
            "; ".join(
                _share(kept, key) for key in ("no_purchase_next_year", "no_purchase_second_year")
            ),
        ),
        ("payout: bonuses over net sales", percent(summary.get("payout_ratio"))),
    ]
    return [(f"{STAMP}: {name}", value) for name, value in told]


def _share(block: Mapping[str, Any], key: str) -> str:
    return percent((block.get(key) or {}).get("share"))


def _made(summary: Mapping[str, Any], results: Results) -> list[tuple[str, str]]:
    seconds = summary.get("seconds") or results.manifest.get("seconds") or {}
    total = sum(v for v in seconds.values() if isinstance(v, int | float))
    speed = summary.get("person_months_per_second")
    told = [
        ("seed, engine", f"{results.manifest.get('seed')}, {results.manifest.get('engine')}"),
        ("ledger SHA-256", str(summary.get("ledger_sha256") or results.tables.sha256)),
        ("time", f"{total:.1f} s" + (f", {speed:,.0f} person-months a second" if speed else "")),
        ("results", f"{results.folder} (report.html, figures, tables)"),
    ]
    return [(name, value) for name, value in told if value]
