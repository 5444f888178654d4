"""What is wrong with an input, so that its author can mend it: place, field, value, bound, hint."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

COMMAND_LINE = "command line"
SHOWN = 10
WIDEST = 60


@dataclass(frozen=True, order=True)
class Place:
    """Where something is written: a file as the user named it, or ``command line``.

    ``line`` and ``column`` count from 1.
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return printable(self.file) if self.line is None else f"{printable(self.file)}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One mistake. ``says`` is the clause after the field: ``-1 is below 0``.

    ``field`` is the dotted path, empty for the file as a whole; ``value`` the source text,
    shortened; ``bound`` what is allowed, with unit and meaning; ``hint`` what to write instead.
    """

    place: Place
    field: str
    says: str
    value: str = ""
    bound: str = ""
    hint: str = ""

    def __str__(self) -> str:
        text = (
            f"{self.place}: {self.field}: {self.says}"
            if self.field
            else f"{self.place}: {self.says}"
        )
        text += f" ({self.bound})" if self.bound else ""
        return f"{text}; {self.hint}" if self.hint else text


class InputError(Exception):
    """Bad input of a user: all that was found wrong in it, the first place first.

    >>> print(InputError(Problem(Place("a.yaml", 3), "months", "0 is below 1", "0", "1 to 100000")))
    a.yaml:3: months: 0 is below 1 (1 to 100000)
    """

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("an InputError needs a problem")
        super().__init__(*problems)
        self.problems = problems

    @property
    def first(self) -> Problem:
        """The problem that the message opens with."""
        return self.problems[0]

    def __str__(self) -> str:
        more = self.problems[1 : SHOWN + 1]
        lines = [str(self.first), *(f"  also {problem}" for problem in more)]
        left = len(self.problems) - 1 - len(more)
        return "\n".join([*lines, f"  and {left} more"] if left else lines)

    def as_dict(self) -> dict[str, object]:
        """The message and every problem as plain data, for ``--json``."""
        return {"message": str(self), "problems": [asdict(problem) for problem in self.problems]}


def printable(text: str) -> str:
    """``text`` in which nothing can steer a terminal: what is not printable is shown escaped."""
    return text if text.isprintable() else repr(text)[1:-1]


def shortened(text: str) -> str:
    """``text`` on one line of at most 60 characters, its middle left out, printable."""
    if len(text) > WIDEST:
        text = f"{text[: WIDEST - 13]}...{text[-10:]}"
    return printable(text)


def listed(names: Iterable[str]) -> str:
    """Names as a sentence part: ``a, b or c``, cut after twelve."""
    known = list(names)
    shown = known if len(known) <= 12 else [*known[:12], "..."]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word closest to ``word``, or nothing if none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else ""
