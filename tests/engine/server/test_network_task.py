"""The kernels of a layer are painted when they may be others, and not with every frame of a clip."""

from __future__ import annotations

from typing import cast

import msgspec
import numpy as np
import pytest
import torch

from engine.buffers import PictureBuffers
from engine.forward import LiveNetwork
from engine.frames import Frame
from engine.protocol import Maps, Show
from engine.server.names import ClassNames
from engine.server.network_task import NetworkTask
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.server.task import Job
from engine.spec.project import Project


class Desk:
    """A task with its network; every slot is given back at once."""

    def __init__(self) -> None:
        self.slots = SlotPool({})
        self.network = LiveNetwork()
        self.task = NetworkTask(Painter(PictureBuffers(), self.slots), self.network, ClassNames(lambda: None))
        self.show = Show(id=1, project=Project(), page="network", layer="conv2")
        self.frames = 0

    def job(self) -> Job:
        self.frames += 1
        pixels = np.random.default_rng(self.frames).integers(0, 256, (30, 40, 3), np.uint8)
        return Job(self.show, Frame(pixels, self.frames, 0.0, self.frames), self.frames, (), lambda: False)

    def views(self) -> set[str]:
        """The views that the next frame has a picture for."""
        made = cast(Maps, self.task.compute(self.job()))
        assert len(made.kernel_tiles) == (96 if self.show.layer == "conv2" else 0)
        assert (made.kernel_shape == (16, 6, 5, 5)) == (self.show.layer == "conv2")
        for plane in made.planes:
            self.slots.release(plane.view, plane.slot)
        return {plane.view for plane in made.planes}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_frames_alone_bring_maps_only(desk: Desk) -> None:
    assert desk.views() == {"maps", "kernels"}
    assert [desk.views() for _ in range(3)] == [{"maps"}] * 3


def test_other_weights_and_another_show_bring_kernels_once(desk: Desk) -> None:
    desk.views()
    desk.network.learn({name: torch.randn_like(tensor) for name, tensor in desk.network.state().items()})
    assert (desk.views(), desk.views()) == ({"maps", "kernels"}, {"maps"})
    for changes in ({"dark": False}, {"only": 2}, {"layer": "relu1"}, {"layer": "conv2"}):
        desk.show = msgspec.structs.replace(desk.show, id=desk.show.id + 1, **changes)
        wanted = {"maps"} if desk.show.layer == "relu1" else {"maps", "kernels"}
        assert (desk.views(), desk.views()) == (wanted, {"maps"})


def test_after_a_frame_that_failed_they_come_again(desk: Desk) -> None:
    desk.views()
    desk.task.without(desk.job())
    assert desk.views() == {"maps", "kernels"}
