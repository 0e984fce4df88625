"""The classes that generated source brings along for what torch has no class for; `engine.nn.modules` does the same."""

from __future__ import annotations

SAME = '''\
class SameConv2d(nn.Conv2d):
    """A convolution that makes ⌈size / stride⌉ cells: torch's own padding="same" refuses strides."""

    def forward(self, inputs):
        sides = []
        for size, gap in zip(reversed(self.kernel_size), reversed(self.dilation)):
            around = gap * (size - 1)
            sides += [around // 2, around - around // 2]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        padded = F.pad(inputs, sides, mode=mode)
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
'''

RESIDUAL = '''\
class Residual(nn.Module):
    """Adds what the body makes to what the shortcut passes on."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, inputs):
        return self.body(inputs) + self.shortcut(inputs)
'''

CLASSES = {"SameConv2d": SAME, "Residual": RESIDUAL}
"""Their source by name."""
