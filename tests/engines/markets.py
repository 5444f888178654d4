"""Small markets for the tests of the engines."""

from __future__ import annotations

from typing import Any

from sim.plans.schema import Plan, parse_plan
from sim.scenario.schema import Scenario

LEVELS: dict[str, Any] = {
    "id": "levels",
    "type": "level",
    "levels": 3,
    "rates": ["0.1", "0.05", "1/30"],
    "compression": "dynamic",
    "credited_is_level_one": ["preferred_customer"],
}


def plan(**changes: Any) -> Plan:
    """Three levels under compression, a rank, a kit and a fee."""
    parts: dict[str, Any] = {
        "id": "three_levels",
        "currency": "USD",
        "prices": {"member_discount": "1/4"},
        "kit": {"price": "35"},
        "renewal": {"fee": "25"},
        "activity": {"pv_min": "30"},
        "ranks": [{"id": "leader", "require": {"pv": "60", "gv": "300"}}],
        "components": [LEVELS],
    }
    return parse_plan(parts | changes)


def market(**changes: Any) -> Scenario:
    """A lively market of a few hundred people; ``changes`` replace whole sections."""
    parts: dict[str, Any] = {
        "name": "small",
        "months": 14,
        "seed": 7,
        "plan": plan(),
        "population": {"people": 300, "replaced_per_year": 0.3},
        "network": {"kind": "small_world", "degree": 8, "rewire": 0.1},
        "founders": {"count": 4, "hours": 40},
        "considering": {"join": -1.5, "buy": -0.5, "cool_off": 2, "preferred": 0.6},
        "approaching": {"per_hour": 0.2},
    }
    return Scenario.model_validate(parts | changes)


def inert(**changes: Any) -> Scenario:
    """A market in which nothing happens but what ``changes`` switch on.

    Nobody buys, joins, tops up, dies or leaves; hours are one a month for everyone.
    """
    parts: dict[str, Any] = {
        "name": "inert",
        "months": 3,
        "plan": plan(kit={"price": "0"}, renewal={"fee": "0"}, components=[]),
        "population": {
            "people": 50,
            "replaced_per_year": 0,
            "hours_mean": 1,
            "hours_sigma": 0,
            "skill_sigma": 0,
        },
        "founders": {"count": 1, "hours": 0},
        "shopping": {"order_probability": 0, "first_order_units": 0, "stop": 0},
        "approaching": {"per_hour": 0, "discount_effort": 1, "success_effort": 0, "cost": 0}
        | {"monthly_cost": 0},
        "considering": {"join": -100, "buy": -100, "appetite": 0, "refusal": 0, "income": 0}
        | {"saving": 0, "friend": 0, "seller_contact": 0, "former_contact": 0},
        "believing": {"morale": 0, "story": 0},
        "stocking": {"use_value": 0},
        "staying": {"leave": 0, "lapse_idle": 100_000},
    }
    merged = {
        name: value | changes.pop(name)
        if isinstance(value, dict) and isinstance(changes.get(name), dict)
        else value
        for name, value in parts.items()
    }
    return Scenario.model_validate(merged | changes)
