"""P12: a picture of 100 Mpixels through five kernels or five layers, a part at a time to a file, beside all at once."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import kernel
from engine.spec.filter import DetectorSpec, FilterSpec
from engine.spec.layers import Conv2d, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec

NAMES = ("gaussian", "sharpen", "sobel-vertical", "laplacian-8", "emboss")
FULL, FITTING = (10_000, 10_000), (5_000, 5_000)
MEBIBYTE = 1 << 20


def chain() -> list[FilterSpec]:
    """Five 3×3 or 5×5 kernels, each followed by ReLU."""
    relu = DetectorSpec(kind="relu")
    return [FilterSpec(kernel=kernel(name).spec(), detector=relu) for name in NAMES]


def picture(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Noise, made in place so that making it is not the largest thing that happens."""
    made, random = np.empty((*size, 3), np.uint8), np.random.default_rng(0)
    for low in range(0, size[0], 500):
        made[low : low + 500] = random.integers(0, 256, made[low : low + 500].shape, dtype=np.uint8)
    return made


def most_memory() -> int:
    """The most that this process ever held, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def banded(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """Seconds, and bytes beyond what the picture and the program took before."""
    from engine.filtering.stream import filter_to_file

    frame = picture(size)
    filter_to_file(frame[:64], chain(), folder / "warm.npy")
    before, begun = most_memory(), time.perf_counter()
    filter_to_file(frame, chain(), folder / "map.npy")
    return {"seconds": time.perf_counter() - begun, "bytes": most_memory() - before}


def at_once(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """The same with every map whole in memory, then written by the same writer."""
    from engine.files import atomic_write
    from engine.filtering.chain import apply_chain

    frame = picture(size)
    apply_chain(frame[:64], chain())
    before, begun = most_memory(), time.perf_counter()
    whole = apply_chain(frame, chain()).map
    atomic_write(folder / "whole.npy", lambda handle: np.save(handle, whole))
    return {"seconds": time.perf_counter() - begun, "bytes": most_memory() - before}


def torch_at_once(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """What a torch user writes."""
    import torch
    import torch.nn.functional as F

    frame, planes = picture(size), [np.asarray(step.kernel.weights, np.float32) for step in chain()]
    grey = np.array([0.299, 0.587, 0.114], np.float32)
    torch.set_num_threads(2)
    before, begun = most_memory(), time.perf_counter()
    seen = torch.from_numpy((frame @ grey) / np.float32(255))[None, None]
    with torch.inference_mode():
        for plane in planes:
            seen = F.relu(F.conv2d(seen, torch.from_numpy(plane)[None], padding=plane.shape[-1] // 2))
    np.save(folder / "torch.npy", seen[0, 0].numpy())
    return {"seconds": time.perf_counter() - begun, "bytes": most_memory() - before}


def stack() -> NetworkSpec:
    """Five layers, two of them convolutions to 16 maps."""
    wide = Conv2d(out_channels=16, kernel_size=3, padding=1)
    layers = (wide, ReLU(), MaxPool2d(kernel_size=2), wide, ReLU())
    return NetworkSpec(input_shape=(3, 480, 640), layers=layers)


def tiled(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """The stack tile by tile: seconds, and bytes beyond what the picture and the program took before."""
    from engine.forward import map_tiles, maps_to_file

    frame = picture(size)
    maps_to_file(stack(), frame[:64, :64], folder / "warm.npy")
    before, begun = most_memory(), time.perf_counter()
    maps_to_file(stack(), frame, folder / "maps.npy")
    written = time.perf_counter()
    for _ in map_tiles(stack(), frame) if size <= FITTING else ():
        pass  # once more without the disk
    made = time.perf_counter() - written
    return {"seconds": written - begun, "made": made, "bytes": most_memory() - before}


def torch_stack(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """What a torch user writes: the same module on the whole picture at once."""
    return _whole_stack(size, folder, "torch-maps.npy", innermost=False)


def torch_stack_innermost(size: tuple[int, int], folder: Path) -> dict[str, float]:
    """The same by one who knows that channels had better lie innermost."""
    return _whole_stack(size, folder, "whole-maps.npy", innermost=True)


def _whole_stack(size: tuple[int, int], folder: Path, name: str, innermost: bool) -> dict[str, float]:
    import torch

    from engine.nn import fresh_module

    layout = torch.channels_last if innermost else torch.contiguous_format
    frame, module = picture(size), fresh_module(stack(), 0).eval()
    module = module.to(memory_format=layout)  # type: ignore[call-overload]
    with torch.inference_mode():
        module(torch.zeros(1, 3, 64, 64))
        before, begun = most_memory(), time.perf_counter()
        cells = torch.from_numpy(frame).permute(2, 0, 1)[None].to(torch.float32, memory_format=layout).div_(255)
        made = module(cells)[0].contiguous().numpy()
        computed = time.perf_counter() - begun
        with (folder / name).open("wb") as handle:
            np.save(handle, made)
            handle.flush()
            os.fsync(handle.fileno())
    return {"seconds": time.perf_counter() - begun, "made": computed, "bytes": most_memory() - before}


WAYS = {
    "banded": banded,
    "at_once": at_once,
    "torch": torch_at_once,
    "tiled": tiled,
    "torch_stack": torch_stack,
    "torch_stack_innermost": torch_stack_innermost,
}


def _child(pipe: Connection, way: str, size: tuple[int, int], folder: str) -> None:
    pipe.send(json.dumps(WAYS[way](size, Path(folder))))


def measured(way: str, size: tuple[int, int], folder: str) -> dict[str, Any]:
    """One way in a process of its own, so that its peak of memory is its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_child, args=(theirs, way, size, folder))
    child.start()
    theirs.close()
    found: dict[str, Any] = json.loads(ours.recv())
    child.join()
    return found


def run(quick: bool) -> list[dict[str, Any]]:
    """Memory at 100 Mpixels; speed and equality where both fit."""
    fitting = (2_500, 2_500) if quick else FITTING
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        large = measured("banded", (5_000, 5_000) if quick else FULL, folder)
        rows.append(_memory_row(large, quick))
        ours = [measured("banded", fitting, folder) for _ in range(3)]
        for way, goal in (("at_once", "≥ 0.9"), ("torch", "")):
            rows.append(_speed_row(way, goal, ours, [measured(way, fitting, folder) for _ in range(3)]))
        equal = np.array_equal(np.load(f"{folder}/map.npy"), np.load(f"{folder}/whole.npy"))
        rows[1]["note"] += "; bit for bit the same" if equal else "; NOT bit for bit the same"
        return rows + _stack_rows(fitting, quick, folder)


def _stack_rows(fitting: tuple[int, int], quick: bool, folder: str) -> list[dict[str, Any]]:
    large = measured("tiled", (5_000, 5_000) if quick else FULL, folder)
    rows = [_memory_row(large, quick, "five layers")]
    ours = [measured("tiled", fitting, folder) for _ in range(2)]
    for way, peer in (("torch_stack_innermost", "torch, channels innermost"), ("torch_stack", "torch forward")):
        theirs = [measured(way, fitting, folder) for _ in range(2)]
        row = _speed_row(way, "≥ 0.9", ours, theirs)
        made = [min(each["made"] for each in found) for found in (theirs, ours)]
        row["note"] += f"; without the disk {made[0] / made[1]:.2f}×"
        rows.append({**row, "name": "P12 five layers where the maps fit", "peer": peer})
    maps = [np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in ("maps", "whole-maps")]
    equal = all(np.array_equal(mine, theirs) for mine, theirs in zip(*maps, strict=True))
    rows[1]["note"] += "; bit for bit the same" if equal else "; NOT bit for bit the same"
    return rows


def _memory_row(large: dict[str, Any], quick: bool, what: str = "five kernels") -> dict[str, Any]:
    pixels = "25" if quick else "100"
    extra = large["bytes"] / MEBIBYTE
    return {
        "name": f"P12 {pixels} Mpixels, {what}, to .npy",
        "goal": "≤ 1024 MiB beyond the picture",
        "peer": "",
        "ours_ms": 1000 * large["seconds"],
        "note": f"{extra:.0f} MiB beyond the picture and the program",
    }


def _speed_row(way: str, goal: str, ours: list[dict[str, Any]], peer: list[dict[str, Any]]) -> dict[str, Any]:
    mine, other = (min(each["seconds"] for each in found) for found in (ours, peer))
    memory = [max(each["bytes"] for each in found) / MEBIBYTE for found in (ours, peer)]
    return {
        "name": "P12 the same where the maps fit",
        "goal": goal,
        "peer": "the whole at once" if way == "at_once" else "torch, the whole at once",
        "ratio": other / mine,
        "peer_ms": 1000 * other,
        "ours_ms": 1000 * mine,
        "note": f"{memory[0]:.0f} MiB against {memory[1]:.0f}",
    }
