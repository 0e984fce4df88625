"""The classes that generated source brings along for what torch has no class for; `engine.nn` computes the same."""

from __future__ import annotations

from typing import NamedTuple

from engine.codegen.local_classes import FIXED, MOVED, PAIR, TABLE, TILED, UNSHARED


class Piece(NamedTuple):
    """The source of a class or function, the pieces it needs, and what it imports beside `nn`."""

    text: str
    needs: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


_SAME = '''\
class SameConv{axes}d(nn.Conv{axes}d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs):
        sides = []
        for size, gap in zip(reversed(self.kernel_size), reversed(self.dilation)):
            around = gap * (size - 1)
            sides += [around // 2, around - around // 2]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        padded = F.pad(inputs, sides, mode=mode) if any(sides) else inputs
        return F.conv{axes}d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
'''
_RESIDUAL = '''\
class Residual(nn.Module):
    """Adds what the body makes to what the shortcut passes on."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, inputs):
        return self.body(inputs) + self.shortcut(inputs)
'''
_BRANCHES = '''\
class Branches(nn.Module):
    """Gives its input to several paths; their channels come out one after the other, or their sum does."""

    def __init__(self, *paths, merge="concat"):
        super().__init__()
        for number, path in enumerate(paths, start=1):
            self.add_module(f"path{number}", path)
        self.merge = merge

    def forward(self, inputs):
        made = [path(inputs) for path in self.children()]
        return torch.cat(made, dim=1) if self.merge == "concat" else sum(made[1:], start=made[0])
'''
_NORMALIZE = '''\
class Normalize(nn.Module):
    """Takes a mean from each channel and divides it by a standard deviation; nothing here is learned or stored."""

    def __init__(self, mean, std):
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32).reshape(-1), persistent=False)
        self.register_buffer("std", torch.as_tensor(std, dtype=torch.float32).reshape(-1), persistent=False)

    def forward(self, inputs):
        shape = (1, -1, *[1] * (inputs.ndim - 2))
        return (inputs - self.mean.view(shape)) / self.std.view(shape)
'''
_F = "from torch.nn import functional as F"
_TORCH = "import torch"

CLASSES: dict[str, Piece] = {
    **{f"SameConv{axes}d": Piece(_SAME.format(axes=axes), (), (_F,)) for axes in (1, 2, 3)},
    "pair": Piece(PAIR),
    "Moved": Piece(MOVED, ("pair",), ("import math", _F)),
    "UnsharedConv2d": Piece(UNSHARED, ("pair", "Moved"), ("import math", _TORCH)),
    "TiledConv2d": Piece(TILED, ("pair", "Moved"), ("import math", _TORCH, _F)),
    "TableConv2d": Piece(TABLE, ("Moved",), (_TORCH, _F)),
    "FixedKernels": Piece(FIXED, ("Moved",), (_TORCH, _F)),
    "Normalize": Piece(_NORMALIZE, (), (_TORCH,)),
    "Residual": Piece(_RESIDUAL),
    "Branches": Piece(_BRANCHES, (), (_TORCH,)),
}
"""Their source by name, each behind what it needs."""


def pieces(used: set[str]) -> list[str]:
    """The names of all pieces that a script needs, in the order of `CLASSES`."""
    wanted = {name for name in used if name in CLASSES}
    for name in reversed(CLASSES):
        if name in wanted:
            wanted.update(CLASSES[name].needs)
    return [name for name in CLASSES if name in wanted]
