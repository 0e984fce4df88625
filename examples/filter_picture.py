"""Edges of a picture without any window: `python examples/filter_picture.py [PICTURE] [OUT.npy]`."""

from __future__ import annotations

import sys

import numpy as np

import engine


def main() -> None:
    """Filter the picture with Sobel's pair and print how strong its edges are."""
    path = sys.argv[1] if len(sys.argv) > 1 else "sample:coins.jpg"
    picture = engine.read_image(path)
    spec = engine.FilterSpec(
        kernel=engine.kernel("sobel-vertical").spec(),
        detector=engine.DetectorSpec(kind="magnitude"),
        pooling=engine.PoolingSpec(kind="max", kernel_size=(2, 2)),
    )
    result = engine.apply_filter(picture, spec)
    height, width = result.map.shape
    print(f"{path}: {height}×{width} cells, mean gradient {result.map.mean():.3f}, by {result.method}")
    if len(sys.argv) > 2:
        np.save(sys.argv[2], result.map)


if __name__ == "__main__":
    main()
