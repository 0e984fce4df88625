"""The whole of what a person has set up: the one value that forms, undo and files are views of."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.errors import SpecError
from engine.spec.data import AugmentSpec
from engine.spec.fields import Spec, field
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.inspect import InspectSpec
from engine.spec.kind import KindSpec
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.source import Picture, Source
from engine.spec.study import LawsSpec, MatrixSpec
from engine.spec.train import TrainSpec
from engine.spec.trial import TrialSpec
from engine.spec.view import ViewSpec

PretrainedName = Literal["", "lenet5-mnist", "efficientnet-lite0", "face-expression", "mtcnn-p", "mtcnn-r", "mtcnn-o"]
"""The networks that ship with their weights; see `engine.presets.learned`."""
MAX_STEPS = 16
MAX_BANK = 64


class Planted(Spec, frozen=True, kw_only=True):
    """A kernel of the person's own in a layer of the network. Unlike learned weights, it belongs to the project."""

    layer: str
    kernel: KernelSpec
    out_channel: Annotated[int, field("Map", "Which feature map of the layer comes from it.", 0, 65_535)] = 0


def lenet_5() -> NetworkSpec:
    """LeNet-5 with full connections in its second convolution, ReLU, max pooling and linear outputs.

    Source: LeCun, Bottou, Bengio and Haffner, Gradient-Based Learning Applied to Document Recognition (1998), fig. 2.
    """
    return NetworkSpec(
        input_shape=(1, 28, 28),
        layers=(
            Conv2d(out_channels=6, kernel_size=5, padding=2),
            ReLU(),
            MaxPool2d(kernel_size=2),
            Conv2d(out_channels=16, kernel_size=5),
            ReLU(),
            MaxPool2d(kernel_size=2),
            Flatten(),
            Linear(out_features=120),
            ReLU(),
            Linear(out_features=84),
            ReLU(),
            Linear(out_features=10),
        ),
    )


class Project(Spec, frozen=True, kw_only=True):
    """Everything that undo brings back."""

    source: Source = Picture(path="sample:astronaut.jpg")
    filter: FilterSpec = FilterSpec()
    """The step of the Kernel page that is being edited; alone, unless there are steps before or after it."""
    before: tuple[FilterSpec, ...] = ()
    """Steps whose map is what `filter` is applied to, first to last."""
    after: tuple[FilterSpec, ...] = ()
    """Steps that follow; they wait until one of them is chosen."""
    bank: tuple[KernelSpec, ...] = ()
    """Kernels that are applied beside each other, each with the settings of `filter`."""
    kind: KindSpec = KindSpec(kind="tiled", size=(12, 12), padding="valid")
    """The layer that is looked at among the kinds of convolution, on an input of its own size."""
    trial: TrialSpec = TrialSpec()
    """The numbers that go into that layer."""
    laws: LawsSpec = LawsSpec()
    """How the theorems on convolution are measured."""
    matrix: MatrixSpec = MatrixSpec()
    """What the matrix of the layer is multiplied by."""
    view: ViewSpec = ViewSpec()
    network: NetworkSpec = lenet_5()
    pretrained: PretrainedName = ""
    """Whose weights the network begins with, in all layers that still have their shapes; random ones if empty."""
    planted: tuple[Planted, ...] = ()
    data: str = "mnist"
    """A shipped data set by its name, or the path of a folder or file."""
    augment: AugmentSpec = AugmentSpec()
    """How each picture of it is varied when it is learned from."""
    train: TrainSpec = TrainSpec()
    inspect: InspectSpec = InspectSpec()
    """Which number of the network is explained on the Inspect page, and how."""

    def __post_init__(self) -> None:
        Spec.__post_init__(self)
        steps = len(self.before) + 1 + len(self.after)
        if steps > MAX_STEPS:
            raise SpecError(f"A chain has at most {MAX_STEPS} steps; this one has {steps}.")
        if len(self.bank) > MAX_BANK:
            raise SpecError(f"A bank has at most {MAX_BANK} kernels; this one has {len(self.bank)}.")

    @property
    def steps(self) -> tuple[FilterSpec, ...]:
        """The steps from the picture to the feature map that is shown."""
        return *self.before, self.filter
