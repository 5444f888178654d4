"""The run beside a published table: how far apart each figure is, said by one rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.measures.lines import Compared
from sim.views.text import MISSING, percent, precise

CLOSE = 1.5
FEW = 5
SHARE, MEAN = ": share", ": mean pay"
RULE = (
    "Rule: with replicates a figure differs where the published one lies outside the 95 % "
    "interval. With one run there is no interval, and it differs where it is off by more than a "
    f"factor of {CLOSE}: of the odds for shares and indices, which treats 1 % and 99 % alike, of "
    "the amount for money. Where the published share would be fewer than "
    f"{FEW} people in this run, or fewer than {FEW} hold a rank in it, the run cannot tell."
)


@dataclass(frozen=True)
class Row:
    """One quantity, ready to print; ``differs`` is None where the run cannot tell."""

    quantity: str
    published: str
    simulated: str
    interval: str
    verdict: str
    differs: bool | None
    note: str
    mark: str


def compared_rows(lines: Sequence[Compared], people: int, currency: str) -> list[Row]:
    """Every line of a comparison in words; ``people`` is how many the run counted."""
    held = {
        line.quantity.removesuffix(SHARE): (line.simulated or 0.0) * people * line.runs
        for line in lines
        if line.quantity.endswith(SHARE)
    }
    return [
        _row(line, people, currency, held.get(line.quantity.removesuffix(MEAN))) for line in lines
    ]


def by_rank(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[str, Row, Row]]]:
    """The rows of the whole table, and (rank, its share, its mean pay) for every rank."""
    ends = (SHARE, MEAN)
    shares, means = (
        {r.quantity.removesuffix(end): r for r in rows if r.quantity.endswith(end)} for end in ends
    )
    ranks = [(name, shares[name], means[name]) for name in shares if name in means]
    told = {id(r) for _, *pair in ranks for r in pair}
    return [r for r in rows if id(r) not in told], ranks


def tally(rows: Sequence[Row]) -> str:
    """How many rows differ, agree and cannot be told."""
    differ, close = sum(r.differs is True for r in rows), sum(r.differs is False for r in rows)
    rest = len(rows) - differ - close
    return f"Of {len(rows)} figures: differ {differ}, close {close}, cannot be told {rest}."


def _row(line: Compared, people: int, currency: str, held: float | None) -> Row:
    interval = MISSING
    if line.low is not None and line.high is not None:
        low, high = (written(v, line.unit, currency) for v in (line.low, line.high))
        interval = f"{low} to {high} ({line.runs} runs)"
    differs, verdict = judged(line, people)
    if held is not None and 0 < held < FEW and line.quantity.endswith(MEAN):
        # The mean of so few says nothing of the rank.
        differs, verdict = None, f"too few: {held:.0f} here"
    return Row(
        line.quantity,
        written(line.published, line.unit, currency),
        written(line.simulated, line.unit, currency),
        interval,
        verdict,
        differs,
        line.note,
        line.mark,
    )


def written(value: float | None, unit: str, currency: str) -> str:
    """A figure in its unit."""
    if value is None:
        return MISSING
    if unit == "share":
        return percent(value, 2 if value < 0.1 else 1)
    return f"{value:.3f}" if unit == "index" else precise(value, currency)


def judged(line: Compared, people: int) -> tuple[bool | None, str]:
    """(differs, why) by RULE."""
    ours, theirs = line.simulated, line.published
    if ours is None or theirs is None:
        return None, "not seen here" if ours is None else "not published"
    if line.unit == "share" and min(theirs, 1 - theirs) * people * line.runs < FEW:
        return None, f"too few: {theirs * people * line.runs:.1f} expected"
    if line.low is not None and line.high is not None:
        outside = not line.low <= theirs <= line.high
        return outside, "differs: published lies outside" if outside else "published lies inside"
    name = "" if line.unit not in ("share", "index") else "odds "
    factor = _factor(ours, theirs, odds=bool(name))
    if factor is None:
        return ours != theirs, "close" if ours == theirs else "differs: all or none"
    differs = not 1 / CLOSE <= factor <= CLOSE
    return differs, f"{'differs' if differs else 'close'}: {name}×{factor:.2g}"


def _factor(ours: float, theirs: float, odds: bool) -> float | None:
    if odds:
        if not (0 < ours < 1 and 0 < theirs < 1):
            return None
        return (ours / (1 - ours)) / (theirs / (1 - theirs))
    return ours / theirs if ours > 0 and theirs > 0 else None
