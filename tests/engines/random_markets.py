"""Random scenarios: every network, plan and habit that the schema allows, in small markets."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from random_plans import CLASSES, plans

from sim.plans.schema import Plan, parse_plan
from sim.scenario.schema import Scenario

NETWORKS = (
    {"kind": "well_mixed"},
    {"kind": "ring", "degree": 4},
    {"kind": "small_world", "degree": 6, "rewire": 0.3},
    {"kind": "scale_free", "links": 2},
    {"kind": "random_regular", "degree": 4},
    {"kind": "random_regular", "degree": 5, "stored": False},
    {"kind": "stochastic_block", "blocks": 3, "within": 4, "between": 1},
)


@st.composite
def market_plans(draw: st.DrawFn) -> Plan:
    """A plan of the plan tests with prices, a kit, a fee and, as a rule, fewer components."""
    parts: dict[str, Any] = dict(draw(plans()), id="random", currency="USD")
    kept = draw(st.sets(st.sampled_from([c["id"] for c in parts["components"]]), min_size=1))
    parts["components"] = [c for c in parts["components"] if c["id"] in kept]
    for component in parts["components"]:
        claims = [name for name in component.get("exclude_orders", []) if name in kept]
        if component.pop("exclude_orders", None) and claims:
            component["exclude_orders"] = claims
        if not claims:
            component.pop("excluded_in_maximum", None)
    counts = parts.pop("counts_to") | {"activity": draw(st.lists(st.sampled_from(CLASSES)))}
    parts["volumes"] = {"counts_to": {k: list(dict.fromkeys(v)) for k, v in counts.items()}}
    parts["prices"] = {
        "member_discount": draw(st.sampled_from(["0", "1/4", "1/3"])),
        "retail_margin": draw(st.sampled_from(["none", "list_minus_member"])),
    }
    parts["kit"] = {
        "price": draw(st.sampled_from(["0", "35", "499"])),
        "pv": draw(st.sampled_from(["0", "50"])),
        "cv": draw(st.sampled_from(["0", "20"])),
    }
    parts["renewal"] = {"fee": "25", "every_months": draw(st.integers(1, 12))}
    return parse_plan(parts)


@st.composite
def markets(draw: st.DrawFn) -> Scenario:
    """A lively market of up to 150 people and 14 months."""
    unit, log_odds = st.floats(0, 1), st.floats(-3, 2)
    people = 2 * draw(st.integers(30, 75))  # an odd degree needs an even number
    parts: dict[str, Any] = {
        "name": "random",
        "start": draw(st.sampled_from(["2026-01", "2027-11"])),
        "months": draw(st.integers(1, 14)),
        "seed": draw(st.integers(0, 2**63 - 1)),
        "plan": draw(market_plans()),
        "network": draw(st.sampled_from(NETWORKS)),
        "admissions_per_month": draw(st.sampled_from([None, None, 1, 4])),
        "population": {
            "people": people,
            "replaced_per_year": draw(st.sampled_from([0, 0.1, 0.9])),
            "appetite_shape": draw(st.sampled_from([0.1, 1.5])),
            "hours_mean": draw(st.sampled_from([2, 20])),
        },
        "founders": {"count": draw(st.integers(1, 6)), "hours": draw(st.sampled_from([0, 60]))},
        "shopping": {
            "order_probability": draw(unit),
            "units_mean": draw(st.sampled_from([1, 3.5])),
            "first_order_units": draw(st.sampled_from([0, 0.5, 5])),
            "stop": draw(st.floats(0, 0.5)),
            "orphans": draw(st.sampled_from(["upline", "lost"])),
        },
        "stocking": {"use_value": draw(unit)},
        "approaching": {
            "per_hour": draw(st.sampled_from([0.05, 0.3, 2])),
            "discount_effort": draw(unit),
            "warm": draw(st.sampled_from([0, 0.5, 1])),
        },
        "considering": {
            "join": draw(log_odds),
            "buy": draw(log_odds),
            "refusal": draw(st.sampled_from([-0.5, 0, 0.2])),
            "friend": draw(log_odds),
            "seller_contact": draw(log_odds),
            "former_contact": draw(log_odds),
            "cool_off": draw(st.integers(0, 4)),
            "preferred": draw(unit),
        },
        "believing": {"hype": draw(unit), "shown": draw(st.sampled_from([0.01, 0.3, 1]))},
        "staying": {
            "leave": draw(st.floats(0, 0.6)),
            "tenure": draw(st.sampled_from([1, 24])),
            "lapse_idle": draw(st.integers(1, 6)),
        },
    }
    return Scenario.model_validate(parts)
