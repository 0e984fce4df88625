"""How large the output becomes, as a number and as the formula with the numbers in it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.arithmetic import SizeFormula, check_padding_mode
from engine.errors import SpecError
from engine.kinds.spec import KindSpec

LETTERS = "⌊(n − e + 2p) / s⌋ + 1"
"""The output size of every kind but the transposed one, e = d(k − 1) + 1."""
TRANSPOSED_LETTERS = "(n − 1)·s + e − 2p + o"
"""The output size of a transposed convolution; o is the output padding."""


@dataclass(frozen=True, slots=True)
class TransposedFormula:
    """(n − 1)·s + e − p_before − p_after + o along one axis, with its numbers.

    One that leaves no cell cannot be made: SpecError.

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 14; with
        dilation and output padding as in https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html.
    """

    size: int
    kernel_size: int
    stride: int
    before: int
    after: int
    dilation: int
    output_padding: int

    def __post_init__(self) -> None:
        if self.result < 1:
            raise SpecError(
                f"Padding cuts {self.before} + {self.after} cells off an output of {self.uncut + self.output_padding}, "
                f"and none is left; less padding would do."
            )

    @property
    def extent(self) -> int:
        """e, the cells that the kernel spans."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def uncut(self) -> int:
        """How many cells all the kernels laid down by the input span."""
        return (self.size - 1) * self.stride + self.extent

    @property
    def result(self) -> int:
        """The size of the output."""
        return self.uncut - self.before - self.after + self.output_padding

    @property
    def text(self) -> str:
        """The formula with its numbers in place.

        Example:
            >>> TransposedFormula(4, 3, 2, 1, 1, 1, 1).text
            '(4 − 1)·2 + 3 − 2·1 + 1 = 8'
        """
        e = self.extent
        spans = f"e = {self.dilation}·({self.kernel_size} − 1) + 1 = {e}; " if self.dilation > 1 else ""
        cut = f"2·{self.before}" if self.before == self.after else f"{self.before} − {self.after}"
        added = f" + {self.output_padding}" if self.output_padding else ""
        return f"{spans}({self.size} − 1)·{self.stride} + {e} − {cut}{added} = {self.result}"


Formula = SizeFormula | TransposedFormula


def formulas(spec: KindSpec) -> tuple[Formula, ...]:
    """The size formula of each axis.

    Raises:
        SpecError: if the kernel does not fit, or nothing is left of the output.

    Example:
        >>> [formula.text for formula in formulas(KindSpec(size=(28,), kernel_size=5, stride=2))]
        ['⌊(28 − 5 + 2·0) / 2⌋ + 1 = 12']
    """
    return tuple(_formula(spec, axis) for axis in range(spec.dimensions))


def _formula(spec: KindSpec, axis: int) -> Formula:
    numbers = (spec.size[axis], spec.kernel_size[axis], spec.stride[axis], *spec.sides[axis], spec.dilation[axis])
    if spec.kind == "transposed":
        return TransposedFormula(*numbers, spec.output_padding[axis])
    formula = SizeFormula(*numbers)
    check_padding_mode(spec.padding_mode, spec.size[axis], *spec.sides[axis], spec.axis_names[axis])
    return formula


def output_sizes(spec: KindSpec) -> tuple[int, ...]:
    """The output's cells along each axis.

    Raises:
        SpecError: as `formulas`.
    """
    return tuple(formula.result for formula in formulas(spec))


def output_shape(spec: KindSpec) -> tuple[int, ...]:
    """(channels, *size) of the output.

    Raises:
        SpecError: as `formulas`.

    Example:
        >>> output_shape(KindSpec(out_channels=6, size=(28, 28), kernel_size=5))
        (6, 24, 24)
    """
    return (spec.out_channels, *output_sizes(spec))
