"""The Mesa engine: what happens in a month, whoever is visited first."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import inert, market, plan

from sim.engines import simulate
from sim.engines.mesa.agents import Consumer, Distributor
from sim.engines.mesa.model import MarketModel
from sim.ledger import LedgerTables
from sim.records import COMPANY, NOBODY, Motive, Role
from sim.scenario.schema import Scenario


def run(scenario: Scenario, **options: Any) -> tuple[MarketModel, LedgerTables]:
    model = MarketModel(market_scenario=scenario, **options)
    model.run_for(scenario.months)
    return model, model.market.ledger.close()


def equal(a: LedgerTables, b: LedgerTables) -> bool:
    names = ("months", "participants", "person_months", "lives", "entry", "journal")
    return a.sha256 == b.sha256 and all(
        np.array_equal(x, getattr(b, name)[column])
        for name in names
        for column, x in getattr(a, name).items()
    )


class TestVisitOrder:
    @settings(max_examples=8)
    @given(st.integers(0, 2**32), st.integers(0, 2**32), st.sampled_from(["upline", "lost"]))
    def test_changes_no_bit(self, seed: int, shuffle: int, orphans: str) -> None:
        scenario = market(seed=seed, shopping={"orphans": orphans})
        stored = run(scenario)[1]
        shuffled = run(scenario, visit_order="shuffled", rng=shuffle)[1]
        assert stored.months["enrolments"].sum() > 20
        assert equal(stored, shuffled)

    def test_would_be_seen_if_it_mattered(self) -> None:
        class Hasty(Distributor):
            """Lets the order of visits matter: whoever is visited first is alone in asking."""

            def approach(self) -> None:
                if not self.model.offers:
                    super().approach()

        class HastyModel(MarketModel):
            distributor_class = Hasty

        tables = []
        for order in ("stored", "shuffled"):
            model = HastyModel(market_scenario=market(), visit_order=order, rng=3)
            model.run_for(14)
            tables.append(model.market.ledger.close())
        assert not equal(*tables)


class TestRepeats:
    def test_same_seed_same_tables_other_seed_other_ledger(self) -> None:
        first, again, other = (simulate(market(seed=s)) for s in (7, 7, 8))
        assert equal(first, again)
        assert first.sha256 != other.sha256

    @pytest.mark.parametrize(
        "network",
        [
            {"kind": "well_mixed"},
            {"kind": "ring", "degree": 6},
            {"kind": "scale_free", "links": 3},
            {"kind": "random_regular", "degree": 5},
            {"kind": "stochastic_block", "blocks": 3, "within": 6, "between": 1},
        ],
    )
    def test_every_network_carries_a_market(self, network: dict[str, Any]) -> None:
        tables = simulate(market(network=network))
        assert tables.months["enrolments"].sum() > 10


class TestMonth:
    def test_an_inert_market_has_its_founder_and_no_money(self) -> None:
        model, tables = run(inert())
        assert tables.months["enrolled"].tolist() == [1, 1, 1]
        assert tables.months["orders"].tolist() == [1, 0, 0]  # the founder's free kit
        assert not any(tables.months[name].any() for name in ("net_sales", "bonus", "expenses"))
        assert model.enrolled == 1
        assert model.customers == model.former == 0

    def test_everybody_recruits_one_a_month_and_newcomers_wait(self) -> None:
        # everyone asks one a month, everyone asked says yes: doubling, less the few approaches
        # that reach a member or the same person twice
        sure = {"join": 100}
        scenario = inert(
            months=5, population={"people": 5000}, approaching={"per_hour": 1}, considering=sure
        )
        months = run(scenario)[1].months
        assert months["approaches"].tolist() == [1, *months["enrolled"][:-1].tolist()]
        assert months["enrolments"][0] == 2  # the founder and the one it recruited
        assert months["enrolled"][0] == 2
        assert (months["enrolled"] <= [2, 4, 8, 16, 32]).all()
        assert months["enrolled"][-1] >= 28

    def test_admissions_are_limited(self) -> None:
        sure = {"join": 100}
        scenario = inert(
            months=6,
            admissions_per_month=1,
            approaching={"per_hour": 1},
            considering=sure,
        )
        assert run(scenario)[1].months["enrolled"].tolist() == [2, 3, 4, 5, 6, 7]

    def test_a_sponsor_is_older_than_its_recruit(self) -> None:
        members = run(market())[0].market.participants
        sponsors = members.sponsor[1:]
        assert (sponsors < np.arange(1, len(members))).all()
        assert (np.diff(members.joined_day[1:]) >= 0).all()
        recruits = np.bincount(sponsors, minlength=len(members))[1:]
        assert (recruits == members.recruits[1:]).all()

    def test_customers_are_counted_where_they_are_served(self) -> None:
        market_now = run(market())[0].market
        people, members = market_now.people, market_now.participants
        served = np.isin(people.role, (Role.RETAIL_CUSTOMER, Role.PREFERRED_CUSTOMER))
        counted = np.bincount(people.seller[served], minlength=len(members))
        assert (counted == members.customers).all()
        with_customers = members.left_month[counted > 0] == NOBODY
        assert with_customers[1:].all()  # all but the company's: sellers are enrolled
        assert (people.seller[~served] == NOBODY).all()

    def test_leavers_hand_their_customers_up(self) -> None:
        model = MarketModel(market_scenario=market(staying={"leave": 0}))
        model.run_for(8)
        state = model.market
        members = state.participants
        here = members.left_month == NOBODY
        sponsored_here = here[np.maximum(members.sponsor, 0)]
        leaver = int(np.flatnonzero((members.customers > 0) & here & sponsored_here)[-1])
        sponsor = members.sponsor.item(leaver)
        before = members.customers[[leaver, sponsor]].sum()
        state.part([leaver])
        assert members.customers[leaver] == 0
        assert members.customers[sponsor] == before

    def test_money_by_hand(self) -> None:
        # one founder who always orders one unit at 30: 30 PV, qualified, nobody above or below
        scenario = inert(
            plan=plan(activity={"pv_min": "30"}),
            shopping={"order_probability": 1, "units_mean": 1},
            population={"appetite_shape": 0.01, "price_sensitivity_sigma": 0},
            months=13,
        )
        tables = run(scenario)[1]
        months = tables.months
        assert months["kit_sales"].tolist() == [3500] + 12 * [0]
        assert months["own_use_sales"].tolist() == 13 * [3000]
        assert months["renewal_fees"].tolist() == 12 * [0] + [2500]
        assert months["cost_of_goods"].tolist() == 13 * [600]
        assert months["qualified"].tolist() == 13 * [1]
        assert months["bonus"].sum() == 0
        assert months["account.firm"][-1] == 3500 + 13 * (3000 - 600) + 2500

    def test_retail_margin_goes_to_the_seller(self) -> None:
        scenario = inert(
            plan=plan(),
            months=2,
            approaching={"per_hour": 1},
            considering={"buy": 100, "preferred": 0},
            shopping={"first_order_units": 1, "order_probability": 0},
        )
        months = run(scenario)[1].months
        # the founder's first own unit and a customer's in month 0, another customer's in month 1
        assert months["customer_sales"].tolist() == [4000, 4000]
        assert months["retail_margin"].tolist() == [1000, 1000]
        assert months["customers"].tolist() == [1, 2]

    def test_people_who_leave_the_market_are_replaced_by_strangers(self) -> None:
        scenario = market(population={"people": 200, "replaced_per_year": 0.9})
        state = run(scenario)[0].market
        lives = state.people.incarnation
        assert lives.sum() > 100
        newborn = np.flatnonzero((lives > 0) & (state.people.role == Role.NOBODY))
        assert (state.people.refusals[newborn] < 20).all()
        members = state.participants
        held = members.left_month == NOBODY
        held[COMPANY] = False
        assert (members.incarnation[held] == lives[members.person[held]]).all()


class TestBeliefs:
    def test_truth_on_a_losing_plan_draws_hardly_anybody(self) -> None:
        # everybody is a seeker of income, the plan pays nothing, one log-odd of gain decides
        earners = {"discount": 0, "side_income": 1, "career": 0}
        base = {
            "population": {"people": 400, "motives": earners},
            "considering": {"join": -6, "income": 6, "gain_cap": 1},
            "plan": plan(components=[]),
            "months": 12,
        }
        joined = {}
        for hype in (0.0, 1.0):
            believing = {"hype": hype, "story": 2000}
            joined[hype] = simulate(market(**base, believing=believing)).months["enrolments"].sum()
        assert joined[0.0] < joined[1.0] / 5

    def test_success_keeps_people(self) -> None:
        stays = {}
        for protection in (0, 8):
            scenario = market(
                months=24,
                staying={"leave": 0.2, "protection": protection},
                believing={"goal": 5},
            )
            tables = simulate(scenario)
            stays[protection] = tables.months["quits"].sum() / tables.months["enrolled"].sum()
        assert stays[8] < stays[0]


class TestForResearchers:
    def test_agents_read_and_write_the_table(self) -> None:
        model = MarketModel(market_scenario=market())
        founder = next(iter(model.agents_by_type[Distributor]))
        founder.morale = 0.25
        assert model.market.participants.morale[founder.number] == 0.25
        assert founder.sponsor == COMPANY
        assert founder.motive == Motive.CAREER

    def test_roles_are_classes_over_the_same_row(self) -> None:
        model, _ = run(market())
        for row, agent in enumerate(model.by_row):
            joined = model.market.people.role[row] == Role.DISTRIBUTOR
            assert agent.row == row
            assert type(agent) is (Distributor if joined else Consumer)
        assert len(model.agents) == 300

    def test_subclassed_agents_act(self) -> None:
        class Loner(Distributor):
            def approach(self) -> None:
                """Ask nobody."""

        class QuietModel(MarketModel):
            distributor_class = Loner

        model = QuietModel(market_scenario=market())
        model.run_for(6)
        assert model.market.ledger.close().months["approaches"].sum() == 0

    def test_a_data_collector_watches(self) -> None:
        class Watched(MarketModel):
            def __init__(self, **options: Any) -> None:
                super().__init__(**options)
                self.collector = mesa.DataCollector(
                    model_reporters={"enrolled": "enrolled", "customers": "customers"},
                    agenttype_reporters={Distributor: {"morale": "morale"}},
                )

            def step(self) -> None:
                super().step()
                self.collector.collect(self)

        model = Watched(market_scenario=market())
        model.run_for(5)
        frame = model.collector.get_model_vars_dataframe()
        months = model.market.ledger.close().months
        assert frame["enrolled"].tolist() == months["enrolled"].tolist()
        assert frame["customers"].tolist() == months["customers"].tolist()
        assert len(model.collector.get_agenttype_vars_dataframe(Distributor)) > 0


class TestCommonLuck:
    def test_one_more_recruit_elsewhere_shifts_no_luck(self) -> None:
        # the same people under two kit prices: what they do must stay as alike as luck allows
        def joined(price: str, seed: int) -> int:
            scenario = market(plan=plan(kit={"price": price}), seed=seed, months=10)
            return int(simulate(scenario).months["enrolments"].sum())

        pairs = np.array([[joined(price, seed) for price in ("35", "33")] for seed in range(12)])
        paired = np.diff(pairs, axis=1).var()
        unpaired = pairs[:, 0].var() + pairs[:, 1].var()
        assert paired < unpaired / 3

    def test_the_luck_of_an_offer_knows_people_not_numbers(self) -> None:
        state = run(market())[0].market
        members = state.participants
        keys = {state.key_of(m) for m in range(1, len(members))}
        lives = set(zip(members.person[1:].tolist(), members.incarnation[1:].tolist(), strict=True))
        assert len(keys) == len(lives)
        assert state.key_of(COMPANY) == NOBODY


class Recorded(MarketModel):
    """Keeps the orders of every month."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.orders: list[Any] = []

    def part(self) -> None:
        self.orders.append(self.market.books.orders)
        super().part()


@pytest.fixture(scope="module")
def busy() -> Recorded:
    """A market in which everybody comes and goes, with the orders of every month."""
    scenario = market(
        months=24,
        population={"people": 400, "replaced_per_year": 0.4},
        shopping={"stop": 0.5},
        considering={"join": -2, "buy": 1, "cool_off": 1, "preferred": 0.5},
    )
    model = Recorded(market_scenario=scenario)
    model.run_for(24)
    return model


class TestFlows:
    def test_customers_reconcile_month_by_month(self, busy: Recorded) -> None:
        months = busy.market.ledger.close().months
        gone = sum(months[f"customers_{how}"] for how in ("lost", "joined", "replaced"))
        assert all(months[f"customers_{how}"].sum() > 0 for how in ("lost", "joined", "replaced"))
        change = np.diff(months["customers"], prepend=0)
        assert (change == months["customers_gained"] - gone).all()

    def test_a_person_orders_once_for_a_purpose_in_a_month(self, busy: Recorded) -> None:
        for orders in busy.orders[1:]:  # in the first, founders order when they join and again
            keys = list(zip(orders.person.tolist(), orders.purpose.tolist(), strict=True))
            assert len(keys) == len(set(keys))

    def test_nobody_buys_as_a_customer_after_joining(self, busy: Recorded) -> None:
        members = busy.market.participants
        joined = {
            (members.person.item(m), members.incarnation.item(m), members.joined_month.item(m)): (
                members.joined_day.item(m)
            )
            for m in range(1, len(members))
        }
        seen = 0
        for month, orders in enumerate(busy.orders):
            for i in np.flatnonzero(orders.participant == NOBODY):
                key = (orders.person.item(i), orders.incarnation.item(i), month)
                if key in joined:
                    seen += 1
                    assert orders.day.item(i) <= joined[key]
        assert seen > 0

    def test_who_was_a_member_stays_a_former(self, busy: Recorded) -> None:
        people = busy.market.people
        nobody = people.role == Role.NOBODY
        assert (people.membership[nobody] == NOBODY).all()
        assert (people.role == Role.FORMER).any()


class TestTopUps:
    def test_volume_of_customers_counts_where_the_plan_says(self) -> None:
        bought = {}
        for counted in (["own_use", "top_up", "kit"], ["own_use", "top_up", "kit", *CUSTOMERS]):
            counts = {"counts_to": {"activity": counted}}
            scenario = market(plan=plan(volumes=counts), considering={"join": -1.5, "buy": 1})
            bought[len(counted)] = simulate(scenario).months["top_up_sales"].sum()
        assert 0 < bought[5] < bought[3]


CUSTOMERS = ["retail_customer", "preferred_customer"]


def test_a_volume_too_large_for_its_column_is_no_silent_wrap() -> None:
    scenario = market(product={"pv": "0.01"}, plan=plan(activity={"pv_min": 10**9}))
    scenario = scenario.model_copy(
        update={"stocking": scenario.stocking.model_copy(update={"use_value": 1.0})}
    )
    with pytest.raises(OverflowError, match="too large"):
        simulate(scenario)
