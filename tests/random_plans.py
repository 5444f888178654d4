"""Random compensation plans, for whatever must hold for every plan."""

from __future__ import annotations

from hypothesis import strategies as st

CLASSES = ["retail_customer", "preferred_customer", "own_use", "top_up", "kit"]
RATES = ["0", "0.02", "5 %", "1/3", "3/7", "0.125", "1/1000", "1"]
MODES = ["half_even", "half_up", "half_ceiling", "down", "floor", "ceiling"]
VOLUMES = ["0", "50", "100", "150.25", "300"]

rate = st.sampled_from(RATES)
volume = st.sampled_from(VOLUMES)
classes = st.lists(st.sampled_from(CLASSES), unique=True)


@st.composite
def legs(draw, ranks_below):
    one = {"count": draw(st.integers(1, 2))}
    if draw(st.booleans()):
        one["gv"] = draw(volume)
    if "gv" not in one or draw(st.booleans()):
        one["rank"] = draw(st.sampled_from(["member", *ranks_below]))
    return one


@st.composite
def ranks(draw):
    ladder = []
    for name in ["bronze", "silver", "gold"][: draw(st.integers(0, 3))]:
        require = {"pv": draw(st.sampled_from(["0", "50"])), "gv": draw(volume)}
        if draw(st.booleans()):
            below = [r["id"] for r in ladder]
            require["legs"] = draw(st.lists(legs(below), max_size=3))
        require["qualified_frontline"] = draw(st.sampled_from([0, 0, 1, 2]))
        ladder.append({"id": name, "require": require})
    return ladder


@st.composite
def walk_options(draw):
    options = {"id": "", "pool_pct": draw(st.sampled_from(["1", "0.4", "1/3"]))}
    options["multiplier"] = draw(st.sampled_from(["1", "1.5"]))
    options["payee_pv_min"] = draw(st.sampled_from(["0", "0", "100"]))
    options["credited_is_level_one"] = draw(classes)
    if draw(st.booleans()):
        options["orders"] = draw(classes)
    return options


@st.composite
def level(draw, rank_ids):
    one = dict(draw(walk_options()), id="lvl", type="level", levels=draw(st.integers(1, 4)))
    row = st.lists(rate, min_size=one["levels"], max_size=one["levels"])
    shorter = st.lists(rate, max_size=one["levels"])
    if draw(st.booleans()):
        one["rates"] = draw(row)
    else:
        named = draw(st.lists(st.sampled_from(rank_ids), min_size=1, unique=True))
        one["rates"] = {rank: draw(shorter) for rank in named}
        one["rates"][named[0]] = draw(row)
    one["compression"] = draw(st.sampled_from(["none", "standard", "dynamic", "skip_below_rank"]))
    if one["compression"] == "skip_below_rank":
        one["skip_rank"] = draw(st.sampled_from(rank_ids))
        one["skip_scope"] = draw(st.sampled_from(["unqualified", "everybody"]))
    one["zero_rate_is_shallow"] = draw(st.booleans())
    return one


@st.composite
def plans(draw):
    ladder = draw(ranks())
    rank_ids = ["member", *(r["id"] for r in ladder)]
    fast = dict(draw(walk_options()), id="fs", type="fast_start", days=draw(st.integers(1, 30)))
    fast["rates"] = draw(st.lists(rate, min_size=1, max_size=3))
    fast["roll_up"], fast["last_day_inside"] = draw(st.booleans()), draw(st.booleans())
    lvl = draw(level(rank_ids))
    if draw(st.booleans()):
        lvl["exclude_orders"] = ["fs"]
        lvl["excluded_in_maximum"] = draw(st.booleans())
    structure = {
        "id": "team",
        "type": "structure",
        "tiers": ["5", "25.50", "150"][: draw(st.integers(1, 3))],
        "frontline": draw(st.integers(1, 2)),
        "own_order_pv": draw(st.sampled_from(["0", "100"])),
        "frontline_order_pv": draw(st.sampled_from(["0", "50"])),
        "team_volume": draw(volume),
        "team": draw(st.sampled_from(["frontline", "downline"])),
        "customers_count": draw(st.booleans()),
    }
    pool = {"id": "pool", "type": "pool", "share": draw(rate)}
    pool["points"] = {rank: draw(st.sampled_from(["1", "5/2"])) for rank in rank_ids[-2:]}
    if draw(st.booleans()):
        pool["max_share"] = draw(rate)
    return {
        "money": {
            "rounding": draw(st.sampled_from(MODES)),
            "per": draw(st.sampled_from(["line", "total"])),
            "quantum": draw(st.sampled_from(["0.01", "0.05", "1"])),
        },
        "counts_to": {
            "personal": draw(classes),
            "activity": draw(st.sampled_from([["own_use"], ["own_use", "top_up", "kit"]])),
            "rank": draw(st.sampled_from([CLASSES, ["own_use", "kit"]])),
        },
        "activity": {
            "pv_min": draw(st.sampled_from(["0", "50", "100"])),
            "order_in_period": draw(st.booleans()),
        },
        "ranks": ladder,
        "rank_rules": {
            "must_hold_lower": draw(st.booleans()),
            "distinct_legs": draw(st.booleans()),
            "rank_leg": draw(st.sampled_from(["anybody", "frontline"])),
            "need_activity": draw(st.booleans()),
        },
        "components": [fast, lvl, structure, pool],
    }
