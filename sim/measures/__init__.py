"""What it means: indicators, outcomes, inequality, retention, comparison with published figures."""

from sim.measures.indicators import indicators, payout_by_component, payout_ratio
from sim.measures.operators import compare
from sim.measures.outcomes import outcomes
from sim.measures.summary import summarise

__all__ = [
    "compare",
    "indicators",
    "outcomes",
    "payout_by_component",
    "payout_ratio",
    "summarise",
]
