"""`torch.compile`, for those who choose it: half a minute before the first step, and then perhaps quicker ones."""

from __future__ import annotations

import os
import shutil
import sys

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.spec.train import TrainSpec
from engine.train.memory import is_memory_error

_COMPILERS = ("cl",) if sys.platform == "win32" else ("g++", "clang++", "c++")


class Compiled:
    """Computes batches of one size by compiled code, and all others as they come: each size would be compiled anew.

    On an NVIDIA GPU torch also records what is launched, and launches it at once (CUDA graphs).

    Args:
        module: it is shared, not copied.
        size: of the batches.
        device: where it computes.
    """

    def __init__(self, module: nn.Module, size: int, device: torch.device) -> None:
        from torch._inductor import config

        config.compile_threads = 1  # else processes of their own stay behind, which wait for more to compile
        self._module = module
        self._size = size
        self._quick = torch.compile(
            module, dynamic=False, mode="reduce-overhead" if device.type == "cuda" else "default"
        )
        self._is_new = True

    def __call__(self, inputs: Tensor) -> Tensor:
        """What the module makes of a batch.

        Raises:
            SpecError: if it cannot be compiled.
        """
        if len(inputs) != self._size:
            made: Tensor = self._module(inputs)
            return made
        try:
            found: Tensor = self._quick(inputs)
        except RuntimeError as error:
            if not self._is_new or is_memory_error(error):
                raise
            why = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            raise SpecError(f"The network cannot be compiled here ({why[:200]}); leave compiling off.") from error
        self._is_new = False
        return found


def check_compiler(settings: TrainSpec, device: torch.device) -> None:
    """See that what is to be compiled can be.

    Raises:
        SpecError: if there is no C++ compiler for the processor.
    """
    if settings.compile == "off" or device.type != "cpu":
        return
    named = os.environ.get("CXX", "")
    if not any(shutil.which(name) for name in (named, *_COMPILERS) if name):
        raise SpecError("Compiling for the processor needs a C++ compiler, and none is found; leave compiling off.")
