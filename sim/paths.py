"""Where the shipped scenarios, plans and experiments lie: in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def shipped(relative: str) -> Path:
    """The shipped file or folder ``relative``, such as ``configs/baseline.yaml``.

    A wheel holds ``configs`` inside the package and ``experiments`` beside it; a checkout holds
    both beside it. The package is asked first, so that a stranger's ``configs`` in the same
    site-packages is never taken for ours.

    Raises:
        FileNotFoundError: nothing of that name is shipped; the message names it.
        ValueError: ``relative`` is absolute or climbs out with ``..``.
    """
    parts = Path(relative)
    if parts.is_absolute() or ".." in parts.parts:
        raise ValueError(f"a shipped file is named from the project's root, not {relative!r}")
    for root in (PACKAGE / "_shipped", PACKAGE.parent):
        if (root / parts).exists():
            return root / parts
    raise FileNotFoundError(f"downline ships no {relative!r}")
