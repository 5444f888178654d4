"""The market as a Mesa model: agents one can read, subclass and watch."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal

import mesa

from sim.engines.mesa.agents import Consumer, Distributor
from sim.engines.mesa.market import Acceptance, AgentMarket
from sim.ledger import Ledger
from sim.records import Role
from sim.scenario.schema import Scenario


class MarketModel(mesa.Model):  # type: ignore[misc]
    """One market whose people are Mesa agents.

    ``market_scenario`` says what to simulate; ``ledger`` writes down what happens (a plain one by
    default). ``visit_order`` may be "shuffled": by design it changes no bit of the result. Subclass
    the agents and name them in ``consumer_class`` and ``distributor_class``.

    All luck comes from counted draws keyed by the scenario's seed; Mesa's own generator (``rng``)
    only shuffles visits. Between steps ``market`` stands at the start of the month that comes next.
    """

    consumer_class: type[Consumer] = Consumer
    distributor_class: type[Distributor] = Distributor

    def __init__(
        self,
        *,
        market_scenario: Scenario,
        ledger: Ledger | None = None,
        visit_order: Literal["stored", "shuffled"] = "stored",
        rng: Any = None,
    ) -> None:
        super().__init__(rng=market_scenario.seed if rng is None else rng)
        self.visit_order = visit_order
        self.market = AgentMarket(market_scenario, ledger)
        self.by_row = [self._agent_of(row) for row in range(len(self.market.people))]
        self._open_month()

    def step(self) -> None:
        """One month. All decisions of a phase are made on the state at its start.

        1. shop: customers order first, so that sellers know what counts to their volume;
        2. stock: distributors buy for own use, and top up where that seems to pay;
        3. approach: distributors spend their hours; offers gather under the person approached;
        4. consider: each approached person weighs all its offers at once, whoever came first;
        5. enrol: one serial pass makes members and customers; newcomers act from next month on;
        6. settle: the plan pays on the month's orders;
        7. reflect: belief and morale move to what was lived; members renew or leave; people who
           leave the market are replaced; the ledger takes the month.
        """
        self.visit(self.consumer_class, "shop")
        self.visit(self.distributor_class, "stock")
        self.visit(self.distributor_class, "approach")
        self.consider()
        self.enrol()
        self.market.pay()
        self.visit(self.distributor_class, "reflect")
        self.part()
        self.market.close(self.renewed)
        self._open_month()

    def visit(self, kind: type[Consumer], phase: str) -> None:
        """Let every agent of exactly this class act."""
        agents = self.agents_by_type.get(kind)
        if agents is None:
            return
        if self.visit_order == "shuffled":
            agents.shuffle_do(phase)
        else:
            agents.do(phase)

    def consider(self) -> None:
        """Every approached person weighs its offers."""
        rows = [row for row in self.offers if not self.market.is_distributor(row)]
        if self.visit_order == "shuffled":
            self.random.shuffle(rows)
        for row in rows:
            self.by_row[row].consider(sorted(self.offers[row]))
        self.market.counts["prospects"] = len(rows)

    def enrol(self) -> None:
        """Write down the yeses; whoever joins becomes a Distributor over the same row."""
        for row in self.market.enrol(self.accepted):
            self.recast(row)

    def part(self) -> None:
        """End the memberships of leavers and the lives of those who leave the market."""
        market = self.market
        dying = market.dying()
        ends = {market.people.membership.item(row) for row in dying if market.is_distributor(row)}
        leaving = sorted(ends.union(self.leaving))
        rows = {*market.participants.person[leaving].tolist(), *dying.tolist()}
        market.part(leaving)
        market.replace(dying)
        self.renewed[:] = [m for m in self.renewed if m not in ends]
        for row in sorted(rows):
            self.recast(row)

    def recast(self, row: int) -> None:
        """Replace the agent of a row: by one of the class of its new role, or by a newborn's."""
        self.by_row[row].remove()
        self.by_row[row] = self._agent_of(row)

    def _agent_of(self, row: int) -> Consumer:
        joined = self.market.is_distributor(row)
        return (self.distributor_class if joined else self.consumer_class)(self, row)

    def _open_month(self) -> None:
        self.offers: defaultdict[int, set[int]] = defaultdict(set)
        self.accepted: list[Acceptance] = []
        self.leaving: list[int] = []
        self.renewed: list[int] = []

    # -- what a DataCollector or a page may want to show
    # ---------------------------------------------

    @property
    def customers(self) -> int:
        """People who buy as customers now."""
        return self.market.heads(Role.RETAIL_CUSTOMER) + self.market.heads(Role.PREFERRED_CUSTOMER)

    @property
    def enrolled(self) -> int:
        """Participants who have joined and not left."""
        return self.market.heads(Role.DISTRIBUTOR)

    @property
    def former(self) -> int:
        """People who were participants and left."""
        return self.market.heads(Role.FORMER)
