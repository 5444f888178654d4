"""Edge lists: files that are read, and files that are refused with file, line and bound."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sim.world.networks import draw_network
from sim.world.networks.network import Network


def ties(network: Network) -> set[tuple[int, int]]:
    owner = np.repeat(np.arange(len(network.indptr) - 1), np.diff(network.indptr))
    return {(int(a), int(b)) for a, b in zip(owner, network.neighbours, strict=True)}


def read(folder: Path, content: bytes | str, people: int = 10) -> Network:
    data = content.encode() if isinstance(content, str) else content
    (folder / "ties.csv").write_bytes(data)
    return draw_network(SimpleNamespace(kind="edge_list", file="ties.csv"), people, 1, folder)


GOOD = [
    "0,1\n1,2\n",
    "0,1\n1,2",
    "person,other\n1,0\n2,1\n",
    '"a","b"\r\n0,1\r\n2,1\r\n',
    "\ufeff0,1\n\n 1 , 2\t\n\n",
    "00,001\n1,2\n",
]


@pytest.mark.parametrize("content", GOOD)
def test_edge_list_is_read(tmp_path: Path, content: str) -> None:
    network = read(tmp_path, content)
    assert network.indptr.tolist() == [0, 1, 3] + [4] * 8
    assert network.neighbours.tolist() == [1, 0, 2, 1]
    assert ties(network) == {(0, 1), (1, 0), (1, 2), (2, 1)}


BAD = [
    ("", "holds no ties"),
    ("from,to\n", "holds no ties"),
    ("0,1\n1,x\n", "line 2: '1,x': a person must be a whole number"),
    ("0,1\n-1,2\n", "line 2: '-1,2': a person must be a whole number"),
    ("0,1\n\n1.5,2\n", "line 3: '1.5,2': a person must be a whole number"),
    ("0,1\n1 1,2\n", "line 2: '1 1,2': a person must be a whole number"),
    ("0,1\n1,2 2\n", "line 2: '1,2 2': a person must be a whole number"),
    ("0,1\n1e3,2\n", "a person must be a whole number"),
    ("0,1\na,b\n", "line 2: 'a,b': a person must be a whole number"),
    ("0;1\n", "line 1: '0;1': a person must be a whole number"),
    ('0,1\n"2","3"\n', "line 2"),
    ("a,b\n0,1\n2,10\n", "line 3: '2,10': there is no such person: numbers go from 0 to 9"),
    ("99999999999999999999999999,1\n", "there is no such person"),
    ("0,1\n2\n", "line 2: '2': a line must hold two person numbers"),
    ("0,1\n2,\n", "line 2: '2,': a line must hold two"),
    ("0,1\n,2\n", "line 2: ',2': a line must hold two"),
    ("0,1\n1,2,3\n", "line 2: '1,2,3': a line must hold two"),
    ("0,1\n4,4\n", "line 2: '4,4': a person cannot be tied to itself"),
    ("h,h\n0,1\n2,3\n\n1,0\n", "line 5: the tie 0,1 is already in line 2"),
    ("0,1\n2,3\n2,3\n", "line 3: the tie 2,3 is already in line 2"),
    (b"\x00\x01\x02", "line 1: .*: a person must be a whole number"),
    (b"0,1\n\xff\xfe,2\n", "line 2"),
    ("0,1\n" + "1" * 5000 + "\n", "line 2"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_bad_edge_list_names_file_line_and_bound(
    tmp_path: Path, content: bytes | str, message: str
) -> None:
    with pytest.raises(ValueError, match=rf"ties\.csv.*{message}") as caught:
        read(tmp_path, content)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_missing_edge_list_and_a_folder_are_refused(tmp_path: Path) -> None:
    for name in ("nowhere.csv", "."):
        with pytest.raises(ValueError, match=r"network\.file: cannot read"):
            draw_network(SimpleNamespace(kind="edge_list", file=name), 10, 1, tmp_path)


def test_edge_list_that_spans_many_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading stops at every byte and goes on where it was."""
    monkeypatch.setattr("sim.world.networks.edge_file.CHUNK", 1)
    network = draw_network(SimpleNamespace(kind="small_world", degree=4, rewire=0.5), 120, 1)
    lines = [f"{a},{b}\n" if (a + b) % 2 else f" {b}, {a}\r\n" for a, b in ties(network) if a < b]
    again = read(tmp_path, "from,to\n" + "".join(lines), 120)
    assert again.indptr.tobytes() == network.indptr.tobytes()
    assert again.neighbours.tobytes() == network.neighbours.tobytes()
