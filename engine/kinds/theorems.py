"""What a convolution shares with a product of numbers: order, brackets, sums, factors."""

from __future__ import annotations

import math

import numpy as np

from engine.filtering import filter_image
from engine.kernels import describe
from engine.kinds.bench import Array, Bench, Meter, gain, turns_to_itself

MIX = (0.6, -1.4)
"""What linearity multiplies the picture and its mirror image by."""


def commutativity(bench: Bench) -> Meter:
    left, right = bench.apply(bench.image, bench.kernel), _swapped(bench)
    symmetric = turns_to_itself(bench.kernel) and turns_to_itself(bench.image)
    holds = bench.operation == "convolution" or symmetric
    why = (
        "Picture and kernel may change roles: a convolution is the same sum in another order."
        if bench.operation == "convolution"
        else "Changing roles turns the result by 180°, so the two agree only where the result is its own half turn."
    )
    statement = f"x {bench.sign} k = k {bench.sign} x"
    return bench.meter("commutativity", statement, (left, right), gain(bench.kernel), holds, why)


def _swapped(bench: Bench) -> Array:
    """The picture as the kernel and the kernel as the picture, on the cells that `apply` gives."""
    image, kernel = (plane.astype(np.float64) for plane in (bench.image, bench.kernel))
    size = bench.image.shape if bench.circular else [n + k - 1 for n, k in zip(image.shape, kernel.shape, strict=True)]
    if bench.circular:
        rows, columns = (np.arange(k) % n for k, n in zip(kernel.shape, image.shape, strict=True))
        folded = np.zeros_like(image)
        np.add.at(folded, np.ix_(rows, columns), kernel)
        kernel = folded
    slid = np.fft.rfft2(kernel, size)
    if bench.operation == "convolution" or not bench.circular:
        laid = image if bench.operation == "convolution" else image[::-1, ::-1]
        found = np.fft.irfft2(slid * np.fft.rfft2(laid, size), size)
    else:
        found = np.fft.irfft2(slid * np.conj(np.fft.rfft2(image, size)), size)
    if not bench.circular:
        high, wide = bench.kernel.shape
        found = found[high - 1 : image.shape[0], wide - 1 : image.shape[1]]
    return found.astype(np.float32)


def associativity(bench: Bench) -> Meter:
    left = bench.apply(bench.apply(bench.image, bench.kernel), bench.other)
    joined = filter_image(bench.kernel, bench.other, bench.operation, padding="full")
    right = bench.apply(bench.image, joined)
    holds = bench.operation == "convolution" or turns_to_itself(bench.other)
    why = (
        "Two kernels one after the other are one kernel, their convolution."
        if bench.operation == "convolution"
        else "Two correlations in a row are one with the kernels' convolution, not with their correlation; the two are "
        "the same only if l is its own half turn."
    )
    sign, size = bench.sign, gain(bench.kernel) * gain(bench.other)
    return bench.meter(
        "associativity", f"(x {sign} k) {sign} l = x {sign} (k {sign} l)", (left, right), size, holds, why
    )


def linearity(bench: Bench) -> Meter:
    a, b = (np.float32(factor) for factor in MIX)
    mirrored = np.ascontiguousarray(bench.image[:, ::-1])
    left = bench.apply(a * bench.image + b * mirrored, bench.kernel)
    right = a * bench.apply(bench.image, bench.kernel) + b * bench.apply(mirrored, bench.kernel)
    why = (
        "Every cell is a sum of products, so sums and multiples of pictures go through the filter; detectors break it."
    )
    statement = f"(a·x + b·y) {bench.sign} k = a·(x {bench.sign} k) + b·(y {bench.sign} k)"
    size = gain(bench.kernel) * (abs(MIX[0]) + abs(MIX[1]))
    return bench.meter("linearity", statement, (left, right), size, True, why)


def separability(bench: Bench) -> Meter:
    left, rank = bench.apply(bench.image, bench.kernel), describe(bench.kernel).rank
    above, values, beside = np.linalg.svd(bench.kernel.astype(np.float64))
    root = math.sqrt(values[0])
    column, row = (above[:, :1] * root).astype(np.float32), (beside[:1] * root).astype(np.float32)
    right = bench.apply(bench.apply(bench.image, column), row)
    why = (
        "The kernel is a column times a row, so two short passes do the work of one."
        if rank <= 1
        else f"The kernel has rank {rank}: no column times a row makes it, and the nearest product leaves a rest."
    )
    statement = f"x {bench.sign} k = (x {bench.sign} column) {bench.sign} row"
    return bench.meter("separability", statement, (left, right), gain(bench.kernel), rank <= 1, why)
