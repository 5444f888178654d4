"""The market over arrays: the schedule of the Mesa engine, one compiled function a phase."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled import approach, consider, decide, enrol, firm, reflect, shop, stock
from sim.engines.compiled.consider import Answers
from sim.engines.compiled.enrol import Joining
from sim.engines.compiled.roster import Calendar, Roster
from sim.engines.compiled.slips import add_volume, join_slips, order_table, price_list, room_for
from sim.engines.compiled.state import Month, World, members_of, scene_of
from sim.engines.market import Market
from sim.jit import seen
from sim.ledger import Ledger
from sim.records import COMPANY, NOBODY, Role
from sim.scenario.schema import Scenario
from sim.world.people import settle_in

Rows = NDArray[np.int32]

FEW = 4096
"""Fewer people than this are not worth a second thread."""


class CompiledMarket(Market):
    """One market whose phases are compiled passes over the tables.

    ``customers`` and ``distributors`` list who is due, ``calendar`` whose life ends when; ``heads``
    counts people by Role. ``threads`` share the phases in which people decide; like the order of
    visits in the Mesa engine, their number changes no bit. ``seconds`` sums up wall time by phase.
    """

    def __init__(self, scenario: Scenario, ledger: Ledger | None = None, threads: int = 1) -> None:
        super().__init__(scenario, ledger)
        self.scene, self.price_list = scene_of(self), price_list(self.prices, self.counted)
        self.rows = seen(self.people.rows)
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self.customers = Roster(Role.RETAIL_CUSTOMER, Role.PREFERRED_CUSTOMER)
        self.distributors = Roster(Role.DISTRIBUTOR, Role.DISTRIBUTOR)
        self.calendar = Calendar(self.people.last_month, scenario.months)
        self.heads = np.zeros(len(Role), np.int64)
        self.heads[Role.NOBODY] = len(self.people)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.founding = self._found()

    def _found(self) -> Any:
        """Enrol the founders under the company on the first day; their first orders."""
        rows = self.call_founders()
        sponsors = np.full(len(rows), COMPANY, np.int32)
        days = np.full(len(rows), self.period.first_day, np.int32)
        world = self._join(Joining(rows, sponsors, days, self.shown))
        self.hours = np.zeros(len(self.participants))
        self.expenses = np.zeros(len(self.participants), np.int64)
        self.distributors.update(self.people.role, rows)
        return self.first_orders(world, rows)

    def step(self) -> None:
        """One month, as ``MarketModel.step`` of the Mesa engine tells it.

        1. shop; 2. stock; 3. approach; 4. consider: decisions, each on the state at the start of
        its phase; 5. enrol: yeses become members and customers; 6. settle: the plan pays; 7.
        reflect: members look back, renew or leave; people who leave the market are replaced; the
        ledger takes the month.
        """
        self._tick = time.perf_counter()
        world = self.world()
        shopped = self.lap("shop", self.shop(world))
        stocked = self.lap("stock", self.stock(world))
        offers = self.lap("approach", self.approach(world))
        answers = self.lap("consider", self.consider(world, offers))
        members, customers = self.enrol(world, answers)
        world = self.world()
        ordered = self.first_orders(world, np.sort(np.concatenate([members, customers])))
        slips = [shopped, stocked, self.lap("enrol", ordered)]
        orders = order_table(slips, self.price_list)
        self.lap("orders", orders)
        self.lap("settle", self.settle(orders))
        left, renewed = self.reflect(world, members)
        self.part(world, left, customers)
        self.customers.update(self.people.role, customers)
        self.distributors.update(self.people.role, members)
        self.lap("reflect", None)
        self.count_heads()
        self.close_month(left, renewed)
        self.lap("post", None)

    def lap[T](self, phase: str, result: T) -> T:
        """Book the time since the last lap under a phase; hands the phase's result on."""
        now = time.perf_counter()
        self.seconds[phase] += now - self._tick
        self._tick = now
        return result

    def world(self) -> World:
        """What decisions read, now."""
        days = self.period.last_day - self.period.first_day + 1
        streams = np.array(self.streams, np.int64)
        expected = float(
            decide.expected_income(self.shown, self.true_mean, self.scenario.believing.hype)
        )
        month = Month(self.month, self.period.first_day, days, expected)
        members = members_of(self.participants)
        return World(self.rows, self.people.role, members, self.network, self.scene, month, streams)

    def each[T](self, phase: Callable[[slice], T], people: int) -> list[T]:
        """Run a phase over so many people, in one piece or shared among threads, in their order."""
        if self.pool is None or people < FEW:
            return [phase(slice(0, people))]
        ends = [people * i // self.threads for i in range(self.threads + 1)]
        return list(self.pool.map(phase, map(slice, ends[:-1], ends[1:])))

    # -- decisions ---------------------------------------------------------------------------------

    def shop(self, world: World) -> Any:
        """Customers order or not, and some stop for good; sellers' activity volume is added up."""
        rows = self.customers.rows
        stops = np.empty(len(rows), np.bool_)

        def phase(piece: slice) -> Any:
            slips = room_for(piece.stop - piece.start)
            return slips[: shop.shop(world, rows[piece], slips, stops[piece])]

        done = join_slips([*self.each(phase, len(rows)), self.founding])
        self.founding = room_for(0)
        self.volume = np.zeros(len(self.participants), np.int64)
        add_volume(done, self.price_list, self.volume)
        self.lose(world, rows[stops])
        return done

    def stock(self, world: World) -> Any:
        """Distributors buy for own use, and top up where that seems to pay."""
        rows = self.distributors.rows

        def phase(piece: slice) -> Any:
            slips = room_for(2 * (piece.stop - piece.start))
            return slips[: stock.stock(world, rows[piece], self.volume, slips)]

        return join_slips(self.each(phase, len(rows)))

    def approach(self, world: World) -> Any:
        """Distributors spend their hours; offers gather under the people approached."""
        rows = self.distributors.rows
        start = np.zeros(len(rows) + 1, np.int64)

        def work(piece: slice) -> None:
            made = start[piece.start + 1 : piece.stop + 1]
            approach.efforts(world, rows[piece], self.hours, self.expenses, made)

        self.each(work, len(rows))
        np.cumsum(start, out=start)
        total = int(start[-1])
        offers = approach.room_for(total)

        def meet(piece: slice) -> None:
            bounds = start[piece.start : piece.stop + 1]
            approach.approach(world, rows[piece], bounds, offers)

        self.each(meet, len(rows))
        self.prospects = np.empty(min(total, len(self.people)), np.int32)
        found = approach.gather(world, offers, self.prospects)
        self.prospects = self.prospects[:found]
        self.counts["approaches"], self.counts["prospects"] = total, found
        return offers

    def consider(self, world: World, offers: Any) -> Answers:
        """Every approached person weighs its offers."""
        rows = self.prospects
        answers = Answers(np.empty(len(rows), np.int32), np.empty(len(rows), np.bool_))

        def phase(piece: slice) -> None:
            mine = Answers(answers.asker[piece], answers.joins[piece])
            consider.consider(world, rows[piece], offers, mine)

        self.each(phase, len(rows))
        return answers

    # -- what follows ------------------------------------------------------------------------------

    def enrol(self, world: World, answers: Answers) -> tuple[Rows, Rows]:
        """Make members and customers of all who said yes; their rows, rising.

        Where admissions are limited, a uniformly drawn part of the acceptances joins. Ids follow
        the day of enrolment, equal days the luck of admission.
        """
        rows, sponsors = self.prospects[answers.joins], answers.asker[answers.joins]
        luck, days = np.empty(len(rows)), np.empty(len(rows), np.int32)
        enrol.admission(world, rows, luck, days)
        admitted = np.lexsort((rows, luck))[: self.scenario.admissions_per_month]
        dated = admitted[np.argsort(days[admitted], kind="stable")]
        rows = rows[dated]
        world = self._join(Joining(rows, sponsors[dated], days[dated], world.month.expected))
        buys = (answers.asker != NOBODY) & ~answers.joins
        customers = self.prospects[buys]
        enrol.serve(world, customers, answers.asker[buys], self.heads)
        self.counts["customers_gained"] = len(customers)
        return np.sort(rows), np.sort(customers)

    def _join(self, joining: Joining) -> World:
        """Enrol people; the world as it is then."""
        first = len(self.participants)
        self.participants.grow(len(joining.row))
        world = self.world()
        self.counts["customers_joined"] += enrol.join(world, joining, first, self.heads)
        return world

    def first_orders(self, world: World, rows: Rows) -> Any:
        """The kits and first orders of newcomers."""
        slips = room_for(2 * len(rows))
        return slips[: enrol.first_orders(world, rows, slips)]

    def reflect(self, world: World, newcomers: Rows) -> tuple[Rows, Rows]:
        """Members look back; who leaves, those included who leave the market, and who renews."""
        rows = np.concatenate([self.distributors.rows, newcomers])
        choice = np.empty(len(rows), np.int8)
        self.each(lambda piece: reflect.reflect(world, rows[piece], choice[piece]), len(rows))
        membership = self.people.membership
        left = np.sort(membership[rows[choice == reflect.LEAVES]])
        return left, np.sort(membership[rows[choice == reflect.RENEWS]])

    def part(self, world: World, left: Rows, newcomers: Rows) -> None:
        """End the memberships in ``left`` and replace the people who leave the market.

        ``newcomers`` are the rows of those who became customers this month.
        """
        served = firm.part(world, left, self.heads)
        if served and self.scenario.shopping.orphans == "lost":
            for customers in (self.customers.rows, newcomers):
                found = np.empty(len(customers), np.int32)
                self.lose(world, found[: firm.orphans(world, customers, found)])
        dying = self.calendar.due(self.month)
        self.counts["customers_replaced"] = firm.empty_places(world, dying, self.heads)
        self.counts["replaced"] = len(dying)
        settle_in(self.people, dying, self.scenario, self.month + 1)
        self.calendar.enter(dying, self.people.last_month)

    def lose(self, world: World, rows: Rows) -> None:
        """These customers stop buying for good."""
        firm.lose(world, rows, self.heads)
        self.counts["customers_lost"] += len(rows)

    def count_heads(self) -> None:
        """Note how many people have each role at the month's end."""
        heads = self.heads.tolist()
        self.counts["nobody"], self.counts["former"] = heads[Role.NOBODY], heads[Role.FORMER]
        self.counts["customers"] = heads[Role.RETAIL_CUSTOMER] + heads[Role.PREFERRED_CUSTOMER]
        self.counts["enrolled"] = heads[Role.DISTRIBUTOR]
