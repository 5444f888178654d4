"""Many runs: study files, designs, executors (serial, processes, Ray) and a store that resumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.sweeps.runs import Recipe
    from sim.sweeps.sweep import run_study

__all__ = ["Recipe", "run_study"]


def __getattr__(name: str) -> Any:
    """The public names, loaded when asked for: a worker needs much less than the driver."""
    if name == "Recipe":
        from sim.sweeps.runs import Recipe

        return Recipe
    if name == "run_study":
        from sim.sweeps.sweep import run_study

        return run_study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
