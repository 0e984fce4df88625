"""A bank on the graphics card, where there is one: only what the mosaic shows of the maps comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray

from engine.buffers import budget
from engine.display.mosaic import layout
from engine.filtering.bank_on_torch import Tiles, bank_tiles
from engine.server.resolution import WIDEST_GAP
from engine.spec.filter import FilterSpec
from engine.spec.geometry import FilterGeometry

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def graphics_card() -> torch.device | None:
    """The first card that torch can use."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps") if torch.backends.mps.is_available() else None


def card_tiles(
    given: NDArray[Any], specs: list[FilterSpec], shown: int, aspect: float, cancelled: Callable[[], bool]
) -> Tiles | None:
    """The maps as a mosaic of `shown` of them shows them, and what was measured on the whole maps.

    None if there is no card, or not enough memory on it.
    """
    device = graphics_card()
    if device is None:
        return None
    size = FilterGeometry(specs[0], (given.shape[0], given.shape[1])).map_size
    factor = layout(shown, *size, aspect, WIDEST_GAP, budget("maps")).factor
    try:
        return bank_tiles(given, specs, device, factor, cancelled)
    except torch.OutOfMemoryError:
        log.warning("the graphics card has no room for %d maps of %d×%d", len(specs), *size)
        torch.cuda.empty_cache()
        return None
