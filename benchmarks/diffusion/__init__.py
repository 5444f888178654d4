"""The bare diffusion model, on which this project is compared with plain Mesa and with numpy.

Everybody has ``CONTACTS`` contacts, both ways, drawn at random; a share ``FOUNDERS`` of the people
are members when it begins. In a month every member

1. approaches ``APPROACHES`` times one of its contacts, drawn evenly; the same contact twice is one
   offer. Who has never been a member joins with chance ``JOIN`` an offer. Of several offers that
   pass one is taken at random; its asker becomes the sponsor. A newcomer acts from the next month
   on;
2. buys one unit with chance ``BUY``, and ``LEVELS`` sponsors above are owed a bonus each; the bonus
   of one who has left is lost;
3. leaves for good with chance ``LEAVE``, but not in the month in which it joined.

``mesa_plain.py`` and ``vectorised.py`` say this with as little as Mesa and numpy need. Ours is
``configs/diffusion.yaml``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CONTACTS = 10
FOUNDERS = 0.01
APPROACHES = 3
JOIN = 0.08
BUY = 0.6
LEVELS = 5
LEAVE = 0.04


class Facts(NamedTuple):
    """What every telling of the model must agree on, to sampling noise.

    ``ever_joined`` is a share of the people, ``active`` the share of all person-months spent as a
    member (counted at the month's end), ``orders`` are units a person over the whole run,
    ``bonus`` is what is paid over what could be: ``LEVELS`` bonuses an order.
    """

    ever_joined: float
    active: float
    orders: float
    bonus: float


def random_contacts(people: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Row p holds the contacts of person p: the neighbours in five random rings through everybody.

    This is a random regular network but for the few pairs who are neighbours in two rings.
    """
    sides = []
    for _ in range(CONTACTS // 2):
        ring = rng.permutation(people)
        for step in (1, -1):
            side = np.empty(people, np.int32)
            side[ring] = np.roll(ring, step)
            sides.append(side)
    return np.stack(sides, axis=1)
