"""The agents: people who shop and consider, and distributors who also stock, approach and reflect.

An agent holds no state of its own but its row: its attributes are properties over the table of
people, which the compiled engine uses too. Each method gathers what the person knows, decides by
calling the rules, and writes down an intent; nothing that another person reads changes inside a
phase.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.draws import Draw, person_key, uniform
from sim.engines.mesa.common import Common
from sim.engines.mesa.market import CUSTOMERS, SOURCE_OF_ROLE, Acceptance
from sim.records import COMPANY, Motive, Purpose, Role, Source
from sim.world.networks.walking import contacts_of, pick_contact

DAYS_A_MONTH = 365.25 / 12
DISTRIBUTOR, FORMER = int(Role.DISTRIBUTOR), int(Role.FORMER)

if TYPE_CHECKING:
    from sim.engines.mesa.model import MarketModel

Offer = tuple[int, int, float]
"""An offer as it is weighed: who asks, the key of its luck, and the log-odds without one's own."""


def of_person(name: str) -> Any:
    """A property over the person's row of the table PERSON."""
    column = attrgetter(f"person.{name}")

    def read(agent: Consumer) -> Any:
        return column(agent)[agent.row]

    def write(agent: Consumer, value: Any) -> None:
        column(agent)[agent.row] = value

    return property(read, write, doc=f"column {name} of PERSON")


def of_membership(name: str) -> Any:
    """A property over the person's row of the table PARTICIPANT."""
    column = attrgetter(f"common.member.{name}")

    def read(agent: Distributor) -> Any:
        return column(agent)[agent.number]

    def write(agent: Distributor, value: Any) -> None:
        column(agent)[agent.number] = value

    return property(read, write, doc=f"column {name} of PARTICIPANT")


class Consumer(mesa.Agent):  # type: ignore[misc]
    """Anybody in the market who is not a distributor now: nobody yet, a customer, or a former.

    ``rules`` are what the person decides by: the shipped ones, or the scenario's own.
    """

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
        self.common = Common.to(model.market)
        self.rules, self.person = self.common.rules, self.common.person
        self.key: int = person_key(row, self.incarnation)

    def luck(self, purpose: Draw, k: int = 0) -> float:
        """The k-th uniform number of this person for a purpose in this month."""
        stream = self.market.streams[purpose]
        if k:
            return uniform(stream, self.key, int(k))
        lot: float = self.common.lots[stream][self.row]
        return lot

    def order_chance(self, source: int) -> float:
        """Chance to order this month as a buyer of class ``source``."""
        market, person, row = self.market, self.person, self.row
        chance: float = self.rules.order_probability(
            market.scenario.shopping.order_probability,
            person.appetite[row],
            person.price_sensitivity[row],
            market.prices.ratio(source),
        )
        return chance

    # -- shop --------------------------------------------------------------------------------------

    def shop(self) -> None:
        """A customer orders or not, and may stop for good."""
        row, person = self.row, self.person
        role = person.role[row]
        if role not in CUSTOMERS:
            return
        market, rules, shopping = self.market, self.rules, self.market.scenario.shopping
        if rules.orders(self.order_chance(SOURCE_OF_ROLE[role]), self.luck(Draw.SHOP)):
            luck = self.luck(Draw.UNITS, Purpose.CUSTOMER)
            units = rules.units_ordered(shopping.units_mean, luck)
            market.order(row, Purpose.CUSTOMER, units)
        tenure = (market.period.first_day - person.customer_since[row]) / DAYS_A_MONTH
        if rules.stops_buying(
            shopping.stop, shopping.stop_tenure, max(0.0, tenure), self.luck(Draw.CUSTOMER_STAY)
        ):
            market.lose_customer(row)

    # -- consider ----------------------------------------------------------------------------------

    def consider(self, askers: list[int]) -> None:
        """Say yes to the best of this month's offers (participant ids, rising), or to none."""
        if self._hears_nothing():
            return
        contacts = self.market.contacts(self.row)
        around = self.appeal_of_contacts(contacts)
        key_of = self.market.key_of
        offers = [(a, 2 * key_of(a), around + self.appeal_of(a, contacts)) for a in askers]
        yes = self._best(offers, self.appeal_of_joining(), joins=True)
        if yes is None and self.role not in CUSTOMERS:
            yes = self._best(offers, self.appeal_of_buying(), joins=False)
        if yes is None:
            self.refusals += 1
        else:
            self.model.accepted.append(yes)

    def _hears_nothing(self) -> bool:
        """Whether this person left, or stopped buying, too recently to listen."""
        if self.person.stopped_month[self.row] == self.market.month:
            return True
        if self.role != FORMER:
            return False
        left = self.common.member.left_month[self.membership]
        return bool(self.market.month - left < self.market.scenario.considering.cool_off)

    def _best(self, offers: list[Offer], own: float, *, joins: bool) -> Acceptance | None:
        """The most appealing offer that passes, equal ones by luck; ``own`` is without it."""
        accepts, fatigue = self.rules.accepts_offer, self.fatigue
        passed: list[tuple[float, float, int]] = []
        for asker, key, appeal in offers:
            # by the asker's person, not its number: one more recruit elsewhere shifts no luck
            k = key + joins
            if accepts(own + appeal, fatigue, self.luck(Draw.OFFER, k)):
                passed.append((own + appeal, self.luck(Draw.TIE, k), asker))
        return Acceptance(self.row, max(passed)[2], joins, self.expected) if passed else None

    @property
    def fatigue(self) -> float:
        """Log-odds against any offer, by the offers turned down so far."""
        return -self.market.scenario.considering.refusal * self.refusals

    @property
    def expected(self) -> float:
        """Monthly income that this person expects from joining, in minor units."""
        market, hype = self.market, self.market.scenario.believing.hype
        income: float = self.rules.expected_income(market.shown, market.true_mean, hype)
        return income

    def appeal_of_joining(self) -> float:
        """Log-odds of joining, whoever asks: the saving or the income, whichever is the motive."""
        considering = self.market.scenario.considering
        appeal: float = considering.join + considering.appetite * self.appetite
        if self.motive == Motive.DISCOUNT:
            return appeal + considering.saving * self._saving()
        gain: float = self.rules.income_gain(
            self.expected, self.susceptibility, self.hours, self.outside_wage, considering.gain_cap
        )
        return appeal + considering.income * gain

    def _saving(self) -> float:
        """A year's saving as a member, as a multiple of the entry fee."""
        scenario, prices = self.market.scenario, self.market.prices
        preferred = self.role == Role.PREFERRED_CUSTOMER
        now = Source.PREFERRED_CUSTOMER if preferred else Source.RETAIL_CUSTOMER
        units = self.order_chance(now) * scenario.shopping.units_mean
        saved = units * (prices.of(now) - prices.member_price)
        gain: float = self.rules.saving_gain(saved, prices.kit_price, scenario.considering.gain_cap)
        return gain

    def appeal_of_buying(self) -> float:
        """Log-odds of becoming a customer, whoever asks."""
        considering = self.market.scenario.considering
        return considering.buy + considering.appetite * self.appetite

    def appeal_of(self, asker: int, contacts: NDArray[np.int32]) -> float:
        """Log-odds that the asker adds; ``contacts`` are the rows of the own contacts, rising."""
        if asker == COMPANY:
            return 0.0
        considering = self.market.scenario.considering
        row = self.common.member.person[asker]
        rows = memoryview(contacts)
        place = bisect_left(rows, row)
        friend = place < len(rows) and rows[place] == row
        appeal: float = self.rules.asker_appeal(
            self.person.skill[row], considering.skill, friend, considering.friend
        )
        return appeal

    def appeal_of_contacts(self, contacts: NDArray[np.int32]) -> float:
        """Log-odds added by what the own contacts live: enrolled, or left."""
        considering = self.market.scenario.considering
        lived = self.people.role.take(contacts).tobytes()  # a byte a role: counted at once
        appeal: float = self.rules.neighbour_appeal(
            lived.count(DISTRIBUTOR),
            lived.count(FORMER),
            considering.seller_contact,
            considering.former_contact,
        )
        return appeal


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
        self.common.look_anew(self.participants)  # the table grows when somebody joins

    @property
    def success(self) -> float:
        """How far the lived income has come toward the goal, 0 to 1."""
        reached: float = self.rules.success(self.lived_pay, self.market.goal)
        return reached

    @property
    def builds(self) -> bool:
        """Whether this person joined to earn."""
        return bool(self.joined_for != Motive.DISCOUNT)

    # -- stock -------------------------------------------------------------------------------------

    def stock(self) -> None:
        """Buy for own use, and top up to the qualifying volume if that seems to pay."""
        market, rules, prices = self.market, self.rules, self.market.prices
        if rules.orders(self.order_chance(Source.PARTICIPANT), self.luck(Draw.STOCK)):
            luck = self.luck(Draw.UNITS, Purpose.OWN_USE)
            units = rules.units_ordered(market.scenario.shopping.units_mean, luck)
            market.order(self.row, Purpose.OWN_USE, units)
        volume = market.volume[self.number]
        missing = rules.units_missing(market.qualifying_volume, volume, prices.pv)
        if not missing:
            return
        expected = max(self.lived_pay, self.belief) if self.builds else self.lived_pay
        use_value = market.scenario.stocking.use_value
        if rules.tops_up(expected, missing * prices.member_price, use_value):
            market.order(self.row, Purpose.TOP_UP, missing)

    # -- approach ----------------------------------------------------------------------------------

    def approach(self) -> None:
        """Spend the month's hours on approaches, to own contacts and to anyone."""
        market, rules, approaching = self.market, self.rules, self.market.scenario.approaching
        builds = self.builds
        eagerness = 1.0 if builds else approaching.discount_effort
        hours = rules.hours_given(
            self.hours * eagerness,
            self.morale,
            self.success,
            approaching.success_effort,
            approaching.most_hours,
        )
        luck = self.luck(Draw.APPROACH_COUNT)
        made = max(0, rules.approaches_made(hours, approaching.per_hour, luck))
        if made:
            known, offers = contacts_of(market.network, self.row), self.model.offers
            for k in range(made):
                offers[self._target(k, known)].add(self.number)
        market.record_effort(self.number, hours, made, builds)

    def _target(self, k: int, known: int) -> int:
        """Row of the person whom the k-th approach of the month reaches; ``known`` are contacts."""
        luck = self.luck(Draw.APPROACH_TARGET, 2 * k + 1)
        warm, choice = self.market.scenario.approaching.warm, self.luck(Draw.APPROACH_TARGET, 2 * k)
        if self.rules.asks_a_contact(warm, known, choice) and known:
            return int(pick_contact(self.market.network, self.row, luck))
        stranger = int(luck * (len(self.model.by_row) - 1))
        return stranger + (stranger >= self.row)

    # -- reflect -----------------------------------------------------------------------------------

    def reflect(self) -> None:
        """Move belief and morale toward what was lived; renew, stay or leave."""
        market, rules, joined = self.market, self.rules, self.joined_month
        if joined == market.month:
            return
        believing, staying = market.scenario.believing, market.scenario.staying
        income = float(self.last_pay + self.last_margin)
        self.lived_pay = lived = rules.moved(self.lived_pay, income, believing.lived)
        self.belief = rules.moved(self.belief, lived, believing.learning)
        reached = rules.success(lived, market.goal)
        self.morale = rules.moved(self.morale, reached, believing.morale)
        tenure, idle = market.month - joined, market.month - self.last_order
        chance = rules.leave_probability(
            staying.leave,
            staying.tenure,
            tenure - 1,
            reached,
            staying.protection,
            staying.quiet,
            idle,
        )
        if rules.leaves(chance, self.luck(Draw.STAY)):
            self.model.leaving.append(self.number)
        elif tenure % market.prices.renewal_months == 0:
            self._anniversary(idle)

    def _anniversary(self, idle: int) -> None:
        """Pay the renewal fee, or let the membership lapse."""
        if self.rules.renews(idle, self.market.scenario.staying.lapse_idle):
            self.model.renewed.append(self.number)
        else:
            self.model.leaving.append(self.number)
