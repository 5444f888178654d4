"""What all agents of a market share: the rules, the cells of the table of people, and luck."""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from sim.draws import uniforms
from sim.engines.market import Market
from sim.engines.rulebook import rules_of
from sim.records import Table
from sim.world.people import person_keys

DRAWN = 6
"""Columns of luck that are kept: as many as the phases of a month draw."""


class Cells:
    """The columns of a table that does not grow, read and written a cell at a time.

    ``cells.role[row]`` is a plain number, in a third of the time of ``table.role.item(row)``.
    """

    def __init__(self, table: Table) -> None:
        for name, column in table:
            setattr(self, name, memoryview(column))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this table has no column {name!r}")


class Common:
    """Held once for all agents of a market: ``rules``, ``cells`` of its people, everybody's luck.

    ``all_meet`` says that everybody is everybody's contact, and that nobody's are stored.
    """

    _of: ClassVar[WeakKeyDictionary[Market, Common]] = WeakKeyDictionary()

    def __init__(self, market: Market) -> None:
        self.rules, self.cells = rules_of(market.scenario), Cells(market.people)
        self.all_meet = market.scenario.network.kind == "well_mixed"
        self._people = market.people
        self._columns: dict[int, memoryview[float]] = {}

    @classmethod
    def to(cls, market: Market) -> Common:
        """What the agents of this market share, made on the first call."""
        found = cls._of.get(market)
        if found is None:
            found = cls._of[market] = cls(market)
        return found

    def luck(self, stream: int) -> memoryview[float]:
        """The first uniform number of everybody, a row a person, in a stream of this month."""
        column = self._columns.get(stream)
        return self._drawn(stream) if column is None else column

    def _drawn(self, stream: int) -> memoryview[float]:
        """Draw a column at once: the draws are counted, so it holds what each would draw alone."""
        if len(self._columns) == DRAWN:
            self._columns.clear()
        luck: NDArray[np.float64] = uniforms(stream, person_keys(self._people), 0)
        column: Any = memoryview(luck)
        self._columns[stream] = column
        return self._columns[stream]
