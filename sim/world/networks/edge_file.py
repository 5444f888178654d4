"""A contact network read from a file of ties: CSV, two person numbers a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.jit import njit
from sim.world.networks.csr import NetworkError, Rows, from_ties

CHUNK = 1 << 22  # bytes read at a time
HEADER = -1  # the field of a first line that is no tie
NONE = -1  # the value of a field of which no digit is read yet
LINE, FIELD, VALUE, CLOSED, TIES = range(
    5
)  # where the reading stands; closed: a space ended the value
GOOD, NOT_A_NUMBER, TOO_LARGE, NOT_TWO, SELF, CHANGED = range(6)
FAULTS = {
    NOT_A_NUMBER: "a person must be a whole number from 0, written in digits",
    TOO_LARGE: "there is no such person: numbers go from 0 to {last}",
    NOT_TWO: "a line must hold two person numbers with a comma between them",
    SELF: "a person cannot be tied to itself",
    CHANGED: "the file was changed while it was read",
}


def edge_list(path: Path, people: int) -> Rows:
    """The network whose ties a CSV file lists, one a line, each once, in either order.

    The first line may be a header (it starts with a letter); empty lines are passed over. Raises
    NetworkError with file, line, text and bound for anything else that is not two known people.
    """
    try:
        header = _header(path)
        left, right = _read(path, header, people)
    except OSError as error:
        raise NetworkError(f"network.file: cannot read {path}: {error.strerror}") from None
    indptr, neighbours = from_ties(left, right, people)
    twice = _repeated(indptr, neighbours)
    if twice[0] >= 0:
        first, second = _lines_of(path, header, twice)[:2]
        text = f"{twice[0]},{twice[1]}"
        raise NetworkError(f"{path}, line {second}: the tie {text} is already in line {first}")
    return indptr, neighbours


def _chunks(path: Path) -> Iterator[NDArray[np.uint8]]:
    """The bytes of a file in pieces, then one line end, so that the last line is complete."""
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        while piece := file.read(CHUNK):
            yield np.frombuffer(piece, np.uint8)
    yield np.frombuffer(b"\n", np.uint8)


def _header(path: Path) -> bool:
    first = next(_chunks(path))[:1].tobytes()
    return first.isalpha() or first in (b'"', b"_")


def _read(path: Path, header: bool, people: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    lines = sum(int(np.count_nonzero(piece == 10)) for piece in _chunks(path))
    left, right = np.empty(lines, np.int32), np.empty(lines, np.int32)
    state = np.array([1, HEADER if header else 0, NONE, 0, 0], np.int64)
    for piece in _chunks(path):
        fault = _parse(piece, state, left, right, people)
        if fault != GOOD:
            text, reason = _line(path, int(state[LINE])), FAULTS[fault].format(last=people - 1)
            raise NetworkError(f"{path}, line {state[LINE]}: {text!r}: {reason}")
    ties = int(state[TIES])
    if ties == 0:
        raise NetworkError(f"{path}: holds no ties")
    return left[:ties], right[:ties]


def _line(path: Path, number: int) -> str:
    """A line of the file as text, cut to a length that fits a message."""
    with path.open("rb") as file:
        for _ in range(number - 1):
            file.readline()
        return file.readline(60).decode("utf-8", "replace").strip("\ufeff\r\n")


def _lines_of(path: Path, header: bool, tie: tuple[int, int]) -> list[int]:
    """The numbers of the lines that hold a tie, read again slowly for a message."""
    wanted = [set(tie)]
    found = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            fields = line.strip(b"\xef\xbb\xbf \t\r\n").split(b",")
            if not (header and number == 1) and len(fields) == 2 and {*map(int, fields)} in wanted:
                found.append(number)
    return found


@njit
def _repeated(indptr: NDArray[np.int32], neighbours: NDArray[np.int32]) -> tuple[int, int]:
    """The first two people who are tied twice; (-1, -1) if there are none."""
    for p in range(len(indptr) - 1):
        for i in range(indptr[p] + 1, indptr[p + 1]):
            if neighbours[i] == neighbours[i - 1]:
                return p, int(neighbours[i])
    return -1, -1


@njit
def _parse(
    piece: NDArray[np.uint8],
    state: NDArray[np.int64],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    people: int,
) -> int:
    """Read on through one piece of the file; ``state`` is carried from piece to piece."""
    for i in range(len(piece)):
        byte = int(piece[i])
        if ord("0") <= byte <= ord("9") and state[FIELD] != HEADER:
            state[VALUE] = max(state[VALUE], 0) * 10 + byte - ord("0")
            fault = NOT_A_NUMBER if state[CLOSED] else TOO_LARGE if state[VALUE] >= people else GOOD
        else:
            fault = _take(byte, state, left, right)
        if fault != GOOD:
            return fault
    return GOOD


@njit
def _take(
    byte: int, state: NDArray[np.int64], left: NDArray[np.int32], right: NDArray[np.int32]
) -> int:
    """One byte that is no digit of a person: a space, the comma or the end of the line."""
    if state[FIELD] == HEADER:
        return _end_line(state) if byte == ord("\n") else GOOD
    if byte in (ord(" "), ord("\t"), ord("\r")):
        state[CLOSED] = state[VALUE] >= 0
        return GOOD
    if byte == ord(","):
        return _first_person(state, left)
    if byte == ord("\n"):
        return _second_person(state, left, right)
    return NOT_A_NUMBER


@njit
def _first_person(state: NDArray[np.int64], left: NDArray[np.int32]) -> int:
    if state[FIELD] == 1 or state[VALUE] < 0:
        return NOT_TWO
    if state[TIES] == len(left):
        return CHANGED
    left[state[TIES]] = state[VALUE]
    state[FIELD], state[VALUE], state[CLOSED] = 1, NONE, 0
    return GOOD


@njit
def _second_person(
    state: NDArray[np.int64], left: NDArray[np.int32], right: NDArray[np.int32]
) -> int:
    if state[FIELD] == 0 and state[VALUE] < 0:
        return _end_line(state)
    if state[FIELD] == 0 or state[VALUE] < 0:
        return NOT_TWO
    if left[state[TIES]] == state[VALUE]:
        return SELF
    right[state[TIES]] = state[VALUE]
    state[TIES] += 1
    return _end_line(state)


@njit
def _end_line(state: NDArray[np.int64]) -> int:
    state[LINE] += 1
    state[FIELD], state[VALUE], state[CLOSED] = 0, NONE, 0
    return GOOD
