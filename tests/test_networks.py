"""Contact networks against networkx, igraph, exact formulas, and files that are not sound."""

import math
import random
from types import SimpleNamespace
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.world.networks import draw_network
from sim.world.networks.csr import sort_slice
from sim.world.networks.network import STORED, Network, network_of
from sim.world.networks.regular import _switch
from sim.world.networks.walking import (
    fill_contacts,
    most_contacts,
)


def make(kind: str, people: int, seed: int = 1, **settings: Any) -> Network:
    settings = {"stored": True, **settings} if kind == "random_regular" else settings
    return draw_network(SimpleNamespace(kind=kind, **settings), people, seed)


def rows(network: Network) -> list[list[int]]:
    """The contacts of everybody, as the interface fills them."""
    scratch = np.full(most_contacts(network), -9, np.int32)
    return [scratch[: fill_contacts(network, p, scratch)].tolist() for p in range(network.people)]


def ties(network: Network) -> set[tuple[int, int]]:
    return {(a, b) for a, row in enumerate(rows(network)) for b in row}


def graph(network: Network) -> igraph.Graph:
    edges = [(a, b) for a, b in ties(network) if a < b]
    return igraph.Graph(network.people, edges)


def is_sound(network: Network, people: int) -> bool:
    """Right types and bounds; rows rise strictly (sorted, no double tie); no loop; undirected."""
    indptr, neighbours = network.indptr, network.neighbours
    assert (indptr.dtype, neighbours.dtype) == (np.int32, np.int32)
    assert network.people == people
    if network.kind == STORED:
        assert len(indptr) == people + 1
        assert indptr[0] == 0
        assert indptr[-1] == len(neighbours)
    for p, row in enumerate(rows(network)):
        assert np.all(np.diff(row) > 0)
        assert p not in row
        assert not row or (row[0] >= 0 and row[-1] < people)
    both = ties(network)
    return both == {(b, a) for a, b in both}


KINDS = [
    ("ring", {"degree": 6}),
    ("small_world", {"degree": 6, "rewire": 0.3}),
    ("scale_free", {"links": 4}),
    ("random_regular", {"degree": 7}),
    ("stochastic_block", {"blocks": 3, "within": 4.0, "between": 1.5}),
]


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.floats(0, 1), st.integers(-5, 1 << 40))
def test_every_network_is_sound_or_names_the_bound(
    people: int, number: int, rewire: float, seed: int
) -> None:
    cases = [
        ("ring", {"degree": number}, "degree", number < people and number % 2 == 0),
        (
            "small_world",
            {"degree": number, "rewire": rewire},
            "degree",
            number < people and number % 2 == 0,
        ),
        ("scale_free", {"links": number}, "links", number < people),
        (
            "random_regular",
            {"degree": number},
            "degree",
            number < people and number * people % 2 == 0,
        ),
        (
            "stochastic_block",
            {"blocks": number, "within": 0.0, "between": 0.0},
            "blocks",
            number <= people,
        ),
    ]
    for kind, fields, culprit, fits in cases:
        if fits:
            assert is_sound(make(kind, people, seed, **fields), people)
        else:
            with pytest.raises(ValueError, match=rf"network\.{culprit}: must be .*, not {number}"):
                make(kind, people, seed, **fields)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 40), st.integers(1, 6), st.floats(0, 1), st.floats(0, 1), st.integers(0, 99))
def test_every_block_network_that_can_be_is_sound(
    people: int, blocks: int, inside: float, outside: float, seed: int
) -> None:
    blocks = min(blocks, people)
    block = np.arange(people)
    block = np.searchsorted(np.arange(1, blocks + 1) * people // blocks, block, side="right")
    same = int((block[:, None] == block[None, :]).sum()) - people
    most = {"within": same / people, "between": (people * (people - 1) - same) / people}
    fields = {"within": inside * most["within"], "between": outside * most["between"]}
    assert is_sound(make("stochastic_block", people, seed, blocks=blocks, **fields), people)
    for side, top in most.items():
        with pytest.raises(ValueError, match=f"network.{side}: must be"):
            make("stochastic_block", people, blocks=blocks, **{**fields, side: top + 0.01})


@pytest.mark.parametrize(("kind", "fields"), KINDS)
def test_same_seed_same_bytes_other_seed_other_network(kind: str, fields: dict[str, Any]) -> None:
    one, again, other = (make(kind, 500, seed, **fields) for seed in (7, 7, 8))
    assert one.indptr.tobytes() == again.indptr.tobytes()
    assert one.neighbours.tobytes() == again.neighbours.tobytes()
    assert ties(one) == ties(again)
    assert (ties(one) == ties(other)) == (kind == "ring")
    assert is_sound(one, 500)


def test_the_check_of_soundness_catches_a_loop_a_double_tie_and_a_one_way_tie() -> None:
    def stored(*lists: list[int]) -> Network:
        bounds = np.cumsum([0, *map(len, lists)], dtype=np.int32)
        entries = np.array([p for row in lists for p in row], np.int32)
        return network_of(STORED, len(lists), indptr=bounds, neighbours=entries)

    assert is_sound(stored([1], [0, 2], [1]), 3)
    assert not is_sound(stored([1], [0, 2], []), 3)
    for spoiled in (stored([0], []), stored([1, 1], [0, 0]), stored([2, 1], [0], [0])):
        with pytest.raises(AssertionError):
            is_sound(spoiled, spoiled.people)


@pytest.mark.parametrize("people", [0, -3, 1 << 31])
def test_an_impossible_number_of_people_is_refused(people: int) -> None:
    with pytest.raises(ValueError, match=f"people: must be from 1 to 2147483647, not {people}"):
        make("well_mixed", people)


def test_more_ties_than_can_be_numbered_are_refused() -> None:
    for kind, fields in (
        ("small_world", {"degree": 10_000, "rewire": 0.1}),
        ("random_regular", {"degree": 10_000}),
        ("scale_free", {"links": 10_000}),
    ):
        with pytest.raises(ValueError, match=r"network: \d+ ends of ties are more than 2147483647"):
            make(kind, 1_000_000, **fields)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no network 'torus'"):
        make("torus", 10)


@given(st.lists(st.integers(-99, 99), max_size=200))
@settings(max_examples=100, deadline=None)
def test_sorting_a_slice_leaves_the_rest_alone(values: list[int]) -> None:
    array = np.array(values, np.int32)
    start, stop = len(values) // 5, len(values) - len(values) // 7
    sort_slice(array, start, stop)
    assert array.tolist() == values[:start] + sorted(values[start:stop]) + values[stop:]


# --- ring and small world ------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "degree"), [(3, 2), (5, 4), (50, 6), (101, 20)])
def test_ring_is_the_circulant_graph(people: int, degree: int) -> None:
    expected = nx.watts_strogatz_graph(people, degree, 0.0)
    assert {(a, b) for a, b in ties(make("ring", people, degree=degree)) if a < b} == {
        (min(e), max(e)) for e in expected.edges
    }
    assert ties(make("small_world", people, degree=degree, rewire=0.0)) == ties(
        make("ring", people, degree=degree)
    )


@pytest.mark.parametrize("degree", [4, 10, 20])
def test_clustering_of_the_ring_is_exact(degree: int) -> None:
    """C(0) = 3 (k - 2) / (4 (k - 1)): Barrat and Weigt 2000."""
    found = graph(make("ring", 200, degree=degree)).transitivity_avglocal_undirected()
    assert found == pytest.approx(3 * (degree - 2) / (4 * (degree - 1)), abs=1e-12)


@pytest.mark.parametrize("rewire", [0.05, 0.3, 1.0])
def test_small_world_agrees_with_networkx(rewire: float) -> None:
    """Clustering, degrees and path length: means over 40 networks each."""
    people, degree, runs = 200, 8, 40
    ours = [
        graph(make("small_world", people, s, degree=degree, rewire=rewire)) for s in range(runs)
    ]
    theirs = [
        igraph.Graph.from_networkx(nx.watts_strogatz_graph(people, degree, rewire, seed=s))
        for s in range(runs)
    ]
    assert {g.ecount() for g in ours} == {people * degree // 2}
    measures = (
        lambda g: g.transitivity_avglocal_undirected(mode="zero"),
        lambda g: np.var(g.degree()),
        lambda g: g.average_path_length(),
        lambda g: min(g.degree()),
    )
    for measure in measures:
        a, b = ([measure(g) for g in graphs] for graphs in (ours, theirs))
        spread = math.sqrt((np.var(a) + np.var(b)) / runs)
        assert abs(np.mean(a) - np.mean(b)) < 4.5 * spread + 1e-12


def test_share_of_moved_ties_and_their_ends() -> None:
    people, degree, rewire = 20_000, 10, 0.25
    network = make("small_world", people, degree=degree, rewire=rewire)
    a, b = (np.array(side) for side in zip(*ties(network), strict=True))
    apart = np.minimum((a - b) % people, (b - a) % people)
    total = people * degree // 2
    moved = np.count_nonzero(apart > degree // 2) / 2
    assert abs(moved - rewire * total) < 5 * math.sqrt(total * rewire * (1 - rewire))
    far = apart[(apart > degree // 2) & (a < b)]
    assert stats.kstest(far / (people / 2), "uniform").pvalue > 1e-6
    assert graph(network).is_connected()


# --- scale free ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "links"), [(2, 1), (5, 4), (60, 3), (1000, 10)])
def test_scale_free_has_its_exact_number_of_ties_and_is_connected(people: int, links: int) -> None:
    network = make("scale_free", people, links=links)
    assert len(network.neighbours) == 2 * links * (people - links)
    assert graph(network).is_connected()
    expected = nx.barabasi_albert_graph(people, links, seed=1)
    assert graph(network).ecount() == expected.number_of_edges()


def test_scale_free_degrees_follow_the_limit_law() -> None:
    """P(degree = k) = 2 m (m + 1) / (k (k + 1) (k + 2)): Bollobas, Riordan et al. 2001."""
    people, links = 200_000, 3
    degrees = np.diff(make("scale_free", people, links=links).indptr)
    k = np.arange(links, 21)
    expected = people * 2 * links * (links + 1) / (k * (k + 1) * (k + 2))
    found = np.bincount(degrees, minlength=21)[links:21]
    assert np.all(np.abs(found - expected) < 5.5 * np.sqrt(expected) + 10)
    tail = np.sort(degrees[degrees >= 30])
    exponent = 1 + len(tail) / np.log(tail / 29.5).sum()
    assert abs(exponent - 3) < 0.1


def test_scale_free_agrees_with_networkx() -> None:
    """Largest degree, degree of the first person, triangles: means over 60 networks each."""
    runs = 60
    ours = [graph(make("scale_free", 300, s, links=3)) for s in range(runs)]
    theirs = [
        igraph.Graph.from_networkx(nx.barabasi_albert_graph(300, 3, seed=s)) for s in range(runs)
    ]
    measures = (
        lambda g: max(g.degree()),
        lambda g: g.degree(0),
        lambda g: g.transitivity_undirected(),
        lambda g: np.var(g.degree()),
    )
    for measure in measures:
        a, b = ([measure(g) for g in graphs] for graphs in (ours, theirs))
        spread = math.sqrt((np.var(a) + np.var(b)) / runs)
        assert abs(np.mean(a) - np.mean(b)) < 4.5 * spread


# --- random regular ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "degree"),
    [(2, 1), (4, 3), (10, 8), (10, 9), (41, 20), (41, 22), (300, 20), (1001, 6)],
)
def test_random_regular_is_simple_and_regular(people: int, degree: int) -> None:
    for seed in range(5):
        network = make("random_regular", people, seed, degree=degree)
        assert is_sound(network, people)
        assert set(np.diff(network.indptr).tolist()) == {degree}


@pytest.mark.parametrize(("degree", "length"), [(3, 3), (8, 3), (3, 4), (5, 4)])
def test_short_cycles_of_random_regular_networks_are_poisson(degree: int, length: int) -> None:
    """Cycles of length L are Poisson with mean (k - 1)**L / (2 L): Bollobas 1980, Wormald 1981."""
    runs, counts, theirs = 150, [], []
    igraph.set_random_number_generator(random.Random(4))
    for seed in range(runs):
        counts.append(cycles(graph(make("random_regular", 200, seed, degree=degree)), length))
        theirs.append(cycles(igraph.Graph.K_Regular(200, degree), length))
    mean = (degree - 1) ** length / (2 * length)
    assert abs(np.mean(counts) - mean) < 4.5 * math.sqrt(mean / runs) + 0.03 * mean
    assert 0.6 < np.var(counts) / mean < 1.5
    assert stats.ks_2samp(counts, theirs).pvalue > 1e-5


def cycles(g: igraph.Graph, length: int) -> int:
    """Triangles, or 4-cycles: two people with c contacts in common close c (c - 1) / 2 of them."""
    paths = np.array(g.get_adjacency_sparse().dot(g.get_adjacency_sparse()).todense())
    if length == 3:
        return int((paths * g.get_adjacency_sparse().toarray()).sum()) // 6
    np.fill_diagonal(paths, 0)
    return int((paths * (paths - 1)).sum()) // 8


def test_all_cubic_networks_of_six_people_are_equally_likely() -> None:
    """70 labelled ones: 10 complete bipartite (no triangle), 60 prisms (two triangles)."""
    runs = 7000
    found: dict[bytes, int] = {}
    for seed in range(runs):
        key = make("random_regular", 6, seed, degree=3).neighbours.tobytes()
        found[key] = found.get(key, 0) + 1
    assert len(found) == 70
    assert stats.chisquare(list(found.values())).pvalue > 1e-6


def test_random_regular_is_connected_as_it_should_be() -> None:
    assert graph(make("random_regular", 3000, degree=4)).is_connected()


def test_a_switch_refuses_what_would_spoil_a_row() -> None:
    """A square 0-1-2-3 with ties 0-1, 1-2, 2-3, 3-0; places are person * 2 + {0, 1}."""
    square = np.array([1, 3, 0, 2, 1, 3, 2, 0], np.int32)
    assert not _switch(square, 2, 0, 2)
    assert not _switch(square, 2, 0, 3)
    assert _switch(square, 2, 0, 5)
    assert square.tolist() == [2, 3, 3, 2, 1, 0, 1, 0]


# --- blocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("people", "blocks"), [(3000, 1), (3000, 7), (3000, 300)])
def test_block_network_has_its_mean_degrees(people: int, blocks: int) -> None:
    within, between = 6.0, 0.0 if blocks == 1 else 2.5
    network = make("stochastic_block", people, blocks=blocks, within=within, between=between)
    block = np.searchsorted(
        np.arange(1, blocks + 1) * people // blocks, np.arange(people), side="right"
    )
    a, b = (np.array(side) for side in zip(*ties(network), strict=True))
    inside = np.count_nonzero(block[a] == block[b]) / 2
    across = np.count_nonzero(block[a] != block[b]) / 2
    pairs = sum(s * (s - 1) // 2 for s in np.bincount(block).tolist())
    for found, contacts, possible in (
        (inside, within, pairs),
        (across, between, people * (people - 1) // 2 - pairs),
    ):
        mean = contacts * people / 2
        deviation = math.sqrt(mean * (1 - mean / possible)) if possible else 0.0
        assert abs(found - mean) <= 5 * deviation


def test_each_pair_of_a_block_network_is_tied_with_its_own_probability() -> None:
    """Six people in two blocks, 6000 networks: every pair's share, and no two pairs correlated."""
    runs = 6000
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    tied = np.zeros((runs, len(pairs)))
    for seed in range(runs):
        present = ties(make("stochastic_block", 6, seed, blocks=2, within=1.0, between=0.9))
        tied[seed] = [pair in present for pair in pairs]
    chance = np.array([0.5 if a // 3 == b // 3 else 0.3 for a, b in pairs])
    z = (tied.mean(0) - chance) / np.sqrt(chance * (1 - chance) / runs)
    assert np.abs(z).max() < 5
    across = np.corrcoef(tied.T) - np.eye(len(pairs))
    assert np.abs(across).max() < 5.5 / math.sqrt(runs)


def test_full_blocks_are_complete_graphs() -> None:
    network = make("stochastic_block", 12, blocks=3, within=3.0, between=0.0)
    assert sorted(map(sorted, graph(network).components())) == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9, 10, 11],
    ]
