"""What a run says and what it does not: the sentences that stand under every view."""

from __future__ import annotations

from sim.views.text import STAMP

HEADLINE = f"{STAMP}: the outcome of a model, not a finding about any firm."

NO_FINDING = (
    "A scenario with the published parameters of a real firm is not a finding about that firm: the "
    "people "
    "in it are invented, and most behaviour rests on priors."
)

LIMITS = (
    f"Every figure of a simulation is stamped {STAMP}.",
    NO_FINDING,
    "The report gives measures, intervals, assumptions and the opposing reading. It gives no "
    "verdict: "
    "nothing here says that a firm or a plan is a pyramid scheme, or that it is legal.",
    "It is no recruiting material and no forecast of anybody's income. Whoever shows what top "
    "earners get "
    "shows the share who lose beside it.",
    "One run is one draw of luck. Differences between plans need replicates: see the intervals of "
    "a sweep.",
    "Net results depend on how own use is valued: all three values are given. Expenses, hours and "
    "what "
    "recruiters promise rest on one survey and on priors; read curves, not points.",
    "This market has one region, one currency and one product line. Returns, credit, taxes and "
    "rival firms "
    "are not in it.",
    "Published rank means hide the spread inside ranks: inequality computed from them is a lower "
    "bound.",
)
