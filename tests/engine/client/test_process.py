"""The real engine process: it starts, answers, survives what it is sent, and is gone when it should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.client.process import EngineProcess
from engine.protocol import Died, Event, Hello, Problem, Release, Result, Save, Saved, Show, SourceState, Thumbnails
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.project import Project
from engine.spec.source import Pattern, Picture
from tests.conftest import has_ended

PATIENCE = 20.0


class Talk:
    """A conversation with an engine process that gives every slot back at once."""

    def __init__(self) -> None:
        self.engine = EngineProcess()
        self.heard: list[Event] = []

    def until(self, fact: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not fact():
            assert time.monotonic() < deadline, self.heard[-5:]
            for event in self.engine.poll():
                self.heard.append(event)
                planes = event.planes if isinstance(event, Result) else ()
                planes = (event.plane,) if isinstance(event, Thumbnails) else planes
                for plane in planes:
                    self.engine.send(Release(view=plane.view, slot=plane.slot))

    def all(self, kind: type) -> list[Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    def show(self, number: int, project: Project) -> Result:
        self.engine.offer(Show(id=number, project=project))
        self.until(lambda: any(r.id == number and r.range is not None for r in self.all(Result)))
        return next(r for r in self.all(Result) if r.id == number and r.range is not None)


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.engine.close()


IMPULSE = Pattern(kind="impulse", height=9, width=11)


def test_the_picture_in_shared_memory_is_the_one_that_was_asked_for(talk: Talk) -> None:
    weights = tuple(tuple(float(3 * r + c + 1) for c in range(3)) for r in range(3))
    spec = FilterSpec(kernel=KernelSpec(weights=(weights,)), operation="convolution")
    result = talk.show(1, Project(source=IMPULSE, filter=spec))
    assert {plane.view for plane in result.planes} == {"input", "map"}
    shown = next(plane for plane in result.planes if plane.view == "input")
    memory = talk.engine.buffers.slot("input", shown.slot, shown.height, shown.width)
    pixels = np.frombuffer(memory, np.uint8).reshape(9, 11, 4)
    assert np.argwhere(pixels[..., 0]).tolist() == [[4, 5]]
    assert result.range is not None
    assert (result.range.minimum, result.range.maximum) == (0.0, 9.0)


def test_an_edit_of_the_same_frame_sends_no_second_input(talk: Talk) -> None:
    first = talk.show(1, Project(source=IMPULSE))
    second = talk.show(2, Project(source=IMPULSE, filter=FilterSpec(bias=1.0)))
    assert second.frame == first.frame
    assert [plane.view for plane in second.planes] == ["map"]


def test_what_does_not_fit_is_a_problem_and_the_next_edit_works(talk: Talk) -> None:
    large = KernelSpec(weights=(((1.0,) * 31,) * 31,))
    talk.engine.offer(Show(id=1, project=Project(source=IMPULSE, filter=FilterSpec(kernel=large, padding="valid"))))
    talk.until(lambda: bool(talk.all(Problem)))
    assert "does not fit" in talk.all(Problem)[0].message
    talk.show(2, Project(source=IMPULSE))


def test_a_map_is_saved_as_it_is_and_a_bad_name_refused(talk: Talk, tmp_path: object) -> None:
    talk.show(1, Project(source=IMPULSE))
    path = f"{tmp_path}/map.npy"
    talk.engine.send(Save(id=1, path=path))
    talk.until(lambda: bool(talk.all(Saved)))
    assert np.load(path).shape == (9, 11)
    talk.engine.send(Save(id=2, path=f"{tmp_path}/map.txt"))
    talk.until(lambda: bool(talk.all(Problem)))
    assert "map.txt" in talk.all(Problem)[-1].message
    assert len(os.listdir(str(tmp_path))) == 1


def test_it_ends_cleanly_and_soon(talk: Talk) -> None:
    talk.show(1, Project(source=Picture(path="sample:coins.jpg")))
    pid, began = talk.engine.pid, time.monotonic()
    talk.engine.close()
    assert time.monotonic() - began < 2.0
    assert has_ended(pid, time.monotonic() + 1.0)
    assert talk.engine.poll() == []


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_its_death_is_noticed_and_another_one_started(talk: Talk, sign: signal.Signals) -> None:
    talk.until(lambda: bool(talk.all(SourceState) or talk.all(Hello)))
    pid = talk.engine.pid
    os.kill(pid, sign)
    began = time.monotonic()
    talk.until(lambda: bool(talk.all(Died)))
    assert time.monotonic() - began < 5.0
    died = talk.all(Died)[0]
    assert isinstance(died, Died)
    assert died.again
    assert sign.name in died.message
    assert talk.engine.pid != pid
    talk.show(1, Project(source=IMPULSE))


def test_a_frozen_one_is_silent_and_blocks_nobody(talk: Talk) -> None:
    talk.show(1, Project(source=IMPULSE))
    os.kill(talk.engine.pid, signal.SIGSTOP)
    longest = 0.0
    try:
        for number in range(2, 2000):
            began = time.monotonic()
            talk.engine.offer(Show(id=number, project=Project(source=IMPULSE)))
            talk.engine.poll()
            longest = max(longest, time.monotonic() - began)
        talk.until(lambda: talk.engine.silent_for > 1.5)
    finally:
        os.kill(talk.engine.pid, signal.SIGCONT)
    assert longest < 0.5
    talk.until(lambda: any(r.id == 1999 for r in talk.all(Result)))
    assert talk.engine.silent_for < 1.5


def test_it_ends_with_a_window_that_was_killed() -> None:
    script = (
        "import sys\n"
        "from engine.client.process import EngineProcess\n"
        "engine = EngineProcess()\n"
        "print(engine.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    window = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    assert window.stdin is not None
    with window.stdout, window.stdin:
        pid = int(window.stdout.readline())
        os.kill(window.pid, signal.SIGKILL)
        window.wait()
    assert has_ended(pid, time.monotonic() + 5.0)


def test_a_script_that_forgets_to_close_it_ends_all_the_same() -> None:
    script = "from engine.client.process import EngineProcess\nengine = EngineProcess()\nraise SystemExit(3)\n"
    assert subprocess.run([sys.executable, "-c", script], timeout=30).returncode == 3
