"""The theorems on the newest frame: the numbers are those of the meters, the pictures those of both sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
from scipy.signal import correlate2d

from engine.kernels import kernel
from engine.kinds.meters import NAMES, meters
from engine.protocol import Law, Laws, Problem, Show
from engine.sources.grab import grab
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.project import Project
from engine.spec.source import Clip, Pattern
from engine.spec.study import LawsSpec
from tests.engine.server.test_studio import Talk

NOISE = Pattern(kind="noise", height=40, width=56, seed=4)
EMBOSS = kernel("emboss").spec()


class Listener(Talk):
    def poll(self) -> None:
        for event in self.engine.poll():
            self.heard.append(event)
            for plane in getattr(event, "planes", ()):
                self._take(plane)

    def laws(self, number: int, **settings: Any) -> Laws:
        self.engine.offer(Show(id=number, project=Project(**{"source": NOISE, **settings}), page="laws"))
        self.until(lambda: (told := self.last(Laws)) is not None and told.id == number and told.laws)
        told = self.last(Laws)
        assert told is not None
        return told

    def tile(self, law: Law, place: int) -> np.ndarray:
        top, left, height, width = law.tiles[place]
        return self.pictures["maps"][top : top + height, left : left + width]


@pytest.fixture
def talk() -> Iterator[Listener]:
    talk = Listener()
    yield talk
    talk.engine.close()


def grey(source: Any = NOISE) -> np.ndarray:
    return grab(source).astype(np.float64) @ [0.299, 0.587, 0.114]


def by_name(told: Laws) -> dict[str, Law]:
    return {law.name: law for law in told.laws}


@pytest.mark.parametrize("operation", ["convolution", "correlation"])
def test_every_law_is_measured_with_the_settings_of_the_project(talk: Listener, operation: str) -> None:
    spec = FilterSpec(kernel=EMBOSS, operation=operation, stride=(2, 1), bias=3.0, padding="full")
    settings = LawsSpec(border="circular", shift=(3, -2), angle=-45, scale=1.3)
    told = talk.laws(1, filter=spec, laws=settings)
    assert (told.height, told.width, told.reduction) == (40, 56, 1)
    kernels = EMBOSS.weights[0], settings.other.weights[0]
    expected = meters(grey().astype(np.float32), *kernels, operation, (2, 1), True, (3, -2), -45, 1.3)
    assert tuple(law.name for law in told.laws) == NAMES
    for law, meter in zip(told.laws, expected, strict=True):
        assert law.residual == pytest.approx(meter.residual, rel=1e-3, abs=2e-7)
        assert (law.holds, law.expected, law.sentence) == (meter.holds, meter.expected, meter.sentence)


def test_the_largest_difference_is_that_of_the_sums_themselves(talk: Listener) -> None:
    told = by_name(talk.laws(1, filter=FilterSpec(kernel=EMBOSS)))["associativity"]
    first, second = np.array(EMBOSS.weights[0]), np.array(LawsSpec().other.weights[0])
    left = correlate2d(correlate2d(grey(), first, "valid"), second, "valid")
    right = correlate2d(grey(), correlate2d(first, second, "full"), "valid")
    assert told.apart == pytest.approx(np.abs(left - right).max(), rel=1e-4)
    assert told.peak == pytest.approx(max(np.abs(left).max(), np.abs(right).max()), rel=1e-4)


def test_sides_that_agree_look_alike_and_their_difference_is_blank(talk: Listener) -> None:
    told = by_name(talk.laws(1, filter=FilterSpec(kernel=EMBOSS, operation="convolution")))
    for name in ("commutativity", "associativity", "linearity", "shift"):
        law = told[name]
        assert law.holds
        left, right, difference = (talk.tile(law, place).astype(int) for place in range(3))
        assert np.abs(left - right).max() <= 4
        assert len(np.unique(left.reshape(-1, 4), axis=0)) > 20, "it is a picture"
        assert np.ptp(difference.reshape(-1, 4), axis=0).max() <= 3
    turned = talk.tile(told["rotation"], 2).astype(int)
    assert np.ptp(turned.reshape(-1, 4), axis=0).max() > 50


def test_what_cannot_be_measured_says_so_and_leaves_the_rest(talk: Listener) -> None:
    told = by_name(talk.laws(1, laws=LawsSpec(shift=(60, 0))))
    assert told["shift"].problem.endswith("a smaller one would do.")
    assert told["shift"].tiles == ()
    assert told["linearity"].holds
    wide = KernelSpec(name="custom", weights=(((1.0,) * 31,) * 31,))
    small = Pattern(kind="noise", height=5, width=7, seed=1)
    told = by_name(talk.laws(2, source=small, filter=FilterSpec(kernel=wide)))
    assert all(law.problem.endswith(".") for law in told.values())
    assert not any(isinstance(event, Problem) for event in talk.heard)


def test_a_large_picture_is_made_smaller_first(talk: Listener) -> None:
    told = talk.laws(1, source=msgspec.structs.replace(NOISE, height=400, width=650))
    assert (told.height, told.width, told.reduction) == (100, 163, 4)


def test_planes_of_a_kernel_for_colours_are_summed(talk: Listener) -> None:
    planes = (((1.0, 0.0), (0.0, 0.0)), ((0.0, 2.0), (0.0, 0.0)), ((0.0, 0.0), (0.0, 3.0)))
    spec = FilterSpec(kernel=KernelSpec(name="custom", weights=planes), channels="sum")
    one = FilterSpec(kernel=KernelSpec(name="custom", weights=(((1.0, 2.0), (0.0, 3.0)),)))
    both = [talk.laws(number, filter=each) for number, each in enumerate((spec, one), start=1)]
    assert [law.residual for law in both[0].laws] == [law.residual for law in both[1].laws]


def test_a_clip_is_measured_frame_by_frame(talk: Listener) -> None:
    talk.laws(1, source=Clip(path="sample:webcam_scene_320x240.mp4"))
    talk.until(lambda: len({event.frame for event in talk.heard if isinstance(event, Laws)}) >= 3)
    assert not any(isinstance(event, Problem) for event in talk.heard)
