"""The Kernel page's half of the engine: steps in a row, what they say of a cell, and which of them does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.codegen import filter_script
from engine.filtering import apply_bank, apply_chain, explain_cell
from engine.kernels import kernel
from engine.protocol import Maps, Probe, Problem, Readout, Result, Show, Thumbnails
from engine.sources.grab import grab
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec, with_changes
from engine.spec.project import Project
from engine.spec.source import Pattern
from engine.spec.view import ViewSpec
from tests.engine.server.test_studio import Talk

NOISE = Pattern(kind="noise", height=40, width=56, seed=4)
BLUR = FilterSpec(kernel=kernel("gaussian").spec(), channels="each")
HALF = FilterSpec(kernel=kernel("sharpen").spec(), stride=(2, 2), detector=DetectorSpec(kind="relu"))
EDGES = FilterSpec(kernel=kernel("sobel-vertical").spec(), padding="valid")
CHAIN = Project(source=NOISE, before=(BLUR, HALF), filter=EDGES, after=(BLUR,))


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.engine.close()


def test_steps_in_a_row_make_the_map_and_the_cell_is_the_sum_it_is_said_to_be(talk: Talk) -> None:
    pixels = grab(NOISE)
    expected = apply_chain(pixels, CHAIN.steps)
    talk.engine.offer(Show(id=1, project=CHAIN, gallery=True))
    talk.until(lambda: talk.last(Result) and talk.last(Thumbnails))
    result = talk.last(Result)
    assert result is not None
    shapes = {plane.view: (plane.rows, plane.columns) for plane in result.planes}
    assert shapes == {"input": (40, 56), "map": expected.map.shape}
    talk.engine.offer(Probe(id=1, view="map", row=3, column=5))
    talk.until(lambda: talk.last(Readout))
    readout = talk.last(Readout)
    assert readout is not None
    assert readout.values == pytest.approx([expected.map[3, 5]])
    cell = explain_cell(expected.input, EDGES, 3, 5)
    assert [term.value for term in readout.terms] == pytest.approx(cell.patch.ravel().tolist())
    assert sum(term.weight * term.value for term in readout.terms) == pytest.approx(readout.values[0], abs=1e-5)


def test_the_input_is_the_picture_whatever_comes_between(talk: Talk) -> None:
    talk.engine.offer(Show(id=1, project=CHAIN))
    talk.until(lambda: talk.last(Result))
    talk.engine.offer(Probe(id=1, view="input", row=39, column=55))
    talk.until(lambda: talk.last(Readout))
    readout = talk.last(Readout)
    assert readout is not None
    assert readout.values == pytest.approx(grab(NOISE)[39, 55].tolist())
    talk.engine.offer(Probe(id=2, view="input", row=40, column=0))
    talk.poll()
    talk.engine.offer(Show(id=2, project=CHAIN))
    talk.until(lambda: talk.last(Result).id == 2)  # type: ignore[union-attr]
    assert not [each for each in talk.heard if isinstance(each, Readout) and each.row == 40]


def test_an_edit_of_the_chosen_step_keeps_the_map_before_it(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counted(*given: object) -> object:
        calls.append(1)
        return apply_chain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("engine.server.before.apply_chain", counted)
    for number, bias in enumerate((0.0, 0.5, 1.0)):
        edited = Project(source=NOISE, before=(BLUR,), filter=FilterSpec(bias=bias))
        talk.engine.offer(Show(id=number, project=edited))
        talk.until(lambda number=number: talk.last(Result) and talk.last(Result).id == number)
    assert len(calls) == 1
    talk.engine.offer(Show(id=9, project=Project(source=NOISE, before=(HALF,), filter=FilterSpec())))
    talk.until(lambda: talk.last(Result).id == 9)  # type: ignore[union-attr]
    assert len(calls) == 2


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_step_that_does_not_fit_is_named(talk: Talk, place: int) -> None:
    huge = FilterSpec(
        kernel=KernelSpec(name="custom", weights=(((0.5,) * 31,) * 31,)), padding="valid", dilation=(4, 4)
    )
    steps = [BLUR, HALF, EDGES]
    steps[place] = huge
    talk.engine.offer(Show(id=1, project=Project(source=NOISE, before=tuple(steps[:2]), filter=steps[2])))
    talk.until(lambda: talk.last(Problem))
    problem = talk.last(Problem)
    assert problem is not None
    assert problem.message.startswith(f"Step {place + 1}: ")
    talk.engine.offer(Show(id=2, project=Project(source=NOISE, before=(huge,), filter=EDGES)))
    talk.until(lambda: len([each for each in talk.heard if isinstance(each, Problem)]) == 2)
    assert talk.last(Problem).message.startswith("Step 1: ")  # type: ignore[union-attr]


def test_the_script_of_a_chain_computes_its_map() -> None:
    found: dict[str, np.ndarray] = {}
    exec(filter_script(CHAIN), found)
    np.testing.assert_array_equal(found["feature_map"], apply_chain(grab(NOISE), CHAIN.steps).map)


def test_a_bank_makes_a_map_of_every_kernel(talk: Talk) -> None:
    names = ("sobel-vertical", "gaussian", "gabor", "identity")
    bank = tuple(kernel(name).spec() for name in names)
    project = Project(source=NOISE, bank=bank, before=(BLUR,), filter=with_changes(HALF, padding="valid"))
    talk.engine.offer(Show(id=1, project=project, page="bank"))
    talk.until(lambda: talk.last(Maps) and talk.last(Maps).shape)  # type: ignore[union-attr]
    maps = talk.last(Maps)
    assert maps is not None
    assert maps.shape == (4, 20, 28)
    assert len(maps.tiles) == 4
    assert "padding same" in maps.note
    pictures = talk.pictures["maps"]
    assert len({pictures[y : y + h, x : x + w].tobytes() for y, x, h, w in maps.tiles}) == 4
    expected = [apply_chain(grab(NOISE), (BLUR, with_kernel(HALF, each))).map for each in bank]
    assert maps.range is not None
    assert maps.range.maximum == pytest.approx(max(float(each.max()) for each in expected))
    assert maps.range.mean == pytest.approx(float(np.mean(expected)), rel=1e-4)
    talk.engine.offer(Show(id=2, project=project, page="bank", only=2))
    talk.until(lambda: talk.last(Maps).id == 2)  # type: ignore[union-attr]
    alone = talk.last(Maps)
    assert alone is not None
    assert (len(alone.tiles), alone.shape) == (1, (4, 20, 28))
    assert alone.range is not None
    assert alone.range.minimum == pytest.approx(float(expected[2].min()), abs=1e-6)
    shared = msgspec.structs.replace(project, view=ViewSpec(scale="shared"))
    talk.engine.offer(Show(id=3, project=shared, page="bank", only=2))
    talk.until(lambda: talk.last(Maps).id == 3)  # type: ignore[union-attr]
    assert talk.last(Maps).range.maximum == pytest.approx(max(float(each.max()) for each in expected))  # type: ignore[union-attr]


def test_one_map_of_a_bank_takes_no_longer_than_one(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counted(given: Any, specs: list[FilterSpec], *more: Any, **others: Any) -> Any:
        calls.append(len(specs))
        return apply_bank(given, specs, *more, **others)

    monkeypatch.setattr("engine.server.bank_task.apply_bank", counted)
    project = Project(source=NOISE, bank=(BLUR.kernel, HALF.kernel, EDGES.kernel))
    for number, only in enumerate((-1, 1), start=1):
        talk.engine.offer(Show(id=number, project=project, page="bank", only=only))
        talk.until(lambda number=number: talk.last(Maps) and talk.last(Maps).id == number)
    assert calls == [3, 1]


def test_an_empty_bank_says_what_would_do(talk: Talk) -> None:
    talk.engine.offer(Show(id=1, project=Project(source=NOISE), page="bank"))
    talk.until(lambda: talk.last(Problem))
    assert "empty" in talk.last(Problem).message  # type: ignore[union-attr]


def test_a_bank_of_directions_and_of_colours(talk: Talk) -> None:
    bank = tuple(kernel(name).spec() for name in ("sobel-vertical", "sobel-horizontal"))
    for number, changes in enumerate(({"detector": DetectorSpec(kind="direction")}, {"channels": "each"}), start=1):
        spec = FilterSpec(kernel=bank[0], **changes)  # type: ignore[arg-type]
        talk.engine.offer(Show(id=number, project=Project(source=NOISE, bank=bank, filter=spec), page="bank"))
        talk.until(lambda number=number: talk.last(Maps) and talk.last(Maps).id == number)
        assert talk.last(Maps).shape == (2, 40, 56)  # type: ignore[union-attr]
        assert talk.last(Maps).range is not None  # type: ignore[union-attr]
