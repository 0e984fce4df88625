"""A rectangle of what the chosen step sees, told to the window: the very numbers, or none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.filtering import apply_chain
from engine.kernels import kernel
from engine.protocol import Patch, PatchOf, Problem, Result, Show, decode_event, decode_request, encode
from engine.sources.grab import grab
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from engine.spec.source import Pattern
from tests.engine.server.test_studio import Talk

NOISE = Pattern(kind="noise", height=40, width=56, seed=4)
GREY = np.array([0.299, 0.587, 0.114])


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    yield talk
    talk.engine.close()


def _show(talk: Talk, number: int, **project: object) -> None:
    talk.engine.offer(Show(id=number, project=Project(source=NOISE, **project)))  # type: ignore[arg-type]
    talk.until(lambda: talk.last(Result) and talk.last(Result).id == number)  # type: ignore[union-attr]


def _ask(talk: Talk, top: int, left: int, height: int, width: int) -> PatchOf:
    number = len(talk.heard) + 1
    question = Patch(id=number, top=top, left=left, height=height, width=width)
    assert decode_request(encode(question)) == question
    talk.engine.send(question)
    talk.until(lambda: talk.last(PatchOf) and talk.last(PatchOf).id == number)  # type: ignore[union-attr]
    answer = talk.last(PatchOf)
    assert answer is not None
    assert decode_event(encode(answer)) == answer
    assert (answer.top, answer.left, answer.height, answer.width) == (top, left, height, width)
    return answer


def _cells(answer: PatchOf) -> np.ndarray:
    shape = (answer.height, answer.width) if answer.planes == 1 else (answer.height, answer.width, answer.planes)
    return np.frombuffer(answer.values, np.float32).reshape(shape)


def test_grey_values_colours_and_the_map_of_the_steps_before(talk: Talk) -> None:
    picture = grab(NOISE)
    _show(talk, 1)
    assert np.abs(_cells(_ask(talk, 3, 50, 5, 6)) - (picture @ GREY)[3:8, 50:56]).max() < 1e-6
    _show(talk, 2, filter=with_channels(FilterSpec(), "sum"))
    assert np.abs(_cells(_ask(talk, 39, 0, 1, 56)) - picture[39:, :56]).max() < 1e-6
    half = FilterSpec(kernel=kernel("gaussian").spec(), stride=(2, 2))
    _show(talk, 3, before=(half,))
    expected = apply_chain(picture, (half,)).map[:, 1:28]
    assert np.abs(_cells(_ask(talk, 0, 1, 20, 27)) - expected).max() < 1e-6


def test_what_lies_outside_is_too_large_or_not_there_yet_is_answered_without_numbers(talk: Talk) -> None:
    empty = (0, b"")
    early = _ask(talk, 0, 0, 2, 2)
    assert (early.planes, early.values) == empty
    _show(talk, 1)
    for place in (
        (-1, 0, 2, 2),
        (39, 0, 2, 2),
        (0, 55, 2, 2),
        (0, 0, 0, 2),
        (0, 0, 2, -1),
        (0, 0, 129, 2),
        (99, 0, 2, 2),
    ):
        answer = _ask(talk, *place)
        assert (answer.planes, answer.values) == empty, place
    assert not talk.last(Problem)
