"""Counted random numbers: every draw is a pure function of (seed, person, month, purpose, k).

The generator is a chain of splitmix64 finalisers (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators"; constants of Stafford's variant 13). ``stream`` absorbs seed, month
and purpose one by one; ``bits`` absorbs the person, then k. So the same people have the same luck
under another plan, another visit order, another number of threads and in both engines.

    luck = draws.uniform(draws.stream(seed, month, Draw.SHOP), person, 0)

The distributions below are functions of one uniform number, rising in it, so that a rule stays a
deterministic function of luck. All use ``math`` alone: compiled or not, they give the same bits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload
from numpy.typing import NDArray

from sim.jit import njit

FOREVER = 1 << 62  # a count that no run reaches


class Draw(IntEnum):
    """What a draw is for. The numbers are part of the model: add new ones, never change one."""

    BIRTH_MOTIVE = 1
    BIRTH_APPETITE = 2
    BIRTH_SKILL = 3
    BIRTH_HOURS = 4
    BIRTH_SUSCEPTIBILITY = 5
    BIRTH_WAGE = 6
    BIRTH_PRICE = 7
    BIRTH_LIFETIME = 8
    NETWORK = 9
    FOUNDER = 10
    SHOP = 11
    UNITS = 12
    DAY = 13
    CUSTOMER_STAY = 14
    STOCK = 15
    TOP_UP = 16
    APPROACH_COUNT = 17
    APPROACH_TARGET = 18
    OFFER = 19
    CONSIDER = 20
    TIE = 21
    ADMISSION = 22
    STAY = 23
    RENEW = 24
    PLACE = 25
    CUSTOMER_CLASS = 26


PURPOSES = 1 + max(Draw)
"""One more than the highest number of a Draw."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S32, _S11 = (np.uint64(shift) for shift in (27, 30, 31, 32, 11))
_LOW = np.uint64(0xFFFFFFFF)
_WORD = (1 << 64) - 1


# Numpy scalars warn on every wrapping product and refuse negative keys; compiled code does neither.
# So these three have a plain and a compiled form each, and all that is built on them has one form.


def _word(key: int) -> Any:
    """A signed or unsigned 64-bit key as a two's complement word; refuses floats and long ints."""
    whole = operator.index(key)
    if not -(1 << 63) <= whole <= _WORD:
        raise OverflowError(f"a key of a draw must fit in 64 bits, not {whole}")
    return np.uint64(whole & _WORD)


def _plus(a: Any, b: Any) -> Any:
    """The sum modulo 2**64."""
    return np.uint64((int(a) + int(b)) & _WORD)


def _times(a: Any, b: Any) -> Any:
    """The product modulo 2**64."""
    return np.uint64((int(a) * int(b)) & _WORD)


@overload(_word, strict=False)
def _compiled_word(key: Any) -> Callable[..., Any] | None:
    if isinstance(key, types.IntEnumMember):
        return lambda key: np.uint64(key.value)
    if isinstance(key, types.Integer):
        return lambda key: np.uint64(key)  # noqa: PLW0108 - numba needs a plain function
    return None


@overload(_plus, strict=False)
def _compiled_plus(a: Any, b: Any) -> Callable[..., Any]:  # noqa: ARG001 - numba matches the names
    return lambda a, b: a + b


@overload(_times, strict=False)
def _compiled_times(a: Any, b: Any) -> Callable[..., Any]:  # noqa: ARG001
    return lambda a, b: a * b


@njit
def _finalise(z: Any) -> Any:
    """The output function of splitmix64: a bijection that spreads every bit of a word over all."""
    z = _times(z ^ (z >> _S30), _FIRST)
    z = _times(z ^ (z >> _S27), _SECOND)
    return z ^ (z >> _S31)


@njit
def stream(seed: int, month: int, purpose: int) -> int:
    """The key of one purpose in one month: take it once, then draw for many people.

    A 64-bit word, given as a signed number because compiled functions take a Python int for one.
    """
    z = _finalise(_plus(_word(seed), _GOLDEN))
    z = _finalise(_plus(z ^ _word(month), _GOLDEN))
    z = _finalise(_plus(z ^ _word(purpose), _GOLDEN))
    return int(np.uint64(z).view(np.int64))


@njit
def streams(seed: int, month: int) -> NDArray[np.int64]:
    """The key of every purpose in one month, by the number of the Draw."""
    out = np.zeros(PURPOSES, np.int64)
    for purpose in range(PURPOSES):
        out[purpose] = stream(seed, month, purpose)
    return out


@njit
def bits(stream: int, person: int, k: int) -> Any:
    """The k-th 64 random bits of a person in a stream.

    The stream enters both stages: were it only in the first, two streams that differ in a few low
    bits would hold the same luck, dealt to other people.
    """
    key = _word(stream)
    z = _finalise(_plus(key ^ _word(person), _GOLDEN))
    return _finalise(_plus(z ^ _word(k), _times(key, _GOLDEN)))


@njit
def uniform(stream: int, person: int, k: int) -> float:
    """The k-th uniform number of a person in a stream: a multiple of 2**-53 in [0, 1)."""
    return float(_word(bits(stream, person, k)) >> _S11) * 2.0**-53


@njit
def below(stream: int, person: int, k: int, n: int) -> int:
    """A whole number in [0, n), 1 <= n < 2**32, from the same bits as ``uniform`` with this key.

    The high word of bits times n (Lemire 2019): each value has probability 1/n to within 2**-64.
    """
    if n < 1 or n >= 4294967296:
        raise ValueError("below: n must be at least 1 and less than 2**32")
    word, size = _word(bits(stream, person, k)), _word(n)
    carry = ((word & _LOW) * size) >> _S32
    return int(((word >> _S32) * size + carry) >> _S32)


@njit
def uniforms(stream: int, persons: NDArray[Any], k: int) -> NDArray[np.float64]:
    """``uniform`` for each person of an integer array, in the array's order."""
    out = np.empty(len(persons), np.float64)
    for i in range(len(persons)):
        out[i] = uniform(stream, persons[i], k)
    return out


@njit
def person_key(person: int, incarnation: int) -> int:
    """One key for one life of a slot; distinct for slots below 2**40, incarnations below 2**23."""
    return int(np.int64(person) | (np.int64(incarnation) << np.int64(40)))


@njit
def person_of(key: int) -> tuple[int, int]:
    """The slot and the incarnation that a key was made of."""
    return int(np.int64(key) & np.int64((1 << 40) - 1)), int(np.int64(key) >> np.int64(40))


@njit
def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for c in coefficients:
        total = total * x + c
    return total


# Wichura 1988, algorithm AS 241 (PPND16): numerators and denominators, highest power first.
_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
      4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
      1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
      2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
      4.2313330701600911252e1, 1.0),
)  # fmt: skip
_FLANK = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
      1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
      4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
      1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
      2.05319162663775882187e0, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
      5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
      7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
      5.99832206555887937690e-1, 1.0),
)  # fmt: skip


@njit
def normal(u: float) -> float:
    """The standard normal quantile of u, to 1 part in 10**15; u = 0 counts as 2**-54 (-8.3)."""
    u = max(u, 2.0**-54)
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_CENTRE[0], r) / _polynomial(_CENTRE[1], r)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        z = _polynomial(_FLANK[0], r - 1.6) / _polynomial(_FLANK[1], r - 1.6)
    else:
        z = _polynomial(_TAIL[0], r - 5.0) / _polynomial(_TAIL[1], r - 5.0)
    return -z if q < 0.0 else z


@njit
def exponential(u: float) -> float:
    """The exponential quantile of u, mean 1."""
    return -math.log1p(-u)


@njit
def lognormal(u: float, sigma: float) -> float:
    """The quantile of a log-normal number with mean 1; sigma >= 0 spreads its logarithm."""
    return math.exp(sigma * normal(u) - 0.5 * sigma * sigma)


@njit
def geometric(u: float, p: float) -> int:
    """How many failures precede the first success when a try succeeds with probability p in [0, 1].

    At most FOREVER, which is also the answer where p is 0.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError("geometric: p must be in [0, 1]")
    if p == 1.0:
        return 0
    if p == 0.0:
        return FOREVER
    tries = math.log1p(-u) / math.log1p(-p)
    return FOREVER if tries >= 4611686018427387904.0 else int(tries)


@njit
def _poisson_start(mean: float) -> tuple[int, float]:
    """A count with less than 2**-60 of the probability below it, and its own probability."""
    if mean <= 700.0:
        return 0, math.exp(-mean)
    k = math.floor(mean - 9.0 * math.sqrt(mean))
    excess = (mean - k) / k
    stirling = 0.5 * math.log(2.0 * math.pi * k) + 1.0 / (12.0 * k) - 1.0 / (360.0 * k * k * k)
    return int(k), math.exp(k * (math.log1p(excess) - excess) - stirling)


@njit
def poisson(u: float, mean: float) -> int:
    """The Poisson quantile of u for a mean in [0, 1e9]; takes at most some 18 sqrt(mean) steps."""
    if not 0.0 <= mean <= 1e9:
        raise ValueError("poisson: mean must be in [0, 1e9]")
    k, term = _poisson_start(mean)
    total = term
    # Past the mode the terms shrink; once they no longer change the sum, it will not reach u.
    while total <= u and (k < mean or total + term != total):
        k += 1
        term *= mean / k
        total += term
    return k


@njit
def rounded(x: float, u: float) -> int:
    """A whole number beside x, with mean x over u: floor(x + u), free of that sum's rounding."""
    whole = math.floor(x)
    return int(whole) + (1 if u >= 1.0 - (x - whole) else 0)
