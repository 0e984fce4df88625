"""The whole of what a person has set up: the one value that forms, undo and files are views of."""

from __future__ import annotations

from typing import Annotated

from engine.spec.fields import Spec, field
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.source import Picture, Source
from engine.spec.train import TrainSpec
from engine.spec.view import ViewSpec


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
    view: ViewSpec = ViewSpec()
    network: NetworkSpec = lenet_5()
    planted: tuple[Planted, ...] = ()
    data: str = "mnist"
    """A shipped data set by its name, or the path of a folder or file."""
    train: TrainSpec = TrainSpec()
