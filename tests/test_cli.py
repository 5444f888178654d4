"""The command line as its users and their scripts meet it."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main, parser
from sim.cli.progress import Progress, span

DOWNLINE = [sys.executable, "-m", "sim.cli"]
TINY = ["--people", "60", "--months", "3", "--set", "founders.count=2"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DOWNLINE, *arguments], capture_output=True, text=True, check=False)


def leaves(top: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every command that does something."""
    groups = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield path
    for group in groups:
        for name, inner in group.choices.items():
            yield from leaves(inner, (*path, name))


COMMANDS = list(leaves(parser()))


def test_the_commands_are_those_of_the_contract() -> None:
    assert COMMANDS == [
        ("run",), ("report",), ("schema",), ("plan", "check"), ("sweep",),
        ("experiment", "list"), ("experiment", "run"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_help_json_and_quiet(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*path, "--help"])
    assert stop.value.code == 0
    told = capsys.readouterr().out
    assert "--json" in told
    assert "--quiet" in told


def test_help_answers_at_once_and_loads_nothing() -> None:
    def cpu() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    spent = []
    for _ in range(3):
        before = cpu()
        assert called("--help").returncode == 0
        spent.append(cpu() - before)
    assert min(spent) < 0.3
    code = (
        "import sys, contextlib\nfrom sim.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "heavy = {'pydantic', 'numpy', 'ruamel', 'rich', 'numba', 'ray', 'mesa', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "call",
    [
        [], ["no-such-command"], ["run"], ["run", "a", "b"], ["run", "a", "--no-such-option"],
        ["run", "a", "--peop", "3"], ["run", "a", "--people"], ["run", "a", "--engine", "abacus"],
        ["plan"], ["plan", "burn", "a"], ["plan", "check"], ["report"], ["experiment", "run"],
        ["sweep", "s.yaml", "--workers", "0"], ["sweep", "s.yaml", "--workers", "two"],
        ["sweep", "s.yaml", "--executor", "abacus"], ["experiment", "run", "all", "--seed", "-1"],
        ["experiment", "run", "all", "--seed", "9" * 30],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_call_is_refused(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(call)
    assert stop.value.code == 2
    told = capsys.readouterr()
    assert told.err.startswith("usage: downline")
    assert told.out == ""


@pytest.mark.parametrize(
    "call",
    [
        ["report", "none"],
        ["sweep", "none.yaml"],
        ["experiment", "run", "none"],
        ["run", "none.yaml"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_named(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 2
    told = capsys.readouterr().err
    assert "none" in told
    assert "Traceback" not in told
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("out", ["file", "full", "file/below"])
def test_a_results_folder_never_takes_the_place_of_something_else(
    out: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "file").write_text("mine")
    (folder / "full").mkdir()
    (folder / "full" / "mine").write_text("mine")
    before = set(folder.rglob("*"))
    assert main(["run", "configs/baseline.yaml", *TINY, "--out", out]) == 2
    assert capsys.readouterr().err.startswith(out)
    assert set(folder.rglob("*")) == before


def test_plan_check_as_text_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    plan = "configs/plans/doterra_us_2017.yaml"
    assert main(["plan", "check", plan]) == 0
    text = capsys.readouterr().out
    assert main(["plan", "check", plan, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["plan"] == "doterra_us_2017"
    assert all(bonus["id"] in text for bonus in document["components"])
    assert all(f"warning: {warning}" in text for warning in document["warnings"])


def test_schema_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    text = json.loads(capsys.readouterr().out)
    assert main(["schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == text


def test_the_experiments_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "list", "--json"]) == 0
    asked = json.loads(capsys.readouterr().out)["experiments"]
    assert "income" in asked
    assert main(["experiment", "list"]) == 0
    text = capsys.readouterr().out
    assert all(f"{name} " in text and question in text for name, question in asked.items())


class Told:
    """Stands for sim.run.run_scenario: keeps what it was asked, and does what a test wants."""

    def __init__(self, then: BaseException | None = None) -> None:
        self.then = then
        self.scenario: Any = None
        self.options: dict[str, Any] = {}

    def __call__(self, scenario: Any, **options: Any) -> dict[str, Any]:
        self.scenario, self.options = scenario, options
        print("a library says something")
        if self.then:
            raise self.then
        return {"seed": scenario.seed}


def test_options_reach_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Told()
    monkeypatch.setattr("sim.run.run_scenario", told)
    call = ["run", "configs/baseline.yaml", *TINY, "--seed", "7", "--set", "months=9", "--ledger"]
    assert main([*call, "--json"]) == 0
    assert (told.scenario.population.people, told.scenario.months, told.scenario.seed) == (60, 3, 7)
    assert told.options["out"] == Path("results/baseline-7")
    assert (told.options["engine"], told.options["keep_ledger"]) == ("compiled", True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"seed": 7}
    assert "a library says something" in err
    assert "results/baseline-7" in err


@pytest.mark.parametrize(("failed", "status"), [(0, 0), (2, 1)])
def test_options_reach_the_sweep_and_failed_runs_show(
    failed: int, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {}

    def run_study(study: Path, **options: Any) -> dict[str, Any]:
        asked.update(options, study=study)
        return {"runs": 3, "counts": {"ok": 3 - failed, "failed": failed}}

    monkeypatch.setattr("sim.sweeps.run_study", run_study)
    call = ["sweep", "configs/studies/quick.yaml", "--workers", "2", "--executor", "processes"]
    assert main([*call, "--out", "o", "--dry-run", "--fail-fast", "--retry-failed"]) == status
    assert capsys.readouterr().out == f"runs: 3\nby status: {3 - failed} ok, {failed} failed\n"
    assert asked["study"].is_file()
    assert (asked["workers"], asked["executor"], asked["out"]) == (2, "processes", Path("o"))
    assert asked["dry_run"] and asked["fail_fast"] and asked["retry_failed"]  # noqa: PT018
    assert main([*call, "--json"]) == status
    assert list(json.loads(capsys.readouterr().out))[-1] == "counts"


def test_ctrl_c_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.run.run_scenario", Told(KeyboardInterrupt()))
    assert main(["run", "configs/baseline.yaml", *TINY]) == 130
    assert capsys.readouterr().err.endswith("stopped\n")


def test_a_fault_of_ours_is_not_taken_for_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.run.run_scenario", Told(ValueError("a bug")))
    with pytest.raises(ValueError, match="a bug"):
        main(["run", "configs/baseline.yaml", *TINY])


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [*DOWNLINE, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as job:
        assert job.stdout is not None
        assert job.stderr is not None
        job.stdout.close()
        assert job.stderr.read() == b""
        assert job.wait() == 1


def test_a_run_its_summary_and_its_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "configs/baseline.yaml", *TINY, "--seed", "5"]) == 0
    out, err = capsys.readouterr()
    assert "SIMULATED" in out
    assert "Traceback" not in err
    results = folder / "results" / "baseline-5"
    assert {p.name for p in results.parent.iterdir()} == {"baseline-5"}
    page = (results / "report.html").read_bytes()
    (results / "report.html").unlink()
    assert main(["report", str(results), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (folder / document["report"]).read_bytes() == page


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children that hear Ctrl-C even where the tests themselves run in a shell's background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_the_middle_leaves_nothing(folder: Path) -> None:
    call = ["run", "configs/baseline.yaml", "--people", "40", "--months", "600", "--out", "out"]
    with subprocess.Popen([*DOWNLINE, *call], stderr=subprocess.PIPE, text=True) as job:
        assert job.stderr is not None
        first = next(line for line in job.stderr if line.startswith("10 %"))
        os.kill(job.pid, signal.SIGINT)
        rest = job.stderr.read()
        assert job.wait() == 130, first + rest
    assert rest.endswith("stopped\n")
    assert "Traceback" not in rest
    assert list(folder.iterdir()) == []


class Terminal:
    """A stream that says that it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_progress_on_a_terminal_keeps_to_one_line_and_clears_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = count(1.0)
    monkeypatch.setattr("sim.cli.progress.time.monotonic", lambda: next(seconds))
    stream: Any = Terminal()
    with Progress(False, "run", stream) as progress:
        progress(0, 4, "compiling")
        for done in (1, 2, 3, 4):
            progress(done, 4)
    assert stream.text.startswith("\rcompiling\r")
    assert "\n" not in stream.text
    assert re.search(r"\rrun 3 of 4 · \d s left *\r", stream.text)
    assert stream.text.rpartition("run 4 of 4")[2].strip(" \r") == ""


def test_progress_on_a_terminal_is_told_five_times_a_second_at_most() -> None:
    stream: Any = Terminal()
    with Progress(False, "run", stream) as progress:
        for done in range(1001):
            progress(done, 1000)
    assert stream.text.count("run ") < 50
    assert "run 0 of 1000" in stream.text
    assert "run 1000 of 1000" in stream.text


def test_progress_elsewhere_tells_each_first_step_and_every_tenth() -> None:
    stream = io.StringIO()
    with Progress(False, "month", stream) as progress:
        progress(0, 48, "compiling")
        progress(0, 48, "compiling")
        for month in range(1, 49):
            progress(month, 48)
        progress(48, 48, "writing")
    first, *tenths = stream.getvalue().splitlines()
    assert first == "compiling"
    assert [line.split(" %")[0] for line in tenths] == [str(10 * k) for k in range(1, 11)]
    assert all(line.endswith("left") for line in tenths[:-1])
    assert tenths[-1] == "100 % · month 48 of 48"


def test_progress_of_nothing_does_not_divide_by_zero() -> None:
    stream = io.StringIO()
    with Progress(False, "run", stream) as progress:
        progress(0, 0)
        progress(1, 0)
    assert "100 %" in stream.getvalue()


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_progress_is_silent_when_asked(stream: Any) -> None:
    with Progress(True, "run", stream) as progress:
        progress(0, 4, "compiling")
        progress(4, 4)
    assert (stream.text if isinstance(stream, Terminal) else stream.getvalue()) == ""


@pytest.mark.parametrize(
    ("seconds", "said"), [(8.4, "8 s"), (89, "89 s"), (720, "12 min"), (5400, "1.5 h")]
)
def test_a_span_is_told_in_its_natural_unit(seconds: float, said: str) -> None:
    assert span(seconds) == said
