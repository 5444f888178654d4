"""The command ``downline``: its commands parse, call and print, and import what they need then.

Exit status: 0 success, 1 a failure of the program or of some runs, 2 bad input, 130 stopped by
Ctrl-C. The standard library's parser is used because it loads in a fifth of the time of click or
typer, and ``downline --help`` should answer at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sim.cli import experiment, market, plan, sweep
from sim.cli.answer import answered


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit status; SystemExit on a wrong call."""
    return answered(parser().parse_args(arguments))


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; each sets ``work``, the function that does it."""
    top = argparse.ArgumentParser(
        prog="downline",
        description="A laboratory for network marketing: agent-based markets and exact "
        "compensation plans.",
        allow_abbrev=False,
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for room in (market, plan, sweep, experiment):
        room.declare(commands)
    return top
