"""A layer as the call that makes it, with only what differs from torch's defaults."""

from __future__ import annotations

import json
from typing import Any

from msgspec import NODEFAULT

from engine.codegen.arguments import FOLLOWS, LAZY, ORDERS
from engine.codegen.classes import CLASSES
from engine.spec.fields import fields_of
from engine.spec.filter import KernelSpec
from engine.spec.layers import AnyLayer, Branches, FixedKernels, Pad, Shape, defaults_of

_INDENT = "    "


def call_lines(layer: AnyLayer, shape: Shape | None) -> list[str]:
    """The call in one line, or in several where a layer has kernels of its own.

    Args:
        layer: one that holds no layers.
        shape: what comes in; None if that is not known.

    Example:
        >>> from engine.spec.layers import Conv2d
        >>> call_lines(Conv2d(out_channels=8, kernel_size=(3, 5)), (1, 28, 28))
        ['nn.Conv2d(1, 8, kernel_size=(3, 5))']
    """
    if not isinstance(layer, FixedKernels):
        call = _call(layer, shape)
        return [call + held(layer, call)]
    name, leading, rest = _parts(layer, shape)
    rows = [f"{_INDENT}{_kernel(kernel)}," for kernel in layer.kernels]
    end = ", ".join(["]", *rest])
    return [f"{name}({leading[0]}, [", *rows, f"{end})"]


def in_one_line(layer: AnyLayer) -> str:
    """A layer that is not computed, as code in a comment; those within it may be disabled themselves."""
    if layer.parts():
        parts = {name: f"nn.Sequential({_entries(part)})" for name, part in layer.parts().items()}
        if isinstance(layer, Branches):
            values = [*parts.values(), *([f'merge="{layer.merge}"'] if layer.merge != "concat" else [])]
        else:
            values = [f"{name}={text}" for name, text in parts.items()]
        return f"{layer.type}({', '.join(values)})"
    text = _call(layer, None) + (".requires_grad_(False)" if getattr(layer, "frozen", False) else "")
    word, seed = beginning(layer)
    return f"init({', '.join([text, text_of(word), *map(repr, seed)])})" if word else text


def _entries(layers: tuple[AnyLayer, ...]) -> str:
    texts = [f"disabled({in_one_line(layer)})" if layer.disabled else in_one_line(layer) for layer in layers]
    entries = [f'("{layer.id}", {text})' for layer, text in zip(layers, texts, strict=True)]
    return f"OrderedDict([{', '.join(entries)}])" if entries else ""


def beginning(layer: AnyLayer) -> tuple[str, tuple[int, ...]]:
    """The word and the seed of a layer's first weights; "" and none where they are torch's own."""
    if "init" not in layer.beside:
        return "", ()
    word, seed = getattr(layer, "init"), getattr(layer, "init_seed")  # noqa: B009 - not every type has them
    return ("", ()) if word == "default" and seed is None else (word, () if seed is None else (seed,))


def _call(layer: AnyLayer, shape: Shape | None) -> str:
    name, leading, rest = _parts(layer, shape)
    kernels = [f"[{', '.join(map(_kernel, layer.kernels))}]"] if isinstance(layer, FixedKernels) else []
    return f"{name}({', '.join([*leading, *kernels, *rest])})"


def held(layer: AnyLayer, call: str) -> str:
    """What follows the call of a frozen layer. torch's lazy classes have no weights yet that it could be said of.

    Example:
        >>> from engine.spec.layers import Linear
        >>> held(Linear(out_features=2, frozen=True), "nn.Linear(4, 2)")
        '.requires_grad_(False)'
    """
    return ".requires_grad_(False)" if getattr(layer, "frozen", False) and not call.startswith("nn.Lazy") else ""


def _parts(layer: AnyLayer, shape: Shape | None) -> tuple[str, list[str], list[str]]:
    """The name of the class, the values that stand without their names, and the others."""
    given, defaults = layer.arguments(shape), defaults_of(type(layer))
    if isinstance(layer, Pad):
        given["padding"] = layer.padding
    lazy = bool(layer.derived) and layer.derived not in given and layer.type in LAZY
    name = f"Lazy{layer.type}" if lazy else layer.torch_name
    leading = _leading(layer, given, shape, lazy)
    given.pop("kernels", None)
    kept = {key for key, value in given.items() if key in layer.told or defaults.get(key, NODEFAULT) != value}
    rest = [f"{key}={_value(layer, key, value)}" for key, value in given.items() if key in kept]
    return ("" if name in CLASSES else "nn.") + name, leading, rest


def _leading(layer: AnyLayer, given: dict[str, Any], shape: Shape | None, lazy: bool) -> list[str]:
    """What stands without its name is taken out of `given`; None for a size that is not known."""
    order = list(layer.leading)
    if layer.type in FOLLOWS:
        follows = FOLLOWS[layer.type]
        sizes = {"input_size": shape[1:], "in_channels": shape[0]} if shape is not None and len(shape) == 3 else {}
        given[follows] = sizes.get(follows)
        order = list(ORDERS[layer.type])[: 3 if follows == "input_size" else 1]
    if layer.derived and getattr(layer, layer.derived) is not None:
        return []
    if layer.derived and not lazy:
        given.setdefault(layer.derived, None)
    return [_value(layer, key, given.pop(key)) for key in order if key in given]


def _value(layer: AnyLayer, key: str, value: Any) -> str:
    """A setting; one number where all axes have the same."""
    if isinstance(value, tuple) and layer.axes > 1 and key in fields_of(type(layer)) and len(set(value)) == 1:
        return repr(value[0])
    return text_of(value)


def text_of(value: Any) -> str:
    """A value in Python; words in double quotes, and no # in them, which could pass for a comment."""
    return json.dumps(value, ensure_ascii=False).replace("#", "\\x23") if isinstance(value, str) else repr(value)


def _kernel(kernel: KernelSpec) -> str:
    """("name", weights), and the parameters of its family if it has any."""
    weights = repr([[list(row) for row in plane] for plane in kernel.weights])
    parts = [text_of(kernel.name), weights]
    if kernel.parameters:
        parts.append("{" + ", ".join(f"{text_of(name)}: {value!r}" for name, value in kernel.parameters.items()) + "}")
    return f"({', '.join(parts)})"
