"""A network with what it has learned: to ask about pictures, and to test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.data import Progress, load_test_data
from engine.data.dataset import DataSet
from engine.errors import BadFile, SpecError
from engine.forward import frame_input
from engine.frames.image import load_image
from engine.nn import as_input, evaluating
from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec
from engine.spec.train import Loss
from engine.train.device import choose_device, computing
from engine.train.held import Held
from engine.train.score import Score, evaluate


class Prediction(msgspec.Struct, frozen=True):
    """One class and how likely the network takes it to be, from 0 to 1."""

    index: int
    name: str
    probability: float


class Trained:
    """A network that has learned something.

    Attributes:
        spec: the network.
        module: the same with its weights, on the processor, in evaluation mode.
        class_names: a name for each score that it makes.
        threads: on how many processor threads it is tested.
        loss: by which it is tested.
        step: after how many steps of a run; 0 of one that ships.
        notes: sentences on what could not be used.
    """

    step: int = 0
    loss: Loss = "cross-entropy"
    notes: tuple[str, ...] = ()

    def __init__(self, spec: NetworkSpec, module: nn.Module, class_names: tuple[str, ...], threads: int = 1) -> None:
        self.spec = spec
        self.module = module
        self.class_names = class_names
        self.threads = threads

    def predict(self, image: str | Path | NDArray[Any] | Tensor) -> tuple[Prediction, ...]:
        """What the network takes a picture for, the likeliest class first.

        Args:
            image: a picture file or `sample:NAME`, of which the middle is brought to the network's size; or an array
                [H, W] or [H, W, C], uint8 or from 0 to 1; one of the network's size is taken as it is.

        Raises:
            BadFile: if it is no picture that can be read.
            SpecError: if it is no picture at all.
        """
        inputs = self._input(image)
        with computing(self.threads), evaluating(self.module), torch.inference_mode():
            shares = self._judge()(inputs).flatten(1).softmax(1)[0].tolist()
        found = [
            Prediction(index, name, share)
            for index, (name, share) in enumerate(zip(self.class_names, shares, strict=True))
        ]
        return tuple(sorted(found, key=lambda prediction: -prediction.probability))

    def evaluate(
        self, data: DataSet | str | Path | None = None, device: str = "auto", progress: Progress | None = None
    ) -> Score:
        """Try the network on test pictures.

        Args:
            data: a data set, or its name or path, which needs test pictures only; None for the network's own.
            device: where to compute.
            progress: told of pictures that are read.

        Raises:
            BadFile: if there are no such pictures, or they have classes that the network has not learned.
        """
        chosen = choose_device(device)
        found = data if isinstance(data, DataSet) else self._test_data(data, progress)
        fitted = found.fitted(self.spec.input_shape)
        if not len(fitted.y_test):
            raise BadFile(f"{fitted.name} has no pictures to be tested on; another data set would do.")
        if len(fitted.class_names) > len(self.class_names):
            raise BadFile(
                f"{fitted.name} has {len(fitted.class_names)} classes and the network {len(self.class_names)}."
            )
        with computing(self.threads):
            try:
                return evaluate(self._judge().to(chosen), Held(fitted.test, chosen), loss=self.loss)
            finally:
                self.module.to("cpu")

    def _test_data(self, source: str | Path | None, progress: Progress | None) -> DataSet:
        if source is None:
            raise BadFile("The network has no data set of its own; name one to test with.")
        return load_test_data(source, self.spec.input_shape, self.class_names, progress)

    def _judge(self) -> nn.Module:
        """What makes a score for each class and nothing else."""
        return self.module

    def _input(self, image: str | Path | NDArray[Any] | Tensor) -> Tensor:
        shape = self.spec.input_shape
        if isinstance(image, str | Path):
            return frame_input(load_image(image).pixels, shape)[0]
        values = np.asarray(image)
        if values.dtype == np.uint8:
            values = values.astype(np.float32) / np.float32(255)
        if values.ndim not in (2, 3) or values.dtype.kind not in "fiub" or not values.size:
            raise SpecError(
                f"A picture is [H, W] or [H, W, C]; this array is {shape_text(values.shape)} of {values.dtype}."
            )
        if values.shape == shape or values.shape[:2] == shape[1:]:
            return as_input(values, shape)
        return frame_input(_levels(values), shape)[0]


def _levels(values: NDArray[Any]) -> NDArray[np.uint8]:
    """A picture of any size as uint8 [H, W, 3]."""
    planes = values[..., np.newaxis] if values.ndim == 2 else values
    if planes.shape[2] not in (1, 3):
        raise SpecError(f"A picture has 1 or 3 channels; this array has {planes.shape[2]}.")
    colours = np.repeat(planes, 3, axis=2) if planes.shape[2] == 1 else planes
    levels: NDArray[np.uint8] = np.rint(np.clip(np.nan_to_num(colours), 0, 1) * 255).astype(np.uint8)
    return levels
