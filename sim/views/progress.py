"""Progress of a run on standard error: a bar with the time left, or a line every ten per cent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Progress = Callable[[int, str], None]


@contextmanager
def progress(total_months: int, quiet: bool, stream: TextIO | None = None) -> Iterator[Progress]:
    """Give a callable (months done, what is going on).

    Silent where ``quiet``. A terminal shows a bar with the time left; anything else gets a line at
    every tenth of the way. ``stream`` is standard error where it is not given. Standard output is
    never touched.
    """
    out = stream or sys.stderr
    if quiet:
        yield lambda _done, _text: None
    elif out.isatty():
        with _bar(total_months, out) as tell:
            yield tell
    else:
        yield _lines(total_months, out)


@contextmanager
def _bar(total: int, out: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(file=out), transient=True) as bars:
        task = bars.add_task("running", total=max(total, 1))

        def tell(done: int, text: str) -> None:
            bars.update(task, completed=done, description=text)

        yield tell


def _lines(total: int, out: TextIO) -> Progress:
    began, first, told = time.monotonic(), 0, 0

    def tell(done: int, text: str) -> None:
        nonlocal began, first, told
        if done <= 1:
            # Set-up and the first month, which may compile, say nothing of the rest.
            began, first = time.monotonic(), done
        tenth = 10 * done // max(total, 1)
        if tenth <= told:
            return
        told = tenth
        left = (time.monotonic() - began) * (total - done) / max(done - first, 1)
        print(f"{10 * tenth} % · {text} · {_span(left)} left", file=out, flush=True)

    return tell


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
