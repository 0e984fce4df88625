"""A stack as it is computed while it learns: the same numbers, in less time."""

from __future__ import annotations

from torch import nn


def quickened(module: nn.Module) -> nn.Module:
    """The same layers, but every ReLU right before a max pooling is computed after it.

    The largest cell is the same before and after a ReLU, and where it is not above zero no gradient passes either way:
    values and gradients are equal bit for bit, and the ReLU has a quarter of the cells to go through or less.

    Args:
        module: a stack. It is not changed, and shares its layers with what is returned; if it is none, it is returned.

    Example:
        >>> import torch
        >>> module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        >>> [type(layer).__name__ for layer in quickened(module)]
        ['Conv2d', 'MaxPool2d', 'ReLU', 'Flatten']
    """
    if not isinstance(module, nn.Sequential):
        return module
    layers = list(module)
    for place in range(len(layers) - 1):
        if type(layers[place]) is nn.ReLU and type(layers[place + 1]) is nn.MaxPool2d:
            layers[place : place + 2] = reversed(layers[place : place + 2])
    return nn.Sequential(*layers)
