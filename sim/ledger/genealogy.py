"""Depth in the sponsor tree, kept up to date as people enrol."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.records import COMPANY


class Depths:
    """Depth of every participant under the company: 1 for whom the company sponsors itself."""

    def __init__(self) -> None:
        self._sponsor = np.zeros(0, np.int32)
        self.of = np.zeros(0, np.int32)

    def update(self, sponsor: NDArray[np.int32]) -> None:
        """Take in the sponsor column; only new rows cost time unless earlier ones were changed."""
        known = len(self._sponsor)
        first = known if np.array_equal(self._sponsor, sponsor[:known]) else 0
        depth = np.zeros(len(sponsor), np.int32)
        depth[:first] = self.of[:first]
        open_rows = np.arange(max(first, COMPANY + 1), len(sponsor))
        done = np.zeros(len(sponsor), np.bool_)
        done[: max(first, COMPANY + 1)] = True
        while len(open_rows):
            ready = done[sponsor[open_rows]]
            rows = open_rows[ready]
            depth[rows] = depth[sponsor[rows]] + 1
            done[rows] = True
            open_rows = open_rows[~ready]
        self._sponsor, self.of = sponsor.copy(), depth
