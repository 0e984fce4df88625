"""The matrix times a patch is the map that the layer makes of it, whatever is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from engine.errors import SpecError
from engine.kinds.facts import kind_facts
from engine.kinds.matrix import layer_matrix
from engine.kinds.patches import patch_kind, patch_place, patch_weights
from engine.kinds.run import run_kind
from engine.protocol import Form, MatrixTold, Problem, Show, Transport
from engine.server.matrix_task import check_readable, multiplied
from engine.sources.grab import grab
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.kind import KindSpec
from engine.spec.project import Project
from engine.spec.source import Clip, Folder, Pattern
from tests.engine.server.test_laws_task import Listener

NOISE = Pattern(kind="noise", height=24, width=31, seed=3)
UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))
KINDS = ("shared", "unshared", "tiled", "dense", "transposed")


@pytest.fixture
def talk() -> Iterator[Listener]:
    talk = Listener()
    yield talk
    talk.engine.close()


def ask(talk: Listener, number: int, **settings: Any) -> MatrixTold:
    talk.engine.offer(Show(id=number, project=Project(**{"source": NOISE, **settings}), page="matrix"))
    talk.until(lambda: (told := talk.last(MatrixTold)) is not None and told.id == number and told.seen)
    told = talk.last(MatrixTold)
    assert told is not None
    return told


def grid(told: MatrixTold, name: str) -> np.ndarray:
    return np.frombuffer(getattr(told, name), np.float32).reshape(told.map_height, told.map_width)


def index(form: Form) -> np.ndarray:
    return np.frombuffer(form.index, np.int32).reshape(form.rows, form.columns)


@pytest.mark.parametrize("operation", ["convolution", "correlation"])
def test_every_way_to_share_the_kernel_makes_the_map_of_the_shared_one(talk: Listener, operation: str) -> None:
    grey = grab(NOISE).astype(np.float64) @ [0.299, 0.587, 0.114]
    patch = grey[9:15, 12:18]
    function = convolve2d if operation == "convolution" else correlate2d
    expected = function(patch, np.array(UNEVEN.weights[0]), "valid") + 0.5
    for number, kind in enumerate(KINDS[:4], start=1):
        spec = FilterSpec(kernel=UNEVEN, operation=operation, padding="valid", bias=0.5)
        told = ask(talk, number, filter=spec, kind=KindSpec(kind=kind))
        assert (told.top, told.left, told.height, told.width) == (9, 12, 6, 6)
        assert grid(told, "map") == pytest.approx(expected, abs=1e-5)
        assert grid(told, "product") == pytest.approx(expected, abs=1e-5)
        assert 0 <= told.apart == pytest.approx(float(np.abs(grid(told, "map") - grid(told, "product")).max()))
        assert told.apart < 1e-5


def test_the_ways_to_share_stand_side_by_side_with_their_counts(talk: Listener) -> None:
    told = ask(talk, 1, filter=FilterSpec(kernel=UNEVEN, padding="valid"), kind=KindSpec(kind="shared"))
    assert told.forms is not None
    counts = {form.kind: (form.weights, form.nonzeros) for form in told.forms.others}
    assert counts == {"dense": (720, 720), "unshared": (120, 120), "tiled": (24, 120), "shared": (6, 120)}
    for form in told.forms.others:
        assert len(np.unique(index(form)[index(form) >= 0])) == form.met
    entries = np.frombuffer(told.forms.entries, np.float32).reshape(20, 36)
    weights = np.array(UNEVEN.weights[0]).ravel()
    placed = index(told.forms.form)
    assert np.array_equal(entries, np.where(placed < 0, 0, weights[placed]))


def test_the_matrix_travels_once_for_each_edit(talk: Listener) -> None:
    clip = Clip(path="sample:webcam_scene_320x240.mp4")
    for number in (1, 2):
        ask(talk, number, source=clip)
        talk.until(lambda number=number: len(_told(talk, number)) >= 3)
        assert [event.forms is not None for event in _told(talk, number)][:3] == [True, False, False]


def _told(talk: Listener, number: int) -> list[MatrixTold]:
    return [event for event in talk.heard if isinstance(event, MatrixTold) and event.seen and event.id == number]


def test_pictures_smaller_than_the_patch_have_a_matrix_of_their_own(talk: Listener, tmp_path: Any) -> None:
    from PIL import Image

    for name, size in (("a", (9, 8)), ("b", (3, 2))):
        Image.new("RGB", size, "gray").save(tmp_path / f"{name}.png")
    told = ask(talk, 1, source=Folder(path=str(tmp_path), fps=20.0), filter=FilterSpec(padding="same"))
    talk.engine.send(Transport(action="play"))
    shapes: dict[tuple[int, int], bool] = {}
    talk.until(lambda: _note(talk, shapes) or len(shapes) == 2)
    assert told.forms is not None
    assert shapes == {(6, 6): True, (2, 3): True}


def _note(talk: Listener, shapes: dict[tuple[int, int], bool]) -> None:
    for event in talk.heard:
        if isinstance(event, MatrixTold) and event.seen:
            shapes.setdefault((event.height, event.width), event.forms is not None)


def test_sizes_at_odds_are_one_sentence(talk: Listener) -> None:
    wide = FilterSpec(kernel=KernelSpec(name="custom", weights=(((1.0,) * 31,) * 31,)), padding="valid")
    talk.engine.offer(Show(id=1, project=Project(source=NOISE, filter=wide), page="matrix"))
    talk.until(lambda: talk.last(Problem))
    problem = talk.last(Problem)
    assert problem is not None
    assert problem.code == "spec"
    assert problem.message.endswith(".")
    with pytest.raises(SpecError, match="smaller patch"):
        check_readable(KindSpec(size=(12, 12), kernel_size=31, padding="full"))


@given(
    st.sampled_from(KINDS),
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 2), st.integers(1, 2)),
    st.sampled_from(["valid", "same", "full", (1, 2)]),
    st.sampled_from(["zeros", "replicate", "circular", "reflect"]),
    st.sampled_from(["convolution", "correlation"]),
    st.integers(0, 99),
)
def test_the_product_is_the_map_whatever_is_set(
    kind: Any, size: Any, window: Any, stride: Any, dilation: Any, padding: Any, mode: Any, operation: Any, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = tuple(tuple(row) for row in rng.standard_normal(window).tolist())
    spec = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(weights,)), stride=stride, dilation=dilation, padding=padding,
        padding_mode=mode, operation=operation, bias=float(rng.choice([0.0, 1.5])),
    )  # fmt: skip
    layer = patch_kind(spec, KindSpec(kind=kind, tile=(2, 3)), size)
    seen = rng.random(size, np.float32)
    if kind_facts(layer).problem is not None:
        with pytest.raises(SpecError, match=r"\.$"):
            patch_weights(layer, spec)
        return
    check_readable(layer)
    weight, bias = patch_weights(layer, spec)
    made = run_kind(layer, seen[np.newaxis], weight, bias)[0]
    product = multiplied(layer_matrix(layer, weight, bias), seen).reshape(made.shape)
    assert product == pytest.approx(made, abs=1e-5)


@given(
    st.none() | st.tuples(st.integers(0, 40), st.integers(0, 40)),
    st.tuples(st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
)
def test_a_patch_always_lies_in_the_picture(place: Any, wanted: Any, picture: Any) -> None:
    start, size = patch_place(place, wanted, picture)
    for first, length, want, cells in zip(start, size, wanted, picture, strict=True):
        assert length == min(want, cells)
        assert 0 <= first <= cells - length
    if place is not None and all(p + n <= cells for p, n, cells in zip(place, size, picture, strict=True)):
        assert start == place
