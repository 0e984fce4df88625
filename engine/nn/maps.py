"""What every layer makes of an input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.nn.room import check_maps
from engine.spec.layers import shape_text


def layer_paths(module: nn.Module) -> tuple[str, ...]:
    """The paths of a module's layers, as in a summary: `conv1`, `res1.body.conv1`, `res1`.

    The lists that hold layers (`res1.body`) are none themselves.
    """
    return tuple(_paths(module, ""))


def _paths(module: nn.Module, inside: str) -> Iterator[str]:
    for name, child in module.named_children():
        yield from _paths(child, f"{inside}{name}.")
        if type(child) is not nn.Sequential:
            yield inside + name


def feature_maps(module: nn.Module, inputs: Tensor, layers: Iterable[str] | None = None) -> dict[str, Tensor]:
    """The feature maps of every layer, or of some.

    The module runs once, in evaluation mode and without gradients; afterwards every part of it is in the mode it was
    in before.

    Args:
        module: one from `engine.build`, or any module whose children are layers.
        inputs: [N, C, H, W] on the module's device, in [0, 1] as a rule.
        layers: their paths, such as "conv1" or "res1.body.conv1"; all if left out.

    Returns:
        {path: [N, C, H, W]} in the order of computing; [N, F] after a Flatten.

    Raises:
        SpecError: if there is no such layer, the module cannot take an input of this shape, or the memory for the maps
            of one from `engine.build` is not there.

    Example:
        >>> from engine.nn import build
        >>> from engine.presets import preset
        >>> maps = feature_maps(build(preset("lenet-5")), torch.zeros(1, 1, 28, 28))
        >>> maps["conv1"].shape
        torch.Size([1, 6, 28, 28])
    """
    known = layer_paths(module)
    wanted = known if layers is None else tuple(layers)
    for path in wanted:
        if path not in known:
            raise SpecError(f"The network has no layer {path!r}; it has {', '.join(known) or 'none'}.")
    found: dict[str, Tensor] = {}
    values = getattr(module, "values", {})
    check_maps(module, inputs, (values[path] for path in wanted if path in values))
    with evaluating(module), _watched(module, wanted, found), torch.no_grad():
        run(module, inputs)
    return found


def run(module: nn.Module, inputs: Tensor) -> Tensor:
    """What a module makes of its inputs.

    Raises:
        SpecError: if it cannot take an input of this shape, or the memory for its maps is not there.
    """
    check_maps(module, inputs)
    try:
        made: Tensor = module(inputs)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, ValueError, IndexError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise SpecError(f"The network cannot take an input of {shape_text(tuple(inputs.shape))}: {reason}.") from error
    return made


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for a while, each part of the module back in its own mode afterwards."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _watched(module: nn.Module, paths: Iterable[str], found: dict[str, Tensor]) -> Iterator[None]:
    """Write what the layers make into `found` for a while."""

    def keep(path: str) -> Any:
        def hook(_: nn.Module, __: Any, made: Tensor) -> None:
            found[path] = made.detach()

        return hook

    handles = [module.get_submodule(path).register_forward_hook(keep(path)) for path in paths]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
