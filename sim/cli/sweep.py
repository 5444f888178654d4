"""``downline sweep``: many runs of one scenario."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sim.cli.answer import FAILED, OK, Answer, Commands, command, whole
from sim.cli.progress import Progress

EXECUTORS = ("serial", "processes", "ray")


def declare(commands: Commands) -> None:
    """Add the commands of this file."""
    made = command(commands, "sweep", sweep, "run a study; the same command again goes on")
    made.add_argument("study", type=Path, help="study file, or a shipped one")
    made.add_argument("--workers", type=whole, metavar="N", help="runs at a time")
    made.add_argument("--executor", choices=EXECUTORS, help="what runs the study")
    made.add_argument("--address", help="Ray cluster to join")
    made.add_argument("--out", type=Path, help="results folder of the study")
    made.add_argument("--dry-run", action="store_true", help="only say what would run")
    made.add_argument("--fail-fast", action="store_true", help="stop at the first failed run")
    made.add_argument("--retry-failed", action="store_true", help="run failed runs again")
    made.add_argument(
        "--allow-code", action="store_true", help="run the file of rules that the scenario names"
    )


def sweep(args: argparse.Namespace, answer: Answer) -> int:
    """Run a study; the same command again goes on where it stopped."""
    from sim.scenario.load import seen_from
    from sim.sweeps import run_study

    study = seen_from(args.study, Path())
    with Progress(answer.quiet, "run") as progress:
        document = run_study(
            study,
            workers=args.workers,
            executor=args.executor,
            address=args.address,
            out=args.out,
            dry_run=args.dry_run,
            fail_fast=args.fail_fast,
            retry_failed=args.retry_failed,
            allow_code=args.allow_code,
            progress=progress,
            note=answer.note,
        )
    answer.give(document, lambda: _show(document))
    counts = document["counts"]
    return FAILED if counts.get("failed") or counts.get("crashed") else OK


def _show(document: dict[str, Any]) -> None:
    for key, value in document.items():
        if key != "counts":
            print(f"{key}: {value}")
    print("by status: " + ", ".join(f"{n} {status}" for status, n in document["counts"].items()))
