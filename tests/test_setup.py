"""Set-up: locks, the search for a Python, shipped files, what no tracked file may hold."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sim.paths import shipped

LOCKS = ("requirements.txt", "requirements-mesa4.txt")
REQUIREMENT = re.compile(r"^([a-z0-9._-]+)==(\S+)( ; .+)? \\$")

# Written in pieces, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.$}])/(?:root|work|opt/wheels|opt/pypi|home/\w+|Users/\w+)/[\w.]"
    ),
    "a host of a package registry": re.compile(
        r"(?:files\.)?python" + r"hosted\.org|py" + r"pi\.org|registry\.npm" + r"js\.org"
    ),
    "a file that is not part of the project": re.compile(
        r"\b(?:plan_" + r"choices|eco" + r"system|abm|style|out" + r"comes|design)\.md\b"
    ),
}
LOCATION = re.compile(r"https?:|file:|ftp:|git\+|--(?:extra-)?index|--find-links|@ |/tmp/")


def faults_of(text: str) -> list[str]:
    return [
        f"{number}: {what}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]


def tracked(root: Path) -> list[Path]:
    listing = ["git", "ls-files", "-z"]
    done = subprocess.run(listing, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [root / name for name in done.stdout.split("\0") if name and (root / name).is_file()]


def test_no_tracked_file_names_a_machine_or_a_registry(root: Path) -> None:
    found = {}
    for path in tracked(root):
        try:
            faults = faults_of(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if faults:
            found[str(path.relative_to(root))] = faults
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "see /ro" + "ot/x.py",
        "cd /wo" + "rk/main",
        "from https://py" + "pi.org/simple",
        "as des" + "ign.md says",
    ],
)
def test_the_search_finds_what_it_forbids(line: str) -> None:
    assert faults_of(line)


def requirements(text: str) -> dict[str, list[str]]:
    """The hashes of each locked package."""
    packages: dict[str, list[str]] = {}
    hashes: list[str] = []
    for line in text.splitlines():
        if match := REQUIREMENT.match(line):
            hashes = packages.setdefault(match[1], [])
        elif line.strip().startswith("--hash=sha256:"):
            hashes.append(line.strip())
        else:
            assert line.lstrip().startswith("#"), line
    return packages


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_has_hashes_and_names_no_place(root: Path, name: str) -> None:
    text = (root / name).read_text()
    assert not LOCATION.findall(text)
    packages = requirements(text)
    assert len(packages) > 50
    assert all(packages.values()), [name for name, hashes in packages.items() if not hashes]
    assert {"mesa", "numba", "ray", "pytest", "setuptools"} <= packages.keys()


def test_the_locks_differ_in_mesa_alone(root: Path) -> None:
    first, second = (
        {line for line in (root / name).read_text().splitlines() if REQUIREMENT.match(line)}
        for name in LOCKS
    )
    assert {line.split("==")[0] for line in first ^ second} == {"mesa"}


def fake_python(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def find_python(root: Path, home: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "HOME": str(home), **extra}
    command = ["/bin/sh", str(root / "scripts" / "find-python")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_an_unfit_python_is_passed_over(root: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3.12", "exit 127")  # the shim of a version manager
    fake_python(tmp_path / "bin", "python3.13", "echo 'No module named ensurepip' >&2; exit 1")
    fake_python(tmp_path / "bin", "python3", f'exec {sys.executable} "$@"')
    done = find_python(root, tmp_path)
    assert done.returncode == 0
    assert Path(done.stdout.strip()).samefile(sys.executable)


def test_a_named_python_comes_first(root: Path, tmp_path: Path) -> None:
    fake_python(tmp_path / "bin", "python3.12", "echo /found/first")
    assert find_python(root, tmp_path).stdout.strip() == "/found/first"
    named = find_python(root, tmp_path, PYTHON=sys.executable)
    assert Path(named.stdout.strip()).samefile(sys.executable)


def test_no_python_is_one_sentence(root: Path, tmp_path: Path) -> None:
    script = (root / "scripts" / "find-python").read_text()
    local = script.replace("/usr/local/bin /usr/bin", "").replace("/opt", str(tmp_path / "none"))
    (tmp_path / "find").write_text(local)
    for name in ("python3.12", "python3.13", "python3", "python"):
        fake_python(tmp_path / "bin", name, "exit 127")
    environment = {"PATH": f"{tmp_path / 'bin'}", "HOME": str(tmp_path)}
    command = ["/bin/sh", str(tmp_path / "find")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.12 or 3.13" in done.stderr


def test_a_strange_folder_is_not_taken_for_an_environment(root: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter").write_text("keep me")
    command = [str(root / "scripts" / "make-venv"), str(precious), "requirements.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no virtual environment" in done.stderr
    assert (precious / "letter").read_text() == "keep me"


def test_shipped_files_are_found(root: Path) -> None:
    assert shipped("configs") == root / "configs"
    with pytest.raises(FileNotFoundError, match=r"configs/none\.yaml"):
        shipped("configs/none.yaml")
    for outside in ("/etc/passwd", "configs/../../x"):
        with pytest.raises(ValueError, match="project's root"):
            shipped(outside)


def test_a_wheel_finds_its_configs_elsewhere(root: Path, tmp_path: Path) -> None:
    wheels, place = tmp_path / "wheels", tmp_path / "place"
    source = tmp_path / "source"
    listed = [path.relative_to(root) for path in tracked(root)]
    for path in listed:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((root / path).read_bytes())
    build = ["-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(wheels)]
    built = subprocess.run(
        [sys.executable, *build, str(source)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
        wheel.extractall(place)
        names = set(wheel.namelist())
    code = "from sim.paths import shipped; print(shipped('configs').resolve())"
    environment = {**os.environ, "PYTHONPATH": str(place)}
    run = [sys.executable, "-c", code]
    done = subprocess.run(
        run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == place / "sim" / "_shipped" / "configs"
    expected = {
        f"sim/_shipped/{path}" if path.parts[0] == "configs" else str(path)
        for path in listed
        if path.parts[0] in {"configs", "experiments", "sim"}
    }
    assert not expected - names
    assert not [name for name in names if name.startswith(("tests/", "configs/"))]


def test_help_answers() -> None:
    command = Path(sys.executable).with_name("downline")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout


def test_every_make_target_is_explained(root: Path) -> None:
    done = subprocess.run(["make", "-s"], cwd=root, capture_output=True, text=True, check=True)
    targets = {line.split()[1] for line in done.stdout.splitlines()}
    assert {"demo", "test", "check", "bench", "trust", "test-mesa4", "lock"} <= targets


def test_continuous_integration_runs_make_test(root: Path) -> None:
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"
