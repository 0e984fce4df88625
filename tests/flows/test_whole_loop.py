"""The whole loop by hand: a stack, a training that is heard, a drawing that is named, a kill that loses nothing."""

from __future__ import annotations

import msgspec

from engine.spec.layers import ReLU
from engine.spec.network_edit import add, replace_field
from engine.spec.project import Project
from engine.spec.source import Clip
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

LONG_PATIENCE = 60_000


def _edit(stage: Stage, **changes: object) -> None:
    document = stage.bench.document
    document.edit(msgspec.structs.replace(document.project, **changes), "story")


def test_stop_and_pause_act_within_a_batch_and_the_stack_that_does_not_fit_says_so(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    bench.pages.show("train")
    stage.press("Start")
    stage.qtbot.waitUntil(lambda: bool(heard.points), timeout=LONG_PATIENCE)
    stage.press("Pause")
    stage.until(lambda: heard.state == "paused")
    steps = heard.points[-1]
    stage.settle()
    assert heard.points[-1] == steps
    stage.press("Resume")
    stage.until(lambda: heard.points[-1] > steps)
    stage.press("Stop")
    stage.until(lambda: heard.state == "stopped")
    wrong = replace_field(Project().network, "linear3", "out_features", 7)
    _edit(stage, network=wrong)
    bench.link.train("start", str(stage.folder / "wrong"))
    stage.until(lambda: heard.state == "failed")
    assert "10" in heard.training[-1].message
    assert not (stage.folder / "wrong").exists()


def test_an_edit_of_a_stride_reaches_the_maps_while_a_clip_plays(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    _edit(stage, source=Clip(path="sample:webcam_digits_320x240.mp4"))
    bench.pages.show("network")
    bench.link.look_at("network", "conv1")
    stage.until(lambda: len(heard.maps) > 5 and heard.maps[-1].shape == (6, 28, 28))
    _edit(stage, network=replace_field(bench.document.project.network, "conv1", "stride", (2, 2)))
    stage.until(lambda: heard.maps[-1].shape == (6, 14, 14) or not heard.maps[-1].shape)
    bench.document.undo()
    stage.until(lambda: heard.maps[-1].shape == (6, 28, 28))


def test_a_problem_in_the_stack_is_shown_and_nothing_else_is_lost(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    bench.pages.show("network")
    stage.until(lambda: bool(heard.maps))
    network = replace_field(bench.document.project.network, "conv2", "kernel_size", (30, 30))
    _edit(stage, network=add(network, ReLU()))
    stage.until(lambda: not heard.maps[-1].shape)
    bench.document.undo()
    stage.until(lambda: bool(heard.maps[-1].shape))
