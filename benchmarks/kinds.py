"""P14: unshared and tiled convolution beside the shared one and beside unfold and einsum; and the theorem meters."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.measure import BLOCKS, compare

BATCH, CHANNELS, OUTPUTS, SIZE, KERNEL = 32, 8, 16, 24, 3
METER_SIZE = 256
Call = Callable[[], Any]


def _row(name: str, goal: str, peer: str, found: dict[str, Any], note: str = "") -> dict[str, Any]:
    return {"name": name, "goal": goal, "peer": peer, **found, "note": note}


def _there_and_back(torch: Any, forward: Call, leaves: list[Any], slope: Any) -> Call:
    """Forward and backward."""

    def both() -> Any:
        return torch.autograd.grad(forward(), leaves, slope)

    return both


def _by_place(torch: Any, F: Any, x: Any, kernels: Any) -> Call:
    """What a torch user writes: all patches in a row, and a sum over them with a kernel for each place."""
    places = kernels.shape[0] * kernels.shape[1]
    flat = kernels.reshape(places, kernels.shape[2], -1)

    def peer() -> Any:
        patches = F.unfold(x, KERNEL)  # [N, C·k·k, places]
        return torch.einsum("nkp,pok->nop", patches, flat).view(len(x), -1, *kernels.shape[:2])

    return peer


def _unshared(torch: Any, F: Any, blocks: int) -> list[dict[str, Any]]:
    from engine.kinds.run import run_kind
    from engine.kinds.spec import KindSpec

    spec = KindSpec(kind="unshared", in_channels=CHANNELS, out_channels=OUTPUTS, size=(SIZE, SIZE), kernel_size=KERNEL)
    made = SIZE - KERNEL + 1
    x = torch.randn(BATCH, CHANNELS, SIZE, SIZE, requires_grad=True)
    kernel = torch.randn(OUTPUTS, CHANNELS, KERNEL, KERNEL, requires_grad=True)
    kernels = torch.randn(made, made, OUTPUTS, CHANNELS, KERNEL, KERNEL, requires_grad=True)
    slope = torch.randn(BATCH, OUTPUTS, made, made)
    shared, peer = (lambda: F.conv2d(x, kernel)), _by_place(torch, F, x, kernels)
    ours = lambda: run_kind(spec, x, kernels)  # noqa: E731
    rows = []
    for name, goal, other, leaf in (
        ("F.conv2d, shared", "≥ 0.25", shared, kernel),
        ("unfold + einsum", "≥ 3", peer, kernels),
    ):
        with torch.no_grad():
            rows.append(_row("P14 unshared, forward", goal, name, compare(other, ours, blocks)))
        theirs = _there_and_back(torch, other, [x, leaf], slope)
        both = _there_and_back(torch, ours, [x, kernels], slope)
        rows.append(_row("P14 unshared, forward and backward", goal, name, compare(theirs, both, blocks)))
    return [*rows, _loss(torch, spec, x, kernels)]


def _loss(torch: Any, spec: Any, x: Any, kernels: Any) -> dict[str, Any]:
    from engine.kinds.run import run_kind

    with torch.no_grad():
        patches = x.double().unfold(2, KERNEL, 1).unfold(3, KERNEL, 1)
        exact = torch.einsum("ncxykl,xyockl->noxy", patches, kernels.double())
        gain = kernels.double().abs().flatten(3).sum(3).permute(2, 0, 1)
        apart = (run_kind(spec, x, kernels) - exact).abs() / gain / x.abs().max()
    row = {"name": "P14 unshared, error", "goal": "≤ 2e-7", "peer": "float64", "ratio": float(apart.max())}
    return row | {"note": "share of Σ|K|·max|x|"}


def _tiled(torch: Any, F: Any, blocks: int) -> list[dict[str, Any]]:
    from engine.kinds.run import run_kind
    from engine.kinds.spec import KindSpec

    rows = []
    settings = ((BATCH, CHANNELS, OUTPUTS, SIZE), (8, 32, 64, 64))
    for tile, (batch, channels, outputs, size) in ((t, setting) for setting in settings for t in (2, 3)):
        spec = KindSpec(kind="tiled", tile=tile, in_channels=channels, out_channels=outputs, size=(size, size))
        x = torch.randn(batch, channels, size, size)
        kernel = torch.randn(outputs, channels, KERNEL, KERNEL)
        kernels = torch.randn(tile, tile, outputs, channels, KERNEL, KERNEL)
        name = f"P14 tiled {tile}×{tile}, {batch}×{channels}→{outputs}, {size}×{size}"

        def ours(spec: Any = spec, x: Any = x, kernels: Any = kernels) -> Any:
            return run_kind(spec, x, kernels)

        def shared(x: Any = x, kernel: Any = kernel) -> Any:
            return F.conv2d(x, kernel)

        rows.append(_row(name, "≥ 0.67", "F.conv2d, shared", compare(shared, ours, blocks)))
        if size == SIZE:
            at = torch.arange(size - KERNEL + 1) % tile
            peer = _by_place(torch, F, x, kernels[at][:, at])
            rows.append(_row(name, "≥ 3", "unfold + einsum", compare(peer, ours, blocks)))
    return rows


def _layers(torch: Any, blocks: int) -> list[dict[str, Any]]:
    """The same as layers of a network, forward and backward, biases included: beside a Conv2d of one."""
    from engine.nn import build
    from engine.spec.layers import AnyLayer, Conv2d, TiledConv2d, UnsharedConv2d
    from engine.spec.network import NetworkSpec

    rows = []
    for batch, channels, outputs, size in ((BATCH, CHANNELS, OUTPUTS, SIZE), (8, 32, 64, 64)):
        given: dict[str, Any] = {"out_channels": outputs, "kernel_size": KERNEL, "padding": "same"}
        made: list[tuple[AnyLayer, str]] = [(TiledConv2d(**given), "≥ 0.67")]
        # Kernels for every place of the larger map are 302 MB, and their gradient as much again.
        made += [(UnsharedConv2d(**given), "≥ 0.25")] if size == SIZE else []
        x = torch.randn(batch, channels, size, size, requires_grad=True)
        slope = torch.randn(batch, outputs, size, size)
        for layer, goal in made:
            both = []
            for each in (Conv2d(**given), layer):
                module = build(NetworkSpec(input_shape=(channels, size, size), layers=(each,)))
                module = module.to(memory_format=torch.channels_last)
                leaves = [x, *module.parameters()]
                both.append(_there_and_back(torch, partial(module, x), leaves, slope))
            name = f"P14 {layer.type} in a network, forward and backward, {batch}×{channels}→{outputs}, {size}×{size}"
            rows.append(_row(name, goal, "Conv2d in a network", compare(*both, blocks)))
    return rows


def _meters() -> list[dict[str, Any]]:
    import numpy as np

    from engine.kinds.meters import NAMES, meters

    picture = np.random.default_rng(0).random((METER_SIZE, METER_SIZE), np.float32)
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
    rows = []
    for name in NAMES:
        taken = []
        for _ in range(20):
            began = time.perf_counter()
            (found,) = meters(picture, kernel, kernel.T, names=[name])
            taken.append(time.perf_counter() - began)
        milliseconds = 1000 * sorted(taken)[len(taken) // 2]
        row = {"name": f"meter of {name}, {METER_SIZE}×{METER_SIZE}", "goal": "≤ 10 ms", "peer": ""}
        rows.append(row | {"ours_ms": milliseconds, "note": f"residual {found.residual:.1e}"})
    return rows


def run(quick: bool) -> list[dict[str, Any]]:
    """All rows; everything with one intra-op thread, as in the engine's process."""
    import torch
    import torch.nn.functional as F

    blocks, threads = 3 if quick else BLOCKS, torch.get_num_threads()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    try:
        rows = _unshared(torch, F, blocks) + _layers(torch, blocks)
        with torch.inference_mode():
            rows += _tiled(torch, F, blocks)
    finally:
        torch.set_num_threads(threads)
    return [*rows, *_meters()]
