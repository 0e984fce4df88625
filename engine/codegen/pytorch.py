"""A network as PyTorch source that a person would write, and that `from_pytorch` reads back."""

from __future__ import annotations

from engine.codegen.call_text import beginning, call_lines, held, in_one_line
from engine.codegen.classes import CLASSES, pieces
from engine.spec.layers import AnyLayer, Branches, Shape
from engine.spec.network import NetworkSpec
from engine.spec.shapes import Step, walk

_INDENT = "    "


def to_pytorch(network: NetworkSpec) -> str:
    """A script that needs torch alone: `INPUT_SHAPE`, and `network`, an `nn.Sequential`; where ways part, a class.

    A size that follows from the input is written without its name, one that was set with it (`in_channels=3`). A
    disabled layer is an `nn.Identity()` with what it was in a comment, and first weights that are not torch's own are
    told in one. Behind a layer that does not fit, torch's lazy classes stand for what is not known.

    Example:
        >>> from engine.spec.layers import Conv2d, ReLU
        >>> print(to_pytorch(NetworkSpec(layers=(Conv2d(out_channels=8, kernel_size=5), ReLU(disabled=True)))))
        from collections import OrderedDict
        <BLANKLINE>
        from torch import nn
        <BLANKLINE>
        INPUT_SHAPE = (1, 28, 28)  # channels, height, width
        <BLANKLINE>
        network = nn.Sequential(OrderedDict([
            ("conv1", nn.Conv2d(1, 8, kernel_size=5)),
            ("relu1", nn.Identity()),  # disabled: nn.ReLU()
        ]))
        <BLANKLINE>
    """
    writer = _Writer({step.path: step for step in walk(network)})
    parting = any(layer.parts() for layer in network.layers)
    body = writer.network_class(network) if parting else writer.straight(network)
    brought = pieces(writer.used)
    head = "\n".join([*_imports(writer.used, brought), "", _input_shape(network.input_shape)])
    classes = "\n\n\n".join([head, *(CLASSES[name].text.rstrip() for name in brought)])
    apart = "\n\n\n" if brought or parting else "\n\n"
    return classes + apart + body


def _input_shape(shape: Shape) -> str:
    sizes = ("channels", "depth", "height", "width") if len(shape) != 2 else ("channels", "length")
    told = ", ".join(sizes[:1] + sizes[len(sizes) - len(shape) + 1 :])
    return f"INPUT_SHAPE = {shape!r}  # {told}"


def _imports(used: set[str], brought: list[str]) -> list[str]:
    wanted = {line for name in brought for line in CLASSES[name].imports}
    standard = ["import math"] if "import math" in wanted else []
    standard += ["from collections import OrderedDict"] if "OrderedDict" in used else []
    ours = [line for line in ("import torch",) if line in wanted] + ["from torch import nn"]
    ours += sorted(line for line in wanted if line.startswith("from torch."))
    return [*standard, *([""] if standard else []), *ours]


class _Writer:
    """Writes layers, and notes which names beside torch's own the text needs."""

    def __init__(self, steps: dict[str, Step]) -> None:
        self.steps = steps
        self.used: set[str] = set()

    def straight(self, network: NetworkSpec) -> str:
        """The network as one list."""
        if not network.layers:
            return "network = nn.Sequential()\n"
        return "\n".join(self._list("network = ", network.layers, "", "")) + "\n"

    def network_class(self, network: NetworkSpec) -> str:
        """The class and its two methods, and the network."""
        lines = ["class Network(nn.Module):", "    def __init__(self):", "        super().__init__()"]
        for layer in network.layers:
            lines += self._with_comment(f"        self.{layer.id} = ", layer, layer.id, "")
        lines += ["", "    def forward(self, x):"]
        lines += [f"        x = self.{layer.id}(x)" for layer in network.layers]
        return "\n".join([*lines, "        return x", "", "", "network = Network()\n"])

    def _with_comment(self, start: str, layer: AnyLayer, path: str, end: str) -> list[str]:
        """The lines of one layer, `start` and `end` around it, and after them what is to be said of it."""
        if layer.disabled:
            return [f"{start}nn.Identity(){end}  # disabled: {in_one_line(layer)}"]
        step = self.steps[path]
        lines = self._live(layer, path, step.entering.shape if step.entering else None, _indent_of(start))
        lines = [start + lines[0], *lines[1:]]
        lines[-1] += end + "".join(f"  # {remark}" for remark in _remarks(step, lines[0][len(start) :]))
        return lines

    def _live(self, layer: AnyLayer, path: str, shape: Shape | None, indent: str) -> list[str]:
        if layer.parts():
            return self._block(layer, path, indent)
        first, *others = call_lines(layer, shape)
        self.used.add(first.partition("(")[0])
        return [first, *(indent + line for line in others)]

    def _block(self, layer: AnyLayer, path: str, indent: str) -> list[str]:
        self.used.add(layer.type)
        lines = [f"{layer.type}("]
        for name, part in layer.parts().items():
            start = "" if isinstance(layer, Branches) else f"{name}="
            lines += self._list(f"{indent}{_INDENT}{start}", part, f"{path}.{name}.", ",")
        if isinstance(layer, Branches) and layer.merge != "concat":
            lines.append(f'{indent}{_INDENT}merge="{layer.merge}",')
        return [*lines, f"{indent})"]

    def _list(self, start: str, layers: tuple[AnyLayer, ...], inside: str, end: str) -> list[str]:
        if not layers:
            return [f"{start}nn.Sequential(){end}"]
        self.used.add("OrderedDict")
        indent = _indent_of(start)
        lines = [f"{start}nn.Sequential(OrderedDict(["]
        for layer in layers:
            lines += self._with_comment(f'{indent}{_INDENT}("{layer.id}", ', layer, inside + layer.id, "),")
        return [*lines, f"{indent}])){end}"]


def _remarks(step: Step, call: str) -> list[str]:
    word, seed = beginning(step.layer)
    told = [f"init: {word}" + "".join(f", seed {number}" for number in seed)] if word else []
    if getattr(step.layer, "frozen", False) and not held(step.layer, call):
        told.append("frozen: as soon as its size is known")
    return told + ([f"does not fit: {step.misfit.message}"] if step.misfit else [])


def _indent_of(line: str) -> str:
    return " " * (len(line) - len(line.lstrip()))
