"""Measures are tried on the ledger's hand-made and random markets."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ledger"))
