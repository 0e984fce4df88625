"""Correlation and convolution with the same kernel: `python examples/compare_operations.py [KERNEL] [PICTURE]`."""

from __future__ import annotations

import sys

import numpy as np

import engine


def main() -> None:
    """Show in numbers that the two differ by a half turn of the kernel, and that only convolution commutes."""
    name = sys.argv[1] if len(sys.argv) > 1 else "sobel-vertical"
    picture = engine.read_image(sys.argv[2] if len(sys.argv) > 2 else "sample:coins.jpg").mean(axis=2)
    kernel = engine.kernel(name).weights
    laid_down = engine.filter_image(picture, kernel, operation="correlation", padding="full")
    turned_first = engine.filter_image(picture, kernel, operation="convolution", padding="full")
    half_turned = engine.filter_image(picture, kernel[::-1, ::-1], operation="correlation", padding="full")
    print(f"{name} on {picture.shape[0]}×{picture.shape[1]}:")
    print(f"  largest difference of the two maps        {np.abs(laid_down - turned_first).max():.3g}")
    print(f"  … with the kernel turned by 180° for one  {np.abs(half_turned - turned_first).max():.3g}")
    for operation in ("correlation", "convolution"):
        (meter,) = engine.meters(picture, kernel, kernel, operation=operation, names=("commutativity",))
        print(f"  {operation}: changing picture and kernel moves the result by {meter.residual:.2g}. {meter.sentence}")


if __name__ == "__main__":
    main()
