"""What all agents of a market share: the rules, the cells of the tables, and luck."""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from sim.draws import uniforms
from sim.engines.market import Market
from sim.engines.rulebook import rules_of
from sim.records import Table
from sim.world.people import person_keys

KEPT = 8
"""Columns of luck that are kept: more than a month of agents draws."""


class Cells:
    """The columns of a table, read and written a cell at a time, until the table grows.

    ``cells.role[row]`` is a plain number, in a third of the time of ``table.role.item(row)``.
    """

    def __init__(self, table: Table) -> None:
        self.rows = len(table)
        for name, column in table:
            setattr(self, name, memoryview(column))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this table has no column {name!r}")


class Lots(dict[int, Any]):
    """The first uniform number of everybody, a row a person, by stream; drawn when asked for.

    The draws are counted, so that a column holds what each person would draw alone.
    """

    def __init__(self, people: Table) -> None:
        super().__init__()
        self.people = people

    def __missing__(self, stream: int) -> Any:
        if len(self) == KEPT:
            self.clear()
        self[stream] = column = memoryview(uniforms(stream, person_keys(self.people), 0))
        return column


class Common:
    """Held once for all agents of a market: its rules, the cells of both tables, and the lots."""

    _of: ClassVar[WeakKeyDictionary[Market, Common]] = WeakKeyDictionary()

    def __init__(self, market: Market) -> None:
        self.rules, self.lots = rules_of(market.scenario), Lots(market.people)
        self.person, self.member = Cells(market.people), Cells(market.participants)

    @classmethod
    def to(cls, market: Market) -> Common:
        """What the agents of this market share, made on the first call."""
        found = cls._of.get(market)
        if found is None:
            found = cls._of[market] = cls(market)
        return found

    def look_anew(self, members: Table) -> None:
        """See the memberships as they are now, if they have grown."""
        if self.member.rows != len(members):
            self.member = Cells(members)
