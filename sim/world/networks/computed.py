"""Networks that are computed, not stored: the ring, and a random regular network by keyed hash.

The random regular network is a random lift of the complete graph (Amit and Linial 2002, "Random
graph coverings I"): people are dealt into ``degree`` groups of equal, even ``size``, and everybody
gets one contact in each group. A pair of groups is tied by a keyed random bijection, a group within
itself by a random matching. So there is no loop and no double tie, everybody has exactly ``degree``
contacts, and each is one evaluation of a bijection away. As in any random regular network there are
few short cycles, however many people there are, and from degree 3 on it is nearly surely connected.

Person p is at place p % size of group p // size. The ties of colour c join group g and group
(c - g) % degree: so both ends agree on colour, bijection and direction. The last few people, fewer
than 2 * degree, fill no group: newcomer i is put into the ties of colour 1 that start at place i of
a group, one for each pair of groups, and so gets a contact in each group. If ``degree`` is odd,
colour 1 ties one group to itself, and instead of a contact in it a newcomer has a fellow newcomer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.world.networks.csr import require, require_circle, require_pairs
from sim.world.networks.network import LIFT, RING, Network, network_of

FEW, MANY, SMALL = 6, 24, 512  # rounds of a bijection; few halves mix slowly in a small group
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the constants of ``sim.draws``
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
JOINED = 1  # the colour of the ties that newcomers are put into


def ring(people: int, degree: int) -> Network:
    """People in a circle, each tied to the degree / 2 nearest on either side."""
    require_circle(people, degree)
    return network_of(RING, people, degree=degree)


def lift(people: int, degree: int, key: int) -> Network:
    """The random regular network of a key, as described above; for 2 * degree**2 people or more."""
    require_pairs(people, degree)
    least = 2 * degree * degree
    bound = f"one of which the doubled square is at most the number of people ({people})"
    require(people >= least, "degree", degree, f"{bound}, where contacts are not stored")
    size = 2 * (people // (2 * degree))
    bits = max(1, (size - 1).bit_length() // 2)
    return network_of(LIFT, people, degree=degree, key=key, size=size, bits=bits)


@njit
def ring_contact(people: int, degree: int, person: int, index: int) -> int:
    """The contact at a place of a person's rising list in a circle of people."""
    first, away = person - degree // 2, people - degree - 1
    if 0 <= first <= away:
        found = first + index
        return found + 1 if found >= person else found
    # The neighbourhood, person included, is 0 .. front - 1 and the last of the circle.
    front = (first + degree + 1) % people
    found = index if index < front else index + away
    if found < person:
        return found
    return index + 1 if index + 1 < front else index + 1 + away


@njit
def ring_knows(people: int, degree: int, person: int, other: int) -> bool:
    """Whether two people are tied in a circle of people."""
    apart = abs(person - other)
    return 0 < min(apart, people - apart) <= degree // 2


@njit
def _below(key: int, step: int, value: int, bound: int) -> int:
    """A number 0 .. bound - 1 by hash: multiply, fold, multiply, and scale the upper 32 bits."""
    z = (np.uint64(key) + np.uint64(step) * _GOLDEN + np.uint64(value)) * _FIRST
    z = (z ^ (z >> _HALF)) * _SECOND
    return int(np.int64(((z >> _HALF) * np.uint64(bound)) >> _HALF))


@njit
def place_after(key: int, pair: int, size: int, bits: int, place: int) -> int:
    """Where the bijection of a pair of groups takes a place 0 .. size - 1.

    A Feistel network on (high, low), whose domain is a little larger than ``size``: it is walked
    until it comes back inside (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
    """
    lows = 1 << bits
    highs = (size + lows - 1) >> bits
    first = MANY * pair
    last = first + (MANY if size < SMALL else FEW)
    while True:
        low, high = place & (lows - 1), place >> bits
        for step in range(first, last, 2):
            high += _below(key, step, low, highs)
            high -= highs if high >= highs else 0
            low ^= _below(key, step + 1, high, lows)
        place = (high << bits) | low
        if place < size:
            return place


@njit
def place_before(key: int, pair: int, size: int, bits: int, place: int) -> int:
    """The place that ``place_after`` takes to ``place``."""
    lows = 1 << bits
    highs = (size + lows - 1) >> bits
    first = MANY * pair
    last = first + (MANY if size < SMALL else FEW)
    while True:
        low, high = place & (lows - 1), place >> bits
        for step in range(last - 2, first - 1, -2):
            low ^= _below(key, step + 1, high, lows)
            high -= _below(key, step, low, highs)
            high += highs if high < 0 else 0
        place = (high << bits) | low
        if place < size:
            return place


@njit
def lift_contact(
    people: int, degree: int, key: int, size: int, bits: int, person: int, index: int
) -> int:
    """The contact of a person in group ``index``, or the newcomer in its stead."""
    group, other, inside = person // size, index, degree * size
    if group >= degree:
        return _newcomer_contact(degree, key, size, bits, person - inside, index)
    place, colour = person - group * size, group + other
    colour -= degree if colour >= degree else 0
    pair = colour * degree + min(group, other)
    if group == other:
        tie = place_after(key, pair, size, bits, place)
        return group * size + place_before(key, pair, size, bits, tie ^ 1)
    if group < other:
        start, found = place, place_after(key, pair, size, bits, place)
    else:
        start = found = place_before(key, pair, size, bits, place)
    return inside + start if colour == JOINED and start < people - inside else other * size + found


@njit
def fill_lift(
    people: int,
    degree: int,
    key: int,
    size: int,
    bits: int,
    person: int,
    out: NDArray[np.int32],
) -> None:
    """Write all contacts of a person, rising: by group, and the newcomer, if there is one, last."""
    count, newcomer = 0, -1
    for group in range(degree):
        found = lift_contact(people, degree, key, size, bits, person, group)
        if found >= degree * size:
            newcomer = found
        else:
            out[count] = found
            count += 1
    if newcomer >= 0:
        out[count] = newcomer


@njit
def _newcomer_contact(
    degree: int, key: int, size: int, bits: int, newcomer: int, group: int
) -> int:
    """The contact of a newcomer in a group: an end of a tie that it is put into, or a fellow."""
    other = (JOINED - group) % degree
    if group == other:
        return degree * size + (newcomer ^ 1)
    if group < other:
        return group * size + newcomer
    return group * size + place_after(key, JOINED * degree + other, size, bits, newcomer)


@njit
def lift_knows(
    people: int, degree: int, key: int, size: int, bits: int, person: int, other: int
) -> bool:
    """Whether two people are tied in a lift: by the one tie that could be between them."""
    inside = degree * size
    first, second = int(np.int64(min(person, other))), int(np.int64(max(person, other)))
    index = first // size
    if index >= degree:
        return bool(degree % 2 == 1 and second - inside == (first - inside) ^ 1)
    return bool(lift_contact(people, degree, key, size, bits, second, index) == first)
