"""Who is paid at all in a period (step 4 of a settlement)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.plans.volumes import ACTIVITY


@njit
def qualified(
    enrolled: NDArray[np.bool_],
    volume: NDArray[np.int64],
    placed: NDArray[np.bool_],
    pv_min: int,
    order_needed: bool,
) -> NDArray[np.bool_]:
    """Whether each row is enrolled and passes the activity test; the company never does."""
    passes = np.zeros(len(enrolled), np.bool_)
    for row in range(1, len(enrolled)):
        enough = volume[row, ACTIVITY] >= pv_min and (placed[row] or not order_needed)
        passes[row] = enrolled[row] and enough
    return passes
