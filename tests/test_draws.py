"""Draws: known answers, uniformity, independence of keys, no aliasing, exact distributions.

All samples are fixed by their keys, so a test always passes or always fails. Limits are set where
a true random source fails with a probability of less than one in a million.
"""

import os
import pathlib
import runpy
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core.errors import TypingError
from scipy import stats

from sim import draws
from sim.draws import Draw
from sim.jit import njit

PARTS = ("seed", "month", "purpose", "person", "k")
WORD = (1 << 64) - 1
Keys = np.ndarray  # one row a draw: seed, month, purpose, person, k


# --- the reference: splitmix64 and the chain, in whole numbers -----------------------------------


def mix(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


GOLDEN = 0x9E3779B97F4A7C15


def reference_bits(seed: int, month: int, purpose: int, person: int, k: int) -> int:
    key = 0
    for part in (seed, month, purpose):
        key = mix(((key ^ part & WORD) + GOLDEN) & WORD)
    z = mix(((key ^ person & WORD) + GOLDEN) & WORD)
    return mix(((z ^ k & WORD) + key * GOLDEN) & WORD)


KNOWN = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_finaliser_gives_published_splitmix64_vectors() -> None:
    """The first five outputs of splitmix64 for seed 1234567, as published with the algorithm."""
    states = [(1234567 + (i + 1) * GOLDEN) & WORD for i in range(5)]
    assert [mix(s) for s in states] == KNOWN
    assert [int(draws._finalise(np.uint64(s))) for s in states] == KNOWN
    assert [int(draws._finalise.py_func(np.uint64(s))) for s in states] == KNOWN


key_part = st.integers(-(1 << 63), (1 << 63) - 1)


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[key_part] * 5))
def test_bits_equal_the_reference_chain_for_all_keys(keys: tuple[int, ...]) -> None:
    expected = reference_bits(*keys)
    assert draws.bits(draws.stream(*keys[:3]), *keys[3:]) == expected
    assert draws.bits.py_func(draws.stream.py_func(*keys[:3]), *keys[3:]) == expected


def test_pinned_values() -> None:
    """These never change: if they do, every published result of this program changes."""
    s = draws.stream(1, 0, Draw.SHOP)
    assert s == -3279983681888061918
    assert [draws.bits(s, p, k) for p, k in ((0, 0), (1, 0), (0, 1), (-1, -1))] == [
        9520746609465265473,
        15805554987833394951,
        5291624451637090661,
        8996962715947874995,
    ]


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("value", [-1, -7, 0, 1, 100])
def test_storage_type_of_a_key_does_not_matter(kind: Any, value: int) -> None:
    expected = draws.bits(5, value, value)
    assert draws.bits(5, kind(value), kind(value)) == expected
    assert draws.bits.py_func(5, kind(value), kind(value)) == expected
    assert draws.bits(5, np.uint64(value & WORD), value) == expected


def test_enum_and_plain_int_are_the_same_purpose() -> None:
    assert draws.stream(3, 4, Draw.STAY) == draws.stream(3, 4, int(Draw.STAY))
    assert draws.stream.py_func(3, 4, Draw.STAY) == draws.stream(3, 4, 23)


def test_the_numbers_of_the_purposes_are_distinct_and_stay() -> None:
    assert len({int(d) for d in Draw}) == len(Draw.__members__)
    first = ["MOTIVE", "APPETITE", "SKILL", "HOURS", "SUSCEPTIBILITY", "WAGE", "PRICE", "LIFETIME"]
    rest = [
        "NETWORK",
        "FOUNDER",
        "SHOP",
        "UNITS",
        "DAY",
        "CUSTOMER_STAY",
        "STOCK",
        "TOP_UP",
        "APPROACH_COUNT",
        "APPROACH_TARGET",
        "OFFER",
        "CONSIDER",
        "TIE",
        "ADMISSION",
        "STAY",
        "RENEW",
        "PLACE",
    ]
    names = [f"BIRTH_{name}" for name in first] + rest
    assert [Draw[name] for name in names] == list(range(1, 26))


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("key", [1.5, 1 << 64, -(1 << 63) - 1, None])
def test_keys_that_are_no_64_bit_integers_are_refused(compiled: bool, key: Any) -> None:
    with pytest.raises((TypeError, OverflowError, TypingError)):
        (draws.bits if compiled else draws.bits.py_func)(1, key, 0)


def test_person_key_is_one_to_one() -> None:
    slots = [0, 1, 2, 999, (1 << 31) - 1, (1 << 40) - 1]
    lives = [0, 1, 2, 255, 65536, (1 << 23) - 1]
    made = [draws.person_key(s, i) for s in slots for i in lives]
    assert len(set(made)) == 36
    assert min(made) == 0
    assert max(made) == (1 << 63) - 1
    assert draws.person_key(np.int32(7), np.int32(3)) == 7 + (3 << 40)
    assert draws.person_key.py_func(7, 3) == 7 + (3 << 40)
    assert draws.person_key(12345, 0) == 12345


# --- samples over keys, for the chain and for weaker programs ------------------------------------


@njit
def chain(seed: int, month: int, purpose: int, person: int, k: int) -> Any:
    return np.uint64(draws.bits(draws.stream(seed, month, purpose), person, k))


@njit
def flat(seed: int, month: int, purpose: int, person: int, k: int) -> Any:
    """A weaker program: one finaliser over a linear mix of the keys."""
    mixed = seed * 1000003 + month * 10007 + purpose * 503 + person * 11 + k
    return np.uint64(draws._finalise(np.uint64(mixed)))


@njit
def late(seed: int, month: int, purpose: int, person: int, k: int) -> Any:
    """A weaker program: the person is added behind the mixing."""
    key = draws._finalise(np.uint64(draws.stream(seed, month, purpose)))
    return np.uint64(key + np.uint64(person) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(k))


def sampler(function: Any) -> Callable[[Keys], np.ndarray]:
    @numba.njit
    def sample(keys: Any) -> Any:
        out = np.empty(len(keys), np.uint64)
        for i in range(len(keys)):
            out[i] = function(keys[i, 0], keys[i, 1], keys[i, 2], keys[i, 3], keys[i, 4])
        return out

    return sample


sample_chain = sampler(chain)
sample_flat = sampler(flat)
sample_late = sampler(late)


def along(part: str, n: int = 1 << 18) -> Keys:
    """Keys that differ in one part only, which counts 0, 1, 2, ..."""
    keys = np.tile(np.array([42, 7, 11, 1000, 0], np.int64), (n, 1))
    keys[:, PARTS.index(part)] = np.arange(n)
    return keys


def grid(*sizes: int) -> Keys:
    return np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), axis=-1).reshape(-1, 5)


def p_value(counts: np.ndarray) -> float:
    return float(stats.chisquare(counts.ravel()).pvalue)


def worst_bit(words: np.ndarray) -> float:
    """The largest z score among the 64 bits' shares of ones."""
    ones = np.array([np.count_nonzero(words >> np.uint64(b) & np.uint64(1)) for b in range(64)])
    return float(np.abs(ones - len(words) / 2).max() / np.sqrt(len(words) / 4))


def pairs_p(a: np.ndarray, b: np.ndarray, shift: int) -> float:
    """The chi-square p-value of 4 bits of a against the same 4 bits of b, in 256 cells."""
    rows, columns = (word >> np.uint64(shift) & np.uint64(15) for word in (a, b))
    cells = rows * np.uint64(16) + columns
    return p_value(np.bincount(cells.astype(np.int64), minlength=256))


def correlation_z(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a / 2.0**64, b / 2.0**64)[0, 1] * np.sqrt(len(a)))


@pytest.mark.parametrize("part", PARTS)
def test_uniform_along_each_part_of_the_key(part: str) -> None:
    words = sample_chain(along(part))
    assert worst_bit(words) < 5.5
    for shift in (0, 20, 44, 56):
        byte = (words >> np.uint64(shift) & np.uint64(255)).astype(np.int64)
        assert 1e-7 < p_value(np.bincount(byte, minlength=256)) < 1 - 1e-7
    assert stats.kstest(words / 2.0**64, "uniform").pvalue > 1e-7


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lag", [1, 2, 7, 64])
def test_neighbours_along_each_part_are_independent(part: str, lag: int) -> None:
    words = sample_chain(along(part))
    assert abs(correlation_z(words[:-lag], words[lag:])) < 5.5
    for shift in (0, 30, 60):
        assert pairs_p(words[:-lag], words[lag:], shift) > 1e-7


@pytest.mark.parametrize("part", ["seed", "month", "purpose", "k"])
def test_whole_populations_with_neighbouring_keys_are_independent(part: str) -> None:
    """Persons 0..n-1 under one key against the same persons under the next key."""
    first = along("person")
    second = first.copy()
    second[:, PARTS.index(part)] += 1
    a, b = sample_chain(first), sample_chain(second)
    assert abs(correlation_z(a, b)) < 5.5
    assert min(pairs_p(a, b, shift) for shift in (0, 30, 60)) > 1e-7
    assert worst_bit(a ^ b) < 5.5


def test_the_independence_tests_catch_a_person_added_behind_the_mixing() -> None:
    words = sample_late(along("person"))
    assert pairs_p(words[:-1], words[1:], 60) < 1e-7


DENSE = (8, 24, 25, 200, 6)


def repeats(words: np.ndarray) -> int:
    words.sort()
    return int(np.count_nonzero(words[1:] == words[:-1]))


def test_no_two_keys_of_a_dense_grid_share_bits() -> None:
    """5.76 million keys: 64 random bits collide with a probability of one in a million."""
    words = sample_chain(grid(*DENSE))
    assert len(words) == 5_760_000
    assert repeats(words) == 0


def test_no_two_keys_of_a_sparse_grid_share_bits() -> None:
    """Keys of many sizes: powers of two, and their neighbours, with either sign."""
    values = [s * (1 << e) + d for e in range(0, 62, 6) for s in (1, -1) for d in (-1, 0, 1)]
    values = np.unique(np.array(values, np.int64))[::4]
    keys = values[grid(*[len(values)] * 5)]
    assert len(keys) > 700_000
    assert repeats(sample_chain(keys)) == 0


def test_the_aliasing_test_catches_a_flat_mix_of_keys() -> None:
    assert repeats(sample_flat(grid(*DENSE))) > 0


def test_nearby_streams_do_not_deal_the_same_luck_to_other_people() -> None:
    """With the stream in the first stage only, p in A would be p ^ d in A ^ d."""
    stream = draws.stream(1, 2, 3)
    for d in (1, 2, 5, 1000):
        for p in range(200):
            assert draws.bits(stream, p, 0) != draws.bits(stream ^ d, p ^ d, 0)
            assert draws.bits(stream, p, 0) != draws.bits(stream + d, p - d, 0)


@pytest.mark.parametrize("part", range(5))
def test_one_changed_bit_of_a_key_changes_half_the_bits(part: int) -> None:
    keys = np.random.default_rng(5).integers(-(1 << 62), 1 << 62, (2000, 5))
    before = sample_chain(keys)
    for bit in range(64):
        changed = keys.copy()
        changed[:, part] ^= np.int64(np.uint64(1 << bit).astype(np.int64))
        flips = before ^ sample_chain(changed)
        assert worst_bit(flips) < 5.5
        mean = np.bitwise_count(flips).mean()
        assert abs(mean - 32) < 5.5 * 4 / np.sqrt(len(keys))


# --- whole numbers below n, arrays ---------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(key_part, key_part, st.integers(0, 9), st.integers(1, (1 << 32) - 1))
def test_below_is_the_high_word_of_bits_times_n(s: int, person: int, k: int, n: int) -> None:
    expected = int(draws.bits(s, person, k)) * n >> 64
    assert draws.below(s, person, k, n) == draws.below.py_func(s, person, k, n) == expected
    assert 0 <= expected < n


@pytest.mark.parametrize("n", [0, -1, 1 << 32])
def test_below_refuses_an_impossible_range(n: int) -> None:
    for function in (draws.below, draws.below.py_func):
        with pytest.raises(ValueError, match="n must be"):
            function(1, 2, 3, n)


def test_below_is_even_over_a_range_that_divides_no_power_of_two() -> None:
    s = draws.stream(9, 9, 9)
    counts = np.bincount([draws.below(s, p, 0, 7) for p in range(70_000)], minlength=7)
    assert p_value(counts) > 1e-7


def test_uniform_is_the_top_53_bits_and_the_array_form_agrees() -> None:
    s = draws.stream(2, 3, Draw.OFFER)
    persons = np.arange(-500, 500, dtype=np.int32)
    array = draws.uniforms(s, persons, 4)
    assert array.tolist() == [draws.uniform(s, p, 4) for p in persons]
    assert array.tolist() == [(int(draws.bits(s, p, 4)) >> 11) / 2**53 for p in persons]
    assert array.tolist() == draws.uniforms.py_func(s, persons, 4).tolist()


# --- the same bits, compiled or not --------------------------------------------------------------

FINGERPRINT = pathlib.Path(__file__).with_name("draws_fingerprint.py")


def test_the_compiled_functions_equal_plain_python_bit_for_bit() -> None:
    """The plain half runs in a process of its own, with warnings of overflow as errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", FINGERPRINT],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(FINGERPRINT.parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    disabled, digest = done.stdout.split()
    assert disabled == "1"
    assert digest == runpy.run_path(str(FINGERPRINT))["fingerprint"]()
