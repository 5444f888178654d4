"""What follows from decisions: customers lost and passed on, members enrolled and parted.

Serial passes over those to whom something happened. ``heads`` counts people by Role and is kept up
to date with every change of a role.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled.slips import Slips
from sim.engines.compiled.state import World
from sim.jit import njit
from sim.records import COMPANY, NOBODY, Role

NO_TIE, FORMER, DISTRIBUTOR = int(Role.NOBODY), int(Role.FORMER), int(Role.DISTRIBUTOR)
RETAIL_CUSTOMER, PREFERRED_CUSTOMER = int(Role.RETAIL_CUSTOMER), int(Role.PREFERRED_CUSTOMER)


@njit
def recast(people: Any, row: int, role: int, heads: NDArray[np.int64]) -> None:
    """Give a person a role."""
    heads[people.role[row]] -= 1
    heads[role] += 1
    people.role[row] = role


@njit
def is_customer(role: int) -> bool:
    """Whether a role is a customer's."""
    return role in (RETAIL_CUSTOMER, PREFERRED_CUSTOMER)


@njit
def release(world: World, row: int) -> bool:
    """End the tie between a customer and its seller; says whether there was one."""
    people, members = world.people, world.members
    if not is_customer(people.role[row]):
        return False
    members.customers[people.seller[row]] -= 1
    people.seller[row] = NOBODY
    return True


@njit
def lose(world: World, row: int, heads: NDArray[np.int64]) -> None:
    """The customer in ``row`` stops buying for good."""
    release(world, row)
    was_member = world.people.membership[row] != NOBODY
    recast(world.people, row, FORMER if was_member else NO_TIE, heads)


@njit
def add_volume(world: World, slips: Slips, volume: NDArray[np.int64]) -> None:
    """Add the orders that count to the activity test up by the participant credited."""
    for i in range(len(slips.person)):
        if world.scene.counted[slips.source[i], slips.purpose[i]]:
            volume[slips.credited_to[i]] += np.int64(slips.units[i]) * world.scene.pv


@njit
def lose_all(
    world: World, rows: NDArray[np.int32], hushed: NDArray[np.bool_], heads: NDArray[np.int64]
) -> None:
    """The customers in ``rows`` stop buying for good, and listen no more this month."""
    for row in rows:
        lose(world, row, heads)
        hushed[row] = True


@njit
def part(world: World, left: NDArray[np.int32], heads: NDArray[np.int64]) -> int:
    """End the memberships in ``left``; returns how many customers they served."""
    members = world.members
    served = 0
    for number in left:
        members.left_month[number] = world.month.number
        members.qualified[number] = False
        recast(world.people, members.person[number], FORMER, heads)
        served += members.customers[number]
    return served


@njit
def hand_over(world: World, customers: NDArray[np.int32], heads: NDArray[np.int64]) -> int:
    """Pass customers of leavers to the nearest enrolled upline, or lose them; how many are lost."""
    people, members = world.people, world.members
    lost = 0
    for row in customers:
        if not is_customer(people.role[row]):
            continue
        seller = people.seller[row]
        if seller == COMPANY or members.left_month[seller] == NOBODY:
            continue
        if world.scene.orphans_lost:
            lose(world, row, heads)
            lost += 1
            continue
        upline = seller
        while upline != COMPANY and members.left_month[upline] != NOBODY:
            upline = members.sponsor[upline]
        members.customers[seller] -= 1
        members.customers[upline] += 1
        people.seller[row] = upline
    return lost


@njit
def free_places(world: World, rows: NDArray[np.int32], heads: NDArray[np.int64]) -> int:
    """Empty the places of people who leave the market; returns how many were customers."""
    served = 0
    for row in rows:
        served += release(world, row)
        recast(world.people, row, NO_TIE, heads)
        world.people.incarnation[row] += 1
    return served
