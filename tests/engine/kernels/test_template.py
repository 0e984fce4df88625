"""A patch of a picture as a kernel that finds it again, against OpenCV's matchTemplate."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.filtering import filter_image
from engine.frames import read_image
from engine.kernels.design import flip, match_scores, template_from_patch

QUICK = settings(max_examples=2 * settings().max_examples)


@st.composite
def patches(draw):
    """A picture of noise, grey or coloured, and a patch in it: (picture, top, left, height, width)."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    height, width = draw(st.tuples(st.integers(1, 31), st.integers(2, 31)))
    rows, columns = height + draw(st.integers(0, 40)), width + draw(st.integers(0, 40))
    shape = (rows, columns, *draw(st.sampled_from([(), (3,)])))
    picture = rng.random(shape, dtype=np.float32)
    if draw(st.booleans()):
        picture = (255 * picture).astype(np.uint8)
    return picture, draw(st.integers(0, rows - height)), draw(st.integers(0, columns - width)), height, width


@QUICK
@given(patches())
def test_a_patch_matches_itself_and_nothing_better(case):
    picture, top, left, height, width = case
    found = template_from_patch(*case)
    assert found.weights.shape == (height, width, *picture.shape[2:])
    assert np.linalg.norm(found.weights.astype(float)) == pytest.approx(1, abs=1e-6)
    assert np.abs(found.weights.astype(float).mean(axis=(0, 1))).max() < 1e-6
    scores = match_scores(picture, found.weights)
    assert scores[top, left] == pytest.approx(1, abs=1e-5)
    assert scores.max() <= scores[top, left] + 1e-5
    answers = filter_image(picture.astype(np.float32), found.weights)
    assert answers[top, left] == pytest.approx(found.answer, rel=1e-4, abs=1e-3 * found.answer + 1e-5)


@QUICK
@given(patches())
def test_scores_are_opencv_s(case):
    picture, top, left, height, width = case
    pixels = picture.astype(np.float32)
    patch = pixels[top : top + height, left : left + width]
    expected = cv2.matchTemplate(pixels, patch, cv2.TM_CCOEFF_NORMED)
    found = match_scores(picture, template_from_patch(*case).weights)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (height, width), axis=(0, 1))
    # Where a window is nearly flat, OpenCV's single precision divides rounding errors by each other.
    clear = windows.std(axis=(-2, -1)).reshape(*found.shape, -1).max(axis=-1) > 0.02 * pixels.std()
    np.testing.assert_allclose(found[clear], expected[clear], atol=2e-3)


@pytest.mark.parametrize("place", [(60, 40), (120, 200)])
@pytest.mark.parametrize("grey", [False, True])
def test_on_a_photograph_the_peak_is_at_the_patch(place, grey):
    picture = read_image("sample:astronaut.jpg")
    picture = picture.mean(axis=-1) if grey else picture
    found = template_from_patch(picture, *place, 31, 31)
    scores = match_scores(picture, found.weights)
    assert np.unravel_index(scores.argmax(), scores.shape) == place
    darker = match_scores(0.3 * picture + 0.2, found.weights)
    assert np.unravel_index(darker.argmax(), darker.shape) == place


def test_where_no_place_has_more_contrast_the_plain_answer_peaks_at_the_patch():
    """Cauchy and Schwarz: ⟨k, q⟩ ≤ √Σ(q − q̄)², which is reached at the patch."""
    rng = np.random.default_rng(5)
    picture = 0.2 * rng.random((60, 50), dtype=np.float32)
    picture[30:39, 12:22] = rng.random((9, 10))
    found = template_from_patch(picture, 30, 12, 9, 10)
    answers = filter_image(picture, found.weights)
    assert np.unravel_index(answers.argmax(), answers.shape) == (30, 12)
    turned = filter_image(picture, flip(found.weights), "convolution")
    np.testing.assert_allclose(turned, answers, atol=1e-6)


def test_flat_places_score_0():
    picture = np.zeros((10, 10))
    picture[7:, 7:] = np.eye(3)
    scores = match_scores(picture, np.eye(3))
    assert scores[7, 7] == 1
    assert (scores[:5, :5] == 0).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda p: template_from_patch(p, 0, 0, 32, 3), "1×1 to 31×31"),
        (lambda p: template_from_patch(p, 0, 0, 0, 3), "1×1 to 31×31"),
        (lambda p: template_from_patch(p, 38, 0, 3, 3), "does not lie in the picture of 40×30"),
        (lambda p: template_from_patch(p, -1, 0, 3, 3), "does not lie in the picture"),
        (lambda p: template_from_patch(0 * p + 0.1, 0, 0, 5, 5), "The patch is flat"),
        (lambda p: template_from_patch(p, 2, 2, 1, 1), "The patch is flat"),
        (lambda p: template_from_patch(p / 0, 2, 2, 3, 3), "no finite number"),
        (lambda p: template_from_patch(p[0], 0, 0, 1, 3), "[height, width]"),
        (lambda p: template_from_patch(p.astype(complex), 0, 0, 3, 3), "real numbers"),
        (lambda p: match_scores(p, np.ones((3, 3))), "The template is flat"),
        (lambda p: match_scores(p, np.ones((3, 3, 3))), "with 3 channel(s) does not fit"),
        (lambda p: match_scores(p, np.ones((41, 3))), "does not fit a picture of 40×30"),
        (lambda p: match_scores(p / 0, np.eye(3)), "cannot be matched"),
    ],
)
def test_what_cannot_be_a_template(wrong, words):
    picture = np.random.default_rng(0).random((40, 30)) + 0.1
    with np.errstate(all="ignore"), pytest.raises(SpecError) as caught:
        wrong(picture)
    assert words in str(caught.value)
