"""Progress on standard error: how far the work is and how long it will still take."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

INTERVAL = 0.2


class Progress:
    """Call it with (units done, units in all, what is going on).

    A terminal has one line, rewritten at most five times a second and cleared at the end. Anything
    else gets a line for each step before the first unit and one at every tenth of the way. Where
    ``quiet`` nothing is said. ``unit`` names what is counted. Standard output is never touched.
    """

    def __init__(self, quiet: bool, unit: str, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.quiet, self.unit = quiet, unit
        self.terminal = self.stream.isatty()
        self.began, self.first = time.monotonic(), 0
        self.told, self.said, self.tenth, self.width = 0.0, "", 0, 0

    def __call__(self, done: int, total: int, text: str = "") -> None:
        """Report that ``done`` of ``total`` units are finished, and what is being done now."""
        if self.quiet:
            return
        if done <= 1:
            # Set-up and the first unit, which may compile, say nothing of the rest.
            self.began, self.first = time.monotonic(), done
        text = text or f"{self.unit} {done} of {total}"
        if self.terminal:
            self._rewrite(text, done, total)
        else:
            self._say(text, done, total)

    def _rewrite(self, text: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.told < INTERVAL and 0 < done < total:
            return
        self.told = now
        self._write(text + self._left(done, total))

    def _say(self, text: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth > self.tenth:
            self.tenth = tenth
            self._print(f"{10 * tenth} % · {text}{self._left(done, total)}")
        elif done == 0 and text != self.said:
            self.said = text
            self._print(text)

    def _left(self, done: int, total: int) -> str:
        if not self.first < done < total:
            return ""
        spent = time.monotonic() - self.began
        return f" · {span(spent * (total - done) / (done - self.first))} left"

    def _print(self, text: str) -> None:
        print(text, file=self.stream, flush=True)

    def _write(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self.width))
        self.stream.flush()
        self.width = len(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Clear the line, so that what follows stands alone."""
        if self.width:
            self._write("")
            self.stream.write("\r")
            self.stream.flush()


def span(seconds: float) -> str:
    """A duration in its natural unit: ``8 s``, ``12 min``, ``1.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
