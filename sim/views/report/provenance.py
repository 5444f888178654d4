"""Where the numbers come from: seed, engine, code, libraries, host and the hash of every file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.views.html import Html, joined, table, tag
from sim.views.text import MISSING


def provenance_section(
    manifest: Mapping[str, Any], summary: Mapping[str, Any], files: Mapping[str, str]
) -> Html:
    """The provenance box, and a folded list of the SHA-256 of every other file of the folder."""
    rows = [(name, value) for name, value in _facts(manifest, summary) if value not in (None, "")]
    box = table("What made this run", ("item", "value"), rows, class_="plain")
    hashes = [(tag("code", name), tag("code", digest)) for name, digest in files.items()]
    listed = tag(
        "details",
        tag("summary", f"SHA-256 of the {len(hashes)} files beside this report"),
        table("SHA-256 of each file", ("file", "SHA-256"), hashes, class_="plain"),
    )
    again = tag(
        "p",
        "The same scenario, seed and code give the same tables to the byte: compare the hash of "
        "the "
        "ledger. The scenario in full stands in ",
        tag("code", "manifest.json"),
        ".",
    )
    return joined([box, again, listed])


def _facts(manifest: Mapping[str, Any], summary: Mapping[str, Any]) -> list[tuple[str, Any]]:
    git, host = manifest.get("git") or {}, manifest.get("host") or {}
    commit = git.get("commit") or "not known (installed, not run from a checkout)"
    if git.get("changed"):
        commit += ", with changes that are not in the commit"
    digest = summary.get("ledger_sha256") or (manifest.get("books") or {}).get("sha256")
    return [
        ("seed", manifest.get("seed")),
        ("engine", manifest.get("engine")),
        (
            "people, months",
            f"{summary.get('people', MISSING):,}, {summary.get('months', MISSING):,}"
            if isinstance(summary.get("people"), int)
            else None,
        ),
        ("commit", commit),
        ("SHA-256 of the ledger", tag("code", digest or MISSING)),
        ("versions", _listed(manifest.get("versions"))),
        ("host", _listed(host)),
        ("finished", manifest.get("finished")),
        ("seconds by stage", _listed(manifest.get("seconds"), ".1f")),
        ("person-months a second", _number(summary.get("person_months_per_second"))),
        ("peak memory, MB", _number(summary.get("peak_memory_mb"))),
    ]


def _listed(values: Any, form: str = "") -> str:
    if not isinstance(values, Mapping):
        return ""
    said = [
        f"{key} {value:{form}}" if form and isinstance(value, int | float) else f"{key} {value}"
        for key, value in values.items()
        if value is not None
    ]
    return ", ".join(said)


def _number(value: Any) -> str:
    return f"{value:,.0f}" if isinstance(value, int | float) else ""
