"""A run that is there: its network with what it has learned, to look into, to ask and to test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.data import Progress, load_data, load_test_data
from engine.data.dataset import DataSet
from engine.errors import BadFile, SpecError
from engine.forward import frame_input
from engine.frames.image import load_image
from engine.nn import as_input, evaluating, fresh_module, layout_for
from engine.spec.events import Metric
from engine.spec.layers import shape_text
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from engine.spec.train import TrainSpec
from engine.train.chance import bounds
from engine.train.device import choose_device, computing
from engine.train.folder import RunFolder
from engine.train.held import Held
from engine.train.score import Score, evaluate
from engine.train.suits import names_of, outputs_of
from engine.train.trainer import has


class Prediction(msgspec.Struct, frozen=True):
    """One class and how likely the network takes it to be, from 0 to 1."""

    index: int
    name: str
    probability: float


class Run:
    """A trained network.

    Attributes:
        path: the run's folder.
        spec: the network.
        settings: how it was trained.
        module: the network with its weights, on the processor, in evaluation mode.
        planted: the person's kernels that it began with.
        step: after how many steps, of `steps` in all.
        device: where it was trained.
        class_names: a name for each output.
        metrics: what was noted while it was trained, oldest first; see `engine.spec.events`.
        notes: sentences on checkpoints that could not be used.
    """

    def __init__(self, folder: RunFolder, best: bool) -> None:
        self._data = folder.record.data
        self.planted = folder.record.planted
        self.path = folder.path
        self.spec: NetworkSpec = folder.network
        self.settings: TrainSpec = folder.record.settings
        self.metrics: tuple[Metric, ...] = folder.metrics()
        self.module: nn.Module = fresh_module(folder.network, self.settings.seed)
        restored, complaints = folder.restored(self.module, best)
        self.module.load_state_dict(restored.weights)
        self.module.to(memory_format=layout_for(self.module)).eval()  # type: ignore[call-overload]
        self.step: int = restored.place.step
        self.device = folder.record.device
        self.notes: tuple[str, ...] = tuple(complaints)
        self.class_names = names_of(outputs_of(summary(self.spec).output_shape), self._data.class_names)

    @property
    def steps(self) -> int:
        """How many steps the whole run has."""
        together = has(self.module, nn.modules.batchnorm._BatchNorm)
        batches = bounds(self._data.train, self.settings.batch_size, together)
        return len(batches) * self.settings.epochs

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
        with evaluating(self.module), torch.inference_mode():
            shares = self.module(inputs).flatten(1).softmax(1)[0].tolist()
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
            data: a data set, or its name or path, which needs test pictures only; None for the run's own.
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
        with computing(self.settings.threads):
            try:
                return evaluate(self.module.to(chosen), Held(fitted.x_test, fitted.y_test, chosen))
            finally:
                self.module.to("cpu")

    def _test_data(self, source: str | Path | None, progress: Progress | None) -> DataSet:
        recipe = self._data.recipe
        if source is None and not recipe.source:
            raise BadFile(f"The run's data set {self._data.name} was in memory only; name one to test with.")
        if source is None or recipe.source in (str(source), str(Path(source).resolve())):
            return load_data(recipe.source, recipe.input_shape, recipe.seed, progress)
        return load_test_data(source, self.spec.input_shape, self._data.class_names, progress)

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


def load_run(path: str | Path, best: bool = False) -> Run:
    """Open a run.

    Args:
        path: its folder.
        best: with the weights that did best on the test pictures, not the last ones.

    Raises:
        BadFile: if there is none, or none of its checkpoints is whole.
    """
    return Run(RunFolder.open(Path(path)), best)


def _levels(values: NDArray[Any]) -> NDArray[np.uint8]:
    """A picture of any size as uint8 [H, W, 3]."""
    planes = values[..., np.newaxis] if values.ndim == 2 else values
    if planes.shape[2] not in (1, 3):
        raise SpecError(f"A picture has 1 or 3 channels; this array has {planes.shape[2]}.")
    colours = np.repeat(planes, 3, axis=2) if planes.shape[2] == 1 else planes
    levels: NDArray[np.uint8] = np.rint(np.clip(np.nan_to_num(colours), 0, 1) * 255).astype(np.uint8)
    return levels
