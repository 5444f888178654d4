"""The one way in which this project compiles: numba, cached, without the interpreter's lock.

The cache lies in a folder named by the hash of all sources, because numba does not notice an edit
in an imported module and would go on running the old rule (numba issue 1833).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pathlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload
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


@contextmanager
def compiling_once(what: str) -> Iterator[None]:
    """Let one process at a time compile ``what``: those that start together wait for the first.

    Whoever comes after it finds a mark in the cache folder and does not wait for anybody.
    """
    folder = cache_folder()
    mark = folder / f"{what}.compiled"
    if numba.config.DISABLE_JIT or mark.exists():
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        mark.touch()


def seen(array: NDArray[Any]) -> NDArray[Any]:
    """A structured array as compiled code takes it: fields are attributes of a row, JIT on or off.

    Compiled code sees fields as attributes anyway, and takes a plain array in a fifth of the time.
    """
    return array.view(np.recarray) if numba.config.DISABLE_JIT else array


def prefetch(array: NDArray[Any], index: int) -> None:
    """Ask the memory for the row of an array that compiled code will read soon."""


@intrinsic
def _ask_for(_context: Any, array: Any, index: Any) -> tuple[Any, Callable[..., Any]]:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind, at = signature.args
        struct = context.make_array(kind)(context, builder, arguments[0])
        place = context.cast(builder, arguments[1], at, types.intp)
        row = cgutils.get_item_pointer(context, builder, kind, struct, [place])
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", (byte,), shape)
        # to read, to be kept near, data
        builder.call(instruction, [builder.bitcast(row, byte), word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate


@overload(prefetch, strict=False)
def _compiled_prefetch(array: Any, index: Any) -> Callable[..., Any]:  # noqa: ARG001
    return lambda array, index: _ask_for(array, index)  # noqa: PLW0108 - numba needs a function


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a helper into each of its callers, which saves copying its arguments.

    For what takes tuples of arrays in a hot loop: a call would copy seven words an array.
    """
    compiled: F = numba.njit(cache=True, nogil=True, forceinline=True)(function)
    return compiled


def njit[F: Callable[..., Any]](function: F) -> F:
    """Compile a function on its first call; the type of the function stays what it was."""
    compiled: F = numba.njit(cache=True, nogil=True)(function)
    return compiled
