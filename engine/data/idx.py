"""Data sets as IDX files, the form in which MNIST is passed on; gzipped or not.

Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database, "File formats": two zero bytes, the type (8 for unsigned
bytes), the number of dimensions, each dimension as a big-endian 32-bit number, then the values.
"""

from __future__ import annotations

import gzip
import io
import math
import re
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from engine.data.dataset import numbers
from engine.data.parts import Part, Parts, check_amount
from engine.errors import BadFile

_NAME = re.compile(r"(?:^|.*[-_.])(train|t10k|test)-(images|labels)[-.]idx[13]-ubyte(?:\.gz)?", re.IGNORECASE)
_UNSIGNED_BYTES = 8


def idx_files(folder: Path) -> dict[tuple[str, str], Path]:
    """The IDX files of a folder by ("train" or "test", "images" or "labels")."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.iterdir(), reverse=True):  # x before x.gz in the end
        match = _NAME.fullmatch(path.name)
        if match and path.is_file():
            which, what = match.group(1).lower(), match.group(2).lower()
            found["train" if which == "train" else "test", what] = path
    return found


def read_idx(folder: Path) -> Parts:
    """The pictures and labels of a folder of IDX files: train, t10k or both.

    Raises:
        BadFile: with one sentence that names the file.
    """
    files = idx_files(folder)
    train, test = (_part(files, which, folder) for which in ("train", "test"))
    labels = torch.cat([part.y for part in (train, test) if part is not None])
    return Parts(train, test, numbers(int(labels.max()) + 1 if len(labels) else 0))


def _part(files: dict[tuple[str, str], Path], which: str, folder: Path) -> Part | None:
    images, labels = files.get((which, "images")), files.get((which, "labels"))
    if images is None and labels is None:
        return None
    if images is None or labels is None:
        have = (images or labels or folder).name
        raise BadFile(f"{folder} has {have} without its {'images' if images is None else 'labels'}; put both there.")
    x, y = _values(images, 3), _values(labels, 1)
    if len(x) != len(y):
        raise BadFile(f"{images.name} has {len(x)} pictures and {labels.name} {len(y)} labels; as many would do.")
    return Part(x[:, None], y.to(torch.int64))


def _values(path: Path, dimensions: int) -> Tensor:
    try:
        raw = io.BytesIO(path.read_bytes())
        with gzip.GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw as stream:
            return _parsed(path.name, stream, dimensions)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadFile(f"{path.name} is damaged or cut short; get another copy of it.") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from error


def _parsed(name: str, stream: BinaryIO | gzip.GzipFile, dimensions: int) -> Tensor:
    head = stream.read(4 + 4 * dimensions)
    if head[:4] != bytes((0, 0, _UNSIGNED_BYTES, dimensions)) or len(head) < 4 + 4 * dimensions:
        raise BadFile(f"{name} is no IDX file of unsigned bytes in {dimensions} dimension{'s' * (dimensions > 1)}.")
    shape = struct.unpack(f">{dimensions}I", head[4:])
    size = math.prod(shape)
    check_amount(name, shape[0], math.prod(shape[1:]))
    content = stream.read(size)
    if len(content) != size or stream.read(1):
        raise BadFile(f"{name} is damaged: its header tells of {size:,} values and it holds more or fewer.")
    return torch.from_numpy(np.frombuffer(content, np.uint8).reshape(shape).copy())
