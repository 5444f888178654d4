"""The one way in which this project compiles: numba, cached, without the interpreter's lock.

The cache lies in a folder named by the hash of all sources, because numba does not notice an edit
in an imported module and would go on running the old rule (numba issue 1833).
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


def source_hash() -> str:
    """The first 16 hex digits of the SHA-256 over every source file of the package."""
    digest = hashlib.sha256()
    package = pathlib.Path(__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> pathlib.Path:
    """Where compiled code is kept: DOWNLINE_CACHE, the user's cache, or a temporary folder."""
    named = os.environ.get("DOWNLINE_CACHE")
    base = pathlib.Path(named) if named else pathlib.Path.home() / ".cache" / "downline"
    try:
        base.mkdir(parents=True, exist_ok=True)
        writable = os.access(base, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        base = pathlib.Path(tempfile.gettempdir()) / "downline-cache"
    return base / source_hash()


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder())


def seen(array: NDArray[Any]) -> NDArray[Any]:
    """A structured array as compiled code takes it: fields are attributes of a row, JIT on or off.

    Compiled code sees fields as attributes anyway, and takes a plain array in a fifth of the time.
    """
    return array.view(np.recarray) if numba.config.DISABLE_JIT else array


def njit[F: Callable[..., Any]](function: F) -> F:
    """Compile a function on its first call; the type of the function stays what it was."""
    compiled: F = numba.njit(cache=True, nogil=True)(function)
    return compiled
