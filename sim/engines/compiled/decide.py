"""Every rule, compiled: the one place from which the phases take them.

The phases reach a rule as a global of their module, so that the disk cache keeps what was compiled.
A researcher's own rules take these places in a copy of the phases (see ``sim.engines.rulebook``).
"""

from __future__ import annotations

from sim.jit import njit
from sim.rules import approaching, believing, joining, ordering, staying, stocking

hours_given = njit(approaching.hours_given)
approaches_made = njit(approaching.approaches_made)
asks_a_contact = njit(approaching.asks_a_contact)

expected_income = njit(believing.expected_income)
moved = njit(believing.moved)
success = njit(believing.success)

accepts_offer = njit(joining.accepts_offer)
income_gain = njit(joining.income_gain)
saving_gain = njit(joining.saving_gain)
asker_appeal = njit(joining.asker_appeal)
neighbour_appeal = njit(joining.neighbour_appeal)

order_probability = njit(ordering.order_probability)
orders = njit(ordering.orders)
units_ordered = njit(ordering.units_ordered)
stops_buying = njit(ordering.stops_buying)

leave_probability = njit(staying.leave_probability)
leaves = njit(staying.leaves)
renews = njit(staying.renews)

tops_up = njit(stocking.tops_up)
units_missing = njit(stocking.units_missing)
