"""Whatever is set while somebody looks on: the panels say what is true of it, or why there is nothing to say."""

from __future__ import annotations

import random

import msgspec
import pytest

from app.kernels.steps.look import StepsLook
from app.kernels.touches.look import TouchesLook
from app.widgets.fields import Toggle
from engine.errors import SpecError
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.source import Pattern
from tests.app.kernels.conftest import Stage
from tests.conftest import LONG

SETTINGS = 400 if LONG else 40
DETECTORS = ("none", "relu", "leaky_relu", "sigmoid", "tanh", "abs", "threshold", "magnitude", "direction")


def drawn(rng: random.Random) -> FilterSpec:
    """Settings of all kinds, fitting or not."""

    def pair(low: int, high: int) -> tuple[int, int]:
        return rng.randint(low, high), rng.randint(low, high)

    height, width = rng.choice([(1, 1), (3, 3), (2, 5), (7, 7), (31, 31), pair(1, 9)])
    weights = tuple(tuple(rng.choice([0.0, rng.uniform(-9, 9)]) for _ in range(width)) for _ in range(height))
    window = pair(1, 6)
    spec = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(weights,)),
        operation=rng.choice(["correlation", "convolution"]),
        padding=rng.choice(["valid", "same", "full", pair(0, 9)]),
        padding_mode=rng.choice(["zeros", "reflect", "replicate", "circular"]),
        stride=pair(1, 5),
        dilation=pair(1, 3),
        bias=rng.choice([0.0, -0.25, 1e6]),
        detector=DetectorSpec(kind=rng.choice(DETECTORS)),
        pooling=PoolingSpec(
            kind=rng.choice(["none", "max", "average", "l2"]),
            kernel_size=window,
            padding=(rng.randint(0, window[0] // 2), rng.randint(0, window[1] // 2)),
        ),
    )
    return with_channels(spec, rng.choice(["grey", "each", "sum"]))


def change(stage: Stage, rng: random.Random) -> None:
    project = stage.document.project
    source = project.source
    if rng.random() < 0.25:
        source = Pattern(kind="noise", height=rng.randint(1, 30), width=rng.randint(1, 30), seed=rng.randint(0, 9))
    before = tuple(drawn(rng) for _ in range(rng.choice([0, 0, 0, 1, 2])))
    try:
        changed = msgspec.structs.replace(project, source=source, before=before, filter=drawn(rng))
    except SpecError:
        return
    stage.document.edit(changed, "storm")


@pytest.mark.parametrize("name", ["steps", "touches"])
def test_no_setting_is_too_much(stage: Stage, name: str) -> None:
    rng = random.Random(name)
    stage.page.looks.show_look(name)
    look = stage.page.looks.look
    assert isinstance(look, (StepsLook, TouchesLook))
    for _ in range(SETTINGS):
        change(stage, rng)
        if rng.random() < 0.7:
            stage.settle()
        toggle = rng.choice(look.findChildren(Toggle))
        toggle.click()
        extent = stage.page.input.view.extent()
        if extent is not None:
            stage.page.input.view.hovered.emit((rng.randrange(extent[0]), rng.randrange(extent[1])))
        size = stage.kernel.size
        stage.page.kernel.grid.hovered.emit((rng.randrange(size[0]), rng.randrange(size[1])))
        if isinstance(look, StepsLook):
            look.walk.go_to_place(rng.randrange(max(look.walk.count, 1)))
            look.sheet.patch.grid.hovered.emit((0, 0))
        stage.page.grab()
    stage.settle()
    stage.set_filter(FilterSpec())
    stage.document.edit(msgspec.structs.replace(stage.document.project, before=()), "the end of the chain")
    stage.settle()
    if isinstance(look, StepsLook):
        stage.until(lambda: look.is_answered)
        told = look.sheet.told
        assert told is not None
        assert told.event.values == pytest.approx(told.event.shown, abs=1e-5)
