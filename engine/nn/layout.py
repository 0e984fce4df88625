"""How a module's weights lie in memory."""

from __future__ import annotations

import torch
from torch import nn


def channels_innermost(module: nn.Module) -> bool:
    """Whether a module can lie with its channels innermost, in which convolutions of maps take half the time.

    Kernels that go through volumes cannot.

    Example:
        >>> channels_innermost(nn.Conv2d(1, 1, 3)), channels_innermost(nn.Conv3d(1, 1, 3))
        (True, False)
    """
    return all(tensor.ndim != 5 for tensor in (*module.parameters(), *module.buffers()))


def layout_for(module: nn.Module) -> torch.memory_format:
    """The layout in which a module works best."""
    return torch.channels_last if channels_innermost(module) else torch.preserve_format
