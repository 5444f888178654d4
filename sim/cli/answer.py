"""How a command answers: its result on stdout, all else on stderr, and the exit status."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from typing import Any, TextIO

OK = 0
FAILED = 1
BAD_INPUT = 2
STOPPED = 130

Work = Callable[[argparse.Namespace, "Answer"], int]
Commands = Any
"""What ``add_subparsers`` returns; argparse has no public name for it."""


class Answer:
    """Where one command puts what it has to say."""

    def __init__(self, as_json: bool, quiet: bool, stdout: TextIO) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.stdout = stdout

    def note(self, text: str) -> None:
        """Say ``text`` on standard error, unless the user wants quiet."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def give(self, document: Mapping[str, Any], show: Callable[[], None]) -> None:
        """The command's result: ``document`` with --json, else what ``show`` prints."""
        if self.as_json:
            text = json.dumps(document, indent=1, ensure_ascii=False, default=str)
            print(text, file=self.stdout, flush=True)
        else:
            with redirect_stdout(self.stdout):
                show()
                sys.stdout.flush()

    def refuse(self, message: str, document: Mapping[str, Any]) -> int:
        """Say what is wrong with the input; returns the exit status."""
        print(message, file=sys.stderr)
        if self.as_json:
            self.give({"error": document}, lambda: None)
        return BAD_INPUT


def whole(text: str) -> int:
    """An option that counts workers or threads."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 99999")
    return int(text)


def command(commands: Commands, name: str, work: Work, summary: str) -> argparse.ArgumentParser:
    """Declare a command with what all commands share."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary, allow_abbrev=False
    )
    made.add_argument("--json", action="store_true", help="one JSON document on standard output")
    made.add_argument("--quiet", action="store_true", help="no progress and no notes")
    made.set_defaults(work=work)
    return made


def answered(args: argparse.Namespace) -> int:
    """Do the work of a parsed call: bad input ends it with one message, Ctrl-C without any."""
    answer = Answer(args.json, args.quiet, sys.stdout)
    try:
        # whatever a library prints must not end up in the answer
        with redirect_stdout(sys.stderr):
            return int(args.work(args, answer))
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # the reader of our answer has gone; nothing more can or need be said, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return FAILED
    except Exception as error:
        problem = _user_error(error)
        if problem is None:
            raise
        return answer.refuse(str(error), problem)


def _user_error(error: Exception) -> Mapping[str, Any] | None:
    """What to tell of a mistake that is the user's to mend; None for any other error."""
    from sim.scenario.errors import InputError

    if isinstance(error, InputError):
        return error.as_dict()
    # asked for only where it is loaded: a scenario's mistake is told without reading tables
    for room, name in (("sim.results", "ResultsError"), ("sim.world.networks.csr", "NetworkError")):
        home = sys.modules.get(room)
        if home is not None and isinstance(error, getattr(home, name)):
            return {"message": str(error)}
    return None
