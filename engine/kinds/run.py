"""A layer of any kind, computed: `run_kind` takes arrays or tensors and gives back the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.kinds.facts import bias_shape, check, weight_shape
from engine.kinds.spec import KindSpec


def run_kind(spec: KindSpec, input: Any, weight: Any, bias: Any = None) -> Any:
    """Compute the output of a layer, in float32.

    Args:
        spec: the layer.
        input: array or tensor [C, *size] or [N, C, *size].
        weight: in the shape of `engine.kinds.facts.weight_shape`.
        bias: in the shape of `bias_shape`; None adds nothing.

    Returns:
        [out_channels, *output size], with the batch in front if one was given: an array for arrays; for tensors a
        tensor on their device, through which gradients flow to input, weight and bias. See
        `engine.kinds.sizes.formulas` for the size.

    Raises:
        SpecError: if the layer cannot be or is over its budget (before anything is allocated), or if the numbers do
            not have its shapes.

    Source: Goodfellow, Bengio and Courville, Deep Learning (2016), equations 9.8 (strides), 9.9 (unshared) and 9.10
        (tiled); the others as torch's layers of that name.

    Example:
        >>> run_kind(KindSpec(size=(4,), kernel_size=2), np.array([[1, 2, 4, 8]]), np.array([[[-1, 1]]])).tolist()
        [[1.0, 2.0, 4.0]]
    """
    check(spec)
    import torch

    from engine.kinds.on_torch import run_tensors

    tensors = any(isinstance(each, torch.Tensor) for each in (input, weight, bias))
    cells = _tensor(input, "input")
    weights, offsets = (_tensor(each, name, cells) for each, name in ((weight, "weight"), (bias, "bias")))
    single = cells.ndim == len(spec.input_shape)
    batch = cells.unsqueeze(0) if single else cells
    _check_shapes(spec, batch, weights, offsets)
    with torch.set_grad_enabled(tensors and torch.is_grad_enabled()):
        found = run_tensors(spec, batch, weights, offsets)
    found = found.squeeze(0) if single else found
    return found if tensors else np.ascontiguousarray(found.numpy())


def _tensor(given: Any, name: str, like: Any = None) -> Any:
    """A tensor of floats, of the kind of `like` and where that lies, if given."""
    import torch

    if given is None:
        return None
    if not isinstance(given, torch.Tensor):
        given = torch.from_numpy(_array(given, name))
    if like is not None:
        return given.to(like)
    return given if given.is_floating_point() else given.float()


def _array(given: Any, name: str) -> NDArray[np.float32]:
    found = np.asarray(given)
    if found.dtype.kind not in "biuf":
        raise SpecError(f"The {name} takes real numbers; this one holds {found.dtype}.")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, as it does in torch
        numbers = np.ascontiguousarray(found, np.float32)
    return numbers if numbers.flags.writeable else numbers.copy()


def _check_shapes(spec: KindSpec, batch: Any, weights: Any, offsets: Any) -> None:
    _check_shape(batch.shape[1:], spec.input_shape, "input")
    _check_shape(weights.shape, weight_shape(spec), "weight")
    if offsets is not None:
        _check_shape(offsets.shape, bias_shape(spec), "bias")


def _check_shape(found: Any, wanted: tuple[int, ...] | None, name: str) -> None:
    if tuple(found) != wanted:
        raise SpecError(f"The {name} has the shape {tuple(found)}; this layer takes {wanted or 'none'}.")
