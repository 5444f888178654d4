"""A small valid scenario with its plan inside, as text that tests edit."""

from __future__ import annotations

TEXT = """\
name: market
months: 12
seed: 3
currency: USD
plan:
  id: small
  currency: USD
  kit: {price: 35}
  activity: {pv_min: 50, order_in_period: true}
  ranks:
    - {id: silver, require: {pv: 100, gv: 1000}}
  components:
    - id: levels
      type: level
      levels: 2
      rates: {member: [0.05], silver: [0.05, 1/3]}
population:
  people: 500
  skill_sigma: 0.6
  motives: {discount: 0.8, side_income: 0.15, career: 0.05}
network:
  kind: small_world
  degree: 4
product: {list_price: 40.10, pv: "30.25"}
"""
