"""Gradients that rectifiers treat in their own way: guided backpropagation and deconvolution, for ReLU and ReLU6."""

from __future__ import annotations

from typing import Any

from captum.attr import Deconvolution, GuidedBackprop
from torch import nn

RECTIFIERS = (nn.ReLU, nn.ReLU6)


class _OfRectifiers:
    """captum hooks modules of the class ReLU alone; mobile networks have ReLU6, which is no subclass of it."""

    backward_hooks: list[Any]
    _backward_hook: Any

    def _register_hooks(self, module: nn.Module) -> None:
        if isinstance(module, RECTIFIERS):
            self.backward_hooks.append(module.register_full_backward_hook(self._backward_hook))


class Guided(_OfRectifiers, GuidedBackprop):  # type: ignore[misc]
    """The gradient with nothing negative passing a rectifier."""


class Deconvolved(_OfRectifiers, Deconvolution):  # type: ignore[misc]
    """The gradient with each rectifier laid on the way back, wherever it was cut on the way there."""
