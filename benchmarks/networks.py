"""Seconds and peak memory of the networks: ``python benchmarks/networks.py [people] [ties]``.

By default 10**6 people, 10**7 ties. Every network is drawn in a process of its own, after a first
one that fills the cache of compiled code. The peak is that of the whole process.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

COMPUTED = "computed "
KINDS = (
    "ring",
    "computed random_regular",
    "small_world",
    "scale_free",
    "random_regular",
    "stochastic_block",
    "edge_list",
)


def spec_of(kind: str, half: int, folder: Path) -> SimpleNamespace:
    """The settings that give about ``half`` ties a person."""
    return SimpleNamespace(
        kind=kind.removeprefix(COMPUTED),
        stored=not kind.startswith(COMPUTED),
        degree=2 * half,
        rewire=0.1,
        links=half,
        blocks=10,
        within=1.5 * half,
        between=0.5 * half,
        file=str(folder / "ties.csv"),
    )


def write_ties(path: Path, people: int, half: int) -> None:
    """A ring as a file: chunked, so that writing it needs no memory."""
    with path.open("w") as file:
        for start in range(0, people, 10_000):
            chunk = range(start, min(start + 10_000, people))
            file.writelines(f"{p},{(p + d) % people}\n" for p in chunk for d in range(1, half + 1))


def measure(kind: str, people: int, half: int, folder: Path) -> None:
    """Print kind, seconds, peak MB and ties; run in a process of its own."""
    from sim.world.networks import draw_network
    from sim.world.networks.walking import most_contacts

    small = spec_of(kind, 2, folder)
    small.file = str(folder / "small.csv")
    draw_network(small, 1000, 1)  # compile, or load what is compiled
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    network = draw_network(spec_of(kind, half, folder), people, 1)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ties = (len(network.neighbours) or people * network.degree) // 2
    print(
        f"{kind:26s}{seconds:9.2f}{base:11.0f}{peak:10.0f}{ties:13,d}{most_contacts(network):12,d}"
    )


def main() -> None:
    """Measure every kind, after one round that only compiles."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    half = (int(sys.argv[2]) if len(sys.argv) > 2 else 10 * people) // people
    titles = f"{'seconds':>9s}{'MB before':>11s}{'MB peak':>10s}{'ties':>13s}{'most ties':>12s}"
    print(f"{'network':26s}{titles}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_ties(folder / "ties.csv", people, half)
        write_ties(folder / "small.csv", 1000, 2)
        for kind in KINDS:
            command = [sys.executable, __file__, "--one", kind, str(people), str(half), name]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(command, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
    else:
        main()
