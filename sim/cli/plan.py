"""``downline plan``: what a compensation plan promises."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from sim.cli.answer import OK, Answer, Commands, command


def declare(commands: Commands) -> None:
    """Add the commands of this file."""
    group = commands.add_parser("plan", help="compensation plans", allow_abbrev=False)
    inner = group.add_subparsers(metavar="COMMAND", required=True)
    made = command(inner, "check", check, "what a plan pays at most, and what to be warned of")
    made.add_argument("plan", help="plan file, or a shipped one")


def check(args: Namespace, answer: Answer) -> int:
    """Say what a plan pays at most, bonus by bonus, and what a reader should be warned of."""
    from sim.scenario.load import load_plan

    plan = load_plan(args.plan)

    from sim.plans.check import check_plan

    document = check_plan(plan).as_dict()
    answer.give(document, lambda: _show(document))
    return OK


def _show(document: dict[str, Any]) -> None:
    print(f"{document['plan']}: pays at most {_share(document['maximum_share_of_cv'])}")
    print(f"by its rates and pools: {_share(document['maximum_by_rates'])}")
    for bonus in document["components"]:
        orders = ", ".join(bonus["pays_on"]) or "no order"
        print(f"  {bonus['id']} ({bonus['type']}): {_share(bonus['maximum_share_of_cv'])}")
        print(f"    on {orders}; {bonus['basis']}")
    for warning in document["warnings"]:
        print(f"warning: {warning}")


def _share(text: str | None) -> str:
    return "an amount that no volume bounds" if text is None else f"{text} of commissionable volume"
