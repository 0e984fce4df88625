"""The source of convolutions whose weights torch has no class for, as generated scripts bring it along."""

from __future__ import annotations

PAIR = '''\
def pair(amount):
    """(vertical, horizontal) of a setting that one number may stand for."""
    return (amount, amount) if isinstance(amount, int) else tuple(amount)
'''
MOVED = '''\
class Moved(nn.Module):
    """A kernel's way over maps: its size, its step, its gaps, and the cells that are added around the maps."""

    def __init__(self, kernel_size, stride, padding, dilation, padding_mode):
        super().__init__()
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.mode = "constant" if padding_mode == "zeros" else padding_mode
        self.sides = []
        for axis in (1, 0):
            around = self.dilation[axis] * (self.kernel_size[axis] - 1)
            if padding == "same":
                self.sides += [around // 2, around - around // 2]
            else:
                self.sides += [0 if padding == "valid" else pair(padding)[axis]] * 2

    def padded(self, inputs):
        return F.pad(inputs, self.sides, mode=self.mode) if any(self.sides) else inputs

    def made(self, height, width):
        added = (height + sum(self.sides[2:]), width + sum(self.sides[:2]))
        moves = zip(added, self.kernel_size, self.stride, self.dilation)
        return tuple((size - gap * (cells - 1) - 1) // step + 1 for size, cells, step, gap in moves)

    def draw(self, weight, bias, factors):
        bound = 1 / math.sqrt(factors)
        nn.init.uniform_(weight, -bound, bound)
        if bias is not None:
            nn.init.uniform_(bias, -bound, bound)
'''
UNSHARED = '''\
class UnsharedConv2d(Moved):
    """A convolution with kernels of its own for each place; `input_size` is (height, width) of its input."""

    def __init__(
        self,
        in_channels,
        out_channels,
        input_size,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__(kernel_size, stride, padding, dilation, padding_mode)
        self.groups = groups
        places = self.made(*pair(input_size))
        self.weight = nn.Parameter(torch.empty(*places, out_channels, in_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels, *places)) if bias else None
        self.draw(self.weight, self.bias, math.prod(self.weight.shape[3:]))

    def forward(self, inputs):
        cells = self.padded(inputs)
        height, width, outputs, channels = self.weight.shape[:4]
        for axis, (size, step, gap) in enumerate(zip(self.kernel_size, self.stride, self.dilation)):
            cells = cells.unfold(2 + axis, gap * (size - 1) + 1, step)[..., ::gap]
        patches = cells.unflatten(1, (self.groups, channels)).permute(3, 4, 1, 0, 2, 5, 6)
        patches = patches.reshape(height * width * self.groups, len(inputs), -1)
        kernels = self.weight.reshape(height * width * self.groups, outputs // self.groups, -1)
        made = torch.bmm(patches, kernels.mT).view(height, width, self.groups, len(inputs), -1)
        made = made.permute(3, 2, 4, 0, 1).flatten(1, 2)
        # torch's BatchNorm gives wrong gradients for maps with a size of 1 that lie in memory as these would.
        made = made.contiguous() if 1 in made.shape else made
        return made if self.bias is None else made + self.bias
'''
TILED = '''\
class TiledConv2d(Moved):
    """A convolution with several sets of kernels that take turns from place to place, like tiles on a floor."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        tile=2,
    ):
        super().__init__(kernel_size, stride, padding, dilation, padding_mode)
        self.groups = groups
        shape = (*pair(tile), out_channels)
        self.weight = nn.Parameter(torch.empty(*shape, in_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(*shape)) if bias else None
        self.draw(self.weight, self.bias, math.prod(self.weight.shape[3:]))

    def forward(self, inputs):
        cells, (down, across, outputs) = self.padded(inputs), self.weight.shape[:3]
        count, channels, height, width = cells.shape
        # All numbers lie in a row, channels innermost: to begin at another place is to begin further on.
        row, size = width * channels, cells.numel()
        room = cells.new_zeros(size + ((down - 1) * self.stride[0] * width + (across - 1) * self.stride[1]) * channels)
        room[:size].view(count, height, width, channels).copy_(cells.movedim(1, -1))
        shape = (count, outputs, *self.made(*inputs.shape[2:]))
        made = torch.empty(shape, dtype=room.dtype, device=room.device, memory_format=torch.channels_last)
        strides = (self.stride[0] * down, self.stride[1] * across)
        for a in range(min(down, shape[2])):
            for b in range(min(across, shape[3])):
                start = a * self.stride[0] * row + b * self.stride[1] * channels
                seen = room.as_strided(cells.shape, (height * row, 1, row, channels), start)
                bias = None if self.bias is None else self.bias[a, b]
                found = F.conv2d(seen, self.weight[a, b], bias, strides, 0, self.dilation, self.groups)
                places = made[:, :, a::down, b::across]
                places.copy_(found[:, :, : places.shape[2], : places.shape[3]])
        return made
'''
TABLE = '''\
class TableConv2d(Moved):
    """A convolution in which each map sees only the input channels that a table names."""

    def __init__(self, connections, kernel_size, stride=1, padding=0, bias=True):
        super().__init__(kernel_size, stride, padding, 1, "zeros")
        self.connections = connections
        self.starts = [sum(map(len, connections[:place])) for place in range(len(connections) + 1)]
        self.weight = nn.Parameter(torch.empty(self.starts[-1], *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(len(connections))) if bias else None
        with torch.no_grad():
            for place, first in enumerate(self.starts[:-1]):
                held = self.weight[first : self.starts[place + 1]]
                self.draw(held, self.bias[place : place + 1] if bias else None, held.numel())

    def forward(self, inputs):
        cells, made = self.padded(inputs), {}
        for count in dict.fromkeys(map(len, self.connections)):
            maps = [place for place, row in enumerate(self.connections) if len(row) == count]
            seen = [channel for place in maps for channel in self.connections[place]]
            held = [self.starts[place] + number for place in maps for number in range(count)]
            weight = self.weight[held].view(len(maps), count, *self.kernel_size)
            bias = None if self.bias is None else self.bias[maps]
            found = F.conv2d(cells[:, seen], weight, bias, self.stride, groups=len(maps))
            made.update(zip(maps, found.unbind(1)))
        return torch.stack([made[place] for place in range(len(self.connections))], dim=1)
'''
FIXED = '''\
class FixedKernels(Moved):
    """A convolution with kernels of one's own, each as (name, weights [planes][height][width]).

    A kernel of one plane goes to every input channel, divided by their number; a smaller one stands amid zeros.
    """

    def __init__(
        self,
        in_channels,
        kernels,
        stride=1,
        padding=0,
        dilation=1,
        padding_mode="zeros",
        trainable=False,
    ):
        held = [torch.tensor(kernel[1], dtype=torch.float32) for kernel in kernels]
        size = [max(planes.shape[axis] for planes in held) for axis in (1, 2)]
        super().__init__(size, stride, padding, dilation, padding_mode)
        weight = torch.zeros(len(held), in_channels, *size)
        for made, planes in zip(weight, held):
            down, across = planes.shape[1:]
            top, left = (size[0] - down) // 2, (size[1] - across) // 2
            every = planes if len(planes) == in_channels else planes.expand(in_channels, -1, -1) / in_channels
            made[:, top : top + down, left : left + across] = every
        if trainable:
            self.weight = nn.Parameter(weight)
        else:
            self.register_buffer("weight", weight, persistent=False)

    def forward(self, inputs):
        return F.conv2d(self.padded(inputs), self.weight, None, self.stride, 0, self.dilation)
'''
