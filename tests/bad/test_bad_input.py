"""Every malformed input ends with status 2 and one message that names place, field and bound."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bad_cases import ALL, PLAN, PLANS, SCENARIO, Bad

from sim.cli import main
from sim.scenario.load import load_scenario


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(case: Bad, folder: Path) -> set[Path]:
    """Write the case's files over the valid ones; what then lies in the folder."""
    for name, body in ({"scenario.yaml": SCENARIO, "plan.yaml": PLAN} | dict(case.files)).items():
        data = body if isinstance(body, bytes) else body.encode("utf-8")
        (folder / name).write_bytes(data)
    return set(folder.rglob("*"))


def assert_told(case: Bad, message: str) -> None:
    first = message.splitlines()[0]
    assert first.startswith(case.place), message
    assert f": {case.field}: " in first or not case.field, message
    assert case.says in first, message
    assert "Traceback" not in message
    assert message.isprintable() or set(message) - {"\n"} == set("".join(message.split("\n")))


def test_the_unedited_files_are_valid(folder: Path) -> None:
    written(Bad("none", "", "", ""), folder)
    assert load_scenario("scenario.yaml").population.people == 500


def test_the_corpus_is_large_and_its_names_are_its_own() -> None:
    assert len({case.name + case.place for case in ALL}) == len(ALL) >= 150


@pytest.mark.parametrize("case", ALL, ids=str)
def test_bad_input_is_told_and_leaves_nothing(
    case: Bad, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(case, folder)
    assert main(["run", "scenario.yaml", "--out", "out/deep", *case.arguments]) == 2
    told = capsys.readouterr()
    assert_told(case, told.err)
    assert told.out == ""
    assert set(folder.rglob("*")) == before


@pytest.mark.parametrize("case", [c for c in PLANS if "plan.yaml" in c.files], ids=str)
def test_a_bad_plan_is_told_by_plan_check(
    case: Bad, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(case, folder)
    assert main(["plan", "check", "plan.yaml"]) == 2
    alone = Bad(case.name, case.place, case.field.removeprefix("plan").strip("."), case.says)
    assert_told(alone, capsys.readouterr().err)


@pytest.mark.parametrize("case", ALL[::12], ids=str)
def test_json_tells_the_same_in_one_document(
    case: Bad, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(case, folder)
    assert main(["run", "scenario.yaml", "--json", *case.arguments]) == 2
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert error["message"] == told.err.rstrip("\n")
    assert error["problems"][0]["field"] == case.field


@pytest.mark.parametrize(
    "name", ["none.yaml", "no/such/none.yaml", ".", "/", "scenario.yaml/x", "x" * 5000]
)
def test_a_file_that_cannot_be_read(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(Bad("none", "", "", ""), folder)
    for call in (["run", name], ["plan", "check", name]):
        assert main(call) == 2
        assert capsys.readouterr().err.startswith(f"{name}: ")


def test_a_pipe_is_not_waited_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert main(["run", "pipe.yaml"]) == 2
    assert capsys.readouterr().err == "pipe.yaml: is not a regular file\n"


def test_an_unreadable_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object, **_named: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (folder / "scenario.yaml").write_text(SCENARIO)
    # the superuser may read every file, so the refusal is put in its place
    monkeypatch.setattr(Path, "open", refused)
    assert main(["run", "scenario.yaml"]) == 2
    assert capsys.readouterr().err == "scenario.yaml: cannot be read: Permission denied\n"


def test_many_mistakes_are_told_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SCENARIO.replace("months: 12", "months: 0").replace("seed: 3", "seed: x")
    unknown = "".join(f"field{i}: 1\n" for i in range(12))
    (folder / "scenario.yaml").write_text(text + unknown)
    (folder / "plan.yaml").write_text(PLAN)
    assert main(["run", "scenario.yaml"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("scenario.yaml:2: months: 0 is below 1")
    assert lines[1].startswith("  also scenario.yaml:3: seed: 'x' is not a whole number")
    assert lines[-1] == "  and 3 more"
    assert len(lines) == 12


@pytest.mark.parametrize("case", ALL[::60], ids=str)
def test_the_installed_command_does_the_same(case: Bad, folder: Path) -> None:
    before = written(case, folder)
    command = [sys.executable, "-m", "sim.cli", "run", "scenario.yaml", *case.arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert_told(case, done.stderr)
    assert set(folder.rglob("*")) == before
