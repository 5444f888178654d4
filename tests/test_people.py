"""People at birth, against one draw after the other in plain Python."""

import math
from pathlib import Path

import numpy as np
import pytest

from sim import draws, load_scenario
from sim.draws import Draw
from sim.records import NOBODY, Motive, Role
from sim.scenario.fields import minor
from sim.scenario.schema import Scenario
from sim.world import people as world
from sim.world.people import NEVER, populate, settle_in

BASELINE = Path(__file__).parent.parent / "configs" / "baseline.yaml"


def scenario(**population: float) -> Scenario:
    baseline = load_scenario(BASELINE)
    changed = baseline.population.model_copy(update={"people": 300, **population})
    return baseline.model_copy(update={"population": changed, "seed": 11})


def born(asked: Scenario, row: int, incarnation: int, month: int) -> dict[str, float]:
    """The traits of one person, drawn one by one."""
    who = asked.population

    def luck(purpose: Draw) -> float:
        key = row + (incarnation << 40)
        return float(draws.uniform(draws.stream(asked.seed, 0, int(purpose)), key, 0))

    def spread(purpose: Draw, mean: float, sigma: float) -> float:
        return mean * draws.lognormal(luck(purpose), sigma)

    u, motives = luck(Draw.BIRTH_MOTIVE), who.motives
    earns = Motive.SIDE_INCOME if u < motives.discount + motives.side_income else Motive.CAREER
    leaves = 1.0 - math.pow(1.0 - who.replaced_per_year, 1 / 12)
    wage = spread(Draw.BIRTH_WAGE, minor(who.outside_wage), who.outside_wage_sigma)
    return {
        "incarnation": incarnation,
        "last_month": min(NEVER, month + draws.geometric(luck(Draw.BIRTH_LIFETIME), leaves)),
        "role": Role.NOBODY,
        "motive": Motive.DISCOUNT if u < motives.discount else earns,
        "appetite": math.pow(luck(Draw.BIRTH_APPETITE), who.appetite_shape),
        "skill": spread(Draw.BIRTH_SKILL, 1.0, who.skill_sigma),
        "hours": spread(Draw.BIRTH_HOURS, who.hours_mean, who.hours_sigma),
        "susceptibility": spread(Draw.BIRTH_SUSCEPTIBILITY, 1.0, who.susceptibility_sigma),
        "outside_wage": min(round(wage), 2**31 - 1),
        "price_sensitivity": spread(Draw.BIRTH_PRICE, 1.0, who.price_sensitivity_sigma),
        "refusals": 0,
        "seller": NOBODY,
        "customer_since": 0,
        "last_order": NOBODY,
        "membership": NOBODY,
        "stopped_month": NOBODY,
        "last_offer": NOBODY,
    }


@pytest.mark.parametrize(
    "asked",
    [
        scenario(),
        scenario(replaced_per_year=0.5, skill_sigma=1.4, outside_wage_sigma=9.0),
        scenario(replaced_per_year=0.0, hours_sigma=0.0, appetite_shape=3.0),
        scenario(replaced_per_year=1.0),
    ],
)
def test_a_newborn_is_what_its_draws_say(asked: Scenario) -> None:
    table = populate(asked)
    for row in range(0, 300, 7):
        for name, value in born(asked, row, 0, 0).items():
            column = getattr(table, name)
            assert column[row] == np.array(value).astype(column.dtype), name


def test_only_the_rows_of_newborns_change() -> None:
    asked = scenario(replaced_per_year=0.3)
    table, before = populate(asked), dict(populate(asked))
    for name, column in table:
        if name != "incarnation":
            column[[3, 299]] = 7
    rows = np.array([3, 299], np.int32)
    table.incarnation[rows] = 2
    settle_in(table, rows, asked, 41)
    others = np.delete(np.arange(300), rows)
    for name, column in table:
        assert np.array_equal(column[others], before[name][others])
        for row in rows.tolist():
            assert column[row] == np.array(born(asked, row, 2, 41)[name]).astype(column.dtype)
    settle_in(table, rows[:0], asked, 41)


def test_people_are_the_same_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dict(populate(scenario()))
    monkeypatch.setattr(world, "CHUNK", 64)
    for name, column in populate(scenario()):
        assert np.array_equal(column, whole[name])
