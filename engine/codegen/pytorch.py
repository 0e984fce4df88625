"""A network as PyTorch source that a person would write, and that `from_pytorch` reads back."""

from __future__ import annotations

from typing import Any

from msgspec import NODEFAULT

from engine.codegen.classes import CLASSES
from engine.spec.layers import AnyLayer, Residual, Shape, defaults_of
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step, walk

_INDENT = "    "


def to_pytorch(network: NetworkSpec) -> str:
    """A script that needs torch alone: `INPUT_SHAPE`, a class of `nn.Module`, and `network`, one of it.

    A size that follows from the input is written without its name, one that was set with it (`in_channels=3`). A
    disabled layer is an `nn.Identity()` with what it was in a comment. Behind a layer that does not fit, torch's lazy
    classes stand for what is not known.

    Example:
        >>> from engine.spec.layers import Conv2d, ReLU
        >>> print(to_pytorch(NetworkSpec(layers=(Conv2d(out_channels=8, kernel_size=5), ReLU(disabled=True)))))
        from torch import nn
        <BLANKLINE>
        INPUT_SHAPE = (1, 28, 28)  # channels, height, width
        <BLANKLINE>
        <BLANKLINE>
        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv1 = nn.Conv2d(1, 8, kernel_size=5)
                self.relu1 = nn.Identity()  # disabled: nn.ReLU()
        <BLANKLINE>
            def forward(self, x):
                x = self.conv1(x)
                x = self.relu1(x)
                return x
        <BLANKLINE>
        <BLANKLINE>
        network = Network()
        <BLANKLINE>
    """
    writer = _Writer({step.path: step for step in walk(network)})
    network_class = writer.network_class(network)
    head = "\n".join([*_imports(writer.used), "", _input_shape(network.input_shape)])
    classes = [CLASSES[name].rstrip() for name in CLASSES if name in writer.used]
    return "\n\n\n".join([head, *classes, network_class, "network = Network()\n"])


def _input_shape(shape: Shape) -> str:
    sizes = ("channels", "depth", "height", "width")
    told = ", ".join(sizes[:1] + sizes[len(sizes) - len(shape) + 1 :])
    return f"INPUT_SHAPE = {shape!r}  # {told}"


def _imports(used: set[str]) -> list[str]:
    lines = ["from collections import OrderedDict", ""] if "OrderedDict" in used else []
    lines.append("from torch import nn")
    return [*lines, "from torch.nn import functional as F"] if "SameConv2d" in used else lines


class _Writer:
    """Writes layers, and notes which names beside torch's own the text needs."""

    def __init__(self, steps: dict[str, Step]) -> None:
        self.steps = steps
        self.used: set[str] = set()

    def network_class(self, network: NetworkSpec) -> str:
        """The class and its two methods."""
        lines = ["class Network(nn.Module):", "    def __init__(self):", "        super().__init__()"]
        for layer in network.layers:
            lines += self._with_comment(f"        self.{layer.id} = ", layer, layer.id, "")
        lines += ["", "    def forward(self, x):"]
        lines += [f"        x = self.{layer.id}(x)" for layer in network.layers]
        return "\n".join([*lines, "        return x"])

    def _with_comment(self, start: str, layer: AnyLayer, path: str, end: str) -> list[str]:
        """The lines of one layer, `start` and `end` around it, and after them what is to be said of it."""
        entering = self.steps[path].entering
        shape = entering.shape if entering else None
        if layer.disabled:
            return [f"{start}nn.Identity(){end}  # disabled: {_in_one_line(layer, shape)}"]
        lines = self._live(layer, path, shape, _indent_of(start))
        lines = [start + lines[0], *lines[1:]]
        misfit = self.steps[path].misfit
        lines[-1] += end + (f"  # does not fit: {misfit.message}" if misfit else "")
        return lines

    def _live(self, layer: AnyLayer, path: str, shape: Shape | None, indent: str) -> list[str]:
        if not isinstance(layer, Residual):
            text = _call(layer, shape)
            self.used.add(text.partition("(")[0])
            return [text]
        self.used.add("Residual")
        lines = ["Residual("]
        for name, part in layer.parts().items():
            lines += self._list(f"{indent}{_INDENT}{name}=", part, f"{path}.{name}.")
        return [*lines, f"{indent})"]

    def _list(self, start: str, layers: tuple[AnyLayer, ...], inside: str) -> list[str]:
        if not layers:
            return [f"{start}nn.Sequential(),"]
        self.used.add("OrderedDict")
        lines = [f"{start}nn.Sequential(OrderedDict(["]
        for layer in layers:
            lines += self._with_comment(f'{_indent_of(start)}{_INDENT}("{layer.id}", ', layer, inside + layer.id, "),")
        return [*lines, f"{_indent_of(start)}])),"]


def _indent_of(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))


def _in_one_line(layer: AnyLayer, shape: Shape | None = None) -> str:
    """A layer that is not computed, as code in a comment; those within it may be disabled themselves."""
    if not isinstance(layer, Residual):
        return _call(layer, shape)
    parts = [f"{name}=nn.Sequential({_entries(part)})" for name, part in layer.parts().items()]
    return f"Residual({', '.join(parts)})"


def _entries(layers: tuple[AnyLayer, ...]) -> str:
    texts = [f"disabled({_in_one_line(layer)})" if layer.disabled else _in_one_line(layer) for layer in layers]
    entries = [f'("{layer.id}", {text})' for layer, text in zip(layers, texts, strict=True)]
    return f"OrderedDict([{', '.join(entries)}])" if entries else ""


def _call(layer: AnyLayer, shape: Shape | None) -> str:
    """A layer as the call that makes it, with only what differs from torch's defaults."""
    given, defaults = layer.arguments(shape), defaults_of(type(layer))
    lazy = bool(layer.derived) and layer.derived not in given
    name = f"Lazy{layer.type}" if lazy else layer.torch_name
    was_set = bool(layer.derived) and getattr(layer, layer.derived) is not None
    leading = () if was_set else layer.leading
    parts = [_text(given.pop(key)) for key in leading if key in given]
    parts += [f"{key}={_text(value)}" for key, value in given.items() if defaults.get(key, NODEFAULT) != value]
    return f"{'' if name in CLASSES else 'nn.'}{name}({', '.join(parts)})"


def _text(value: Any) -> str:
    if isinstance(value, tuple) and len(set(value)) == 1:
        return repr(value[0])
    return f'"{value}"' if isinstance(value, str) else repr(value)
