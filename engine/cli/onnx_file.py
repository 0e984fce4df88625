"""A network with its weights as an ONNX file."""

from __future__ import annotations

import copy
import importlib.util
import io
import logging
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from engine.cli.onnx_layers import replaced
from engine.errors import EngineError, SpecError
from engine.spec.layers import AdaptiveAvgPool2d, AnyLayer, Shape, Upsample, per_axis, shape_text
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step, walk

OPSET = 20
MOST_BYTES = 2**31 - 2**20
"""A file of ONNX ends at 2 GiB."""
_TOLERANCE = 1e-3
_NAMES = {"input_names": ["input"], "output_names": ["output"]}
_BATCH = {"input": {0: "batch"}, "output": {0: "batch"}}


def to_onnx(network: NetworkSpec, module: nn.Module) -> tuple[bytes, str]:
    """The file, and in words how it was checked: onnxruntime computes with it what torch does, where it is installed.

    Args:
        network: one without problems.
        module: made of it by `engine.build`. It is not changed.

    Raises:
        SpecError: for a layer that ONNX cannot hold, and for a network too large for a file.
        EngineError: if onnxruntime computes something else.
    """
    _check(network, module)
    plain = replaced(copy.deepcopy(module)).eval().cpu()
    inputs = torch.rand(2, *network.input_shape, generator=torch.Generator().manual_seed(0))
    try:
        content = _exported(plain, inputs[:1])
    except (RuntimeError, ValueError, TypeError) as error:
        raise SpecError(f"ONNX cannot hold {_culprit(network, plain, inputs[:1])}: {_first_line(error)}.") from None
    return content, _compared(content, plain, inputs)


def _exported(module: nn.Module, inputs: Tensor) -> bytes:
    """torch's exporter by tracing; it prints much that is not asked for."""
    # Its annotations know of files alone.
    export: Any = torch.onnx.export
    held, log = io.BytesIO(), logging.getLogger("torch.onnx")
    before = log.disabled
    log.disabled = True
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            export(module, (inputs,), held, dynamo=False, opset_version=OPSET, dynamic_axes=_BATCH, **_NAMES)
    finally:
        log.disabled = before
    return held.getvalue()


def _check(network: NetworkSpec, module: nn.Module) -> None:
    size = sum(weight.numel() * weight.element_size() for weight in module.parameters())
    if size > MOST_BYTES:
        raise SpecError(f"The weights take {size:,} bytes and an ONNX file holds at most {MOST_BYTES:,}.")
    for step in walk(network):
        why = _impossible(step)
        if why:
            raise SpecError(f"ONNX cannot hold {step.path}: {why}.")


def _impossible(step: Step) -> str:
    """Why a layer has no place in ONNX, and what would do; "" for all others."""
    layer: AnyLayer = step.layer
    if layer.disabled or step.entering is None:
        return ""
    if isinstance(layer, Upsample) and layer.mode == "nearest-exact":
        return "it knows no mode nearest-exact; nearest would do"
    if layer.type.startswith("Adaptive") and not _divides(layer, step.entering.shape):
        return (
            f"{layer.type} makes parts of different sizes of {shape_text(step.entering.shape[1:])}; an output size "
            f"that divides it would do"
        )
    return ""


def _divides(layer: Any, shape: Shape) -> bool:
    sizes = per_axis(layer.output_size, layer.axes)
    whole = all(n % size == 0 for n, size in zip(shape[1:], sizes, strict=True))
    return whole or (isinstance(layer, AdaptiveAvgPool2d) and set(sizes) == {1})


def _culprit(network: NetworkSpec, module: nn.Module, inputs: Tensor) -> str:
    """The first layer that cannot be exported alone."""
    for layer in network.layers:
        part = module.get_submodule(layer.id)
        try:
            _exported(part, inputs)
        except (RuntimeError, ValueError, TypeError):
            return f"{layer.id} ({layer.type})"
        with torch.no_grad():
            inputs = part(inputs)
    return "this network"


def _compared(content: bytes, module: nn.Module, inputs: Tensor) -> str:
    """Run the file beside torch, on a batch of two."""
    if importlib.util.find_spec("onnxruntime") is None:
        return "not checked, since onnxruntime is not installed"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {"input": inputs.numpy()})
    except Exception as error:  # its errors have no class of their own that is promised
        raise EngineError(f"onnxruntime cannot run the exported network: {_first_line(error)}.") from None
    with torch.no_grad():
        wanted = module(inputs)
    difference = (torch.from_numpy(found) - wanted).abs().nan_to_num().max().item()
    if found.shape != tuple(wanted.shape) or difference > _TOLERANCE * max(1.0, wanted.abs().max().item()):
        raise EngineError(f"onnxruntime computes something else with the exported network: {difference:g} apart.")
    return f"onnxruntime computes the same to {difference:.1g}"


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")[:200]
