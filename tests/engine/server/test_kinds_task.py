"""The task behind the look at the kinds: what it makes is what torch makes, and what it tells of a cell adds up."""

from __future__ import annotations

import math
import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.buffers import PictureBuffers
from engine.errors import BadFile, SpecError
from engine.frames import Frame
from engine.kinds.catalogue import kind_names, kinds
from engine.kinds.spec import KindSpec
from engine.protocol import ExplainKind, KindExplained, KindMaps, Show
from engine.server.kinds.lines import MOST, line_of
from engine.server.kinds.numbers import picture
from engine.server.kinds.task import KindsTask, check_page
from engine.server.kinds.weights import Weighing, weights_of
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.server.task import Job
from engine.spec.filter import KernelSpec
from engine.spec.project import Project
from engine.spec.source import Folder
from engine.spec.trial import FileSignal, MadeSignal, TrialSpec, TypedSignal

PIXELS = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


class Bench:
    """A task with room to paint, on frames that the test makes."""

    def __init__(self) -> None:
        self.slots = SlotPool({})
        self.task = KindsTask(Painter(PictureBuffers(), self.slots))
        self.asked = 0

    def job(self, project: Project, pixels: Any = PIXELS, number: int = 1, **show: Any) -> Job:
        self.asked += 1
        frame = Frame(pixels, number, 0.0, 0)
        return Job(Show(id=self.asked, project=project, page="kinds", **show), frame, number, (), lambda: False)

    def compute(self, kind: KindSpec, trial: TrialSpec | None = None, **more: Any) -> KindMaps:
        project = msgspec.structs.replace(Project(), kind=kind, trial=trial or TrialSpec())
        made = self.task.compute(self.job(project, **more))
        assert isinstance(made, KindMaps)
        for plane in made.planes:
            self.slots.release(plane.view, plane.slot)
        return made

    def told(self, **question: Any) -> KindExplained:
        answer = self.task.read(ExplainKind(**{"row": 0, **question}), Show(id=self.asked, project=Project()))
        assert isinstance(answer, KindExplained)
        return answer


@pytest.fixture
def bench() -> Bench:
    return Bench()


def on_meta(spec: KindSpec) -> tuple[int, ...]:
    """The output's shape by torch's own modules, on tensors without numbers; sharing changes no size."""
    with torch.device("meta"):
        x = torch.empty(1, *spec.input_shape)
        name = "ConvTranspose" if spec.kind == "transposed" else "Conv"
        more: dict[str, Any] = {"output_padding": spec.output_padding} if spec.kind == "transposed" else {}
        made = getattr(torch.nn, f"{name}{spec.dimensions}d")(
            spec.in_channels, spec.out_channels, spec.kernel_size, stride=spec.stride,
            padding=tuple(before for before, _ in spec.sides), dilation=spec.dilation, groups=spec.groups, **more,
        )  # fmt: skip
        return tuple(made(x).shape[1:])


@pytest.mark.parametrize("name", kind_names())
def test_every_kind_is_shown_in_the_size_that_torch_gives_it(bench: Bench, name: str) -> None:
    spec = next(kind.spec for kind in kinds() if kind.name == name)
    made = bench.compute(spec)
    assert made.shape == on_meta(spec)
    assert made.input_shape == spec.input_shape
    if spec.dimensions == 1:
        assert made.planes == ()
        assert made.signal is not None
        assert made.response is not None
        assert (made.signal.count, made.response.count) == (spec.size[0], made.shape[1])
    else:
        sizes = {plane.view: (plane.rows, plane.columns) for plane in made.planes}
        assert sizes == {"layer": spec.size[-2:], "maps": made.shape[-2:]}


@settings(max_examples=40)
@given(st.data())
def test_the_products_of_a_cell_add_up_to_what_is_shown(data: st.DataObject) -> None:
    bench, name = Bench(), data.draw(st.sampled_from(kind_names()))
    spec = next(kind.spec for kind in kinds() if kind.name == name)
    padding = data.draw(st.sampled_from(["valid", "same", "full"]))
    spec = msgspec.structs.replace(
        spec, padding="valid" if name == "transposed" else padding, bias=data.draw(st.booleans())
    )
    made = bench.compute(spec, TrialSpec(seed=data.draw(st.integers(0, 9))))
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in made.shape)
    place = dict(zip(("depth", "row", "column")[-spec.dimensions :], cell[1:], strict=True))
    total = 0.0
    for channel in range(spec.in_channels):
        told = bench.told(channel=cell[0], other=channel, **place)
        assert told.problem == ""
        products = np.frombuffer(told.products)
        assert products.tolist() == (np.frombuffer(told.values) * np.frombuffer(told.factors)).tolist()
        assert math.prod(told.shape) == len(products) or not len(products)
        total += products.sum()
    assert total == pytest.approx(told.total, abs=1e-9)
    assert told.total + told.bias == pytest.approx(told.value, abs=1e-5)


@settings(max_examples=20)
@given(st.sampled_from(kind_names()), st.data())
def test_what_an_input_cell_reaches_is_told_by_the_output_cells_too(name: str, data: st.DataObject) -> None:
    bench = Bench()
    spec = next(kind.spec for kind in kinds() if kind.name == name)
    made = bench.compute(spec)
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in made.input_shape)
    axes = ("depth", "row", "column")[-spec.dimensions :]
    laid = bench.told(side="input", channel=cell[0], other=0, **dict(zip(axes, cell[1:], strict=True)))
    places = np.frombuffer(laid.places, np.int64).reshape(-1, spec.dimensions)
    for place, product in list(zip(places.tolist(), np.frombuffer(laid.products), strict=True))[:4]:
        read = bench.told(channel=0, other=cell[0], **dict(zip(axes, place, strict=True)))
        found = np.frombuffer(read.places, np.int64).reshape(-1, spec.dimensions).tolist()
        assert np.frombuffer(read.products)[found.index(list(cell[1:]))] == pytest.approx(product)


def test_an_unshared_layer_over_4k_is_refused_with_its_bytes_before_any_is_made(bench: Bench) -> None:
    spec = KindSpec(kind="unshared", size=(2160, 3840))
    job = bench.job(Project(kind=spec))
    tracemalloc.start()
    try:
        with pytest.raises(SpecError, match=f"{9 * 4 * 2158 * 3838:,} bytes"):
            bench.task.compute(job)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert bench.task.read(ExplainKind(row=0), job.show) is None


@pytest.mark.parametrize(
    ("spec", "part"),
    [
        (KindSpec(size=(1 << 26,)), "cells"),
        (KindSpec(size=(512, 512), in_channels=64, out_channels=64), "multiply-adds"),
        (KindSpec(size=(4, 4), kernel_size=9), "kernel"),
        (KindSpec(groups=3), "groups"),
    ],
)
def test_what_cannot_be_looked_at_is_one_sentence(spec: KindSpec, part: str) -> None:
    with pytest.raises(SpecError, match=part) as caught:
        check_page(spec)
    assert str(caught.value).count(". ") == 0
    assert str(caught.value).endswith(".")


def test_a_picture_becomes_the_means_of_its_blocks() -> None:
    grey = (PIXELS.astype(np.float64) / 255 @ [0.299, 0.587, 0.114]).reshape(6, 8, 8, 8).mean(axis=(1, 3))
    made = picture(PIXELS, KindSpec(size=(6, 8))).values
    np.testing.assert_allclose(made[0], grey, atol=0.003)
    colours = picture(PIXELS, KindSpec(size=(48, 64), in_channels=6)).values
    np.testing.assert_allclose(colours[:3], np.moveaxis(PIXELS, -1, 0) / 255, atol=1e-6)
    assert np.array_equal(colours[4:6], colours[:2])
    square = picture(PIXELS, KindSpec(size=(48, 48))).values
    np.testing.assert_allclose(square[0], (PIXELS[:, 8:56] / 255) @ [0.299, 0.587, 0.114], atol=1e-6)
    wide = picture(PIXELS, KindSpec(size=(16, 64))).values
    np.testing.assert_allclose(wide[0], (PIXELS[16:32] / 255) @ [0.299, 0.587, 0.114], atol=1e-6)


def test_a_signal_is_cut_or_filled_to_the_input_and_the_note_says_so(bench: Bench, tmp_path: Path) -> None:
    typed = TrialSpec(signal=TypedSignal(text="1 2 3"))
    made = bench.compute(KindSpec(size=(5,), kernel_size=1), typed)
    assert made.signal is not None
    assert np.frombuffer(made.signal.values, np.float32).tolist() == [1, 2, 3, 0, 0]
    assert "3 samples and zeros" in made.note
    made = bench.compute(KindSpec(size=(2,), kernel_size=1), typed)
    assert "the first 2 of 3" in made.note
    (tmp_path / "bad.csv").write_text("nothing here\nat all\n")
    with pytest.raises(BadFile, match=r"bad\.csv"):
        bench.compute(KindSpec(size=(5,)), TrialSpec(signal=FileSignal(path=str(tmp_path / "bad.csv"))))
    with pytest.raises(SpecError, match="'x' is not a number"):
        bench.compute(KindSpec(size=(5,)), TrialSpec(signal=TypedSignal(text="1 x")))


def test_a_long_signal_is_told_by_its_lowest_and_highest_values() -> None:
    values = np.random.default_rng(1).standard_normal(MOST * 3 + 7).astype(np.float32)
    line = line_of(values)
    ends = np.frombuffer(line.values, np.float32).reshape(-1, 2)
    assert len(ends) == -(-len(values) // line.every) <= MOST
    for place in (0, 17, len(ends) - 1):
        part = values[place * line.every : (place + 1) * line.every]
        assert ends[place].tolist() == [part.min(), part.max()]


def test_a_volume_holds_the_last_frames_oldest_first(bench: Bench) -> None:
    spec, trial = KindSpec(size=(3, 4, 4), kernel_size=1), TrialSpec(volume="source")
    for number in range(1, 6):
        pixels = np.full((8, 8, 3), number * 20, np.uint8)
        made = bench.compute(spec, trial, pixels=pixels, number=number)
        if number == 1:
            assert made.note == "1 of 3 last frames, the first repeated"
    values = bench.task._made.given.values[0, :, 0, 0]  # type: ignore[union-attr]
    np.testing.assert_allclose(values * 255, [60, 80, 100], atol=0.01)
    bench.compute(spec, trial, pixels=pixels, number=5)
    assert np.array_equal(bench.task._made.given.values[0, :, 0, 0], values), "the same frame counts once"  # type: ignore[union-attr]
    bench.task.forget()
    made = bench.compute(spec, trial, pixels=pixels, number=6)
    assert made.note.startswith("1 of 3"), "another source begins anew"


def test_a_folder_becomes_a_stack_of_its_pictures(bench: Bench, tmp_path: Path) -> None:
    for number in range(1, 5):
        Image.new("L", (6, 6), number * 50).save(tmp_path / f"p{number}.png")
    (tmp_path / "p3.png").write_bytes(b"no picture")
    source = Folder(path=str(tmp_path), index=1)
    project = Project(source=source, kind=KindSpec(size=(3, 2, 2), kernel_size=1), trial=TrialSpec(volume="source"))
    for _ in range(5):
        made = bench.task.compute(bench.job(project))
        if not bench.task.waiting:
            break
        for plane in made.planes:  # type: ignore[union-attr]
            bench.slots.release(plane.view, plane.slot)
    values = bench.task._made.given.values[0, :, 0, 0]  # type: ignore[union-attr]
    np.testing.assert_allclose(values * 255, [100, 100, 200], atol=0.01)
    assert isinstance(made, KindMaps)
    assert made.note == "2 of 3 pictures of the folder, the first repeated"


def test_the_plane_that_is_asked_for_is_shown_and_one_that_is_not_there_is_the_nearest(bench: Bench) -> None:
    spec = KindSpec(size=(5, 6, 6), in_channels=2, out_channels=3)
    made = bench.compute(spec, layer="7", only=4)
    assert (made.input_plane, made.plane) == (7, 4)
    weight = bench.task._made.weight  # type: ignore[union-attr]
    made = bench.compute(spec, layer="99", only=99)
    assert (made.input_plane, made.plane) == (9, 8)
    assert bench.task._made.weight is weight, "another plane makes no other weights"  # type: ignore[union-attr]
    assert bench.compute(spec, layer="conv1", only=-1).plane == 0


def test_weights_follow_the_rule_and_are_made_once() -> None:
    spec, kernel = KindSpec(kind="tiled", size=(8, 8)), KernelSpec()
    mean, _ = weights_of(spec, TrialSpec(weights="mean"), kernel)
    np.testing.assert_allclose(mean, 1 / 9)
    own, bias = weights_of(msgspec.structs.replace(spec, bias=True), TrialSpec(weights="kernel"), kernel)
    assert np.array_equal(own[1, 0, 0, 0], np.array(kernel.weights[0], np.float32))
    assert bias is not None
    assert not bias.any()
    with pytest.raises(SpecError, match="set the kernel size to 3×3"):
        weights_of(KindSpec(kernel_size=5), TrialSpec(weights="kernel"), kernel)
    with pytest.raises(SpecError, match="for pictures"):
        weights_of(KindSpec(size=(9,)), TrialSpec(weights="kernel"), kernel)
    weighing = Weighing()
    first = weighing.of(spec, TrialSpec(), kernel)
    assert weighing.of(spec, TrialSpec(signal=MadeSignal(name="box")), kernel) is first
    assert weighing.of(spec, TrialSpec(seed=1), kernel)[0].tolist() != first[0].tolist()


def test_a_question_about_no_cell_and_one_about_too_many_links_are_answered(bench: Bench) -> None:
    bench.compute(KindSpec(size=(6, 6)))
    show = Show(id=1, project=Project())
    assert bench.task.read(ExplainKind(row=9), show) is None
    assert bench.task.read(ExplainKind(row=None), show) is None
    bench.compute(KindSpec(size=(90, 90), in_channels=70, kernel_size=85))
    assert "links" in bench.told().problem
