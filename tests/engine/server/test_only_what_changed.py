"""After an edit, tiles that are still true are not written again, and kernels come after the maps that they made."""

from __future__ import annotations

from typing import cast

import msgspec
import numpy as np
import pytest

from engine.buffers import PictureBuffers
from engine.forward import LiveNetwork
from engine.frames import Frame
from engine.protocol import Event, Maps, Plane, Show
from engine.server import pace
from engine.server.names import ClassNames
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.sheet import Sheet
from engine.server.slots import SlotPool
from engine.server.task import Job
from engine.spec.filter import KernelSpec
from engine.spec.project import Planted, Project
from engine.spec.view import ViewSpec

SHOW = Show(id=1, project=Project(), page="network", layer="conv1")
COUNT = 12


class Wall:
    """A sheet on buffers of its own; of each picture it tells the pixels in its slot."""

    def __init__(self) -> None:
        self.buffers, self.slots = PictureBuffers(), SlotPool({})
        self.painter = Painter(self.buffers, self.slots)
        self.sheet = Sheet(self.painter)
        self.held: list[int] = []

    def pixels(self, plane: Plane) -> bytes:
        memory = self.buffers.slot("maps", plane.slot, plane.height, plane.width)
        self.held.append(plane.slot)
        while len(self.held) > 1:
            self.slots.release("maps", self.held.pop(0))
        return bytes(memory)

    def painted(self, maps: np.ndarray, stamps: np.ndarray, show: Show) -> bytes:
        return self.pixels(self.sheet.paint(maps, stamps, show)[0])

    def scribble(self, size: int) -> None:
        """Somebody else's picture in the next slot."""
        plane, out = self.painter.plane("maps", size, size)
        out[...] = 77
        self.pixels(plane)


@pytest.mark.parametrize("seed", range(6))
def test_a_slot_shows_what_a_sheet_that_knows_nothing_paints(seed: int) -> None:
    random = np.random.default_rng(seed)
    wall = Wall()
    maps = random.normal(size=(COUNT, 17, 23)).astype(np.float32)
    stamps = np.zeros(COUNT, np.int64)
    show = SHOW
    for step in range(1, 40):
        some = random.choice(COUNT, random.integers(0, 4), replace=False)
        maps, stamps = maps.copy(), stamps.copy()
        maps[some] = random.normal(size=(len(some), 17, 23)) * random.choice([1e-3, 1.0, 50.0])
        stamps[some] = step
        what = random.integers(0, 10)
        if what == 0:
            show = msgspec.structs.replace(show, only=int(random.integers(-1, COUNT)))
        elif what == 1:
            colours = ViewSpec(
                colour_map=str(random.choice(["auto", "grey"])), scale=str(random.choice(["own", "shared"]))
            )
            show = msgspec.structs.replace(show, project=Project(view=colours), dark=bool(random.integers(0, 2)))
        elif what == 2:
            wall.scribble(int(random.integers(5, 60)))
        assert wall.painted(maps, stamps, show) == Wall().painted(maps, stamps, show), step


class Desk:
    """A task on one frame that nobody can write to; every slot is given back at once."""

    def __init__(self) -> None:
        self.slots = SlotPool({})
        self.task = NetworkTask(
            Painter(PictureBuffers(), self.slots), LiveNetwork(), ClassNames(lambda: None), self.slots
        )
        pixels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), np.uint8)
        pixels.flags.writeable = False
        self.frame = Frame(pixels, 1, 0.0, 1)
        self.show = msgspec.structs.replace(SHOW, id=0)

    def edit(self, value: float, **changes: object) -> set[str]:
        kernel = KernelSpec(name="custom", weights=(((value, 0.0), (0.0, 1.0)),))
        project = Project(planted=(Planted(layer="conv1", kernel=kernel),))
        self.show = msgspec.structs.replace(self.show, id=self.show.id + 1, project=project, **changes)
        return self.views(self.task.compute(Job(self.show, self.frame, 1, (), lambda: False)))

    def idle(self) -> set[str]:
        return self.views(self.task.idle(self.show, self.frame, 1)[0])

    def views(self, event: Event | None) -> set[str]:
        made = cast(Maps, event)
        for plane in made.planes if event is not None else ():
            self.slots.release(plane.view, plane.slot)
        return {plane.view for plane in made.planes} if event is not None else set()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(pace, "LIGHT", 0)
    return Desk()


def test_the_maps_of_an_edit_come_first_and_its_kernels_as_soon_as_there_is_time(desk: Desk) -> None:
    assert desk.edit(1.0) == {"maps", "kernels"}
    assert desk.edit(2.0) == {"maps"}
    assert desk.idle() == {"kernels"}
    assert desk.edit(3.0) == {"maps"}
    assert desk.edit(4.0) == {"maps", "kernels"}, "where there is never time they do not wait for ever"
    assert "kernels" not in desk.idle()


def test_kernels_of_another_layer_or_in_other_colours_do_not_wait(desk: Desk) -> None:
    desk.edit(1.0)
    assert desk.edit(2.0, dark=False) == {"maps", "kernels"}
    assert desk.edit(2.0, layer="conv2") == {"maps", "kernels"}
    assert desk.edit(2.0, layer="relu1") == {"maps"}
    assert desk.edit(2.0, layer="conv1") == {"maps", "kernels"}
