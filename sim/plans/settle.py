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

from sim.jit import njit
from sim.plans.compile import (
    CompiledLevel,
    CompiledPlan,
    CompiledPool,
    CompiledStructure,
)
from sim.plans.components import level, pool, structure
from sim.plans.components.base import Paid, Rows
from sim.plans.facts import Facts, find_facts
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
        new = participants - len(self.title)
        if new < 0:
            raise ValueError(
                f"the books have {participants} participants, the state {len(self.title)}"
            )
        if new:
            self.title = np.concatenate([self.title, np.zeros(new, np.int8)])


def settle(
    plan: CompiledPlan, books: Books, state: PlanState, depth: Depth = "totals"
) -> Settlement:
    """Settle one period. Only ``state`` changes: it grows with the books and takes new titles.

    ``depth`` "lines" also gives every single line (PAY_LINE, by component, then order, then level);
    the amounts are the same at both depths. Raises ValueError for books that break the rules of
    records.Books and OverflowError where an exact amount would not fit in 64 bits.
    """
    facts = find_facts(plan, books, depth == "lines")
    state.grow(len(books.sponsor))
    everybody = facts.everybody
    title = np.maximum(state.title, everybody.paid_as)
    paid: dict[str, Paid] = {}
    for component in plan.components:
        paid[component.id] = _FAMILIES[type(component)](component, facts, paid)
    state.title = title
    return Settlement(
        pv=everybody.pv,
        gv=everybody.gv,
        qualified=everybody.qualified,
        paid_as=everybody.paid_as,
        title=title.copy(),
        pay=_pay_rows([p.rows for p in paid.values()], facts),
        lines=_all_lines(list(paid.values())) if facts.lines else None,
        maximum={name: p.maximum for name, p in paid.items()},
        breakage={name: p.breakage for name, p in paid.items()},
    )


def _pay_rows(bonuses: list[Rows], facts: Facts) -> Table:
    """The totals as PAY rows: by payee, component and source, without zero rows."""
    paying = [(i, rows) for i, rows in enumerate(bonuses) if len(rows.payee)]
    if not paying:
        return Table(PAY)
    ends = np.cumsum([len(rows.payee) for _, rows in paying])
    joined = Rows._make(map(np.concatenate, zip(*(rows for _, rows in paying), strict=True)))
    table = Table(PAY, int(ends[-1]))
    columns = table.payee, table.component, table.source, table.amount
    _by_payee(facts.tree.ids, np.array([i for i, _ in paying]), ends, joined, columns)
    return table


@njit
def _by_payee(
    ids: NDArray[np.int32],
    components: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: Rows,
    columns: tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.int8], NDArray[np.int64]],
) -> None:
    """Fill in rows, which rise within each component, in the order of payees: a counting sort.

    The rows of ``components[i]`` end before ``ends[i]``.
    """
    place = np.zeros(len(ids) + 1, np.int32)
    for row in rows.payee:
        place[row + 1] += 1
    for row in range(len(ids)):
        place[row + 1] += place[row]
    payees, sources, amounts = rows.payee, rows.source, rows.amount
    payee, component, source, amount = columns
    row = 0
    for i in range(len(ends)):
        while row < ends[i]:
            who = payees[row]
            to = place[who]
            place[who] += 1
            payee[to], component[to] = ids[who], components[i]
            source[to], amount[to] = sources[row], amounts[row]
            row += 1


def _all_lines(paid: list[Paid]) -> Table:
    tables = [p.lines for p in paid if p.lines is not None]
    columns = {c.name: [getattr(t, c.name) for t in tables] for c in PAY_LINE}
    return Table.of(
        PAY_LINE,
        **{name: np.concatenate(parts) if parts else [] for name, parts in columns.items()},
    )
