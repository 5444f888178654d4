"""Closed and replenished markets: S-curve, peak and fall against a plateau."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.registry import Answer, Check, Job, against_theory, within
from experiments.studying import Rows, column, mean_of, run_points
from sim.sweeps import Recipe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.ledger import LedgerTables
    from sim.scenario.schema import Scenario

QUESTION = "Does a closed market rise, peak and fall, and a replenished one reach a plateau?"
HERE = Path(__file__).parent
EVERY = 6
"""Months between the points of the curve that a run keeps."""

LONGEST = 180
"""The last point of a curve; a shorter run has none there."""

FALL = 0.1
"""A fall is a last year at least this far below the peak; a plateau differs by less."""


def summarise(_scenario: Scenario, tables: LedgerTables) -> Mapping[str, Any]:
    """The course of enrolled participants: its shape in a few numbers, and the curve itself."""
    enrolled = tables.months["enrolled"].astype(float)
    joined = smoothed(tables.months["enrolments"].astype(float))
    peak = int(np.argmax(smoothed(enrolled)))
    curve = {
        f"{m:03d}": enrolled[max(m - 1, 0)] if m <= len(enrolled) else None
        for m in range(0, LONGEST + 1, EVERY)
    }
    return {
        "shape": {
            "peak": enrolled[peak],
            "peak_month": peak,
            "steepest_month": int(np.argmax(joined)),
            "first_rise": joined[:6].mean() / joined.max(),
            "final": enrolled[-12:].mean(),
            "before": enrolled[-36:-12].mean(),
            "penetration": float(tables.months["penetration"][-1]),
        },
        "curve": curve,
    }


def smoothed(values: np.ndarray) -> np.ndarray:
    """A centred mean over five months, shorter at the ends."""
    return np.array([values[max(0, i - 2) : i + 3].mean() for i in range(len(values))])


def run(job: Job) -> Answer:
    """Run the study and judge each curve by the rules in the checks' notes."""
    from sim.sweeps.worker import simulate

    study = HERE / ("quick.yaml" if job.quick else "study.yaml")
    closed, open_ = run_points(study, Recipe(simulate, summarise), job)
    return Answer(
        checks=[*_closed(closed), *_open(open_), _contrast(closed, open_)],
        table=[_row("closed", closed), _row("replenished", open_)],
        figures={"saturation": draw(closed, open_)},
        notes=[
            "Closed: nobody enters the market and no former comes back. Replenished: 5 % of the "
            "people are replaced each year and formers listen again after a year.",
            "Both markets meet the same luck. Intervals are Student's over replicates.",
        ],
    )


def _closed(rows: Rows) -> list[Check]:
    falls = mean_of([1 - row["shape.final"] / row["shape.peak"] for row in rows])
    inner = mean_of([row["shape.peak_month"] - row["shape.steepest_month"] for row in rows])
    slow = mean_of(column(rows, "shape.first_rise"))
    return [
        within("closed: fall from the peak to the last year", falls.value, FALL, 1.0,
               f"95 % interval {falls.low:.3f} to {falls.high:.3f}"),
        within("closed: months from the steepest rise to the peak", inner.value, 1.0, math.inf,
               "an S-curve slows down before it peaks"),
        within("closed: enrolments of the first half year over the steepest month", slow.value,
               0.0, 0.5, "an S-curve starts slowly"),
    ]  # fmt: skip


def _open(rows: Rows) -> list[Check]:
    drift = mean_of([row["shape.final"] / row["shape.before"] - 1 for row in rows])
    return [
        within("replenished: drift of the last year from the two before", drift.value, -FALL, FALL,
               f"95 % interval {drift.low:.3f} to {drift.high:.3f}")
    ]  # fmt: skip


def _contrast(closed: Rows, open_: Rows) -> Check:
    """On the same luck the closed market must end lower; equality is the wrong model."""
    pairs = zip(closed, open_, strict=True)
    gap = mean_of([o["shape.final"] - c["shape.final"] for c, o in pairs])
    return against_theory(
        "replenished less closed in the last year, if replacement did not matter",
        gap.value, 0.0, gap.se, wrong=True, note="enrolled participants, paired by luck",
    )  # fmt: skip


def _row(name: str, rows: Rows) -> dict[str, Any]:
    fields = ("peak", "peak_month", "final", "penetration")
    means = {field: mean_of(column(rows, f"shape.{field}")) for field in fields}
    row: dict[str, Any] = {"market": name, "replicates": len(rows)}
    for field, mean in means.items():
        row |= {field: mean.value, f"{field}_low": mean.low, f"{field}_high": mean.high}
    return row


def draw(closed: Rows, open_: Rows) -> Figure:
    """Enrolled participants over time: every replicate thin, the mean thick."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, rows, colour, style in (
        ("closed", closed, "#D55E00", "-"),
        ("replenished", open_, "#0072B2", "--"),
    ):
        names = sorted(key for key in rows[0] if key.startswith("curve."))
        months = [int(key.rpartition(".")[2]) for key in names]
        curves = np.array([[row[key] for key in names] for row in rows])
        axes.plot(months, curves.T, color=colour, alpha=0.25, linewidth=0.8)
        axes.plot(months, curves.mean(axis=0), style, color=colour, linewidth=2.2, label=name)
    axes.set(xlabel="month", ylabel="enrolled participants", ylim=(0, None))
    axes.set_title("SIMULATED: a closed market falls, a replenished one stays", fontsize=10)
    axes.legend(frameon=False)
    return figure
