"""``python -m benchmarks`` (``make bench``): every benchmark in turn, into benchmarks/RESULTS.md.

Times of a shared machine are worth a median and a ratio, no more; each table names its command.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {
    "The Mesa engine": "engine",
    "One settlement of a million participants": "settlement",
    "Contact networks of a million people": "networks",
}


def main() -> None:
    """Run all parts and write what they print."""
    python = f"Python {platform.python_version()}"
    text = ["# Measured", "", f"{os.cpu_count()} cores, {platform.machine()}, {python}."]
    for title, part in PARTS.items():
        print(f"{title} ...", file=sys.stderr, flush=True)
        command = [sys.executable, str(HERE / f"{part}.py")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(done.stdout, flush=True)
        text += ["", f"## {title}", "", f"`python benchmarks/{part}.py`", "", "```"]
        text += [done.stdout.rstrip(), "```"]
    (HERE / "RESULTS.md").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
