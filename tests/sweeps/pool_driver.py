"""A driver of two worker processes that a test can kill."""

from __future__ import annotations

import sys
from pathlib import Path

from toy_market import TOY

from sim.sweeps import run_study

if __name__ == "__main__":
    run_study(sys.argv[1], out=Path(sys.argv[2]), executor="processes", workers=2, recipe=TOY)
