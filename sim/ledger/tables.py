"""What a ledger hands over when it is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class LedgerTables:
    """What a finished run leaves: tables as mappings of equal-length columns (columns.py).

    ``months``: a row a month. ``participants``: a row a participant and calendar year, with
    zeros. ``person_months``: the participants qualified or ordering, month by month, of the last
    complete calendar year (of the last year where none is complete). ``lives``: a row a membership
    since enrolment. ``entry``: its first 12 and 24 months, where the run lasted so long.
    ``journal``: all postings. Money is in minor units of ``currency``; ``minor_digits`` of them
    are decimals. The four tables of participants may be stored narrow (sim/ledger/filed.py): each
    look at a column then makes it anew, and ``pieces()`` gives all columns of some rows at a time.
    """

    start: tuple[int, int]
    currency: str
    minor_digits: int
    component_ids: tuple[str, ...]
    rank_ids: tuple[str, ...]
    benchmark: int
    months: Columns
    participants: Columns
    person_months: Columns
    lives: Columns
    entry: Columns
    journal: Columns
    sha256: str
    write_folder: Callable[[Path, str], None] | None = field(default=None, repr=False)
