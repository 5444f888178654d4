"""Networks that are computed and the one way to walk all kinds, against plain definitions."""

import math
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.draws import stream
from sim.jit import njit
from sim.scenario.contacts import RandomRegular, Ring
from sim.world.networks import draw_network
from sim.world.networks.computed import place_after, place_before
from sim.world.networks.network import LIFT, RING, STORED, Network
from sim.world.networks.walking import (
    contact,
    contacts_of,
    fill_contacts,
    knows,
    most_contacts,
    pick_contact,
)


def make(kind: str, people: int, seed: int = 1, **fields: Any) -> Network:
    fields = {"stored": False, **fields} if kind == "random_regular" else fields
    return draw_network(SimpleNamespace(kind=kind, **fields), people, seed)


def rows(network: Network) -> list[list[int]]:
    """The contacts of everybody, as ``fill_contacts`` lists them."""
    scratch = np.full(max(1, most_contacts(network)), -9, np.int32)
    told = fill_all(network, scratch)
    return [row[row != -9].tolist() for row in told]


@njit
def fill_all(network: Network, scratch: NDArray[np.int32]) -> NDArray[np.int32]:
    told = np.full((network.people, len(scratch)), np.int32(-9))
    for p in range(network.people):
        count = fill_contacts(network, p, scratch)
        told[p, :count] = scratch[:count]
    return told


@njit
def ties_by_function(network: Network) -> NDArray[np.int64]:
    """How often each pair is told of by contact, by pick_contact, and by knows."""
    people = network.people
    told = np.zeros((3, people, people), np.int64)
    for p in range(people):
        count = contacts_of(network, p)
        for i in range(count):
            told[0, p, contact(network, p, i)] += 1
            told[1, p, pick_contact(network, p, (i + 0.5) / count)] += 1
        for q in range(people):
            told[2, p, q] += knows(network, p, q)
    return told


def agree(network: Network) -> None:
    """All five functions tell of the same undirected network without loops and double ties."""
    expected = np.zeros((network.people, network.people), np.int64)
    for p, row in enumerate(rows(network)):
        assert row == sorted(set(row))
        expected[p, row] = 1
    assert not expected.trace()
    assert np.array_equal(expected, expected.T)
    assert all(np.array_equal(told, expected) for told in ties_by_function(network))


# --- every kind ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "fields"),
    [
        ("ring", RING, {"degree": 6}),
        ("small_world", STORED, {"degree": 6, "rewire": 0.3}),
        ("scale_free", STORED, {"links": 3}),
        ("random_regular", STORED, {"degree": 5, "stored": True}),
        ("random_regular", LIFT, {"degree": 5}),
        ("stochastic_block", STORED, {"blocks": 3, "within": 4.0, "between": 1.5}),
    ],
)
def test_the_five_functions_agree(kind: str, code: int, fields: dict[str, Any]) -> None:
    network = make(kind, 90, **fields)
    assert network.kind == code
    agree(network)


def test_in_a_well_mixed_market_all_may_meet_and_none_is_a_friend() -> None:
    network = make("well_mixed", 7)
    assert contacts_of(network, 3) == 6
    assert [contact(network, 3, i) for i in range(6)] == [0, 1, 2, 4, 5, 6]
    assert most_contacts(network) == 0
    assert fill_contacts(network, 3, np.zeros(0, np.int32)) == 0
    assert not any(knows(network, 3, q) for q in range(7))


def test_persons_of_any_integer_type_are_the_same_person() -> None:
    for network in (make("random_regular", 100, degree=5), make("ring", 100, degree=4)):
        for q in range(100):
            assert knows(network, np.uint64(7), q) == knows(network, 7, q)
        assert contact(network, np.uint64(7), 2) == contact(network, 7, 2)


@pytest.mark.parametrize("kind", ["well_mixed", "ring"])
def test_every_contact_is_picked_equally_often(kind: str) -> None:
    network = make(kind, 11, degree=4)
    for person in (0, 5, 10):
        count = contacts_of(network, person)
        expected = {p for p in range(11) if p != person}
        if kind == "ring":
            expected = {(person + d) % 11 for d in (-2, -1, 1, 2)}
        listed = [contact(network, person, i) for i in range(count)]
        assert listed == sorted(expected)
        luck = (np.arange(40 * count) + 0.5) / (40 * count)
        picked = [pick_contact(network, person, u) for u in luck]
        assert picked == [c for c in listed for _ in range(40)]
        assert pick_contact(network, person, 1 - 2.0**-53) == listed[-1]


def test_nobody_is_picked_where_there_is_nobody() -> None:
    assert pick_contact(make("well_mixed", 1), 0, 0.5) == -1
    empty = make("stochastic_block", 3, blocks=1, within=0.0, between=0.0)
    assert contacts_of(empty, 1) == 0
    assert pick_contact(empty, 1, 0.99) == -1


# --- ring ----------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.integers(3, 40), st.integers(1, 20))
def test_ring_is_the_stored_ring(people: int, half: int) -> None:
    half = min(half, (people - 1) // 2)
    network = make("ring", people, degree=2 * half)
    stored = make("small_world", people, degree=2 * half, rewire=0.0)
    assert rows(network) == rows(stored)
    agree(network)


# --- random regular, computed --------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 9), st.integers(0, 60), st.integers(-5, 1 << 40))
def test_every_computed_regular_network_is_simple_and_regular(
    degree: int, more: int, seed: int
) -> None:
    people = 2 * degree * degree + more
    people += people * degree % 2
    network = make("random_regular", people, seed, degree=degree)
    assert {len(row) for row in rows(network)} == {degree}
    assert all(len(array) == 0 for array in (network.indptr, network.neighbours))
    agree(network)


@pytest.mark.parametrize(
    ("people", "degree", "message"),
    [
        (199, 10, "doubled square"),
        (51, 5, "even, as the number of people"),
        (10, 0, "at least 1"),
    ],
)
def test_a_computed_regular_network_that_cannot_be_is_refused(
    people: int, degree: int, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"network\.degree: must be .*{message}.*, not {degree}"):
        make("random_regular", people, degree=degree)


def test_a_scenario_says_what_is_wrong_with_its_computed_network() -> None:
    asked = RandomRegular(kind="random_regular", degree=10, stored=False)
    assert asked.misfit(200) == ""
    assert asked.misfit(199) == "stored: 10 computed contacts need 200 people, not 199"
    assert RandomRegular(kind="random_regular", degree=10).misfit(199) == ""
    assert "odd" in asked.model_copy(update={"degree": 3}).misfit(201)
    assert Ring(kind="ring", degree=4).misfit(5) == ""


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 3000), st.integers(0, 99), st.integers(-(1 << 63), (1 << 63) - 1))
def test_the_bijection_and_its_inverse(half: int, pair: int, key: int) -> None:
    size = 2 * half
    bits = max(1, (size - 1).bit_length() // 2)
    places = [place_after(key, pair, size, bits, x) for x in range(size)]
    assert sorted(places) == list(range(size))
    assert [place_before(key, pair, size, bits, y) for y in places] == list(range(size))


@njit
def count_pairs(size: int, bits: int, runs: int, x: int, y: int, found: Any) -> None:
    for run in range(runs):
        key = stream(run, 0, 9)
        for pair in range(10):
            first = place_after(key, pair, size, bits, x)
            second = place_after(key, pair, size, bits, y)
            found[first, second] += 1


@pytest.mark.parametrize("size", [4, 8, 18, 50, 600])
def test_any_two_places_go_to_all_pairs_of_places_equally_often(size: int) -> None:
    """All ordered pairs are told apart, but for the large size, where only differences are."""
    bits = max(1, (size - 1).bit_length() // 2)
    for x, y in ((0, 1), (0, 1 << bits), (1, size // 2), (size - 2, size - 1)):
        found = np.zeros((size, size), np.int64)
        count_pairs(size, bits, 20_000, x, y, found)
        assert not found.trace()
        apart = np.subtract.outer(np.arange(size), np.arange(size)) % size
        counts = found[apart > 0] if size < 100 else np.bincount(apart.ravel(), found.ravel())[1:]
        assert stats.chisquare(counts).pvalue > 1e-6


@pytest.mark.parametrize("degree", [3, 4, 7])
def test_short_cycles_of_a_lift_have_the_means_of_the_theory(degree: int) -> None:
    """m (m-1) (m-2) / 6 triangles, m**2 (m-1)**2 / 8 four-cycles: reduced closed walks of length L
    in the complete graph of m groups, over 2 L (Amit and Linial 2002), at any number of people.
    """
    runs, m = 120, degree
    triangles, squares = [], []
    for seed in range(runs):
        network = make("random_regular", 200, seed, degree=degree)
        a = np.zeros((200, 200))
        for p, row in enumerate(rows(network)):
            a[p, row] = 1
        paths = a @ a
        triangles.append((paths * a).sum() / 6)
        np.fill_diagonal(paths, 0)
        squares.append((paths * (paths - 1)).sum() / 8)
    for found, mean in (
        (triangles, m * (m - 1) * (m - 2) / 6),
        (squares, m * m * (m - 1) ** 2 / 8),
    ):
        assert abs(np.mean(found) - mean) < 4.5 * math.sqrt(mean / runs) + 0.05 * mean


def test_a_lift_is_connected_and_spreads_as_a_random_regular_network_does() -> None:
    """The second eigenvalue is near 2 sqrt(m - 1), the least that a large network can have."""
    people, degree = 301, 6
    for seed in range(5):
        told = rows(make("random_regular", people, seed, degree=degree))
        g = nx.Graph((p, q) for p, row in enumerate(told) for q in row)
        assert nx.is_connected(g)
        values = np.linalg.eigvalsh(nx.to_numpy_array(g))
        assert max(values[-2], -values[0]) < 2 * math.sqrt(degree - 1) + 0.25


def test_over_all_seeds_everybody_is_known_equally_often() -> None:
    people, degree, runs = 40, 4, 2000
    known = np.zeros(people)
    for seed in range(runs):
        network = make("random_regular", people, seed, degree=degree)
        known[[contact(network, 5, i) for i in range(degree)]] += 1
    assert known[5] == 0
    for group in np.split(np.delete(known, np.s_[0:10]), 3):
        assert stats.chisquare(group).pvalue > 1e-6


def test_same_seed_same_lift_other_seed_other_lift() -> None:
    one, again, other = (rows(make("random_regular", 300, s, degree=6)) for s in (7, 7, 8))
    assert one == again
    assert one != other
