"""Kernels of one and the same weight: running sums, whose cost does not depend on the kernel's size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.filtering.bands import Band
from engine.filtering.border import padded_columns, padded_rows
from engine.filtering.direct import anchor_and_border
from engine.filtering.geometry import Geometry
from engine.filtering.scratch import scratch

Array = NDArray[np.float32]


def box_band(image: Array, out: Array, geometry: Geometry, weight: float, band: Band) -> None:
    """Rows `band` of the map; no dilation, one plane. The sums are kept in double precision by cv2."""
    low, high = band
    (kh, kw), (sy, sx) = geometry.kernel_size, geometry.stride
    dense = (high - low - 1) * sy + 1
    source = padded_rows(image, geometry, low * sy, dense + kh - 1)
    native = anchor_and_border(geometry, widest=kw)
    if native is None:
        source = padded_columns(source, geometry)
    anchor, border = native or (0, cv2.BORDER_REPLICATE)
    sums = scratch("piece", source.shape)
    cv2.boxFilter(source, -1, (kw, kh), sums, (anchor, 0), False, border)
    np.multiply(sums[:dense:sy, ::sx][:, : geometry.size[1]], np.float32(weight), out=out[low:high])
