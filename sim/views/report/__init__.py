"""The report of a run: figures as files, and one self-contained page that needs nothing else."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.ledger import LedgerTables
from sim.results import Results, ResultsError, damaged_files, file_hashes, read_results
from sim.views.market import Market, market_of
from sim.views.studio import Studio

PAGE = "report.html"
FIGURES = "figures"


def write_report(folder: Path) -> Path:
    """Write the figures and ``report.html`` of a results folder (again); gives the page's path.

    The manifest then names the new files' hashes. The same tables, summary and manifest give
    the same bytes.

    Raises:
        ResultsError: no results folder, or its tables or summary are not those of its manifest.
    """
    results = read_results(folder, verify=False)
    wrong = [name for name in damaged_files(folder, results.manifest) if not _ours(name)]
    if wrong:
        raise ResultsError(f"{folder}: differs from its manifest: {', '.join(wrong)}")
    try:
        path = fill_report(folder, results.tables, results.summary, results.manifest)
        manifest = {**results.manifest, "files": file_hashes(folder)}
        _replace(
            folder / "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        )
    except OSError as error:
        raise ResultsError(f"{folder}: could not be written: {error.strerror or error}") from error
    return path


def fill_report(
    folder: Path, tables: LedgerTables, summary: Mapping[str, Any], manifest: Mapping[str, Any]
) -> Path:
    """Write figures and page into a folder that already holds its tables and summary.

    For ``write_results``, which hashes the files afterwards: the manifest need not be there yet.
    """
    with Reporter() as reporter:
        return reporter.fill(folder, tables, summary, manifest)


class Reporter:
    """Writes a report like ``fill_report``, but gets ready for it while the market still runs.

    A context. ``begin`` may be told of the tables as soon as they stand; ``fill`` then writes
    figures and page, and ``results`` is the run as it was told.
    """

    def __init__(self) -> None:
        self._studio = Studio()
        self._market: Market | None = None
        self._told: tuple[LedgerTables, dict[str, Any], dict[str, Any]] | None = None

    def begin(self, tables: LedgerTables, scenario: Mapping[str, Any]) -> None:
        """Start to draw the figures of a run; ``scenario`` as its manifest will hold it."""
        self._market = market_of(tables, scenario)
        self._studio.begin(self._market)

    def fill(
        self,
        folder: Path,
        tables: LedgerTables,
        summary: Mapping[str, Any],
        manifest: Mapping[str, Any],
    ) -> Path:
        """Write figures and page into a folder that already holds its tables and summary."""
        from sim.views.report.page import page

        # As their files will say them, so that the first report and a later one agree to the byte.
        manifest, summary = _plain(manifest), _plain(summary)
        if self._market is None:
            self.begin(tables, manifest.get("scenario") or {})
        assert self._market is not None
        figures = self._studio.drawn()
        (folder / FIGURES).mkdir(exist_ok=True)
        for figure in figures:
            (folder / FIGURES / f"{figure.name}.svg").write_bytes(figure.svg)
            (folder / FIGURES / f"{figure.name}.png").write_bytes(figure.png)
        files = {name: digest for name, digest in file_hashes(folder).items() if name != PAGE}
        _replace(folder / PAGE, page(self._market, summary, manifest, files, figures))
        self._told = (tables, summary, manifest)
        return folder / PAGE

    def results(self, folder: Path) -> Results:
        """The run that the report was written of, as its folder holds it."""
        assert self._told is not None
        tables, summary, manifest = self._told
        return Results(folder, manifest, summary, tables)

    def __enter__(self) -> Reporter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._studio.__exit__(kind, error, trace)


def _ours(name: str) -> bool:
    """Whether a line of ``damaged_files`` is about a file that the report writes itself."""
    return name.startswith((f"{PAGE} ", f"{FIGURES}/"))


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document after a way through JSON."""
    plain: dict[str, Any] = json.loads(json.dumps(document, default=_number_or_text))
    return plain


def _number_or_text(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _replace(path: Path, text: str) -> None:
    """Write a file aside and rename it, so that nobody ever finds half of it."""
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
