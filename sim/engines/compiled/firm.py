"""What follows from decisions: customers lost and passed on, members parted, places emptied.

Serial passes over those to whom something happened. ``heads`` counts people by Role and is kept up
to date with every change of a role.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled.state import World
from sim.jit import njit
from sim.records import COMPANY, NOBODY, Role

NO_TIE, FORMER = int(Role.NOBODY), int(Role.FORMER)


@njit
def recast(role: NDArray[np.int8], row: int, new: int, heads: NDArray[np.int64]) -> None:
    """Give a person a role."""
    heads[role[row]] -= 1
    heads[new] += 1
    role[row] = new


@njit
def release(person: Any, customers: NDArray[np.int32]) -> bool:
    """End the tie of a customer to its seller; ``customers`` counts by seller. Was there one?"""
    served: bool = person.seller != NOBODY
    if served:
        customers[person.seller] -= 1
        person.seller = NOBODY
    return served


@njit
def lose(world: World, rows: NDArray[np.int32], heads: NDArray[np.int64]) -> None:
    """The customers in ``rows`` stop buying for good."""
    people, role, customers = world.people, world.role, world.members.customers
    for row in rows:
        person = people[row]
        release(person, customers)
        recast(role, row, NO_TIE if person.membership == NOBODY else FORMER, heads)
        person.stopped_month = world.month.number


@njit
def part(world: World, left: NDArray[np.int32], heads: NDArray[np.int64]) -> int:
    """End the memberships in ``left``; returns how many customers they served.

    Their customers are counted for the nearest enrolled upline from now on; whom a customer itself
    names is put right when it is looked at next (``server``).
    """
    role, person, customers = world.role, world.members.person, world.members.customers
    left_month, qualified = world.members.left_month, world.members.qualified
    served = 0
    for number in left:
        left_month[number], qualified[number] = world.month.number, False
        recast(role, person[number], FORMER, heads)
    for number in left:
        served += customers[number]
        passed_on, customers[number] = customers[number], 0
        customers[server(number, left_month, world.members.sponsor)] += passed_on
    return served


@njit
def server(seller: int, left_month: NDArray[np.int32], sponsor: NDArray[np.int32]) -> int:
    """Who serves the customers of a seller: itself, or when it has left its nearest upline."""
    while seller != COMPANY and left_month[seller] != NOBODY:
        seller = sponsor[seller]
    return seller


@njit
def orphans(world: World, rows: NDArray[np.int32], found: NDArray[np.int32]) -> int:
    """Write those of ``rows`` whose seller has left to ``found``, and return how many there are."""
    people, left_month, sponsor = world.people, world.members.left_month, world.members.sponsor
    count = 0
    for row in rows:
        person = people[row]
        if person.seller > COMPANY and left_month[person.seller] != NOBODY:
            person.seller = server(person.seller, left_month, sponsor)
            found[count] = row
            count += 1
    return count


@njit
def empty_places(world: World, rows: NDArray[np.int32], heads: NDArray[np.int64]) -> int:
    """Empty the places of people who leave the market; returns how many were customers."""
    people, role, customers = world.people, world.role, world.members.customers
    left_month, sponsor = world.members.left_month, world.members.sponsor
    served = 0
    for row in rows:
        person = people[row]
        if person.seller != NOBODY:
            person.seller = server(person.seller, left_month, sponsor)
        served += release(person, customers)
        recast(role, row, NO_TIE, heads)
        person.incarnation += 1
    return served
