"""The diffusion model in numpy: arrays over people, and a list of the members."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.diffusion import (
    APPROACHES,
    BUY,
    CONTACTS,
    FOUNDERS,
    JOIN,
    LEAVE,
    LEVELS,
    Facts,
    random_contacts,
)


class Diffusion:
    """A market of ``people``, rows of arrays.

    One row more stands above the founders: it is its own sponsor and never a member, so that
    walking up needs no test for the top.
    """

    def __init__(self, people: int, seed: int) -> None:
        self.rng = rng = np.random.Generator(np.random.SFC64(seed))
        self.people, self.months, self.orders, self.person_months = people, 0, 0, 0
        self.contacts = random_contacts(people, rng)
        self.sponsor = np.full(people + 1, people)
        self.joined = np.zeros(people + 1, np.bool_)
        self.active = np.zeros(people + 1, np.bool_)
        self.bonus = np.zeros(people + 1, np.int64)
        self.members = rng.permutation(people)[: round(FOUNDERS * people)]
        self.joined[self.members] = self.active[self.members] = True

    def run(self, months: int) -> None:
        """So many months."""
        for _ in range(months):
            self.step()

    def step(self) -> None:
        """One month; newcomers count as members from its end."""
        newcomers = self.recruit()
        self.buy()
        if self.months > 0:  # in the first month all members are new
            self.leave()
        self.active[newcomers] = True
        self.members = np.concatenate([self.members, newcomers])
        self.months += 1
        self.person_months += len(self.members)

    def luck(self, chance: float, *shape: int) -> NDArray[np.bool_]:
        """True with a chance, everywhere anew."""
        happens: NDArray[np.bool_] = self.rng.random(shape, dtype=np.float32) < chance
        return happens

    def recruit(self) -> NDArray[np.int64]:
        """Rows of those who join this month; contacts are only drawn where an offer would pass."""
        first, second, third = passes = self.luck(JOIN, APPROACHES, len(self.members))
        some = np.flatnonzero(first | second | third)
        picks = self.rng.integers(CONTACTS, size=(APPROACHES, len(some)), dtype=np.int8)
        passes = passes[:, some]
        passes[1] &= picks[1] != picks[0]
        passes[2] &= (picks[2] != picks[0]) & (picks[2] != picks[1])
        approach, place = np.divmod(np.flatnonzero(passes), max(1, len(some)))
        askers = self.members[some[place]]
        asked = self.contacts[askers, picks[approach, place]].astype(np.int64)
        new = np.flatnonzero(~self.joined[asked])
        self.rng.shuffle(new)  # of several offers to one person the last one written stands
        self.sponsor[asked[new]] = askers[new]
        self.joined[asked[new]] = True
        taken = new[self.sponsor[asked[new]] == askers[new]]
        newcomers: NDArray[np.int64] = asked[taken]
        return newcomers

    def buy(self) -> None:
        """Members buy, and the sponsors above get a bonus."""
        at = self.members[self.luck(BUY, len(self.members))]
        self.orders += len(at)
        uplines = np.empty((LEVELS, len(at)), np.int64)
        for level in uplines:
            at = self.sponsor.take(at, out=level, mode="clip")  # without a copy
        self.bonus += np.bincount(uplines.ravel(), minlength=self.people + 1) * self.active

    def leave(self) -> None:
        """Members leave, for good."""
        goes = self.luck(LEAVE, len(self.members))
        self.active[self.members[goes]] = False
        self.members = self.members[~goes]

    def facts(self) -> Facts:
        """What happened so far."""
        return Facts(
            ever_joined=np.count_nonzero(self.joined) / self.people,
            active=self.person_months / (self.people * self.months),
            orders=self.orders / self.people,
            bonus=int(self.bonus.sum()) / (LEVELS * self.orders),
        )
