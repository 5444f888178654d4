"""One line on standard error that tells how far the work is and how long it will still take."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

INTERVAL = 0.2


class Progress:
    """Call it with (done, total); it rewrites its line at most five times a second.

    Says nothing where standard error is no terminal, or the user wants quiet.
    """

    def __init__(self, quiet: bool, unit: str, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.silent = quiet or not self.stream.isatty()
        self.unit = unit
        self.began = time.monotonic()
        self.told = 0.0
        self.width = 0

    def __call__(self, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` units are finished."""
        now = time.monotonic()
        if self.silent or (now - self.told < INTERVAL and done < total):
            return
        self.told = now
        self._write(f"{self.unit} {done} of {total}{self._left(now - self.began, done, total)}")

    def _left(self, spent: float, done: int, total: int) -> str:
        if not 0 < done < total:
            return ""
        seconds = round(spent * (total - done) / done)
        return f", {seconds // 60}:{seconds % 60:02d} left"

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
