import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_maker import random_market

from sim.ledger import filed, people
from sim.ledger.packing import pack, unpack

TABLES = ("participants", "person_months", "lives", "entry")
few = settings(max_examples=40, deadline=None)
ROWS = st.integers(0, 10_000)


def columns(luck, rows):
    """Columns of all widths, with many zeros, few, or none but one value."""
    for most in (1, 2, 128, 129, 2**15, 2**15 + 1, 2**31, 2**31 + 1, 2**62):
        column = luck.integers(-most, most, rows)
        column[luck.random(rows) < luck.choice([0, 0.5, 0.99])] = 0
        yield column
        yield np.where(luck.random(rows) < luck.random(), most, 0)


@few
@given(ROWS, st.sampled_from([1, 2, 7, 8, 9, 63, 64, 65, 300]))
def test_whole_numbers_come_back_as_they_were(seed, rows):
    matrix = np.array(list(columns(np.random.default_rng(seed), rows)), np.int64).T
    stored = pack(np.ascontiguousarray(matrix), [f"c{k}" for k in range(matrix.shape[1])])
    for column, packed in zip(matrix.T, stored, strict=True):
        assert packed.nbytes <= column.nbytes
        assert np.array_equal(unpack(packed, np.int64), column)


@few
@given(st.lists(st.sampled_from([0.0, -0.0, 0.0, 0.1, 1e300, 7.25]), min_size=1, max_size=40))
def test_floats_come_back_to_the_bit(values):
    column = np.array(values)
    (packed,) = pack(column.view(np.int64).reshape(-1, 1), ["hours"])
    assert unpack(packed, np.float64).tobytes() == column.tobytes()


def one(column):
    return pack(column.reshape(-1, 1), ["c"])[0]


def test_what_is_the_same_or_mostly_zero_takes_little_room():
    some = np.zeros(8000, np.int64)
    some[::10] = 30_000
    assert one(np.full(8000, 5)).nbytes == 1
    assert one(some).nbytes == 1000 + 2
    some[0] = 29_000
    assert one(some).nbytes == 1000 + 2 * 800


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(filed, "CHUNK", 8)
    monkeypatch.setattr(people, "CHUNK", 8)


@pytest.mark.usefixtures("small_chunks")
def test_many_chunks_say_what_one_says():
    chunked = random_market(4).close()
    with pytest.MonkeyPatch.context() as whole:
        whole.setattr(filed, "CHUNK", 1 << 14)
        whole.setattr(people, "CHUNK", 1 << 14)
        one = random_market(4).close()
    for name in TABLES:
        table, expected = getattr(chunked, name), getattr(one, name)
        pieces = list(table.pieces())
        assert len(pieces) > len(list(expected.pieces()))
        for column in expected:
            assert np.array_equal(table[column], expected[column]), (name, column)
            joined = np.concatenate([piece[column] for piece in pieces])
            assert np.array_equal(joined, expected[column]), (name, column)
            assert joined.dtype == expected[column].dtype


def test_a_table_takes_fewer_bytes_than_its_columns():
    tables = random_market(4).close()
    for name in TABLES:
        table = getattr(tables, name)
        assert 0 < table.nbytes < sum(table[column].nbytes for column in table) / 3


def test_books_that_grow_lose_nothing(monkeypatch):
    expected = random_market(9).close()
    monkeypatch.setattr(people, "FIRST_ROOM", 2)
    grown = random_market(9).close()
    for name in TABLES:
        for column in getattr(expected, name):
            assert np.array_equal(getattr(grown, name)[column], getattr(expected, name)[column])
    assert grown.sha256 == expected.sha256
