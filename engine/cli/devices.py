"""`devices`: what can compute on this machine."""

from __future__ import annotations

import argparse
import os
from typing import Any

import msgspec

from engine.cli.answer import Answer


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could compute: `device` is what `--device` takes."""

    device: str
    available: bool
    detail: str
    memory_bytes: int | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List CPU, NVIDIA GPUs and the Apple GPU, those that are missing with the reason."""
    import torch

    found = [_cpu(torch), *_cuda(torch), _mps(torch)]
    data = {"devices": [msgspec.to_builtins(device) for device in found], "torch": str(torch.__version__)}
    return Answer("\n".join(_line(device) for device in found), data)


def _line(device: Device) -> str:
    return f"{device.device:8}{'available' if device.available else 'not available':15}{device.detail}"


def _cpu(torch: Any) -> Device:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    detail = f"{usable} cores, {torch.backends.cpu.get_cpu_capability()}"
    return Device(device="cpu", available=True, detail=detail)


def _cuda(torch: Any) -> list[Device]:
    if not torch.cuda.is_available():
        reason = "no NVIDIA GPU is found" if torch.version.cuda else "this torch is built without CUDA"
        return [Device(device="cuda", available=False, detail=reason)]
    properties = [torch.cuda.get_device_properties(index) for index in range(torch.cuda.device_count())]
    return [
        Device(
            device=f"cuda:{index}" if index else "cuda",
            available=True,
            detail=f"{one.name}, {one.total_memory / 2**30:.0f} GiB",
            memory_bytes=int(one.total_memory),
        )
        for index, one in enumerate(properties)
    ]


def _mps(torch: Any) -> Device:
    if torch.backends.mps.is_available():
        return Device(device="mps", available=True, detail="Apple GPU")
    reason = "no Apple GPU is found" if torch.backends.mps.is_built() else "this torch is built without MPS"
    return Device(device="mps", available=False, detail=reason)
