"""Kept work: never lost, never another window's, and nothing left behind; a killed writer is no exception."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.project.kept import BAD_SECONDS, FORMAT, Shelf
from engine.project.sweep import OLD_SECONDS
from engine.spec.layers import Residual
from engine.spec.layers.containers import MAX_DEPTH
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from tests.conftest import LONG

ROOT = Path(__file__).parents[3]
KILLS = 100 if LONG else 3
WRITER = """
import sys
from pathlib import Path
from engine.project.kept import Shelf
from engine.spec.project import Project
slot = Shelf(Path(sys.argv[1])).place()
for number in range(10**9):
    slot.write(Project(data=f"{number} " + "x" * (number * 37 % 5000)), "/mine.convscope")
    print(number, flush=True)
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "deep" / "kept")


def names(shelf: Shelf) -> list[str]:
    return sorted(path.suffix for path in shelf.folder.iterdir())


def test_what_is_kept_is_found_when_its_window_is_gone_and_not_before(shelf: Shelf) -> None:
    before = time.time()
    mine, other = shelf.place(), shelf.place()
    mine.write(Project(data="one"), "/ü/mine.convscope")
    other.write(Project(data="two"))
    assert Shelf(shelf.folder).left() == []
    mine.release()
    (found,) = shelf.left()
    kept = found.read()
    assert (kept.project.data, kept.file) == ("one", "/ü/mine.convscope")
    assert before <= kept.at <= time.time()
    assert shelf.left() == [], "who offers it holds it"
    found.remove()
    other.remove()
    assert names(shelf) == []


def test_the_newest_is_found_first(shelf: Shelf) -> None:
    for number in range(3):
        slot = shelf.place()
        slot.write(Project(data=str(number)))
        os.utime(slot.path, (number, number))
        slot.release()
    slots = shelf.left()
    assert [slot.read().project.data for slot in slots] == ["2", "1", "0"]
    for slot in slots:
        slot.release()


def test_nothing_kept_is_nothing_left(shelf: Shelf) -> None:
    assert shelf.left() == []
    shelf.sweep()
    slot = shelf.place()
    slot.write(Project())
    slot.clear()
    slot.release()
    assert shelf.left() == []
    shelf.sweep()
    assert names(shelf) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadFile, match="cannot be written to"):
        Shelf(tmp_path / "file").place()
    assert Shelf(tmp_path / "file").left() == []
    Shelf(tmp_path / "file").sweep()


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 4000, b"{}",
     b'{"format": "convscope-kept", "version": 1}', b'{"format": "convscope-kept", "version": 9}',
     b'{"format": "convscope-kept", "version": 1, "file": 3, "at": 1.0, "project": {}}',
     b'{"format": "convscope-kept", "version": 1, "file": "", "at": 1.0, "project": {"format": "convscope-project"}}'],
)  # fmt: skip
def test_a_damaged_one_is_one_sentence_and_put_aside(shelf: Shelf, content: bytes) -> None:
    shelf.place().release()
    (shelf.folder / "1-ab.work").write_bytes(content)
    (slot,) = shelf.left()
    with pytest.raises(BadFile, match=r"^1-ab\.work [^\n]+\.$"):
        slot.read()
    assert slot.put_aside().read_bytes() == content
    shelf.sweep()
    assert names(shelf) == [".bad"]
    os.utime(shelf.folder / "1-ab.bad", (time.time() - BAD_SECONDS - 9,) * 2)
    shelf.sweep()
    assert names(shelf) == []


@given(st.binary(max_size=200), st.integers(0, 4000))
def test_any_bytes_in_the_place_of_some_are_read_or_refused(foreign: bytes, at: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        slot = Shelf(Path(folder)).place()
        slot.write(Project())
        content = slot.path.read_bytes()
        slot.path.write_bytes(content[:at] + foreign + content[at + len(foreign) :])
        with contextlib.suppress(BadFile):
            slot.read()
        slot.remove()


def test_the_deepest_network_can_be_kept(shelf: Shelf) -> None:
    layer = Residual()
    for _ in range(MAX_DEPTH):
        layer = Residual(body=(layer,))
    project = Project(network=NetworkSpec(layers=(layer,)))
    slot = shelf.place()
    slot.write(project)
    assert slot.read().project == project
    slot.remove()


def test_it_is_swept_where_a_writer_was_killed_and_not_where_one_writes(shelf: Shelf) -> None:
    slot = shelf.place()
    slot.write(Project())
    old, new = (shelf.folder / f".convscope-{number}-0123456789ab.tmp" for number in (1, 2))
    mine = shelf.folder / "notes.tmp"
    for path in (old, new, mine):
        path.write_text("half")
        os.utime(path, (time.time() - OLD_SECONDS - 9,) * 2)
    os.utime(new)
    shelf.sweep()
    assert (old.exists(), new.exists(), mine.exists(), slot.path.exists()) == (False, True, True, True)
    slot.remove()


def test_a_writer_killed_at_any_moment_leaves_what_it_last_wrote(shelf: Shelf) -> None:
    chance = random.Random(3)
    for _ in range(KILLS):
        command = [sys.executable, "-c", WRITER, str(shelf.folder)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            told = [writer.stdout.readline()]
            told += [writer.stdout.readline() for _ in range(chance.randrange(40))]
            assert shelf.left() == [], "it is another's as long as that lives"
            os.kill(writer.pid, signal.SIGKILL)
            told += writer.stdout.readlines()
        (slot,) = shelf.left()
        found = slot.read()
        last = int(told[-1]) if told[-1].endswith("\n") else int(told[-2])
        assert int(found.project.data.split()[0]) >= last
        assert found.file == "/mine.convscope"
        slot.remove()
    for path in shelf.folder.iterdir():
        os.utime(path, (1, 1))
    shelf.sweep()
    assert names(shelf) == []


def test_what_is_kept_is_json_with_its_format(shelf: Shelf) -> None:
    slot = shelf.place()
    slot.write(Project())
    found = json.loads(slot.path.read_bytes())
    assert found["format"] == FORMAT
    assert found["project"]["format"] == "convscope-project"
    slot.remove()
