"""Who is paid at all in a period (step 4 of a settlement)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.plans.compile import CompiledPlan
from sim.plans.quantities import in_hundredths
from sim.plans.volumes import Volumes
from sim.records import COMPANY


def qualified(
    plan: CompiledPlan, volumes: Volumes, enrolled: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether each participant is enrolled and passes the activity test; the company never does."""
    rule = plan.plan.activity
    passes: NDArray[np.bool_] = enrolled & (volumes.activity >= in_hundredths(rule.pv_min))
    if rule.order_in_period:
        passes &= volumes.orders > 0
    passes[COMPANY] = False
    return passes
