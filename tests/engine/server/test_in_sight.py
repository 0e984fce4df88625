"""Of a picture too large for the screen, the part in sight is painted as fine as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.buffers import PIXEL_BUDGET
from engine.display.reduce import reduction
from engine.protocol import Plane, Result, Show
from engine.server import kernel_task
from engine.server.paint import cut, finer
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from engine.spec.source import Picture
from tests.engine.server.test_studio import Talk

SIZE = (2200, 3000)


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.engine.close()


@pytest.fixture
def large(tmp_path: Path) -> tuple[Project, np.ndarray]:
    pixels = np.random.default_rng(5).integers(0, 256, (*SIZE, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "large.png", compress_level=0)
    return Project(source=Picture(path=str(tmp_path / "large.png")), filter=FilterSpec()), pixels


def _shown(talk: Talk, plane: Plane) -> np.ndarray:
    memory = talk.engine.buffers.slot(plane.view, plane.slot, plane.height, plane.width)
    return np.frombuffer(memory, np.uint8).reshape(plane.height, plane.width, 4)[..., 2::-1]


def _planes(talk: Talk, show: Show) -> dict[str, Plane]:
    talk.engine.offer(show)
    talk.until(lambda: talk.last(Result) and talk.last(Result).id == show.id)
    result = talk.last(Result)
    assert result is not None
    return {plane.view: plane for plane in result.planes}


def test_what_is_in_sight_of_a_large_picture_is_painted_cell_by_cell(
    talk: Talk, large: tuple[Project, np.ndarray]
) -> None:
    project, pixels = large
    whole = _planes(talk, Show(id=1, project=project))
    assert [(plane.reduction, plane.part) for plane in whole.values()] == [(2, None)] * 2

    sight, map_sight = (1500, 2000, 900, 700), (-40, 2500, 640, 900)
    parts = _planes(talk, Show(id=2, project=project, sight=sight, map_sight=map_sight))
    assert parts["input"].part == (1500, 2000, 700, 700)
    assert parts["map"].part == (0, 2500, 600, 500)
    assert {(plane.rows, plane.columns, plane.reduction) for plane in parts.values()} == {(*SIZE, 1)}
    np.testing.assert_array_equal(_shown(talk, parts["input"]), pixels[1500:2200, 2000:2700])
    fine = _shown(talk, parts["map"])
    other = _planes(talk, Show(id=3, project=project, map_sight=(0, 2500, 300, 500)))
    np.testing.assert_array_equal(_shown(talk, other["map"]), fine[:300], "a cell's colour is that of the whole map")


def test_zooming_computes_nothing_anew(
    talk: Talk, large: tuple[Project, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    real = kernel_task.apply_filter
    monkeypatch.setattr(kernel_task, "apply_filter", lambda *given: (calls.append(given), real(*given))[1])
    for number in range(1, 5):
        _planes(talk, Show(id=number, project=large[0], map_sight=(100 * number, 0, 500, 500)))
    assert len(calls) == 1


@given(
    sight=st.tuples(*[st.integers(-5000, 9000)] * 2, *[st.integers(1, 9000)] * 2),
    size=st.tuples(*[st.integers(1, 8000)] * 2),
)
def test_a_part_lies_inside_and_is_finer_than_the_whole(
    sight: tuple[int, int, int, int], size: tuple[int, int]
) -> None:
    part = finer(sight, size, "map")
    if part is None:
        return
    shown = cut(np.broadcast_to(np.int8(0), size), part).shape
    assert shown == part[2:]
    assert reduction(*part[2:], PIXEL_BUDGET) < reduction(*size, PIXEL_BUDGET)
