"""``downline experiment``: the questions that ship with the laboratory."""

from __future__ import annotations

import argparse
from typing import Any

from sim.cli.answer import OK, Answer, Commands, command

MAX_SEED = 2**63 - 1


def declare(commands: Commands) -> None:
    """Add the commands of this file."""
    group = commands.add_parser("experiment", help="the experiments", allow_abbrev=False)
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    command(inner, "list", list_all, "the experiments, each with its question")
    made = command(inner, "run", run, "run experiments and say which checks hold")
    made.add_argument("names", nargs="+", metavar="NAME", help="experiments, or all")
    made.add_argument("--quick", action="store_true", help="smaller runs, wider intervals")
    made.add_argument("--seed", type=_seed, default=1, metavar="N", help="key of all luck")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MAX_SEED):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def list_all(_args: argparse.Namespace, answer: Answer) -> int:
    """List the experiments, each with its question."""
    from experiments import registry

    asked = registry.questions()
    answer.give({"experiments": asked}, lambda: _list(asked))
    return OK


def _list(asked: dict[str, str]) -> None:
    width = max(map(len, asked), default=0)
    for name, question in asked.items():
        print(f"{name.ljust(width)}  {question}")


def run(args: argparse.Namespace, answer: Answer) -> int:
    """Run experiments and say of each check whether it holds."""
    from experiments import registry

    document = registry.run(args.names, quick=args.quick, seed=args.seed, note=answer.note)
    answer.give(document, lambda: _verdicts(document))
    return OK


def _verdicts(document: dict[str, Any]) -> None:
    for check in document["checks"]:
        print(
            f"{check['verdict']}  {check['name']}: {check['value']}, expected {check['expected']}"
        )
