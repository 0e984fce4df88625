"""A data set: all its pictures as one tensor, so that a batch is a single indexing operation on any device."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.data.fit import conversion, fit_pictures
from engine.errors import SpecError
from engine.spec.layers import Shape, shape_text


class Skipped(NamedTuple):
    """A file that was left out, by its path inside the folder, and why."""

    path: str
    reason: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `load_data` was given, so that a run can load the same again; `source` is empty for one made in memory."""

    source: str = ""
    input_shape: tuple[int, ...] | None = None
    seed: int = 0


_FROM_MEMORY = Recipe()


@dataclass(frozen=True, eq=False)
class DataSet:
    """Pictures to learn from and pictures to be tested on, with their classes.

    Attributes:
        name: what it is called.
        x_train, x_test: uint8 [N, C, H, W], 0 is black and 255 white; one of them may hold no picture.
        y_train, y_test: int64 [N], the class of each picture, counted from 0.
        class_names: one a class.
        notes: what was done to the pictures and what was left out, in sentences.
        skipped: the files that could not be used.
        recipe: how to load it again.
    """

    name: str
    x_train: Tensor
    y_train: Tensor
    x_test: Tensor
    y_test: Tensor
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    recipe: Recipe = _FROM_MEMORY

    def __post_init__(self) -> None:
        if self.x_train.shape[1:] != self.x_test.shape[1:]:
            sizes = " and ".join(shape_text(tuple(x.shape[1:])) for x in (self.x_train, self.x_test))
            raise SpecError(
                f"The pictures of {self.name} to learn from and to be tested on are of {sizes}; one would do."
            )
        _check(self.name, self.x_train, self.y_train, len(self.class_names))
        _check(self.name, self.x_test, self.y_test, len(self.class_names))

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of every picture."""
        _, channels, height, width = self.x_train.shape
        return channels, height, width

    @property
    def numbered(self) -> bool:
        """Whether the classes have no names but their numbers."""
        return self.class_names == numbers(len(self.class_names))

    def fitted(self, input_shape: Shape) -> DataSet:
        """The same pictures as a network of this input shape takes them; `notes` say what was done.

        Raises:
            SpecError: if they cannot become such inputs.
        """
        note = conversion(self.input_shape, input_shape)
        if not note:
            return self
        x_train, x_test = (fit_pictures(x, input_shape) for x in (self.x_train, self.x_test))
        return replace(self, x_train=x_train, x_test=x_test, notes=(*self.notes, note))

    def fingerprint(self) -> str:
        """SHA-256 of every picture and label, in order."""
        digest = hashlib.sha256(repr(self.class_names).encode())
        for tensor in (self.x_train, self.y_train, self.x_test, self.y_test):
            digest.update(repr(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()


def numbers(classes: int) -> tuple[str, ...]:
    """Names for classes that have none.

    Example:
        >>> numbers(3)
        ('0', '1', '2')
    """
    return tuple(str(index) for index in range(classes))


def _check(name: str, pictures: Tensor, labels: Tensor, classes: int) -> None:
    if pictures.dtype != torch.uint8 or pictures.ndim != 4 or 0 in pictures.shape[1:]:
        found = f"{shape_text(tuple(pictures.shape))} of {pictures.dtype}"
        raise SpecError(f"The pictures of {name} are {found}; uint8 [N, C, H, W] would do.")
    if labels.dtype != torch.int64 or labels.shape != pictures.shape[:1]:
        raise SpecError(f"The labels of {name} must be one int64 a picture, {len(pictures)} in all.")
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise SpecError(
            f"The labels of {name} go from {int(labels.min())} to {int(labels.max())}; for {classes} classes 0 to "
            f"{classes - 1} would do."
        )
