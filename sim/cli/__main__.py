"""``python -m sim.cli`` is the command ``downline``."""

import sys

from sim.cli import main

sys.exit(main())
