"""A network that ships with its weights: chosen, its maps live on a clip, edited, saved, opened again and trained."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from app.network.menus import LEARNED
from app.training.run_state import RunState
from app.training.start_line import RANDOM
from engine.presets import preset
from engine.presets.learned import learned, learned_networks
from engine.project import load_project
from engine.protocol import Maps
from engine.spec.network_edit import replace_field
from engine.spec.source import Clip, Picture
from tests.flows.conftest import Stage

NAME = "efficientnet-lite0"
TITLE = "EfficientNet-Lite0 on ImageNet"


def show(stage: Stage, source: object) -> None:
    project = msgspec.structs.replace(stage.bench.document.project, source=source)
    stage.bench.document.edit(project, "another source")


def write_few(path: Path) -> None:
    """A few pictures to take a step on."""
    labels = np.tile(np.arange(10, dtype=np.uint8), 2)
    images = np.random.default_rng(1).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=list("0123456789"))


def hear(told: list[str], run: RunState) -> None:
    told.append(run.now.message)


def says(stage: Stage, page: Any, text: str) -> None:
    stage.until(lambda: page.prediction.weights.text() == text)


def test_a_clip_goes_through_efficientnet_and_its_maps_are_live(stage: Stage) -> None:
    bench = stage.bench
    page = stage.go("Network")
    before = bench.document.project
    show(stage, Picture(path="sample:coffee.jpg"))
    menu = page.list.preset.menu()
    stage.pick(menu, learned(NAME).title)
    texts = [action.text() for action in menu.actions()]
    assert texts[texts.index(LEARNED) + 1 :][: len(learned_networks())] == [each.title for each in learned_networks()]
    says(stage, page, TITLE)
    assert bench.document.project.network.input_shape == (3, 224, 224)

    heard: list[Maps] = []
    bench.link.maps.connect(heard.append)
    stage.until(lambda: bool(heard) and bool(heard[-1].guesses) and heard[-1].guesses[0].name == "espresso")
    page.chosen.choose("block2_expand_relu")
    stage.until(lambda: heard[-1].layer == "block2_expand_relu")
    assert heard[-1].shape == (96, 112, 112)

    # Every frame of the clip is another picture, other maps and another prediction.
    show(stage, Clip(path="sample:webcam_scene_320x240.mp4"))
    heard.clear()
    stage.until(lambda: len({event.frame for event in heard}) >= 5)
    assert len({event.range.mean for event in heard if event.range is not None}) >= 5
    stage.until(lambda: len({event.guesses for event in heard if event.guesses}) >= 3)
    assert all(event.guesses[0].name in learned(NAME).class_names for event in heard if event.guesses)

    # An edit keeps what it can, and says what it cannot.
    network = replace_field(bench.document.project.network, "classes", "out_features", 10)
    bench.document.edit(msgspec.structs.replace(bench.document.project, network=network), "ten classes")
    says(stage, page, f"{TITLE}, but not classes")
    bench.document.undo()
    says(stage, page, TITLE)

    # Saved by name, and opened again with its weights.
    path = stage.folder / "mine.convscope"
    bench.projects.belong(path)
    bench.projects.save()
    stage.until(path.exists)
    assert load_project(path).pretrained == NAME
    assert path.stat().st_size < 100_000
    bench.document.edit(before, "something else")
    says(stage, page, "starting weights (random)")
    bench.open_path(str(path))
    says(stage, page, TITLE)

    # One undo goes back before the choice, and a preset without weights has none.
    page.list._use_preset("lenet-5")
    assert bench.document.project.pretrained == ""
    assert bench.document.project.network == preset("lenet-5")
    says(stage, page, "starting weights (random)")


def test_a_training_begins_with_shipped_weights_and_they_can_be_left(stage: Stage) -> None:
    network_page = stage.go("Network")
    stage.pick(network_page.list.preset.menu(), "LeNet-5 on MNIST")
    page = stage.go("Train")
    assert page.start.source.text() == "LeNet-5 on MNIST"
    data = stage.folder / "few.npz"
    write_few(data)
    settings = msgspec.structs.replace(stage.bench.document.project.train, epochs=1)
    project = msgspec.structs.replace(stage.bench.document.project, train=settings, data=str(data))
    stage.bench.document.edit(project, "one epoch")
    told: list[str] = []
    page.run.changed.connect(partial(hear, told, page.run))
    stage.press("Start")
    stage.until(lambda: page.run.now.state == "finished")
    assert "Begins with the weights of pretrained:lenet5-mnist" in " ".join(told)
    stage.click(page.start.scratch)
    assert stage.bench.document.project.pretrained == ""
    assert page.start.source.text() == RANDOM
    assert not page.start.scratch.isVisible()
    stage.bench.document.undo()
    assert page.start.source.text() == "LeNet-5 on MNIST"
