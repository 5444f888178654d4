"""Exact payout ratios of a unilevel plan when uplines are qualified by independent luck.

Every member orders the same volume or nothing, with chance q; whoever orders is qualified. The
payout ratio is the mean of what is paid over the mean volume. Nothing here is simulated.
"""

from __future__ import annotations

from fractions import Fraction

Rates = tuple[Fraction, ...]
RATES = (Fraction(1, 20),) * 7


def upline_shares(n: int, q: Fraction) -> list[Fraction]:
    """Expected shares of the n members of a recursive tree by number of qualified uplines.

    The coefficients of the mean over k of prod_{i<k} ((i - q) + q z)/i: a thinned depth profile.
    """
    law, total = [Fraction(1)], [Fraction(0)] * n
    for i in range(1, n + 1):
        total = [t + (law[j] if j < len(law) else 0) for j, t in enumerate(total)]
        kept = [*(p * (i - q) / i for p in law), Fraction(0)]
        raised = [Fraction(0), *(p * q / i for p in law)]
        law = [a + b for a, b in zip(kept, raised, strict=True)]
    return [t / n for t in total]


def chain_shares(n: int, q: Fraction) -> list[Fraction]:
    """The same for a chain of n members, each recruited by the one before."""
    law, total = [Fraction(1)], [Fraction(0)] * n
    for _ in range(n):
        total = [t + (law[j] if j < len(law) else 0) for j, t in enumerate(total)]
        kept = [*(p * (1 - q) for p in law), Fraction(0)]
        law = [a + b for a, b in zip(kept, [Fraction(0), *(p * q for p in law)], strict=True)]
    return [t / n for t in total]


def paid(shares: list[Fraction], rates: Rates = RATES) -> Fraction:
    """Sum of rate times the share with at least so many (qualified) uplines."""
    at_least = [sum(shares[level:], Fraction(0)) for level in range(1, len(rates) + 1)]
    return sum((rate * share for rate, share in zip(rates, at_least, strict=True)), Fraction(0))


def tree_ratio(n: int, q: Fraction, *, compressed: bool, rates: Rates = RATES) -> Fraction:
    """Payout ratio on a recursive tree of n members."""
    if compressed:
        return paid(upline_shares(n, q), rates)
    return q * paid(upline_shares(n, Fraction(1)), rates)


def chain_ratio(n: int, q: Fraction, *, compressed: bool, rates: Rates = RATES) -> Fraction:
    """Payout ratio on a chain of n members."""
    if compressed:
        return paid(chain_shares(n, q), rates)
    return q * paid(chain_shares(n, Fraction(1)), rates)
