"""Agents with behaviour of their own: some that a theorem assumes, some wrong on purpose."""

from __future__ import annotations

import numpy as np

from sim.draws import Draw
from sim.engines.mesa.agents import Consumer, Distributor
from sim.engines.mesa.model import MarketModel
from sim.records import COMPANY
from sim.rules.staying import leaves
from sim.world.networks.walking import contacts_of


class TheoryModel(MarketModel):
    """The market, with the few numbers that the agents of this file read."""

    cap: int = 1
    innovation: float = 0.0
    leave: float = 0.0
    order_share: float = 0.0


class Ordering(Distributor):
    """Orders a month with the same chance as everybody, whatever the taste and the price."""

    def order_chance(self, source: int) -> float:  # noqa: ARG002 - the same for every class of buyer
        """The model's ``order_share``."""
        return float(self.model.order_share)


class Capped(Ordering):
    """Stops recruiting at the model's ``cap``."""

    def approach(self) -> None:
        """Approach people while below the cap."""
        if self.recruits < self.model.cap:
            super().approach()


class Patient(Distributor):
    """Acts from the month after joining; founders too, who else would act in their first month."""

    def approach(self) -> None:
        """Approach people, but not in the month of joining."""
        if self.joined_month < self.market.month:
            super().approach()


class Innovating(Consumer):
    """May join without being asked by a participant, as an innovator of Bass does."""

    def shop(self) -> None:
        """Hear of the company, with the model's chance ``innovation`` a step."""
        super().shop()
        if self.luck(Draw.CONSIDER) < self.model.innovation:
            self.model.offers[self.row].add(COMPANY)


class Constant(Patient):
    """Leaves with the model's chance ``leave`` in each month after that of joining."""

    def reflect(self) -> None:
        """Stay or leave, whatever the tenure."""
        chance = self.model.leave
        if self.joined_month < self.market.month and leaves(chance, self.luck(Draw.STAY)):
            self.model.leaving.append(self.number)


class AskingAll(Distributor):
    """Asks everybody in each month after that of joining."""

    def approach(self) -> None:
        """Make every other person an offer."""
        if self.joined_month == self.market.month:
            return
        others = [row for row in range(len(self.people)) if row != self.row]
        for row in others:
            self.model.offers[row].add(self.number)
        self.market.record_effort(self.number, self.hours, len(others), self.builds)


class Preferential(Distributor):
    """Wrong: makes one approach more for each recruit, so that those with recruits win more."""

    def approach(self) -> None:
        """Make as many approaches as recruits, and one."""
        made, known = self.recruits + 1, contacts_of(self.market.network, self.row)
        for k in range(made):
            self.model.offers[self._target(k, known)].add(self.number)
        self.market.record_effort(self.number, self.hours, made, self.builds)


class Discouraged(Distributor):
    """Wrong: leaves more readily without a recruit."""

    def reflect(self) -> None:
        """Leave with chance 1/4 in a month without any recruit so far."""
        if not self.recruits and leaves(0.25, self.luck(Draw.STAY)):
            self.model.leaving.append(self.number)


class OneDraw(Consumer):
    """Wrong: weighs one offer of the month only, so that more are no better (Greenwood)."""

    def consider(self, askers: list[int]) -> None:
        """Weigh the first offer."""
        super().consider(askers[:1])


class AtOnce(TheoryModel):
    """Wrong: newcomers recruit in the month in which they join."""

    def step(self) -> None:
        """One month in waves: the members approach, then those who have just joined, and so on."""
        acted: set[int] = set()
        while waiting := [a for a in self._distributors() if a.number not in acted]:
            market = self.market
            new = len(market.participants) - len(market.hours)
            market.hours = np.pad(market.hours, (0, new))
            market.expenses = np.pad(market.expenses, (0, new))
            for agent in waiting:
                acted.add(agent.number)
                agent.approach()
            self.consider()
            self.enrol()
            self.offers.clear()
            self.accepted.clear()
        self.market.pay()
        self.visit(self.distributor_class, "reflect")
        self.part()
        self.market.close(self.renewed)
        self._open_month()

    def _distributors(self) -> list[Distributor]:
        return list(self.agents_by_type[self.distributor_class])
