"""Checks on what a unilevel plan pays on the engine's own trees, with and without compression."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from experiments.registry import Check
from experiments.theory import exact_pay as exact
from experiments.theory.judging import exact_check, ratio_check
from experiments.theory.runs import HERE, Measured, Sample, Study
from experiments.theory.variants import Capped, TheoryModel
from sim.engines.mesa.model import MarketModel
from sim.plans.compile import CompiledPlan, compile_plan
from sim.plans.settle import PlanState, settle
from sim.scenario.load import load_plan

SHARES = (Fraction(1, 2), Fraction(1, 5))
MONTHS = 3
FALLING = tuple(Fraction(rate, 100) for rate in (10, 5, 3, 2, 1))
RATES = {"7 x 5 %": exact.RATES, "10/5/3/2/1 %": FALLING}
VOLUME = 10_000
"""Commissionable volume of one order, in cents."""
CHAIN = 20


@cache
def plan_of(name: str, compressed: bool) -> CompiledPlan:
    """The shipped plan of this folder, or one that differs from it by rates and compression."""
    plan = load_plan(HERE / "plan.yaml")
    changes = {
        "rates": RATES[name],
        "levels": len(RATES[name]),
        "compression": "standard" if compressed else "none",
    }
    component = plan.components[0].model_copy(update=changes)
    return compile_plan(plan.model_copy(update={"components": (component,)}))


def genealogy_and_pay(model: MarketModel) -> Measured:
    """The genealogy, then what months of orders pay on it: a figure a share of orderers and plan.

    The engine orders and settles each month; the other plans settle the same books.
    """
    assert isinstance(model, TheoryModel)
    found = {"sponsor": model.market.participants.sponsor[1:] - 1}
    model.cap = 0  # a chain would grow on
    for share in SHARES:
        model.order_share = float(share)
        found |= {f"{name} at {share}": v for name, v in _pay(model, MONTHS).items()}
    model.order_share = 1.0
    return found | {f"{name} at 1": v for name, v in _pay(model, 1).items()}


def _pay(model: MarketModel, months: int) -> Measured:
    names = [(name, compressed) for name in RATES for compressed in (False, True)]
    sums = dict.fromkeys(["volume", "engine", *map(_label, names)], 0)
    for _ in range(months):
        model.run_for(1)
        books = model.market.books
        sums["volume"] += int(books.orders.cv.sum())
        sums["engine"] += int(model.market.settlement.pay.amount.sum())
        for name in names:
            settlement = settle(plan_of(*name), books, PlanState.empty())
            sums[_label(name)] += int(settlement.pay.amount.sum())
    return {name: np.array([value]) for name, value in sums.items()}


def _label(name: tuple[str, bool]) -> str:
    return f"{name[0]}, compressed" if name[1] else name[0]


def chain_is_long(model: MarketModel) -> bool:
    """Whether the chain has its length."""
    return len(model.market.participants) > CHAIN


def studies(quick: bool) -> list[Study]:
    """Chains: everybody may recruit one person. The trees are those of trees.py."""
    settings = ("population.people=60",)
    return [
        Study(
            "chain",
            "tree.yaml",
            20 if quick else 150,
            genealogy_and_pay,
            settings,
            chain_is_long,
            distributor=Capped,
            traits={"cap": 1},
        )
    ]


def checks(samples: dict[str, Sample]) -> list[Check]:
    """All checks of this file."""
    trees, chains = samples["tree"], samples["chain"]
    found = [_identity(trees), _same(trees)]
    for share in SHARES:
        found += _ratios(trees, "tree", share)
    found += _ratios(chains, "chain", SHARES[0])
    return found


def _identity(trees: Sample) -> Check:
    """With everybody ordering, the pay is exact to the cent: 5 % to each upline up to the 7th."""
    from experiments.theory.trees import depths, trees_of

    depth = depths(trees_of(trees))
    earned = np.minimum(depth, 7).sum(axis=1) * (VOLUME // 20)
    rest = trees["engine at 1"][:, 0] - earned
    name = "pay less 5 % of volume for each upline up to 7, cents"
    return exact_check(name, rest, 0, 0, note="every tree, no tolerance")


def _same(trees: Sample) -> Check:
    rest = trees["engine at 1/2"][:, 0] - trees["7 x 5 % at 1/2"][:, 0]
    return exact_check("pay in the run less pay on its books, cents", rest, 0, 0, note="every tree")


def _ratios(sample: Sample, shape: str, share: Fraction) -> list[Check]:
    n = sample["sponsor"].shape[1]
    ratio = exact.chain_ratio if shape == "chain" else exact.tree_ratio
    name = "7 x 5 %" if shape == "chain" else "10/5/3/2/1 %"
    volume, found = sample[f"volume at {share}"][:, 0], []
    for compressed in (False, True):
        label = _label((name, compressed))
        paid = sample[f"{label} at {share}"][:, 0]
        for formula in (compressed, not compressed):
            expected = ratio(n, share, compressed=formula, rates=RATES[name])
            wrong = formula != compressed
            here = f"payout on a {shape} of {n}, {label}, q = {float(share):g}"
            here += f", judged {'with' if formula else 'without'} compression" if wrong else ""
            found.append(ratio_check(here, paid, volume, expected, wrong=wrong))
    return found
