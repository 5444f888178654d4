"""``downline run``, ``report`` and ``schema``: a market, its report again, the schema."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.answer import OK, Answer, Commands, command, whole
from sim.engines import Engine

if TYPE_CHECKING:
    from sim.results import Results

SHORT = {"people": "population.people", "months": "months", "seed": "seed"}
"""Options that are short for an override of a scenario's field."""


def declare(commands: Commands) -> None:
    """Add the commands of this file."""
    made = command(commands, "run", run, "simulate one market and write its results folder")
    made.add_argument("scenario", help="scenario file, or a shipped one")
    engines = [engine.value for engine in Engine]
    made.add_argument("--engine", choices=engines, default=engines[0], help="what runs the market")
    made.add_argument(
        "--threads", type=whole, default=1, metavar="N", help="threads of the compiled engine; 1"
    )
    made.add_argument("--seed", metavar="N", help="key of all luck")
    made.add_argument("--people", metavar="N", help="places in the market")
    made.add_argument("--months", metavar="N", help="how long the market runs")
    made.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="overrides",
        help="set a field, as in staying.leave=0.2; may be repeated",
    )  # fmt: skip
    made.add_argument("--out", type=Path, help="results folder; results/NAME-SEED if absent")
    made.add_argument("--ledger", action="store_true", help="keep every order and pay line")
    made.add_argument(
        "--allow-code", action="store_true", help="run the file of rules that the scenario names"
    )

    made = command(commands, "report", report, "write the report of a results folder again")
    made.add_argument("results", type=Path, help="results folder of a run")

    command(commands, "schema", schema, "print the JSON schema of scenario files, for editors")


def run(args: Namespace, answer: Answer) -> int:
    """Simulate one market, write its results folder and print a summary."""
    from sim.scenario.load import load_scenario

    given = {SHORT[name]: getattr(args, name) for name in SHORT}
    short = [f"{field}={text}" for field, text in given.items() if text is not None]
    overrides = [*args.overrides, *short]
    scenario = load_scenario(args.scenario, overrides, allow_code=args.allow_code)
    out = args.out or Path("results") / f"{scenario.name}-{scenario.seed}"

    from sim.results import check_out

    check_out(out)

    from sim.cli.progress import Progress
    from sim.run import run_scenario
    from sim.views.report import Reporter

    with Progress(answer.quiet, "month") as tell, Reporter() as reporter:
        summary = run_scenario(
            scenario,
            engine=args.engine,
            threads=args.threads,
            out=out,
            keep_ledger=args.ledger,
            progress=lambda done, text: tell(done, scenario.months, text),
            closed=lambda tables: reporter.begin(tables, scenario.model_dump(mode="json")),
            report=reporter.fill,
        )
    answer.give(summary, lambda: _show(summary, reporter.results(out)))
    if answer.as_json:
        answer.note(f"results: {out}")
    return OK


def _show(summary: Mapping[str, Any], results: Results) -> None:
    from sim.views.terminal import print_summary

    print_summary(summary, results)


def report(args: Namespace, answer: Answer) -> int:
    """Write the figures and the HTML report of a results folder again."""
    from sim.views.report import write_report

    page = write_report(args.results)
    answer.give({"report": str(page)}, lambda: print(page))
    return OK


def schema(_args: Namespace, answer: Answer) -> int:
    """Print the JSON schema of scenario files."""
    from sim.scenario.schema_file import scenario_schema, schema_text

    answer.give(scenario_schema(), lambda: print(schema_text(), end=""))
    return OK
