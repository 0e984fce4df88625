"""A look at a data set: how many of each class, some of them, their mean, what was left out, what is there twice."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data import Progress
from engine.data.dataset import DataSet, Skipped
from engine.data.examples import Examples

_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class Look:
    """What `look` has seen, as plain arrays.

    Attributes:
        name, class_names, input_shape, notes, skipped: as in the `DataSet`.
        train_counts, test_counts: int64 [K], how many inputs of each class there are in a part.
        samples: the first inputs of each class, uint8 [M, C, H, W], or float32 [M, C, L] of series.
        sample_labels: int64 [M], the class of each; where numbers are to be told, all are 0.
        mean: float32 [C, H, W] or [C, L], of all inputs.
        class_means: float32 [K, C, H, W] or [K, C, L]; zeros for a class without inputs.
        target_ranges: float32 [K, 3], least, mean and largest of each number to be told; [0, 3] with classes.
        duplicates: int64 [D, 2], (place to learn from, place to be tested on) of inputs that are equal in every value.
        repeated: how many inputs to learn from are equal to an earlier one.
        contradicting: how many of these, in both lists, have another class than the first.
        bytes: how many the inputs have.
        streamed: whether they lie in a cache file.
    """

    name: str
    class_names: tuple[str, ...]
    input_shape: tuple[int, ...]
    train_counts: NDArray[np.int64]
    test_counts: NDArray[np.int64]
    samples: NDArray[Any]
    sample_labels: NDArray[np.int64]
    mean: NDArray[np.float32]
    class_means: NDArray[np.float32]
    target_ranges: NDArray[np.float32]
    duplicates: NDArray[np.int64]
    repeated: int
    contradicting: int
    notes: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    bytes: int
    streamed: bool


class _Told:
    """Counts the inputs that were gone through, each of them twice, and says so."""

    def __init__(self, data: DataSet, progress: Progress | None) -> None:
        self._progress = progress
        self._done, self._total = 0, 2 * (len(data.train) + len(data.test))

    def add(self, count: int) -> None:
        """So many more."""
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)


def look_at(data: DataSet, samples: int = 10, progress: Progress | None = None) -> Look:
    """See `engine.data.look`; `progress` is told how much of the looking is done."""
    told = _Told(data, progress)
    groups = 1 if data.is_regression else len(data.class_names)
    counts = [_counts(part, groups) for part in (data.train, data.test)]
    shown, labels = _samples(data, groups, samples)
    sums = _sums(data.train, groups, told) + _sums(data.test, groups, told)
    each = np.maximum(counts[0] + counts[1], 1).reshape(-1, *[1] * len(data.input_shape))
    duplicates, repeated, contradicting = _twice(data, told)
    return Look(
        name=data.name,
        class_names=data.class_names,
        input_shape=data.input_shape,
        train_counts=counts[0],
        test_counts=counts[1],
        samples=shown,
        sample_labels=labels,
        mean=(sums.sum(0) / max(1, int(sum(found.sum() for found in counts)))).astype(np.float32),
        class_means=(sums / each).astype(np.float32),
        target_ranges=_ranges(data),
        duplicates=duplicates,
        repeated=repeated,
        contradicting=contradicting,
        notes=data.notes,
        skipped=data.skipped,
        bytes=sum(tensor.numel() * tensor.element_size() for tensor in (data.x_train, data.x_test)),
        streamed=data.mapping is not None,
    )


def _labels(part: Examples) -> torch.Tensor:
    """The class of each input; all in one where numbers are to be told."""
    return part.targets if part.targets.dtype == torch.int64 else torch.zeros(len(part), dtype=torch.int64)


def _counts(part: Examples, groups: int) -> NDArray[np.int64]:
    return torch.bincount(_labels(part), minlength=groups).numpy()


def _samples(data: DataSet, groups: int, each: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    part = data.train if len(data.train) else data.test
    labels = _labels(part)
    places = [torch.nonzero(labels == label).flatten()[:each] for label in range(groups)]
    chosen = torch.cat(places) if places else torch.empty(0, dtype=torch.int64)
    return part.take(chosen)[0].contiguous().numpy(), labels[chosen].numpy()


def _sums(part: Examples, groups: int, told: _Told) -> NDArray[np.float64]:
    """float64 [groups, *shape], batch by batch, so that a streamed set is never in memory whole."""
    sums = torch.zeros((groups, *part.shape), dtype=torch.float64)
    labels = _labels(part)
    for start in range(0, len(part), _AT_ONCE):
        inputs = part.slice(start, start + _AT_ONCE)[0]
        sums.index_add_(0, labels[start : start + _AT_ONCE], inputs.to(torch.float64))
        told.add(len(inputs))
    return sums.numpy()


def _ranges(data: DataSet) -> NDArray[np.float32]:
    if not data.is_regression:
        return np.zeros((0, 3), np.float32)
    told = torch.cat([data.y_train, data.y_test])
    return torch.stack([told.amin(0), told.mean(0), told.amax(0)], dim=1).numpy()


def _digests(part: Examples, told: _Told) -> list[bytes]:
    found = []
    for start in range(0, len(part), _AT_ONCE):
        inputs = part.slice(start, start + _AT_ONCE)[0].contiguous().numpy()
        found += [hashlib.blake2b(each.data, digest_size=16).digest() for each in inputs]
        told.add(len(inputs))
    return found


def _twice(data: DataSet, told: _Told) -> tuple[NDArray[np.int64], int, int]:
    """Inputs for testing that are to be learned from too, how many of the latter repeat, and how many contradict."""
    first: dict[bytes, int] = {}
    repeated = contradicting = 0
    for place, digest in enumerate(_digests(data.train, told)):
        if first.setdefault(digest, place) != place:
            repeated += 1
            contradicting += not torch.equal(data.y_train[place], data.y_train[first[digest]])
    tested = enumerate(_digests(data.test, told))
    pairs = [(first[digest], place) for place, digest in tested if digest in first]
    contradicting += sum(not torch.equal(data.y_train[learned], data.y_test[place]) for learned, place in pairs)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2), repeated, contradicting
