"""The whole program, killed in the middle of the work: nothing is lost, and nothing comes back unasked."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 40


class Program:
    """A window in a process of its own, with the folders of one person."""

    def __init__(self, home: Path) -> None:
        folders = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.shop"],
            cwd=ROOT,
            env={**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def does(self, line: str) -> dict[str, Any]:
        """Have it do something; what its window shows then."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def kill(self) -> None:
        """As the system does where there is no memory left, or a person who has lost patience."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.gone()

    def quit(self) -> None:
        """Close the window."""
        self.does("quit")
        assert self.gone() == 0

    def gone(self) -> int:
        status = self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return status


class Desk:
    """Where one person starts the program again and again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.started: list[Program] = []

    def start(self) -> Program:
        self.started.append(Program(self.home))
        return self.started[-1]

    def works(self) -> list[Path]:
        return list((self.home / "data" / "convscope" / "kept").glob("*"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for program in made.started:
        if program.process.poll() is None:
            program.kill()


def test_work_that_a_killed_window_had_not_saved_is_offered_and_restored(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.start(), desk.start()
    file = tmp_path / "mine.convscope"
    first.does(f"saved {file}")
    first.does("edit emoji-10")
    second.does("edit fashion-mnist")
    first.does("kept")
    assert second.does("kept")["notice"] == "", "the other window lives, and its work is its own"
    first.kill()
    third = desk.start()
    shown = third.does("state")
    assert "changes to “mine.convscope”" in shown["notice"]
    assert (shown["data"], shown["buttons"]) == ("mnist", ["Restore", "Discard"])
    shown = third.does("press Restore")
    assert (shown["data"], shown["notice"], shown["buttons"]) == ("emoji-10", "", [])
    assert shown["title"].startswith("mine") and shown["undo"].startswith("restore")
    third.does("kept")
    third.kill()
    again = desk.start()
    assert again.does("state")["buttons"], "what was restored is kept like everything else"
    assert again.does("press Discard")["buttons"] == []
    again.quit()
    second.quit()
    assert desk.works() == []


def test_how_the_window_looked_is_remembered_apart_from_the_work(desk: Desk, tmp_path: Path) -> None:
    first = desk.start()
    first.does("size 980x640")
    first.does("divide 260")
    first.does("theme")
    first.does("page network")
    before = first.does("edit emoji-10")
    first.quit()
    kept = tmp_path / "data" / "convscope" / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "1-ab.work").write_bytes(b'{"format": "convscope-kept", "vers')
    second = desk.start()
    after = second.does("state")
    assert (after["page"], after["dark"], after["size"][1]) == ("network", False, 640)
    assert after["data"] == "mnist", "a window that was closed leaves no work"
    assert "1-ab.bad" in after["notice"] and "\n" not in after["notice"], "a damaged file stops no start"
    shown = second.does("page kernel")
    assert shown["divided"][0] == pytest.approx(before["divided"][0], abs=30)
    assert before["divided"][0] < before["divided"][1] / 1.3
    second.quit()
    assert [path.suffix for path in desk.works()] == [".bad"]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_at_any_moment_at_most_the_last_second_is_lost(desk: Desk) -> None:
    chance = random.Random(7)
    for _ in range(KILLS):
        program = desk.start()
        last = 0
        for number in range(chance.randrange(2, 60)):
            program.does(f"edit {number}")
            if chance.random() < 0.2:
                program.does("kept")
                last = number
        program.kill()
        after = desk.start()
        shown = after.does("state")
        if last:
            shown = after.does("press Restore")
            assert int(shown["data"]) >= last
            after.does("kept")
        elif shown["buttons"]:
            after.does("press Discard")
        after.quit()
        assert desk.works() == []
