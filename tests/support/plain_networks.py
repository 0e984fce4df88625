"""The shipped networks written once more in plain torch, as their papers and first programs have them.

Each makes its outputs from pictures in [0, 255], and takes its weights in the order in which it has its parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as f


def load_in_order(module: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """Give a module the tensors of another, part by part."""
    own = module.state_dict()
    assert [tuple(tensor.shape) for tensor in own.values()] == [tuple(tensor.shape) for tensor in state.values()]
    module.load_state_dict(dict(zip(own, state.values(), strict=True)))
    return module.eval()


class Bottleneck(nn.Module):
    def __init__(self, came: int, made: int, kernel: int, stride: int, expand: bool) -> None:
        super().__init__()
        wide = 6 * came if expand else came
        self.expand = nn.Conv2d(came, wide, 1, bias=False) if expand else None
        self.norm0 = nn.BatchNorm2d(wide, eps=0.001) if expand else None
        self.depth = nn.Conv2d(wide, wide, kernel, stride, groups=wide, bias=False)
        self.norm1 = nn.BatchNorm2d(wide, eps=0.001)
        self.project = nn.Conv2d(wide, made, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(made, eps=0.001)
        self.kernel, self.stride, self.same = kernel, stride, stride == 1 and came == made

    def forward(self, x: Tensor) -> Tensor:
        y = x
        if self.expand is not None and self.norm0 is not None:
            y = f.hardtanh(self.norm0(self.expand(y)), 0.0, 6.0)
        size = y.shape[-1]
        need = (-(-size // self.stride) - 1) * self.stride + self.kernel - size  # as TensorFlow's SAME has it
        y = f.pad(y, (need // 2, need - need // 2, need // 2, need - need // 2))
        y = f.hardtanh(self.norm1(self.depth(y)), 0.0, 6.0)
        y = self.norm2(self.project(y))
        return x + y if self.same else y


class Lite0(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(3, 32, 3, 2, bias=False), nn.BatchNorm2d(32, eps=0.001)
        plan = "16 3 1, 24 3 2, 24 3 1, 40 5 2, 40 5 1, 80 3 2, 80 3 1, 80 3 1, 112 5 1, 112 5 1, 112 5 1, 192 5 2"
        plan += ", 192 5 1, 192 5 1, 192 5 1, 320 3 1"
        blocks, came = [], 32
        for words in plan.split(", "):
            made, kernel, stride = map(int, words.split())
            blocks.append(Bottleneck(came, made, kernel, stride, bool(blocks)))
            came = made
        self.blocks = nn.Sequential(*blocks)
        self.head, self.norm_head = nn.Conv2d(320, 1280, 1, bias=False), nn.BatchNorm2d(1280, eps=0.001)
        self.fc = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(f.pad((x - 127) / 128, (0, 1, 0, 1)))
        x = self.blocks(f.hardtanh(self.norm(x), 0.0, 6.0))
        return self.fc(f.hardtanh(self.norm_head(self.head(x)), 0.0, 6.0).mean((2, 3)))


class Expressions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        for came, made in ((3, 32), (32, 64), (64, 128), (128, 256)):
            first = [nn.Conv2d(3, 32, 3, 2)] if came == 3 else [depth(came, 2), nn.Conv2d(came, made, 1)]
            parts += [*first, *(part for _ in range(3) for part in (depth(made, 1), nn.Conv2d(made, made, 1)))]
        self.parts, self.fc = nn.ModuleList(parts), nn.Linear(256, 7)

    def forward(self, x: Tensor) -> Tensor:
        left = iter(self.parts)
        x = (x - torch.tensor([122.782, 117.001, 104.298])[:, None, None]) / 255
        for block in range(4):
            x = next(left)(f.pad(x, (0, 1, 0, 1)))
            a = f.relu(next(left)(x) if block else x)
            b = in_turn(left, a)
            c = in_turn(left, f.relu(a + b))
            d = in_turn(left, f.relu(a + b + c))
            x = f.relu(a + b + c + d)
        return self.fc(f.avg_pool2d(x, 7).flatten(1))


def depth(channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, stride, 1 if stride == 1 else 0, groups=channels, bias=False)


def in_turn(left: Iterator[nn.Module], x: Tensor) -> Tensor:
    first, second = next(left), next(left)
    return second(first(x))


class Finder(nn.Module):
    """One of the three of MTCNN; `pools` are (kernel, stride) after each convolution, if any."""

    def __init__(
        self,
        channels: tuple[int, ...],
        kernels: tuple[int, ...],
        pools: tuple[tuple[int, int] | None, ...],
        dense: tuple[int, int] | None,
        outputs: tuple[int, ...],
    ) -> None:
        super().__init__()
        parts: list[nn.Module] = []
        for came, made, kernel in zip((3, *channels), channels, kernels, strict=False):
            parts += [nn.Conv2d(came, made, kernel), nn.PReLU(made)]
        self.parts, self.pools = nn.ModuleList(parts), pools
        self.dense = nn.Sequential(nn.Linear(*dense), nn.PReLU(dense[1])) if dense is not None else None
        last = dense[1] if dense is not None else channels[-1]
        self.heads = nn.ModuleList(nn.Linear(last, n) if dense else nn.Conv2d(last, n, 1) for n in outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = (x - 127.5) * 0.0078125
        left = iter(self.parts)
        for pool in self.pools:
            x = in_turn(left, x)
            if pool is not None:
                x = f.max_pool2d(x, *pool, ceil_mode=True)
        if self.dense is not None:
            x = self.dense(x.flatten(1))
        return torch.cat([head(x) for head in self.heads], 1).flatten(1)


def plain(name: str) -> nn.Module:
    """The network of this name, with random weights."""
    match name:
        case "lenet5-mnist":
            return nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                nn.Linear(84, 10),
            )  # fmt: skip
        case "efficientnet-lite0":
            return Lite0()
        case "face-expression":
            return Expressions()
        case "mtcnn-p":
            return Finder((10, 16, 32), (3, 3, 3), ((2, 2), None, None), None, (2, 4))
        case "mtcnn-r":
            return Finder((28, 48, 64), (3, 3, 2), ((3, 2), (3, 2), None), (576, 128), (2, 4))
    return Finder((32, 64, 64, 128), (3, 3, 3, 2), ((3, 2), (3, 2), (2, 2), None), (1152, 256), (2, 4, 10))
