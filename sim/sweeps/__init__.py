"""Many runs: study files, designs, executors (serial, processes, Ray) and a store that resumes."""

from sim.sweeps.runs import Recipe
from sim.sweeps.sweep import run_study

__all__ = ["Recipe", "run_study"]
