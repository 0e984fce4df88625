"""A bank of kernels on one frame: beside one `cv2.filter2D` after another and one batched `F.conv2d`; P16 on a card."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import compare
from engine.display.levels import MapLevels, measure_each
from engine.display.mosaic import layout, paint_mosaic
from engine.display.tables import palette
from engine.filtering import apply_bank
from engine.filtering.picture import input_planes
from engine.spec.filter import FilterSpec, KernelSpec

COUNT, SIDES = 64, (3, 7, 15)
SIZE = (720, 1280)
CARD_COUNT, CARD_SIDE, CARD_SIZE = 16, 7, (2160, 3840)
ASPECT, GAP = 1.7, 8


def _specs(count: int, side: int) -> list[FilterSpec]:
    weights = np.random.default_rng(side).normal(size=(count, side, side)).round(3).tolist()
    return [FilterSpec(kernel=KernelSpec(name="custom", weights=(tuple(map(tuple, rows)),))) for rows in weights]


def _frame(size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)


def _stack(specs: list[FilterSpec]) -> NDArray[np.float32]:
    return np.array([spec.kernel.weights for spec in specs], np.float32)


def rows(quick: bool) -> list[dict[str, Any]]:
    """64 kernels at 720p; 16 at 4K where there is a card."""
    import torch

    sides = (7, 15) if quick else SIDES
    found = [row for side in sides for row in _on_processor(side)]
    return found + (_on_card() if torch.cuda.is_available() else [])


def _on_processor(side: int) -> list[dict[str, Any]]:
    import torch
    import torch.nn.functional as F

    specs, frame = _specs(COUNT, side), _frame(SIZE)
    seen = input_planes(frame, "grey")
    kernels, maps = _stack(specs), np.empty((COUNT, *SIZE), np.float32)
    batch, weight = torch.from_numpy(seen)[None, None], torch.from_numpy(kernels)

    def ours() -> Any:
        return apply_bank(frame, specs, seen=seen, out=maps)

    def one_by_one() -> Any:
        return [cv2.filter2D(seen, -1, kernel[0], borderType=cv2.BORDER_CONSTANT) for kernel in kernels]

    def at_once() -> Any:
        return F.conv2d(batch, weight, padding="same")

    peers = [("cv2.filter2D, one by one", one_by_one), ("F.conv2d, all at once", at_once)]
    return [
        {
            "name": f"bank of {COUNT}, 720p, k={side}",
            "goal": "≥ 1×",
            "peer": name,
            **compare(peer, ours, 2),
            "note": "input converted before, maps kept whole",
        }
        for name, peer in peers
    ]


def _on_card() -> list[dict[str, Any]]:
    """P16: from the frame in memory to the mosaic's pixels in display memory."""
    import torch
    from kornia.filters import filter2d

    from engine.filtering.bank_on_torch import bank_tiles

    specs, frame, card = _specs(CARD_COUNT, CARD_SIDE), _frame(CARD_SIZE), torch.device("cuda")
    whole = layout(CARD_COUNT, *CARD_SIZE, ASPECT, GAP)
    mosaic = layout(CARD_COUNT, *whole.tile_size, ASPECT, GAP)
    out, tables = np.empty((*mosaic.size, 4), np.uint8), palette("auto", True)
    kernels = torch.from_numpy(_stack(specs)[:, 0]).to(card)

    def paint(maps: NDArray[np.float32]) -> None:
        levels: MapLevels = measure_each(maps, "diverging", False)
        paint_mosaic(maps, levels, tables, mosaic, out)

    def ours() -> None:
        paint(bank_tiles(frame, specs, card, whole.factor).maps)

    def peer() -> None:
        grey = torch.from_numpy(frame).to(card).float().mean(dim=2)[None, None] / 255
        maps = [filter2d(grey, kernel[None], border_type="constant")[0, 0].cpu().numpy() for kernel in kernels]
        paint(np.stack([values[:: whole.factor, :: whole.factor] for values in maps]))

    with torch.inference_mode():
        found = compare(peer, ours, 5)
    goal = "≤ 3 ms, ≥ 5×"
    return [{"name": "P16 bank of 16, 4K, on the card", "goal": goal, "peer": "kornia filter2d, .cpu()", **found}]
