"""A second commission engine: slow, recursive, exact, written from the rules, not from the code.

It reads a plan as the plain dictionary that a file would hold (complete, defaults spelled out by
``full``) and people and orders as plain dictionaries. It shares nothing with ``sim.plans``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from itertools import permutations

CLASSES = ["retail_customer", "preferred_customer", "own_use", "top_up", "kit"]


def number(text):
    text = str(text).strip()
    if text.endswith("%"):
        return number(text[:-1]) / 100
    return Fraction(text)


def full(spec):
    """The plan with every default that this reference needs written out."""
    return {
        "unranked": "member",
        "ranks": [],
        "components": [],
        "money": {},
        "activity": {},
        "rank_rules": {},
        "counts_to": {},
        **spec,
    }


def rounded(x, mode):
    """``x`` (a Fraction) to a whole number, mode by mode, from the definitions."""
    if mode == "half_even":
        return round(x)
    if mode == "half_up":
        return int(math.copysign(1, x)) * math.floor(abs(x) + Fraction(1, 2))
    if mode == "half_ceiling":
        return math.floor(x + Fraction(1, 2))
    return {"down": math.trunc, "floor": math.floor, "ceiling": math.ceil}[mode](x)


class Reference:
    """One period. ``people[0]`` is the company; ids are positions in the list."""

    def __init__(self, spec, people, orders):
        self.spec = full(spec)
        self.people, self.orders = people, orders
        counts = {
            "personal": CLASSES,
            "activity": ["own_use", "top_up", "kit"],
            "rank": CLASSES,
            "commission": CLASSES,
            **self.spec["counts_to"],
        }
        self.counts = counts
        self.children = defaultdict(list)
        for i, person in enumerate(people[1:], start=1):
            self.children[person["sponsor"]].append(i)
        everyone = range(len(people))
        self.pv = [self.volume(i, "personal") for i in everyone]
        self.activity = [self.volume(i, "activity") for i in everyone]
        self.own_rank = [self.volume(i, "rank") for i in everyone]
        self.gv = [self.group(i) for i in everyone]
        self.qualified = [self.passes(i) for i in everyone]
        self.rank_ids = [self.spec["unranked"], *(r["id"] for r in self.spec["ranks"])]
        self._rank = {}
        self.ranks = [self.rank(i) for i in everyone]
        self.lines = []
        self.breakage = {}
        self.maximum = {}
        self.claimed = {}
        for component in self.spec["components"]:
            getattr(self, component["type"])(component)

    # volumes, activity, ranks

    def kind(self, order):
        if order["purpose"] == "kit":
            return "kit"
        if order["source"] != "participant":
            return order["source"]
        return "top_up" if order["purpose"] == "top_up" else "own_use"

    def volume(self, i, what):
        mine = (o for o in self.orders if o["credited_to"] == i)
        return sum((o["pv"] for o in mine if self.kind(o) in self.counts[what]), Fraction(0))

    def group(self, i):
        return self.own_rank[i] + sum((self.group(c) for c in self.children[i]), Fraction(0))

    def passes(self, i):
        rule = self.spec["activity"]
        placed = any(
            o["credited_to"] == i and self.kind(o) in self.counts["activity"] for o in self.orders
        )
        return (
            i != 0
            and self.people[i]["enrolled"]
            and self.activity[i] >= number(rule.get("pv_min", 0))
            and (placed or not rule.get("order_in_period", False))
        )

    def downline(self, i):
        for child in self.children[i]:
            yield child
            yield from self.downline(child)

    def rank(self, i):
        if i in self._rank:
            return self._rank[i]
        rules = self.spec["rank_rules"]
        highest = 0
        may = i != 0 and self.people[i]["enrolled"]
        if rules.get("need_activity", True):
            may = may and self.qualified[i]
        for number_, rank in enumerate(self.spec["ranks"], start=1):
            if may and self.meets(i, rank.get("require", {})):
                highest = number_
            elif rules.get("must_hold_lower", True):
                break
        self._rank[i] = highest
        return highest

    def meets(self, i, require):
        frontline = sum(self.qualified[c] for c in self.children[i])
        return (
            self.pv[i] >= number(require.get("pv", 0))
            and self.gv[i] >= number(require.get("gv", 0))
            and frontline >= require.get("qualified_frontline", 0)
            and self.legs_meet(i, require.get("legs", []))
        )

    def leg_meets(self, child, condition):
        rules = self.spec["rank_rules"]
        if "gv" in condition and self.gv[child] < number(condition["gv"]):
            return False
        if "rank" not in condition:
            return True
        asked = self.rank_ids.index(condition["rank"])
        who = [child]
        if rules.get("rank_leg", "anybody") == "anybody":
            who += list(self.downline(child))
        return any(self.rank(p) >= asked for p in who)

    def legs_meet(self, i, groups):
        legs = self.children[i]
        good = [{c for c in legs if self.leg_meets(c, g)} for g in groups]
        if not self.spec["rank_rules"].get("distinct_legs", True):
            return all(len(g) >= group["count"] for g, group in zip(good, groups, strict=True))
        return any(
            self.greedy(order, good, groups) for order in permutations(range(len(groups)))
        ) or (self.assign(0, good, groups, frozenset()))

    def greedy(self, order, good, groups):
        """One quick way to find an assignment; ``assign`` is the complete search."""
        used = set()
        for g in order:
            free = sorted(good[g] - used)
            if len(free) < groups[g]["count"]:
                return False
            used |= set(free[: groups[g]["count"]])
        return True

    def assign(self, g, good, groups, used):
        wanted = [k for k, group in enumerate(groups) for _ in range(group["count"])]
        if g == len(wanted):
            return True
        return any(self.assign(g + 1, good, groups, used | {leg}) for leg in good[wanted[g]] - used)

    # bonuses

    def book(self, component, payee, order, level, exact):
        """One line, rounded where lines are rounded; kept exact else."""
        self.lines.append([component["id"], payee, order, level, exact, self.money(exact)])

    def money(self, exact):
        money = self.spec["money"]
        quantum = number(money.get("quantum", "0.01")) * 100
        return quantum * rounded(exact / quantum, money.get("rounding", "half_even"))

    def close(self, component, maximum, broken):
        name = component["id"]
        mine = [line for line in self.lines if line[0] == name]
        exact = sum((line[4] for line in mine), Fraction(0))
        broken["rounding"] = exact - sum(self.paid(name).values())
        self.maximum[name] = maximum
        self.breakage[name] = {reason: x for reason, x in broken.items() if x}

    def paid(self, name):
        """Paid by payee, minor units."""
        totals = defaultdict(Fraction)
        for component, payee, _, _, exact, money in self.lines:
            if component == name:
                per_line = self.spec["money"].get("per", "line") == "line"
                totals[payee] += money if per_line else exact
        if self.spec["money"].get("per", "line") == "total":
            totals = {payee: self.money(x) for payee, x in totals.items()}
        return {payee: x for payee, x in totals.items() if x}

    def level(self, component):
        self.walk(component, self.grid(component), lambda _: True)

    def fast_start(self, component):
        last = component["days"] - (0 if component.get("last_day_inside", True) else 1)

        def inside(order):
            return 0 <= order["day"] - order["since_day"] <= last

        rates = [number(r) for r in component["rates"]]
        component = dict(component, levels=len(rates))
        component["compression"] = "standard" if component.get("roll_up") else "none"
        self.walk(component, [rates] * len(self.rank_ids), inside)

    def grid(self, component):
        """Rates by rank; a rank that is not named has those of the next lower named one."""
        if isinstance(component["rates"], list):
            return [[number(r) for r in component["rates"]]] * len(self.rank_ids)
        rows = []
        for rank in self.rank_ids:
            named = component["rates"].get(rank)
            below = rows[-1] if rows else []
            rows.append(below if named is None else [number(r) for r in named])
        return rows

    def walk(self, component, grid, wanted):
        levels = component["levels"]
        factor = number(component.get("pool_pct", 1)) * number(component.get("multiplier", 1))
        best = [
            factor * max((row[k] for row in grid if k < len(row)), default=Fraction(0))
            for k in range(levels)
        ]
        classes = component.get("orders", self.counts["commission"])
        maximum, broken = Fraction(0), defaultdict(Fraction)
        self.claimed[component["id"]] = set()
        for o, order in enumerate(self.orders):
            if self.kind(order) not in classes or not wanted(order):
                continue
            if any(o in self.claimed[name] for name in component.get("exclude_orders", [])):
                if component.get("excluded_in_maximum", False):
                    maximum += order["cv"] * sum(best)
                    broken["excluded"] += order["cv"] * sum(best)
                continue
            self.claimed[component["id"]].add(o)
            maximum += order["cv"] * sum(best)
            self.walk_order(component, grid, factor, best, o, broken)
        self.close(component, maximum, broken)

    def walk_order(self, component, grid, factor, best, o, broken):
        """The pseudo-code of the unilevel walk, word for word."""
        order = self.orders[o]
        line = self.uplines(order, component)
        above, k = len(line), 1
        for a in line:
            if k > component["levels"]:
                return
            verdict = self.classify(a, k, component, grid)
            top = order["cv"] * best[k - 1]
            if self.passed_over(verdict, a, component):
                continue
            if verdict == "qualified":
                exact = order["cv"] * factor * grid[self.ranks[a]][k - 1]
                self.book(component, a, o, k, exact)
                broken["lower_rate"] += top - exact
            else:
                broken[verdict] += top
            k += 1
        for level in range(k, component["levels"] + 1):
            reason = "levels_left_over" if level <= above else "missing_upline"
            broken[reason] += order["cv"] * best[level - 1]

    def uplines(self, order, component):
        who = order["credited_to"]
        if self.kind(order) not in component.get("credited_is_level_one", []):
            who = self.people[who]["sponsor"] if who else 0
        line = []
        while who:
            line.append(who)
            who = self.people[who]["sponsor"]
        return line

    def classify(self, a, k, component, grid):
        if not self.qualified[a]:
            return "inactive"
        if self.activity[a] < number(component.get("payee_pv_min", 0)):
            return "gate"
        row = grid[self.ranks[a]]
        if k > len(row) or (component.get("zero_rate_is_shallow", False) and row[k - 1] == 0):
            return "not_deep_enough"
        return "qualified"

    def passed_over(self, verdict, a, component):
        mode = component.get("compression", "none")
        unqualified = verdict in ("inactive", "gate")
        if mode == "standard":
            return unqualified
        if mode == "dynamic":
            return verdict != "qualified"
        if mode == "skip_below_rank":
            below = self.ranks[a] < self.rank_ids.index(component["skip_rank"])
            return below and (unqualified or component.get("skip_scope") == "everybody")
        return False

    def structure(self, component):
        amounts = [number(t) * 100 for t in component["tiers"]]
        maximum, broken = Fraction(0), defaultdict(Fraction)
        for i in range(1, len(self.people)):
            reached = self.reached(i, component)
            if not reached:
                continue
            amount = amounts[reached - 1]
            maximum += amount
            if not self.qualified[i]:
                broken["inactive"] += amount
            elif self.holds(i, component):
                self.lines.append([component["id"], i, None, reached, amount, amount])
            else:
                broken["gate"] += amount
        self.close_fixed(component, maximum, broken)

    def close_fixed(self, component, maximum, broken):
        self.maximum[component["id"]] = maximum
        self.breakage[component["id"]] = {reason: x for reason, x in broken.items() if x}

    def reached(self, i, component):
        """The highest tier whose pattern below ``i`` holds."""
        recruits = self.children[i]
        if component.get("team", "frontline") == "downline":
            team = self.gv[i]
        else:
            team = self.own_rank[i] + sum((self.pv[c] for c in recruits), Fraction(0))
        if team < number(component.get("team_volume", 0)):
            return 0
        ordering = [
            c
            for c in recruits
            if self.people[c]["enrolled"]
            and self.activity[c] >= number(component.get("frontline_order_pv", 0))
        ]
        customers = self.ordering_customers(i, component)
        need, tier = component.get("frontline", 3), 0
        if len(ordering) + len(customers) >= need:
            tier = 1
            held = [self.holds(c, component) for c in recruits]
            while tier < len(component["tiers"]) and sum(h >= tier for h in held) >= need:
                tier += 1
        return tier

    def ordering_customers(self, i, component):
        """Preferred customers of ``i`` who count as frontline, if the plan lets them."""
        bought = defaultdict(Fraction)
        for o, order in enumerate(self.orders):
            if order["source"] == "preferred_customer" and order["credited_to"] == i:
                bought[order.get("person", o)] += order["pv"]
        least = number(component.get("frontline_order_pv", 0))
        counts = component.get("customers_count", False)
        return [who for who, pv in bought.items() if counts and pv >= least]

    def holds(self, i, component):
        own = self.activity[i] >= number(component.get("own_order_pv", 0))
        return self.reached(i, component) if self.qualified[i] and own else 0

    def pool(self, component):
        classes = component.get("orders", self.counts["commission"])
        cv = sum(o["cv"] for o in self.orders if self.kind(o) in classes)
        fund = number(component["share"]) * cv
        points = {
            i: number(component["points"].get(self.rank_ids[self.ranks[i]], 0))
            for i in range(1, len(self.people))
            if self.qualified[i]
        }
        total = sum(points.values(), Fraction(0))
        owed = Fraction(0)
        for i, p in points.items():
            if p:
                share = p / total
                if "max_share" in component:
                    share = min(share, number(component["max_share"]))
                owed += fund * share
                self.lines.append(
                    [component["id"], i, None, 0, fund * share, self.money(fund * share)]
                )
        paid = sum(line[5] for line in self.lines if line[0] == component["id"])
        self.close_fixed(component, fund, {"unearned_pool": fund - owed, "rounding": owed - paid})
