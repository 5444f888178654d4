"""``python -m benchmarks`` (``make bench``): what speed and memory come to, a part at a time.

Each part leaves a file in ``benchmarks/results/``; ``benchmarks/RESULTS.md`` is made of all that
there are. ``--short`` tries every part on small sizes and keeps nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import engines, growth, phases, scripts, start
from benchmarks.diffusion import part as diffusion
from benchmarks.results import FOLDER, PAGE, Ask, Result, machine, page, section, store


class Part(NamedTuple):
    """How a part measures, and its sizes in full and in short."""

    measure: Callable[[Ask], Result]
    full: Mapping[str, Any]
    short: Mapping[str, Any]


PARTS = {
    "engines": Part(engines.measure, engines.FULL, engines.SHORT),
    "diffusion": Part(diffusion.measure, diffusion.FULL, diffusion.SHORT),
    "growth": Part(growth.measure, growth.FULL, growth.SHORT),
    "phases": Part(phases.measure, phases.FULL, phases.SHORT),
    "start": Part(start.measure, start.FULL, start.SHORT),
    "settlement": Part(scripts.settlement, scripts.FULL, scripts.SHORT),
    "networks": Part(scripts.networks, scripts.FULL, scripts.SHORT),
}


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    asks = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, allow_abbrev=False
    )
    asks.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; else all")
    asks.add_argument("--engine", default="compiled", help="the engine to measure")
    asks.add_argument("--scenario", default="configs/benchmark.yaml", help="the market to measure")
    asks.add_argument("--people", type=int, nargs="+", help="sizes in place of a part's own")
    asks.add_argument("--months", type=int, nargs="+", help="lengths in place of a part's own")
    asks.add_argument("--repeats", type=int, help="rounds in place of a part's own")
    asks.add_argument("--short", action="store_true", help="small sizes; nothing is kept")
    asks.add_argument("--results", type=Path, default=FOLDER, help="folder of the JSON files")
    asks.add_argument("--page", type=Path, default=PAGE, help="page to write")
    return asks


def ask_of(args: argparse.Namespace, part: Part) -> Ask:
    """What the command line asks of a part: its own sizes, or those given."""
    size = dict(part.short if args.short else part.full)
    given = {name: getattr(args, name) for name in size}
    size |= {name: value for name, value in given.items() if value is not None}
    people, months = tuple(size["people"]), tuple(size["months"])
    return Ask(args.engine, args.scenario, people, months, size["repeats"])


def command_of(name: str, args: argparse.Namespace) -> str:
    """The command that measures one part as it was measured."""
    defaults = parser().parse_args([])
    words = ["python -m benchmarks", name]
    for option in ("engine", "scenario", "people", "months", "repeats", "short"):
        value = getattr(args, option)
        if value != getattr(defaults, option):
            told = "" if value is True else value
            told = " ".join(map(str, told)) if isinstance(told, list) else str(told)
            words.append(f"--{option} {told}".rstrip())
    return " ".join(words)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts asked for; status 1 where one of them failed, 2 where there is no such."""
    args = parser().parse_args(arguments)
    unknown = [name for name in args.parts if name not in PARTS]
    if unknown:
        print(f"no part {unknown[0]!r}; the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    failed = []
    for name in args.parts or PARTS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            result = PARTS[name].measure(ask_of(args, PARTS[name]))
        except RuntimeError as error:
            print(f"{name} failed: {error}", file=sys.stderr, flush=True)
            failed.append(name)
            continue
        command = command_of(name, args)
        print(section({"command": command, "machine": machine(), **result._asdict()}), flush=True)
        if not args.short:
            store(name, result, command, args.results)
    if not args.short:
        args.page.write_text(page(tuple(PARTS), args.results), "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
