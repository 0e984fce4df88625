"""Pooling against torch in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.filtering.pooling import pool
from tests.engine.filtering.oracle import picture

MANY = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


def exact(cells: NDArray[Any], kind: str, k: tuple[int, int], s: tuple[int, int], p: tuple[int, int]) -> NDArray[Any]:
    planes = torch.from_numpy(cells.astype(np.float64).reshape(*cells.shape[:2], -1)).permute(2, 0, 1)[None]
    if kind == "max":
        found = F.max_pool2d(planes, k, s, p)
    else:
        found = F.avg_pool2d(planes if kind == "average" else planes**2, k, s, p)
        found = found if kind == "average" else torch.sqrt(found * k[0] * k[1])
    return found[0].permute(1, 2, 0).reshape(*found.shape[2:], *cells.shape[2:]).numpy()


@MANY
@given(
    st.sampled_from(["max", "average", "l2"]), st.integers(1, 24), st.integers(1, 24),
    st.sampled_from([(), (1,), (3,)]), sizes, sizes, st.data(),
)  # fmt: skip
def test_against_torch(
    kind: str, h: int, w: int, c: tuple[int, ...], k: tuple[int, int], s: tuple[int, int], data: st.DataObject
) -> None:
    p = data.draw(st.integers(0, k[0] // 2)), data.draw(st.integers(0, k[1] // 2))
    assume(h + 2 * p[0] >= k[0] and w + 2 * p[1] >= k[1])
    cells = picture((h, w, *c), data.draw(st.integers(0, 99)))
    before = cells.copy()
    found = pool(cells, kind, k, s, p)
    assert found.dtype == np.float32
    assert np.array_equal(cells, before)
    expected = exact(cells, kind, k, s, p)
    assert found.shape == expected.shape
    scale = np.abs(cells).max() * (k[0] * k[1]) ** (0.5 if kind == "l2" else 0)
    assert np.allclose(found, expected, rtol=0, atol=0 if kind == "max" else 4e-7 * scale)


@pytest.mark.parametrize("kind", ["max", "average", "l2"])
@pytest.mark.parametrize(("k", "s"), [(2, 2), (3, 1), (3, 2), (17, 1), (64, 64), (5, 7)])
def test_large_maps_in_bands(kind: str, k: int, s: int) -> None:
    cells = picture((500, 700), 1)
    found = pool(cells, kind, k, s, k // 2)
    expected = exact(cells, kind, (k, k), (s, s), (k // 2, k // 2))
    assert np.allclose(found, expected, rtol=4e-7, atol=4e-7 * np.abs(cells).max() * k)


def test_stride_is_the_window_if_left_out() -> None:
    assert pool(picture((9, 9), 0), "max", (2, 3)).shape == (4, 3)


def test_undefined_numbers_spread_only_in_their_window() -> None:
    cells = np.zeros((4, 4), np.float32)
    cells[0, 0] = np.nan
    for kind in ("max", "average", "l2"):
        assert np.isnan(pool(cells, kind, 2)).tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("min", 2), "Pooling"), (("max", 0), "Pool size"), (("max", 2, 0), "Pool stride"), (("max", 9), "does not fit"),
     (("max", 2, 1, 2), "half")],
)  # fmt: skip
def test_one_sentence_for_what_cannot_be(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        pool(np.zeros((4, 4), np.float32), *arguments)
