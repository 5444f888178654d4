"""A digest over every function of sim.draws, which compiled and plain code must share."""

import hashlib

import numba
import numpy as np

from sim import draws
from sim.draws import Draw


def fingerprint() -> str:
    """A digest over every function, on fixed keys and luck."""
    digest = hashlib.sha256()
    luck = (np.random.default_rng(8).integers(0, 1 << 53, 100_000) * 2.0**-53).tolist()
    for u in luck:
        digest.update(f"{draws.normal(u)!r},{draws.exponential(u)!r}".encode())
        digest.update(f"{draws.lognormal(u, 0.7)!r},{draws.geometric(u, 0.01)}".encode())
        digest.update(f"{draws.rounded(1.5, u)}".encode())
    for u in luck[:3000]:
        digest.update(f"{draws.poisson(u, 900 * u)},{draws.poisson(u, 5000.0)}".encode())
    for p in range(-3000, 3000):
        s = draws.stream(p * p * p, -p, Draw.TIE)
        digest.update(f"{s},{draws.bits(s, p, 1)},{draws.below(s, p, 2, 1000)}".encode())
        digest.update(f"{draws.uniform(s, draws.person_key(p & 1023, 7), 3)!r}".encode())
    digest.update(draws.uniforms(5, np.arange(1000), 6).tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(int(numba.config.DISABLE_JIT), fingerprint())
