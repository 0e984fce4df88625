"""A data set: all its pictures as one tensor, so that a batch is a single indexing operation on any device.

A set that is larger than memory has the same tensors, but they lie in a mapped file: `train` and `test` take batches
of either kind. Besides pictures there are series, and besides classes numbers to be told (regression).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.data.examples import Examples, InMemory, Streamed
from engine.data.fit import conversion, fit_pictures
from engine.data.mapped import Mapping
from engine.errors import SpecError
from engine.spec.data import TEST_SHARE
from engine.spec.filter import KernelSpec
from engine.spec.layers import Shape, shape_text

_AT_ONCE = 4096


class Skipped(NamedTuple):
    """A file that was left out, by its path inside the folder, and why."""

    path: str
    reason: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was loaded and how, so that a run can load the same again; `source` is empty for a set made in memory.

    `bank` are the kernels whose maps took the place of the pictures; see `engine.data.bank`.
    """

    source: str = ""
    input_shape: tuple[int, ...] | None = None
    seed: int = 0
    test_share: float = TEST_SHARE
    bank: tuple[KernelSpec, ...] = ()


_FROM_MEMORY = Recipe()


@dataclass(frozen=True, eq=False)
class DataSet:
    """Inputs to learn from and inputs to be tested on, with their classes.

    Attributes:
        name: what it is called.
        x_train, x_test: pictures, uint8 [N, C, H, W], 0 is black and 255 white; or series, float32 [N, C, L]. One of
            them may hold none.
        y_train, y_test: int64 [N], the class of each, counted from 0; or float32 [N, K], numbers to be told of each.
        class_names: one a class; without classes, one a number to be told.
        notes: what was done to the pictures and what was left out, in sentences.
        skipped: the files that could not be used.
        recipe: how to load it again.
        mapping: the file that all pictures lie in, those to learn from first, if the set is streamed from the disk.
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
    mapping: Mapping | None = None

    def __post_init__(self) -> None:
        for inputs, targets in ((self.x_train, self.y_train), (self.x_test, self.y_test)):
            _check_inputs(self.name, inputs)
            _check_targets(self.name, targets, len(inputs), len(self.class_names))
        if self.x_train.shape[1:] != self.x_test.shape[1:] or self.x_train.dtype != self.x_test.dtype:
            sizes = " and ".join(shape_text(tuple(x.shape[1:])) for x in (self.x_train, self.x_test))
            raise SpecError(
                f"The pictures of {self.name} to learn from and to be tested on are of {sizes}; one would do."
            )
        if self.y_train.dtype != self.y_test.dtype:
            raise SpecError(f"{self.name} has classes in one part and numbers to be told in the other; one would do.")

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(channels, height, width) of every picture; (channels, length) of every series."""
        return tuple(self.x_train.shape[1:])

    @property
    def is_pictures(self) -> bool:
        """Whether the inputs are pictures; else they are series."""
        return self.x_train.ndim == 4

    @property
    def is_regression(self) -> bool:
        """Whether numbers are to be told of each input; else its class."""
        return self.y_train.dtype == torch.float32

    @property
    def numbered(self) -> bool:
        """Whether the classes have no names but their numbers."""
        return self.class_names == numbers(len(self.class_names))

    @property
    def train(self) -> Examples:
        """What to learn from, by batches."""
        return self._examples(self.x_train, self.y_train, 0)

    @property
    def test(self) -> Examples:
        """What to be tested on, by batches."""
        return self._examples(self.x_test, self.y_test, len(self.y_train))

    def _examples(self, inputs: Tensor, targets: Tensor, first: int) -> Examples:
        return InMemory(inputs, targets) if self.mapping is None else Streamed(self.mapping, first, targets)

    def fitted(self, input_shape: Shape, progress: Callable[[int, int], None] | None = None) -> DataSet:
        """The same pictures as a network of this input shape takes them; `notes` say what was done.

        A streamed set is converted once, into a cache file of its own.

        Raises:
            SpecError: if they cannot become such inputs.
            BadFile: if a streamed set cannot be written again.
        """
        if not self.is_pictures and self.input_shape != tuple(input_shape):
            raise SpecError(
                f"The network takes inputs of {shape_text(input_shape)} and {self.name} has series of "
                f"{shape_text(self.input_shape)}; a network that takes those would do."
            )
        note = "" if not self.is_pictures else conversion(self.input_shape, input_shape)
        if not note:
            return self
        return self.changed(partial(fit_pictures, wanted=input_shape), input_shape, note, "fitted", progress=progress)

    def changed(
        self,
        change: Callable[[Tensor], Tensor],
        shape: Shape,
        note: str,
        *choices: object,
        progress: Callable[[int, int], None] | None = None,
    ) -> DataSet:
        """The set with all its pictures changed, in memory or in a cache file, as they lie now.

        Args:
            change: makes uint8 [n, *shape] of uint8 [n, C, H, W].
            shape: (channels, height, width) of the new pictures.
            note: says what was done.
            choices: what the change depends on, to find its cache again.
            progress: told how many of how many pictures of a streamed set are done.
        """
        notes = (*self.notes, note)
        if self.mapping is None:
            return replace(self, x_train=change(self.x_train), x_test=change(self.x_test), notes=notes)
        from engine.data.cache import rewritten

        mapping = rewritten(self.mapping, self.name, change, shape, *choices, progress=progress)
        x_train, x_test = mapping.all[: len(self.y_train)], mapping.all[len(self.y_train) :]
        return replace(self, x_train=x_train, x_test=x_test, mapping=mapping, notes=notes)

    def fingerprint(self) -> str:
        """SHA-256 of every picture and label, in order."""
        digest = hashlib.sha256(repr(self.class_names).encode())
        for examples, tensor in ((self.train, self.x_train), (self.test, self.x_test)):
            digest.update(repr(tuple(tensor.shape)).encode())
            for start in range(0, len(examples), _AT_ONCE):
                digest.update(examples.slice(start, start + _AT_ONCE)[0].contiguous().numpy().data)
            digest.update(repr(tuple(examples.targets.shape)).encode())
            digest.update(examples.targets.contiguous().numpy().data)
        return digest.hexdigest()


def numbers(classes: int) -> tuple[str, ...]:
    """Names for classes that have none.

    Example:
        >>> numbers(3)
        ('0', '1', '2')
    """
    return tuple(str(index) for index in range(classes))


def _check_inputs(name: str, inputs: Tensor) -> None:
    pictures = inputs.dtype == torch.uint8 and inputs.ndim == 4
    series = inputs.dtype == torch.float32 and inputs.ndim == 3
    if not (pictures or series) or 0 in inputs.shape[1:]:
        found = f"{shape_text(tuple(inputs.shape))} of {inputs.dtype}"
        raise SpecError(
            f"The pictures of {name} are {found}; uint8 [N, C, H, W], or float32 [N, C, L] for series, would do."
        )


def _check_targets(name: str, targets: Tensor, count: int, classes: int) -> None:
    if targets.dtype == torch.float32:
        if targets.shape != (count, classes) or not classes:
            raise SpecError(f"{name} must tell {classes} named numbers of each of {count} inputs: float32 [N, K].")
        return
    if targets.dtype != torch.int64 or targets.shape != (count,):
        raise SpecError(f"The labels of {name} must be one int64 a picture, {count} in all.")
    if len(targets) and not 0 <= int(targets.min()) <= int(targets.max()) < classes:
        raise SpecError(
            f"The labels of {name} go from {int(targets.min())} to {int(targets.max())}; for {classes} classes 0 to "
            f"{classes - 1} would do."
        )
