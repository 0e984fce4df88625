"""The Inspect page in the engine: predictions with every frame, explanations beside them, given up in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
import torch

from engine.display.heat import heat_scale, lay_heat
from engine.errors import SpecError
from engine.explain import attribute
from engine.forward import any_input
from engine.frames import read_image
from engine.presets.learned import learned
from engine.protocol import Inspect, Inspected, Problem, Show
from engine.server.inspecting.calm import Calm, Rate
from engine.server.inspecting.work import laid_out, looks_everywhere
from engine.server.inspecting.worker import Worker
from engine.spec.attribution import Target
from engine.spec.inspect import InspectSpec
from engine.spec.layers import Conv1d, Conv2d, Flatten, GlobalAvgPool, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.source import Pattern, Picture
from tests.engine.server.test_studio import Talk

SIGNAL = NetworkSpec(
    input_shape=(1, 32),
    layers=(Conv1d(out_channels=4, kernel_size=5), ReLU(), Flatten(), Linear(out_features=3)),
)
TINY = NetworkSpec(
    input_shape=(3, 8, 8),
    layers=(Conv2d(out_channels=4, kernel_size=3), ReLU(), GlobalAvgPool(), Flatten(), Linear(out_features=4)),
)
OBLONG = NetworkSpec(
    input_shape=(1, 12, 40), layers=(Conv2d(out_channels=4, kernel_size=3), ReLU(), Flatten(), Linear(out_features=5))
)
EVERYWHERE = NetworkSpec(
    input_shape=(3, 12, 12),
    layers=(Conv2d(out_channels=4, kernel_size=5), ReLU(), Conv2d(out_channels=3, kernel_size=8), Flatten()),
)
PROJECT = Project(source=Pattern(kind="rings", height=40, width=56))


class Look(Talk):
    """Asks for a project on the page, and hears what is said of the newest."""

    shows = 0

    def show(self, project: Project = PROJECT, **spec: Any) -> None:
        self.shows += 1
        project = msgspec.structs.replace(project, inspect=InspectSpec(**spec))
        self.engine.offer(Show(id=self.shows, project=project, page="inspect"))

    def poll(self) -> None:
        for event in self.engine.poll():
            self.heard.append(event)
            for plane in getattr(event, "planes", ()):
                self._take(plane)

    @property
    def told(self) -> list[Inspected]:
        return [event for event in self.heard if isinstance(event, Inspected) and event.id == self.shows]

    def answer(self, project: Project = PROJECT, **spec: Any) -> Inspected:
        """The first answer with an explanation, or with a reason why there is none."""
        self.show(project, **spec)
        self.until(lambda: any(event.heat or event.problem for event in self.told))
        return next(event for event in self.told if event.heat or event.problem)


@pytest.fixture
def look() -> Iterator[Look]:
    made = Look()
    yield made
    made.engine.close()


@pytest.mark.parametrize("network", [SIGNAL, TINY, OBLONG, PROJECT.network], ids=["1-D", "8x8", "12x40", "lenet"])
@pytest.mark.parametrize("method", ["saliency", "grad-cam", "guided-backprop"])
def test_inputs_of_every_shape_are_explained(look: Look, network: NetworkSpec, method: str) -> None:
    project = msgspec.structs.replace(PROJECT, network=network)
    made = look.answer(project, method=method)
    assert made.heat is not None, made.problem
    assert made.heat.method == method
    assert look.pictures["maps"].shape == (40, 56, 4)
    first = look.told[0]
    assert [each.index for each in first.guesses] == [each.index for each in first.calm]
    assert made.heat.target == Target(map=first.guesses[0].index)


def test_the_heat_is_that_of_engine_explain(look: Look) -> None:
    project = Project(source=Picture(path="sample:camera.jpg"), pretrained="lenet5-mnist")
    made = look.answer(project, method="gradient-x-input", chosen=3)
    assert made.heat is not None
    from engine.train import pretrained

    frame = np.rint(read_image("sample:camera.jpg") * 255).astype(np.uint8)
    inputs, _ = any_input(np.repeat(frame[..., None], 3, 2) if frame.ndim == 2 else frame, (1, 28, 28))
    ours = attribute(pretrained("lenet5-mnist").module, inputs, "gradient-x-input", Target(map=3))
    assert made.heat.score == pytest.approx(ours.score, abs=1e-4)
    assert made.heat.range.maximum == pytest.approx(ours.heat.max().item(), abs=1e-4)
    assert made.heat.range.minimum == pytest.approx(ours.heat.min().item(), abs=1e-4)


def test_a_unit_is_explained_and_what_is_not_there_is_said_in_place(look: Look) -> None:
    made = look.answer(unit=Target(layer="conv2", map=4, cell=(5, 5)))
    assert made.heat is not None
    assert made.heat.target.layer == "conv2"
    gone = look.answer(unit=Target(layer="conv9"))
    assert "conv9" in gone.problem
    assert gone.heat is None
    assert look.told[0].guesses, "predictions go on"
    many = look.answer(unit=Target(layer="conv2", map=99))
    assert "conv2 has 16 maps" in many.problem
    after = look.answer(method="grad-cam", layer="linear1")
    assert "linear1" in after.problem
    assert look.answer(method="grad-cam", layer="pool1").heat is not None
    assert not [event for event in look.heard if isinstance(event, Problem)]


def test_a_broken_network_is_a_problem_and_passes(look: Look) -> None:
    broken = NetworkSpec(layers=(Conv2d(out_channels=2, kernel_size=90),))
    look.show(msgspec.structs.replace(PROJECT, network=broken))
    look.until(lambda: look.last(Problem))
    assert look.answer().heat is not None


def test_a_slow_method_begins_on_a_still_picture_tells_how_far_it_is_and_stops(look: Look) -> None:
    look.show(method="integrated-gradients")
    look.until(lambda: any(event.heat for event in look.told))
    assert look.told[0].heat is None
    assert look.told[0].guesses
    look.show(method="smoothgrad")
    look.until(lambda: look.told)
    look.engine.send(Inspect(id=1, action="stop"))
    look.until(lambda: any(event.stage == "stopped" for event in look.told))
    assert not any(event.heat for event in look.told)
    look.engine.send(Inspect(id=2, action="explain"))
    look.until(lambda: any(event.heat for event in look.told))


def test_how_far_it_can_be_trusted_is_told_on_request_until_something_else_is_explained(look: Look) -> None:
    look.answer(method="saliency", chosen=1)
    assert look.told[-1].sanity is None
    look.engine.send(Inspect(id=1, action="sanity"))
    look.until(lambda: any(event.sanity for event in look.told))
    told = next(event.sanity for event in look.told if event.sanity)
    assert len(told.shares) == len(told.deletion) == len(told.insertion)
    assert told.deletion[0] == pytest.approx(told.insertion[-1])
    assert -1 <= told.alike <= 1
    assert look.answer(method="saliency", chosen=2).sanity is None


def test_other_colours_are_painted_from_the_same_explanation(look: Look) -> None:
    first = look.answer(method="saliency", opacity=0.0)
    bare = look.pictures["maps"]
    assert np.array_equal(bare, look.pictures["input"])
    second = look.answer(method="saliency", opacity=1.0)
    assert (first.heat, second.heat) != (None, None)
    assert first.heat is not None
    assert second.heat is not None
    assert second.heat.seconds == first.heat.seconds, "nothing was computed anew"
    assert not np.array_equal(bare, look.pictures["maps"])


def test_a_fully_convolutional_network_says_it_of_every_place(look: Look) -> None:
    project = msgspec.structs.replace(PROJECT, network=EVERYWHERE)
    made = look.answer(project, method="class-map", chosen=1)
    assert look.told[0].everywhere
    assert made.heat is not None, made.problem
    assert 0 <= made.heat.range.minimum <= made.heat.range.maximum <= 1
    assert (made.heat.range.low, made.heat.range.high) == (0, 1)
    refused = look.answer(method="class-map")
    assert "no class map" in refused.problem
    assert not looks_everywhere(TINY)


def test_networks_named_by_what_they_see(look: Look) -> None:
    lite = learned("efficientnet-lite0")
    for image, name in (("coffee.jpg", "espresso"), ("camera.jpg", "tripod")):
        project = Project(source=Picture(path=f"sample:{image}"), network=lite.make(), pretrained="efficientnet-lite0")
        look.show(project)
        look.until(lambda: any(event.guesses for event in look.told))
        assert next(event.guesses[0].name for event in look.told if event.guesses) == name


def test_another_page_gives_up_what_nobody_looks_at(look: Look) -> None:
    look.show(method="smoothgrad")
    look.until(lambda: look.told)
    look.shows += 1
    look.engine.offer(Show(id=look.shows, project=PROJECT, page="network", layer="conv1"))
    look.until(lambda: any(getattr(event, "id", 0) == look.shows for event in look.heard))
    look.heard.clear()
    assert look.answer(method="saliency").heat is not None


def test_smoothing_follows_slowly_on_new_frames_and_takes_an_edit_as_it_is() -> None:
    now = [0.0]
    calm = Calm(lambda: now[0])
    first, second = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    assert calm.of(first, 1, 0.5).tolist() == [1, 0]
    now[0] = 0.5
    assert calm.of(second, 2, 0.5).tolist() == pytest.approx([np.exp(-1), 1 - np.exp(-1)])
    assert calm.of(second, 2, 0.5).tolist() == [0, 1]
    assert calm.of(first, 3, 0.0).tolist() == [1, 0]
    calm.forget()
    assert calm.of(second, 4, 9.0).tolist() == [0, 1]
    assert calm.of(np.array([np.nan, 0], np.float32), 5, 9.0)[1] == 0


def test_a_rate_counts_what_came_lately() -> None:
    now = [0.0]
    rate = Rate(lambda: now[0])
    for moment in range(9):
        now[0] = moment / 4
        rate.count()
    assert rate.value == pytest.approx(4)


def test_heat_colours_hot_places_and_darkens_what_was_not_looked_at() -> None:
    out = np.full((40, 60, 4), 200, np.uint8)
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1
    lay_heat(out, heat, (0, 10, 40, 40), heat_scale(heat, "grad-cam"), 1.0)
    assert out[5, 5, 0] < 100
    assert out[35, 45, 0] == pytest.approx(200 * 0.65, abs=2)
    assert out[2, 12, 2] > out[2, 12, 0] > 0
    signed = np.array([[-1.0, 1.0]], np.float32)
    assert heat_scale(signed, "occlusion").table == "diverging"
    assert heat_scale(signed, "occlusion", "grey").low == 0
    assert heat_scale(np.full((2, 2), np.nan, np.float32), "saliency").bad_cells == 4


def test_where_heat_lies_on_the_frame() -> None:
    heat, window = laid_out(np.zeros((2, 3, 4), np.float32), (1, 2, 3, 4), (30, 50, 3))
    assert (heat.shape, window) == ((3, 4), (0, 5, 30, 40))
    assert laid_out(np.zeros(12, np.float32), (12,), (30, 50, 3))[0].shape == (3, 4)


def test_a_fault_of_a_method_is_a_sentence_and_the_thread_lives_on() -> None:
    threads, woken = torch.get_num_threads(), []
    worker = Worker(lambda: woken.append(1))

    def fails(_: object) -> None:
        raise ValueError("so")

    def outcome(work: Any) -> Any:
        worker.begin(work)
        while (made := worker.taken()) is None:
            torch.zeros(1)
        return made

    assert "ValueError: so" in outcome(fails).problem
    assert outcome(lambda _: 7).made == 7
    assert torch.get_num_threads() == threads
    worker.close()


def test_cells_below_zero_are_refused() -> None:
    with pytest.raises(SpecError, match="counted from 0"):
        InspectSpec(unit=Target(map=-1))
