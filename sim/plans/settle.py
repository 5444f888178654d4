"""One period's settlement, for simulation and real books alike: books in, pay out.

Order of evaluation: check the books; volumes; activity; group volume; ranks from the bottom up
(paid-as, then title); the bonuses in the plan's order, each of which may read the earlier ones;
rounding inside each line or total; state out. Caps, returns and further trees slot in as more steps
of the same sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.plans.activity import qualified
from sim.plans.compile import (
    CompiledLevel,
    CompiledPlan,
    CompiledPool,
    CompiledStructure,
)
from sim.plans.components import level, pool, structure
from sim.plans.components.base import SOURCES, Facts, Paid
from sim.plans.genealogy import count_uplines, subtree_sums
from sim.plans.ranks import paid_as
from sim.plans.volumes import check_books, measure
from sim.records import PAY, PAY_LINE, Books, Settlement, Table

Depth = Literal["totals", "lines"]

_FAMILIES: dict[type, Callable[[Any, Facts, Mapping[str, Paid]], Paid]] = {
    CompiledLevel: level.pay,
    CompiledStructure: structure.pay,
    CompiledPool: pool.pay,
}


@dataclass
class PlanState:
    """What a plan remembers: ``title``, each participant's highest rank so far."""

    title: NDArray[np.int8]

    @classmethod
    def empty(cls, participants: int = 1) -> PlanState:
        """The state before the first period."""
        return cls(np.zeros(participants, np.int8))

    def grow(self, participants: int) -> None:
        """Add rows for newcomers, who hold no title."""
        if participants < len(self.title):
            raise ValueError(
                f"the books have {participants} participants, the state {len(self.title)}"
            )
        self.title = np.concatenate([self.title, np.zeros(participants - len(self.title), np.int8)])


def settle(
    plan: CompiledPlan, books: Books, state: PlanState, depth: Depth = "totals"
) -> Settlement:
    """Settle one period. Only ``state`` changes: it grows with the books and takes new titles.

    ``depth`` "lines" also gives every single line (PAY_LINE, by component, then order, then level);
    the amounts are the same at both depths. Raises ValueError for books that break the rules of
    records.Books and OverflowError where an exact amount would not fit in 64 bits.
    """
    check_books(books)
    facts = _facts(plan, books, depth == "lines")
    state.grow(len(books.sponsor))
    title = np.maximum(state.title, facts.paid_as)
    paid: dict[str, Paid] = {}
    for component in plan.components:
        paid[component.id] = _FAMILIES[type(component)](component, facts, paid)
    state.title = title
    return Settlement(
        pv=facts.volumes.personal,
        gv=facts.gv,
        qualified=facts.qualified,
        paid_as=facts.paid_as,
        title=title.copy(),
        pay=_pay_rows(list(paid.values())),
        lines=_all_lines(list(paid.values())) if facts.lines else None,
        maximum={name: p.maximum for name, p in paid.items()},
        breakage={name: p.breakage for name, p in paid.items()},
    )


def _facts(plan: CompiledPlan, books: Books, lines: bool) -> Facts:
    sponsor = np.ascontiguousarray(books.sponsor, np.int32)
    enrolled = np.ascontiguousarray(books.enrolled, np.bool_)
    books = Books(books.period, sponsor, enrolled, books.orders)
    volumes = measure(plan, books)
    active = qualified(plan, volumes, enrolled)
    gv = subtree_sums(sponsor, volumes.own_rank)
    rank = paid_as(plan, volumes, gv, active, sponsor, enrolled)
    return Facts(plan, books, volumes, gv, active, rank, count_uplines(sponsor), lines)


def _pay_rows(paid: list[Paid]) -> Table:
    """The totals as PAY rows: by payee, component and source, without zero rows."""
    keys, amounts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    width = SOURCES * max(len(paid), 1)
    for component, p in enumerate(paid):
        keys.append(p.rows.payee * width + component * SOURCES + p.rows.source)
        amounts.append(p.rows.amount)
    key, amount = np.concatenate(keys), np.concatenate(amounts)
    # every component's keys already rise, so a stable sort only merges them
    order = np.argsort(key, kind="stable")
    key, amount = key[order], amount[order]
    return Table.of(
        PAY,
        payee=key // width,
        component=key % width // SOURCES,
        source=key % SOURCES,
        amount=amount,
    )


def _all_lines(paid: list[Paid]) -> Table:
    tables = [p.lines for p in paid if p.lines is not None]
    columns = {c.name: [getattr(t, c.name) for t in tables] for c in PAY_LINE}
    return Table.of(
        PAY_LINE,
        **{name: np.concatenate(parts) if parts else [] for name, parts in columns.items()},
    )
