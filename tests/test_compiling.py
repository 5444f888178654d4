"""Compiling: once for processes that start together; rows as compiled code sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from sim.jit import njit, prefetch
from sim.records import LINE, PERSON, RowTable

WAITING = """
import sys, time
from sim.jit import compiling_once
with compiling_once("market"):
    began = time.monotonic()
    time.sleep(float(sys.argv[1]))
print(began, time.monotonic())
"""


def spans(cache: Path, seconds: list[str]) -> list[tuple[float, float]]:
    """When each of some processes that start together was compiling."""
    environment = os.environ | {"DOWNLINE_CACHE": str(cache)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WAITING, s], env=environment, stdout=subprocess.PIPE, text=True
        )
        for s in seconds
    ]
    told = [process.communicate()[0].split() for process in started]
    return sorted((float(began), float(ended)) for began, ended in told)


def test_processes_that_start_together_compile_one_after_the_other(tmp_path: Path) -> None:
    first, second = spans(tmp_path, ["1", "1"])
    assert first[1] <= second[0] + 0.05


def test_who_comes_later_does_not_wait(tmp_path: Path) -> None:
    spans(tmp_path, ["0"])
    first, second = spans(tmp_path, ["3", "3"])
    assert second[0] < first[1]


def test_rows_of_people_are_whole_lines_and_columns_are_views_of_them() -> None:
    people = RowTable(PERSON, 5, apart=("role",))
    assert people.rows.dtype.itemsize % LINE == 0
    assert people.rows.ctypes.data % LINE == 0
    people.refusals[3] = 7
    assert people.rows[3]["refusals"] == 7
    people.role[2] = 3
    assert people.role.tolist() == [0, 0, 3, 0, 0]
    assert people.role.flags.c_contiguous


@njit
def total(values: np.ndarray, ahead: int) -> float:
    """A sum that asks for what it reads next."""
    found = 0.0
    for i in range(len(values)):
        if i + ahead < len(values):
            prefetch(values, i + ahead)
        found += values[i]
    return found


def test_asking_ahead_changes_nothing() -> None:
    values = np.arange(100.0)
    assert total(values, 8) == total.py_func(values, 8) == values.sum()
