"""Data sets in .npz files, as numpy and Keras write them. Nothing in them is unpickled."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.dataset import numbers
from engine.data.parts import MOST_BYTES, Part, Parts
from engine.data.series import as_series
from engine.errors import BadFile

_KEYS = ("x_train", "y_train", "x_test", "y_test", "class_names")
_WOULD_DO = (
    "x_train, y_train, x_test, y_test and class_names, the first uint8 [N, H, W] or [N, H, W, C], or float [N, L] of "
    "series, would do"
)


def read_npz(path: Path) -> Parts:
    """The pictures and labels of an .npz file.

    Args:
        path: holds x_train and y_train, or x_test and y_test, or all four; class_names if the classes have names.

    Raises:
        BadFile: with one sentence, whatever is wrong with it.
    """
    arrays = _arrays(path)
    train, test = (_part(path.name, arrays, which) for which in ("train", "test"))
    if train is None and test is None:
        raise BadFile(f"{path.name} holds no data set: {_WOULD_DO}.")
    if train is not None and test is not None and train.y.shape[1:] != test.y.shape[1:]:
        raise BadFile(f"y_train and y_test of {path.name} tell different numbers; the same in both would do.")
    parts = [part for part in (train, test) if part is not None]
    notes = []
    if parts[0].x.ndim == 3:
        channels, length = parts[0].x.shape[1:]
        notes.append(f"These are series of {length} values in {channels} channel{'s' * (channels > 1)}.")
    return Parts(train, test, _class_names(path.name, arrays, parts), tuple(notes))


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The members that are wanted, read from memory: a file mapped in would end the process if it shrank."""
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
        if sum(sizes.get(key, 0) for key in _KEYS) > MOST_BYTES:
            raise BadFile(f"{path.name} unpacks to more than {MOST_BYTES:,} bytes; a smaller data set would do.")
        with np.load(io.BytesIO(content), allow_pickle=False) as members:
            return {key: members[key] for key in _KEYS if key in sizes}
    except BadFile:
        raise
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or 'it is damaged'}.") from error
    except MemoryError as error:
        raise BadFile(f"{path.name} needs more memory than is free; a smaller data set would do.") from error
    except Exception as error:  # zipfile and numpy's parser raise many kinds, and all of them mean the same
        raise BadFile(f"{path.name} is no .npz file of plain numbers, or it is damaged; {_WOULD_DO}.") from error


def _part(name: str, arrays: dict[str, NDArray[Any]], which: str) -> Part | None:
    x, y = arrays.get(f"x_{which}"), arrays.get(f"y_{which}")
    if x is None and y is None:
        return None
    if x is None or y is None:
        raise BadFile(f"{name} holds {'y' if x is None else 'x'}_{which} without its other half; {_WOULD_DO}.")
    inputs = _inputs(f"x_{which} of {name}", x)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 and y.dtype.kind in "iu" else y  # Keras' CIFAR files have a column
    if y.dtype.kind == "f" and y.ndim in (1, 2) and len(y) == len(x) and np.isfinite(y).all():
        return Part(inputs, torch.from_numpy(np.ascontiguousarray(y.reshape(len(y), -1), dtype=np.float32)))
    if y.dtype.kind not in "iu" or y.shape != x.shape[:1]:
        raise BadFile(f"y_{which} of {name} is {y.dtype} {list(y.shape)}; one whole number a picture would do.")
    return Part(inputs, torch.from_numpy(y.astype(np.int64)))


def _inputs(what: str, x: NDArray[Any]) -> Tensor:
    """Pictures as uint8 [N, C, H, W]; series, [N, L] or [N, C, L] with C < L, as float32 [N, C, L]."""
    if x.dtype.kind == "f" and 0 not in x.shape[1:] and (x.ndim == 2 or (x.ndim == 3 and x.shape[1] < x.shape[2])):
        return as_series(what, x)
    if x.dtype != np.uint8 or x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in (1, 3)):
        raise BadFile(f"{what} is {x.dtype} {list(x.shape)}; {_WOULD_DO}.")
    cells = x[..., np.newaxis] if x.ndim == 3 else x
    return torch.from_numpy(np.ascontiguousarray(cells.transpose(0, 3, 1, 2)))


def _class_names(name: str, arrays: dict[str, NDArray[Any]], parts: list[Part]) -> tuple[str, ...]:
    labels = torch.cat([part.y for part in parts])
    if labels.dtype == torch.float32:
        return _value_names(name, arrays.get("class_names"), labels.shape[1])
    highest, lowest = (int(labels.max()), int(labels.min())) if len(labels) else (-1, 0)
    if lowest < 0 or highest >= 65_536:
        raise BadFile(f"The labels of {name} go from {lowest} to {highest}; numbers from 0 would do, one a class.")
    given = arrays.get("class_names")
    if given is None:
        return numbers(highest + 1)
    if given.ndim != 1 or given.dtype.kind != "U" or len(set(given.tolist())) < len(given):
        raise BadFile(
            f"class_names of {name} is {given.dtype} {list(given.shape)}; a list of different texts would do."
        )
    if highest >= len(given):
        raise BadFile(f"{name} names {len(given)} classes and has the label {highest}; a name for each would do.")
    return tuple(given.tolist())


def _value_names(name: str, given: NDArray[Any] | None, count: int) -> tuple[str, ...]:
    """What the numbers are called that are to be told."""
    if given is None:
        return ("value",) if count == 1 else tuple(f"value {place + 1}" for place in range(count))
    if given.shape != (count,) or given.dtype.kind != "U":
        raise BadFile(f"class_names of {name} must name {count} numbers that are to be told; as many texts would do.")
    return tuple(given.tolist())
