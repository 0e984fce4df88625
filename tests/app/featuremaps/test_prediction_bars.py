"""The bars are as long as the probabilities, and are told in words."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from app.featuremaps.prediction_bars import PredictionBars, percent
from app.widgets.theme import apply_theme
from app.widgets.tokens import DARK, LIGHT, Tokens
from engine.protocol import Guess
from tests.app.featuremaps.conftest import Hand

GUESSES = tuple(Guess(index=n, probability=p) for n, p in ((7, 0.62), (1, 0.25), (9, 0.1), (3, 0.02), (0, 0.01)))


@pytest.fixture
def bars(hand: Hand) -> PredictionBars:
    made = PredictionBars("Prediction", "Nothing yet.")
    hand.show(made, 400, 140)
    return made


def _pixels(bars: PredictionBars) -> Any:
    image = bars.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return flat[:, : image.width()] & 0xFFFFFF


def _length(bars: PredictionBars, row: int, role: str, table: Tokens = DARK) -> int:
    """How many pixels of a colour lie in the middle of a row's bar."""
    high = bars.height() / bars.rows() if bars.height() / bars.rows() < 26 else 26
    line = _pixels(bars)[round((row + 0.5) * high)]
    return int((line == (QColor(getattr(table, role)).rgb() & 0xFFFFFF)).sum())


def test_every_bar_has_the_length_of_its_probability(bars: PredictionBars) -> None:
    bars.set_guesses(GUESSES)
    tracks = [_length(bars, row, "raised") for row in range(5)]
    filled = [_length(bars, row, "result" if row == 0 else "accent") for row in range(5)]
    for guess, track, length in zip(GUESSES, tracks, filled, strict=True):
        assert length / (track + length) == pytest.approx(guess.probability, abs=0.02)


def test_the_first_stands_out_in_both_themes(bars: PredictionBars, qapp: QApplication) -> None:
    bars.set_guesses(GUESSES)
    assert _length(bars, 0, "result") > 20
    assert _length(bars, 1, "result") == 0
    apply_theme(qapp, dark=False)
    assert _length(bars, 0, "result", LIGHT) > 20


def named(guess: Guess, name: str) -> Guess:
    return msgspec.structs.replace(guess, name=name)


def test_it_is_told_in_words(bars: PredictionBars) -> None:
    assert bars.accessibleName() == "Prediction"
    bars.set_guesses(GUESSES)
    assert bars.accessibleName() == "Prediction: 7, 62.0 %"
    bars.set_guesses((named(GUESSES[0], "seven"), *GUESSES[1:]))
    assert bars.accessibleName() == "Prediction: seven, 62.0 %"
    bars.set_guesses(())
    assert bars.accessibleName() == "Prediction"


def test_without_guesses_it_says_why(bars: PredictionBars) -> None:
    empty = _pixels(bars)
    assert len(np.unique(empty)) > 2
    bars.set_placeholder("")
    assert len(np.unique(_pixels(bars))) == 1
    bars.set_guesses(GUESSES[:1])
    assert len(np.unique(_pixels(bars))) > 2


def test_scores_that_are_no_numbers_are_not_shown_as_bars(bars: PredictionBars) -> None:
    bars.set_guesses(GUESSES)
    before = _pixels(bars)
    bars.set_guesses(tuple(msgspec.structs.replace(guess, probability=math.nan) for guess in GUESSES))
    assert bars.guesses() == ()
    assert bars.accessibleName() == "Prediction"
    assert not np.array_equal(_pixels(bars), before)
    bars.set_guesses(GUESSES)
    assert np.array_equal(_pixels(bars), before)


def test_a_long_name_leaves_room_for_the_bar(bars: PredictionBars) -> None:
    long = "an animal whose name goes on and on and on, past every edge"
    bars.set_guesses((named(GUESSES[0], long), *GUESSES[1:]))
    assert _length(bars, 0, "result") > 40


@pytest.mark.parametrize("size", [(140, 90), (60, 20), (1000, 400)])
def test_any_size_can_be_painted(bars: PredictionBars, size: tuple[int, int]) -> None:
    bars.set_guesses(GUESSES)
    bars.resize(*size)
    assert _pixels(bars).shape == (size[1], size[0])


def test_more_rows_where_there_is_room(bars: PredictionBars) -> None:
    assert bars.rows() == 5
    bars.resize(400, 234)
    assert bars.rows() == 9
    bars.resize(400, 40)
    assert bars.rows() == 2


@given(st.floats(0, 1))
def test_a_share_is_never_told_as_more_or_less_than_it_is(probability: float) -> None:
    text = percent(probability)
    value = float(text.strip("<> %"))
    if text.startswith("<"):
        assert 0 < probability < value / 100
    elif text.startswith(">"):
        assert value / 100 < probability < 1
    else:
        assert abs(value / 100 - probability) <= 0.0005 + 1e-9
    assert (text == "100 %") == (probability == 1.0)
    assert (text == "0 %") == (probability == 0.0)
