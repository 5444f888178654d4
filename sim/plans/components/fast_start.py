"""The fast-start bonus: rates on a newcomer's orders in its first days, to the people above it.

The walk is the level bonus's, over orders inside the window only; without roll-up an unqualified
upline's level is lost. Maximum and reasons as in ``level``. The orders inside the window (paid or
not) are this bonus's own, and a level bonus that names it in ``exclude_orders`` leaves them out.
"""

from __future__ import annotations

from sim.plans.components.level import pay

__all__ = ["pay"]
