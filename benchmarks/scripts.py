"""The benchmarks of single rooms: scripts that print a table of their own."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measuring import ROOT
from benchmarks.results import Ask, Result

TITLES = {
    "settlement": "Settlement of a month",
    "networks": "Contact networks",
}
FULL = {"people": (1_000_000,), "months": (1,), "repeats": 1}
SHORT = {"people": (2_000,), "months": (1,), "repeats": 1}


def settlement(ask: Ask) -> Result:
    """What ``benchmarks/settlement.py`` prints for so many participants."""
    return printed("settlement", ask)


def networks(ask: Ask) -> Result:
    """What ``benchmarks/networks.py`` prints for so many people."""
    return printed("networks", ask)


def printed(script: str, ask: Ask) -> Result:
    """What a script prints.

    Raises:
        RuntimeError: the script failed; its errors are in the message.
    """
    command = [sys.executable, f"benchmarks/{script}.py", str(ask.people[0])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"benchmarks/{script}.py: {done.stderr}")
    return Result(f"{TITLES[script]}: {ask.people[0]:,}", text=done.stdout)
