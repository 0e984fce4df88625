"""A cell of the map as the engine tells it: the numbers are those of the map that is on the screen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.filtering import apply_chain
from engine.kernels import kernel
from engine.protocol import Explain, Explained, Problem, Result, Show, decode_event, decode_request, encode
from engine.sources.grab import grab
from engine.spec.edit import with_channels
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.source import Pattern
from tests.engine.server.test_studio import Talk

NOISE = Pattern(kind="noise", height=30, width=41, seed=8)
UNEVEN = KernelSpec(name="custom", weights=(((1.0, -2.0, 0.5), (0.0, 3.0, -1.0)),))
BLUR = FilterSpec(kernel=kernel("gaussian").spec(), channels="each", stride=(2, 1))
WHOLE = FilterSpec(
    kernel=UNEVEN,
    operation="convolution",
    padding="full",
    padding_mode="reflect",
    stride=(1, 2),
    dilation=(2, 1),
    bias=0.25,
    detector=DetectorSpec(kind="leaky_relu"),
    pooling=PoolingSpec(kind="max", kernel_size=(3, 2), padding=(1, 1)),
)


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.engine.close()


def ask(talk: Talk, question: Explain) -> Explained:
    talk.engine.offer(question)
    talk.until(lambda: (told := talk.last(Explained)) and told.id == question.id)
    told = talk.last(Explained)
    assert told is not None
    return told


def show(talk: Talk, project: Project, number: int = 1) -> Result:
    talk.engine.offer(Show(id=number, project=project))
    talk.until(lambda: (result := talk.last(Result)) and result.id == number)
    result = talk.last(Result)
    assert result is not None
    return result


def arrays(told: Explained) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    shape = (-1, len(told.rows), len(told.columns))
    patch, weights, products = (np.frombuffer(part).reshape(shape) for part in (told.patch, told.kernel, told.products))
    return patch, weights, products


@pytest.mark.parametrize("before", [(), (BLUR,), (BLUR, FilterSpec(pooling=PoolingSpec(kind="average")))])
@pytest.mark.parametrize("channels", ["grey", "each", "sum"])
def test_what_is_told_sums_to_the_map(talk: Talk, before: tuple[FilterSpec, ...], channels: str) -> None:
    if channels == "sum" and len(before) > 1:
        before = before[:1]  # one channel is handed on after two
    project = Project(source=NOISE, before=before, filter=with_channels(WHOLE, channels))  # type: ignore[arg-type]
    result = show(talk, project)
    expected = apply_chain(grab(NOISE), project.steps)
    last = tuple(side - 1 for side in expected.map.shape[:2])
    for number, cell in enumerate(((0, 0), (last[0] // 2, last[1] // 3), last)):
        told = ask(talk, Explain(id=number + 1, row=cell[0], column=cell[1]))
        assert (told.show, told.frame, (told.row, told.column)) == (1, result.frame, cell)
        assert told.size == expected.input.shape[:2]
        patch, weights, products = arrays(told)
        assert np.array_equal(patch * weights, products)
        assert told.sums == pytest.approx(products.sum(axis=(1, 2)))
        totals = told.sums if channels == "each" and len(patch) > 1 else (sum(told.sums),)
        assert told.totals == pytest.approx(totals)
        assert told.before == pytest.approx([total + 0.25 for total in told.totals])
        assert told.detected == pytest.approx([value if value > 0 else 0.01 * value for value in told.before], abs=1e-6)
        assert told.pool is not None
        window = np.frombuffer(told.pool.cells).reshape(-1, 3, 2)
        assert told.values == pytest.approx(np.nanmax(window, axis=(1, 2)), abs=1e-6)
        assert told.shown == pytest.approx(np.atleast_1d(expected.map[cell]))
        assert told.values == pytest.approx(told.shown, abs=2e-6)
        _the_places_are_those_of_the_patch(told, patch, expected.input)


def _the_places_are_those_of_the_patch(told: Explained, patch: np.ndarray, seen: np.ndarray) -> None:
    held = seen[np.ix_(told.held_rows, told.held_columns)]
    planes = held[None] if held.ndim == 2 else np.moveaxis(held, -1, 0)
    assert np.allclose(patch, planes, rtol=1e-6)
    for places, copies, n in zip(
        (told.rows, told.columns), (told.held_rows, told.held_columns), told.size, strict=True
    ):
        assert all(place == copy for place, copy in zip(places, copies, strict=True) if 0 <= place < n)


def test_a_zero_of_the_padding_holds_no_cell(talk: Talk) -> None:
    show(talk, Project(source=NOISE))
    told = ask(talk, Explain(id=1, row=0, column=40))
    assert told.rows == (-1, 0, 1)
    assert told.held_rows == (-1, 0, 1)
    assert told.columns == (39, 40, 41)
    assert told.held_columns == (39, 40, -1)
    patch, _, _ = arrays(told)
    assert not patch[0, 0].any()
    assert not patch[0, :, 2].any()


def test_the_quarter_turn_can_be_written_out(talk: Talk) -> None:
    spec = FilterSpec(detector=DetectorSpec(kind="magnitude"))
    show(talk, Project(source=NOISE, filter=spec))
    one = ask(talk, Explain(id=1, row=4, column=5))
    other = ask(talk, Explain(id=2, row=4, column=5, turned=True))
    assert one.before == other.before
    assert one.totals == pytest.approx(one.before)
    assert other.totals == pytest.approx(other.turned)
    assert np.array_equal(arrays(other)[1][0], np.rot90(arrays(one)[1][0], -1))
    assert one.values == pytest.approx(np.hypot(one.before, one.turned))


def test_an_answer_follows_every_new_map_and_none_a_cell_that_is_gone(talk: Talk) -> None:
    moving = Pattern(kind="grating", height=30, width=41, speed=5.0)
    show(talk, Project(source=moving))
    ask(talk, Explain(id=1, row=29, column=40))
    talk.heard.clear()
    talk.until(lambda: len([each for each in talk.heard if isinstance(each, Explained)]) >= 3)
    kinds = [each for each in talk.heard if isinstance(each, (Result, Explained))]
    for result, told in zip(kinds[::2], kinds[1::2], strict=False):
        assert isinstance(result, Result)
        assert isinstance(told, Explained)
        assert told.frame == result.frame, "each map is explained before the next one is sent"
    show(talk, Project(source=NOISE, filter=FilterSpec(stride=(2, 2))), 2)
    talk.heard.clear()
    show(talk, Project(source=NOISE, filter=FilterSpec(stride=(3, 3))), 3)
    assert not [each for each in talk.heard if isinstance(each, Explained)], "the map has no such cell any more"
    show(talk, Project(source=NOISE), 4)
    talk.until(lambda: talk.last(Explained))
    talk.engine.offer(Explain(id=2))
    talk.poll()
    talk.heard.clear()
    show(talk, Project(source=NOISE, filter=FilterSpec(bias=1.0)), 5)
    assert not [each for each in talk.heard if isinstance(each, Explained)], "nobody asks any more"


def test_without_a_map_nothing_is_told_and_nothing_breaks(talk: Talk) -> None:
    talk.engine.offer(Explain(id=1, row=0, column=0))
    talk.poll()
    huge = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(((0.1,) * 31,) * 31,)), padding="valid", dilation=(2, 2)
    )
    talk.engine.offer(Show(id=1, project=Project(source=NOISE, filter=huge)))
    talk.until(lambda: talk.last(Problem))
    assert talk.last(Explained) is None


def test_question_and_answer_survive_the_pipe(talk: Talk) -> None:
    question = Explain(id=3, row=1, column=2, inner=(1, 0), lane=2, turned=True)
    assert decode_request(encode(question)) == question
    show(talk, Project(source=NOISE, filter=WHOLE))
    told = ask(talk, question)
    again = decode_event(encode(told))
    assert again == told
