"""The agents: people who shop and consider, and distributors who also stock, approach and reflect.

An agent holds no state of its own but its row: its attributes are properties over the table of
people, which the compiled engine uses too. Each method gathers what the person knows, asks the
rules, and writes down an intent; nothing that another person reads changes inside a phase.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.market import CUSTOMERS, SOURCE_OF_ROLE, Acceptance
from sim.records import COMPANY, Motive, Purpose, Role, Source
from sim.rules.approaching import approaches_made, asks_a_contact, hours_given
from sim.rules.believing import expected_income, moved, success
from sim.rules.joining import (
    accepts_offer,
    asker_appeal,
    income_gain,
    neighbour_appeal,
    saving_gain,
)
from sim.rules.ordering import order_probability, orders, stops_buying, units_ordered
from sim.rules.staying import leave_probability, leaves, renews
from sim.rules.stocking import tops_up, units_missing
from sim.world.networks import contacts_of, pick_contact

DAYS_A_MONTH = 365.25 / 12

if TYPE_CHECKING:
    from sim.engines.mesa.model import MarketModel


def of_person(name: str) -> Any:
    """A property over the person's row of the table PERSON."""

    def read(agent: Consumer) -> Any:
        return getattr(agent.people, name).item(agent.row)

    def write(agent: Consumer, value: Any) -> None:
        getattr(agent.people, name)[agent.row] = value

    return property(read, write, doc=f"column {name} of PERSON")


def of_membership(name: str) -> Any:
    """A property over the person's row of the table PARTICIPANT."""

    def read(agent: Distributor) -> Any:
        return getattr(agent.participants, name).item(agent.number)

    def write(agent: Distributor, value: Any) -> None:
        getattr(agent.participants, name)[agent.number] = value

    return property(read, write, doc=f"column {name} of PARTICIPANT")


class Consumer(mesa.Agent):  # type: ignore[misc]
    """Anybody in the market who is not a distributor now: nobody yet, a customer, or a former."""

    model: MarketModel

    incarnation: int = of_person("incarnation")
    role: int = of_person("role")
    motive: int = of_person("motive")
    appetite: float = of_person("appetite")
    skill: float = of_person("skill")
    hours: float = of_person("hours")
    susceptibility: float = of_person("susceptibility")
    outside_wage: int = of_person("outside_wage")
    price_sensitivity: float = of_person("price_sensitivity")
    refusals: int = of_person("refusals")
    seller: int = of_person("seller")
    customer_since: int = of_person("customer_since")
    last_order: int = of_person("last_order")
    membership: int = of_person("membership")

    def __init__(self, model: MarketModel, row: int) -> None:
        super().__init__(model)
        self.row = row
        self.market = model.market
        self.people = model.market.people
        self.key = person_key(row, self.incarnation)

    def luck(self, purpose: Draw, k: int = 0) -> float:
        """The k-th uniform number of this person for a purpose in this month."""
        return uniform(self.market.streams[purpose], self.key, int(k))

    def order_chance(self, source: int) -> float:
        """Chance to order this month as a buyer of class ``source``."""
        base = self.market.scenario.shopping.order_probability
        return order_probability(
            base, self.appetite, self.price_sensitivity, self.market.prices.ratio(source)
        )

    # -- shop --------------------------------------------------------------------------------------

    def shop(self) -> None:
        """A customer orders or not, and may stop for good."""
        market, shopping = self.market, self.market.scenario.shopping
        role = self.role
        if role not in CUSTOMERS:
            return
        if orders(self.order_chance(SOURCE_OF_ROLE[Role(role)]), self.luck(Draw.SHOP)):
            units = units_ordered(shopping.units_mean, self.luck(Draw.UNITS, Purpose.CUSTOMER))
            market.order(self.row, Purpose.CUSTOMER, units)
        tenure = (market.period.first_day - self.customer_since) / DAYS_A_MONTH
        if stops_buying(
            shopping.stop, shopping.stop_tenure, max(0.0, tenure), self.luck(Draw.CUSTOMER_STAY)
        ):
            market.lose_customer(self.row)

    # -- consider ----------------------------------------------------------------------------------

    def consider(self, askers: list[int]) -> None:
        """Say yes to the best of this month's offers (participant ids, rising), or to none."""
        if self._hears_nothing():
            return
        contacts = self.market.contacts(self.row)
        around = self.appeal_of_contacts(contacts)
        appeals = [(asker, around + self.appeal_of(asker, contacts)) for asker in askers]
        yes = self._best(appeals, self.appeal_of_joining(), joins=True)
        if yes is None and self.role not in CUSTOMERS:
            yes = self._best(appeals, self.appeal_of_buying(), joins=False)
        if yes is None:
            self.refusals += 1
        else:
            self.model.accepted.append(yes)

    def _hears_nothing(self) -> bool:
        """Whether this person left, or stopped buying, too recently to listen."""
        if self.row in self.market.stopped:
            return True
        if self.role != Role.FORMER:
            return False
        left = self.market.participants.left_month.item(self.membership)
        return bool(self.market.month - left < self.market.scenario.considering.cool_off)

    def _best(
        self, appeals: list[tuple[int, float]], own: float, *, joins: bool
    ) -> Acceptance | None:
        """The most appealing offer that passes, equal ones by luck; ``appeals`` are by asker."""
        fatigue = -self.market.scenario.considering.refusal * self.refusals
        passed = []
        for asker, appeal in appeals:
            # by the asker's person, not its number: one more recruit elsewhere shifts no luck
            k = 2 * self.market.key_of(asker) + joins
            if accepts_offer(own + appeal, fatigue, self.luck(Draw.OFFER, k)):
                passed.append((own + appeal, self.luck(Draw.TIE, k), asker))
        return Acceptance(self.row, max(passed)[2], joins, self.expected) if passed else None

    @property
    def expected(self) -> float:
        """Monthly income that this person expects from joining, in minor units."""
        hype = self.market.scenario.believing.hype
        return expected_income(self.market.shown, self.market.true_mean, hype)

    def appeal_of_joining(self) -> float:
        """Log-odds of joining, whoever asks: the saving or the income, whichever is the motive."""
        considering = self.market.scenario.considering
        appeal = considering.join + considering.appetite * self.appetite
        if self.motive == Motive.DISCOUNT:
            return appeal + considering.saving * self._saving()
        gain = income_gain(
            self.expected, self.susceptibility, self.hours, self.outside_wage, considering.gain_cap
        )
        return appeal + considering.income * gain

    def _saving(self) -> float:
        """A year's saving as a member, as a multiple of the entry fee."""
        market, prices = self.market, self.market.prices
        preferred = self.role == Role.PREFERRED_CUSTOMER
        now = Source.PREFERRED_CUSTOMER if preferred else Source.RETAIL_CUSTOMER
        units = self.order_chance(now) * market.scenario.shopping.units_mean
        saved = units * (prices.of(now) - prices.member_price)
        return saving_gain(saved, prices.kit_price, market.scenario.considering.gain_cap)

    def appeal_of_buying(self) -> float:
        """Log-odds of becoming a customer, whoever asks."""
        considering = self.market.scenario.considering
        return considering.buy + considering.appetite * self.appetite

    def appeal_of(self, asker: int, contacts: NDArray[np.int32]) -> float:
        """Log-odds that the asker adds; ``contacts`` are the rows of the own contacts, rising."""
        considering, market = self.market.scenario.considering, self.market
        if asker == COMPANY:
            return 0.0
        row = market.participants.person.item(asker)
        place = int(contacts.searchsorted(row))
        friend = place < len(contacts) and contacts.item(place) == row
        return asker_appeal(
            market.people.skill.item(row), considering.skill, friend, considering.friend
        )

    def appeal_of_contacts(self, contacts: NDArray[np.int32]) -> float:
        """Log-odds added by what the own contacts live: enrolled, or left."""
        considering, lived = self.market.scenario.considering, self.market.people.role[contacts]
        return neighbour_appeal(
            int(np.count_nonzero(lived == Role.DISTRIBUTOR)),
            int(np.count_nonzero(lived == Role.FORMER)),
            considering.seller_contact,
            considering.former_contact,
        )


class Distributor(Consumer):
    """A person who holds a membership."""

    sponsor: int = of_membership("sponsor")
    joined_month: int = of_membership("joined_month")
    title: int = of_membership("title")
    paid_as: int = of_membership("paid_as")
    qualified: bool = of_membership("qualified")
    recruits: int = of_membership("recruits")
    customers: int = of_membership("customers")
    last_pay: int = of_membership("last_pay")
    last_margin: int = of_membership("last_margin")
    lived_pay: float = of_membership("lived_pay")
    joined_for: int = of_membership("motive")
    belief: float = of_membership("belief")
    morale: float = of_membership("morale")

    def __init__(self, model: MarketModel, row: int) -> None:
        super().__init__(model, row)
        self.participants = model.market.participants
        self.number = self.membership

    @property
    def success(self) -> float:
        """How far the lived income has come toward the goal, 0 to 1."""
        return success(self.lived_pay, self.market.goal)

    @property
    def builds(self) -> bool:
        """Whether this person joined to earn."""
        return bool(self.joined_for != Motive.DISCOUNT)

    # -- stock -------------------------------------------------------------------------------------

    def stock(self) -> None:
        """Buy for own use, and top up to the qualifying volume if that seems to pay."""
        market, prices = self.market, self.market.prices
        if orders(self.order_chance(Source.PARTICIPANT), self.luck(Draw.STOCK)):
            mean = market.scenario.shopping.units_mean
            units = units_ordered(mean, self.luck(Draw.UNITS, Purpose.OWN_USE))
            market.order(self.row, Purpose.OWN_USE, units)
        missing = units_missing(market.qualifying_volume, market.volume[self.number], prices.pv)
        if not missing:
            return
        expected = max(self.lived_pay, self.belief) if self.builds else self.lived_pay
        if tops_up(expected, missing * prices.member_price, market.scenario.stocking.use_value):
            market.order(self.row, Purpose.TOP_UP, missing)

    # -- approach ----------------------------------------------------------------------------------

    def approach(self) -> None:
        """Spend the month's hours on approaches, to own contacts and to anyone."""
        market, approaching = self.market, self.market.scenario.approaching
        builds = self.builds
        eagerness = 1.0 if builds else approaching.discount_effort
        hours = hours_given(
            self.hours * eagerness,
            self.morale,
            self.success,
            approaching.success_effort,
            approaching.most_hours,
        )
        made = approaches_made(hours, approaching.per_hour, self.luck(Draw.APPROACH_COUNT))
        for k in range(made):
            self.model.offers[self._target(k)].add(self.number)
        market.record_effort(self.number, hours, made, builds)

    def _target(self, k: int) -> int:
        """Row of the person whom the k-th approach of the month reaches."""
        market = self.market
        people, (indptr, neighbours) = len(market.people), market.network
        known = contacts_of(indptr, neighbours, people, self.row)
        luck = self.luck(Draw.APPROACH_TARGET, 2 * k + 1)
        if asks_a_contact(
            market.scenario.approaching.warm, known, self.luck(Draw.APPROACH_TARGET, 2 * k)
        ):
            return int(pick_contact(indptr, neighbours, people, self.row, luck))
        stranger = int(luck * (people - 1))
        return stranger + (stranger >= self.row)

    # -- reflect -----------------------------------------------------------------------------------

    def reflect(self) -> None:
        """Move belief and morale toward what was lived; renew, stay or leave."""
        market = self.market
        if self.joined_month == market.month:
            return
        believing, staying = market.scenario.believing, market.scenario.staying
        income = float(self.last_pay + self.last_margin)
        self.lived_pay = lived = moved(self.lived_pay, income, believing.lived)
        self.belief = moved(self.belief, lived, believing.learning)
        reached = success(lived, market.goal)
        self.morale = moved(self.morale, reached, believing.morale)
        tenure, idle = market.month - self.joined_month, market.month - self.last_order
        chance = leave_probability(
            staying.leave,
            staying.tenure,
            tenure - 1,
            reached,
            staying.protection,
            staying.quiet,
            idle,
        )
        if leaves(chance, self.luck(Draw.STAY)):
            self.model.leaving.append(self.number)
        elif tenure % market.prices.renewal_months == 0:
            self._anniversary(idle)

    def _anniversary(self, idle: int) -> None:
        """Pay the renewal fee, or let the membership lapse."""
        if renews(idle, self.market.scenario.staying.lapse_idle):
            self.model.renewed.append(self.number)
        else:
            self.model.leaving.append(self.number)
