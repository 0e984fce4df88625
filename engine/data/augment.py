"""Pictures varied by chance, a batch at a time and on any device; series too, as far as that makes sense.

What a picture gets is drawn from the generator that is given, in the order of the steps below: the same generator, at
the same place, gives the same pictures.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.spec.data import AugmentSpec, check_augment

GREY = (0.299, 0.587, 0.114)
"""The share of red, green and blue in a grey value (ITU-R BT.601)."""
_PADDING = {"zeros": "zeros", "edge": "border", "reflect": "reflection"}


def augment(batch: Tensor, spec: AugmentSpec, generator: torch.Generator | None = None) -> Tensor:
    """Vary every picture of a batch on its own: turn and scale, mirror and shift, colours, noise, a covered square.

    Args:
        batch: pictures, uint8 [n, C, H, W] or float [n, C, H, W] in [0, 1]; or series, float [n, C, L].
        spec: how, and how much at most.
        generator: where all chance comes from, on any device; None is torch's own.

    Returns:
        As the batch was, on its device; the batch itself if nothing is to be varied. It is never changed.

    Raises:
        SpecError: if such inputs cannot be varied so.

    Example:
        >>> from engine.spec.data import AugmentSpec
        >>> picture = torch.tensor([[[[0, 128, 255]]]], dtype=torch.uint8)
        >>> augment(picture, AugmentSpec(flip="horizontal"), torch.Generator().manual_seed(1)).flatten().tolist()
        [255, 128, 0]
    """
    check_augment(spec, tuple(batch.shape[1:]))
    if not spec.is_active or not len(batch):
        return batch
    chance = _Chance(len(batch), batch.device, generator)
    if batch.ndim == 3:
        return _varied_series(batch, spec, chance)
    values = batch
    if spec.rotate or spec.scale:
        angles, scales = chance.between(spec.rotate), 1 + chance.between(spec.scale)
        values = warped(_floats(values), torch.deg2rad(angles), scales, spec.fill)
    if spec.flip != "none" or spec.shift:
        values = _moved(values, spec, chance)
    if spec.brightness or spec.contrast or spec.saturation:
        values = _coloured(_floats(values), spec, chance)
    if spec.noise:
        values = _floats(values)
        values = values + spec.noise * chance.normal(values)
    if spec.cutout:
        values = _covered(values, spec.cutout, chance)
    return _as_before(values, batch)


class _Chance:
    """Draws for each picture of a batch, wherever the generator lives."""

    def __init__(self, count: int, device: torch.device, generator: torch.Generator | None) -> None:
        self.count = count
        self.device = device
        self._generator = generator
        self._home = device if generator is None else generator.device

    def between(self, most: float) -> Tensor:
        """float32 [n] from -most to most."""
        drawn = torch.rand(self.count, generator=self._generator, device=self._home)
        return ((2 * drawn - 1) * most).to(self.device)

    def whole(self, low: int, high: int) -> Tensor:
        """int64 [n] from low to high, both included."""
        drawn = torch.randint(low, high + 1, (self.count,), generator=self._generator, device=self._home)
        return drawn.to(self.device)

    def coin(self) -> Tensor:
        """bool [n]."""
        return self.whole(0, 1).bool()

    def normal(self, like: Tensor) -> Tensor:
        """Standard normal numbers in the shape of a tensor."""
        return torch.randn(like.shape, generator=self._generator, device=self._home).to(like)


def _floats(values: Tensor) -> Tensor:
    """In [0, 1], at least float32."""
    return values.to(torch.float32).mul_(1 / 255) if values.dtype == torch.uint8 else values


def _as_before(values: Tensor, batch: Tensor) -> Tensor:
    if values.dtype == batch.dtype and batch.dtype == torch.uint8:
        return values
    held = values.clamp(0, 1)
    if batch.dtype == torch.uint8:
        return held.mul_(255).round_().to(torch.uint8)
    return held.to(batch.dtype)


def warped(values: Tensor, angles: Tensor, scales: Tensor, fill: str) -> Tensor:
    """Pictures turned about their middle, counter-clockwise, and scaled: bilinear.

    Args:
        values: float [n, C, H, W].
        angles: float [n], radians.
        scales: float [n]; 2 makes everything twice as large.
        fill: what comes in from outside: "zeros", "edge" or "reflect".
    """
    height, width = values.shape[2:]
    cosine, sine = torch.cos(angles) / scales, torch.sin(angles) / scales
    rows = (2 * torch.arange(height, device=values.device) + 1 - height)[None, :, None]  # twice the way to the middle
    columns = (2 * torch.arange(width, device=values.device) + 1 - width)[None, None, :]
    cosine, sine = cosine[:, None, None], sine[:, None, None]
    # where in the old picture, from -1 to 1 on each axis, a cell of the new one comes from: [n, H, W, 2]
    across = (cosine * columns - sine * rows) / width
    down = (sine * columns + cosine * rows) / height
    grid = torch.stack([across, down], dim=3).to(values.dtype)
    return F.grid_sample(values, grid, mode="bilinear", padding_mode=_PADDING[fill], align_corners=False)


def _moved(values: Tensor, spec: AugmentSpec, chance: _Chance) -> Tensor:
    """Mirrored and shifted pictures, cell by cell and exactly."""
    height, width = values.shape[2:]
    rows, real_rows = _origins(height, spec.flip in ("vertical", "both"), spec, chance)
    columns, real_columns = _origins(width, spec.flip in ("horizontal", "both"), spec, chance)
    places = (rows[:, :, None] * width + columns[:, None, :]).flatten(1)[:, None]  # [n, 1, H * W]
    taken = values.flatten(2).gather(2, places.expand(-1, values.shape[1], -1)).reshape(values.shape)
    if spec.fill == "zeros" and spec.shift:
        outside = ~(real_rows[:, :, None] & real_columns[:, None, :])
        taken.masked_fill_(outside[:, None], 0)
    return taken


def _origins(size: int, mirrored: bool, spec: AugmentSpec, chance: _Chance) -> tuple[Tensor, Tensor]:
    """Which cell each cell of an axis comes from, int64 [n, size], and whether it lies inside."""
    places = torch.arange(size, device=chance.device)[None].expand(chance.count, -1)
    if spec.shift:
        places = places - chance.whole(-spec.shift, spec.shift)[:, None]
    inside = (places >= 0) & (places < size)
    places = _folded(places, size) if spec.fill == "reflect" else places.clamp(0, size - 1)
    if mirrored:
        places = torch.where(chance.coin()[:, None], size - 1 - places, places)
    return places, inside


def _folded(places: Tensor, size: int) -> Tensor:
    """Places beyond an edge as in a mirror; the edge itself is not repeated."""
    if size == 1:
        return torch.zeros_like(places)
    period = 2 * (size - 1)
    places = places.remainder(period)
    return torch.where(places < size, places, period - places)


def _coloured(values: Tensor, spec: AugmentSpec, chance: _Chance) -> Tensor:
    if spec.saturation:
        shares = torch.tensor(GREY, dtype=values.dtype, device=values.device)[None, :, None, None]
        grey = (values * shares).sum(1, keepdim=True)
        values = grey + (values - grey) * (1 + chance.between(spec.saturation))[:, None, None, None]
    if spec.contrast:
        mean = values.mean((1, 2, 3), keepdim=True)
        values = mean + (values - mean) * (1 + chance.between(spec.contrast))[:, None, None, None]
    if spec.brightness:
        values = values + chance.between(spec.brightness)[:, None, None, None]
    return values.clamp(0, 1)


def _covered(values: Tensor, share: float, chance: _Chance) -> Tensor:
    """A black square in each picture, its middle anywhere in it."""
    height, width = values.shape[2:]
    side = max(1, math.floor(share * min(height, width) + 0.5))
    within = []
    for size in (height, width):
        first = chance.whole(0, size - 1)[:, None] - side // 2
        places = torch.arange(size, device=values.device)[None]
        within.append((places >= first) & (places < first + side))
    square = within[0][:, :, None] & within[1][:, None, :]
    return values.masked_fill(square[:, None], 0)


def _varied_series(batch: Tensor, spec: AugmentSpec, chance: _Chance) -> Tensor:
    values = batch
    if spec.shift:
        places, inside = _origins(batch.shape[2], False, spec, chance)
        values = values.gather(2, places[:, None].expand_as(values))
        if spec.fill == "zeros":
            values = values * inside[:, None]
    if spec.scale:
        values = values * (1 + chance.between(spec.scale))[:, None, None]
    if spec.noise:
        spread = batch.std((1, 2), keepdim=True, correction=0)
        values = values + spec.noise * spread * chance.normal(values)
    return values
