"""A process of its own that draws the figures, so that the caller need not wait for matplotlib.

Loading matplotlib and drawing six figures takes longer than a small market. The process loads
while the market runs, and shares the drawing with a copy of itself.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from sim.measures.lenses import LENS_COLUMNS
from sim.paths import PACKAGE
from sim.views.drawn import Drawn
from sim.views.market import Market

OF_PARTICIPANTS = ("year", "participant", "months_enrolled", *LENS_COLUMNS)
OF_LIVES = ("participant", "sponsor", "joined_month", "left_month")


class Studio:
    """Give it a market with ``begin`` and fetch its figures, drawn by then or soon, with ``drawn``.

    It is a context: leaving it ends the process, whatever it is doing.
    """

    def __init__(self) -> None:
        paths = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sim.views.studio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            process_group=0,  # Ctrl-C is for the caller, who then leaves the context
        )
        self._courier: threading.Thread | None = None

    def begin(self, market: Market) -> None:
        """Hand over a market; all that is still to be done is done elsewhere."""
        self._courier = threading.Thread(target=self._send, args=[as_drawn(market)])
        self._courier.start()  # the process may still be loading, and a pipe holds little

    def _send(self, market: Market) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as pipe:  # ``drawn`` tells of a failure
            pickle.dump(market, pipe, protocol=5)

    def drawn(self) -> Sequence[Drawn]:
        """The figures of the market in the order of the report, waited for.

        Raises:
            RuntimeError: they could not be drawn; why stands on standard error.
        """
        assert self._process.stdout is not None
        answer = self._process.stdout.read()
        if self._process.wait():
            raise RuntimeError(f"the figures could not be drawn: {self._process.args!r} failed")
        found: Sequence[Drawn] = pickle.loads(answer)
        return found

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, and with it the copy that it may have made of itself."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._courier is not None:
            self._courier.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


def as_drawn(market: Market) -> Market:
    """The same market with no more of its tables than the figures show."""
    nothing: dict[str, Any] = {}
    tables = dataclasses.replace(
        market.tables,
        months=dict(market.tables.months),
        participants={name: market.enrolled[name] for name in OF_PARTICIPANTS},
        lives={name: market.tables.lives[name] for name in OF_LIVES},
        person_months=nothing,
        entry=nothing,
        journal=nothing,
        write_folder=None,
    )
    return dataclasses.replace(market, tables=tables)


def _draw_as_asked() -> None:
    """Read a market from standard input, draw it, and write the figures to standard output."""
    from sim.views.figures import FIGURES, draw_finished

    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may get between
    try:
        market = pickle.load(sys.stdin.buffer)
    except EOFError:
        return  # the caller has gone
    half = len(FIGURES) // 2
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    copy = context.Process(target=lambda: there.send(draw_finished(market, FIGURES[half:])))
    copy.start()
    there.close()
    first = draw_finished(market, FIGURES[:half])
    pickle.dump([*first, *here.recv()], answer, protocol=5)
    answer.close()
    copy.join()


if __name__ == "__main__":
    _draw_as_asked()
