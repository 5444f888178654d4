"""Books and plans for the tests, from plain Python values."""

from __future__ import annotations

import pathlib
from fractions import Fraction

import numpy as np
from ruamel.yaml import YAML

from sim.plans.compile import compile_plan
from sim.plans.schema import parse_plan
from sim.plans.settle import PlanState, settle
from sim.records import NOBODY, ORDER, Books, Period, Purpose, Source, Table

CONFIGS = pathlib.Path(__file__).parents[2] / "configs" / "plans"


def order(who, cv, pv=0, **more):
    """A participant's own order; ``more`` overrides any field."""
    return {
        "credited_to": who,
        "participant": who,
        "source": "participant",
        "purpose": "own_use",
        "day": 100,
        "since_day": 0,
        "pv": Fraction(pv),
        "cv": cv,
        **more,
    }


def person(sponsor, enrolled=True):
    return {"sponsor": sponsor, "enrolled": enrolled}


def line_of(n, **more):
    """The company and a chain of n participants, 1 at the top."""
    return [person(NOBODY)] + [person(i, **more) for i in range(n)]


def books(people, orders):
    table = Table.of(
        ORDER,
        credited_to=[o["credited_to"] for o in orders],
        participant=[NOBODY if o["participant"] is None else o["participant"] for o in orders],
        source=[Source[o["source"].upper()] for o in orders],
        purpose=[Purpose[o["purpose"].upper()] for o in orders],
        day=[o["day"] for o in orders],
        since_day=[o["since_day"] for o in orders],
        person=[o.get("person", i) for i, o in enumerate(orders)],
        pv=[int(o["pv"] * 100) for o in orders],
        qv=[int(o.get("qv", o["pv"]) * 100) for o in orders],
        cv=[o["cv"] for o in orders],
    )
    return Books(
        Period(0, 90, 120),
        np.array([p["sponsor"] for p in people], np.int32),
        np.array([p["enrolled"] for p in people], np.bool_),
        table,
    )


def plan_of(spec):
    """A compiled plan from the short form that the reference reads too."""
    spec = {"id": "test", "currency": "USD", **spec}
    if "counts_to" in spec:
        spec["volumes"] = {"counts_to": spec.pop("counts_to")}
    return compile_plan(parse_plan(spec))


def load(name):
    """A shipped plan, every scalar as its text."""
    return parse_plan(YAML(typ="base", pure=True).load((CONFIGS / f"{name}.yaml").read_text()))


def run(spec, people, orders, depth="lines", state=None):
    plan = plan_of(spec) if isinstance(spec, dict) else spec
    state = PlanState.empty() if state is None else state
    return settle(plan, books(people, orders), state, depth)


def paid(settlement, component=None):
    """Minor units by payee, over all components or one index."""
    pay, totals = settlement.pay, {}
    for payee, c, amount in zip(pay.payee, pay.component, pay.amount, strict=True):
        if component in (None, int(c)):
            totals[int(payee)] = totals.get(int(payee), 0) + int(amount)
    return totals
