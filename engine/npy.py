"""The one reader of .npy files: plain numbers only, nothing unpickled, no more memory than the file has bytes."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from engine.errors import BadFile


def read_npy(path: str | Path, most_bytes: int) -> NDArray[Any]:
    """The array that a .npy file holds.

    The file is read whole and never mapped into memory, since a mapped file that shrinks ends the process.

    Args:
        path: the file.
        most_bytes: a larger file is refused before it is read.

    Returns:
        An array of whole or real numbers as the file has them (bool as uint8), in this machine's byte order.

    Raises:
        BadFile: if there is no such file, it is too large, damaged, empty, or holds anything but real numbers.
    """
    path = Path(path)
    content = _bytes_of(path, most_bytes)
    try:
        stream = io.BytesIO(content)
        shape, fortran_order, dtype = _header(stream)
        start = stream.tell()
    except Exception:  # numpy's parser raises many kinds, and all of them mean the same
        raise BadFile(f"{path.name} is no .npy file; one written by numpy.save would do.") from None
    if dtype.kind not in "buif" or dtype.hasobject:
        raise BadFile(f"{path.name} holds {dtype} values; whole or real numbers would do.")
    count = math.prod(shape)
    if count <= 0 or min(shape, default=1) < 0:
        raise BadFile(f"{path.name} holds no values: its shape is {shape}.")
    if count * dtype.itemsize > len(content) - start:
        raise BadFile(f"{path.name} is cut short: {shape} values of {dtype} need more bytes than it has.")
    return _array(content, start, shape, fortran_order, dtype)


def _bytes_of(path: Path, most_bytes: int) -> bytearray:
    try:
        if not path.is_file():
            raise BadFile(f"There is no file {path}; check its name and folder.")
        size = path.stat().st_size
        if size > most_bytes:
            raise BadFile(
                f"{path.name} has {size:,} bytes, more than the {most_bytes:,} allowed; a smaller one would do."
            )
        return bytearray(path.read_bytes())
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from None


def _header(stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy_format.read_magic(stream)
    readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    shape, fortran_order, dtype = readers[version](stream)
    return shape, fortran_order, dtype


def _array(
    content: bytearray, start: int, shape: tuple[int, ...], fortran_order: bool, dtype: np.dtype[Any]
) -> NDArray[Any]:
    flat = np.frombuffer(content, dtype=dtype, count=math.prod(shape), offset=start)
    array = flat.reshape(shape, order="F" if fortran_order else "C")
    if dtype.kind == "b":
        return array.astype(np.uint8)
    return np.asarray(array, order="C", dtype=dtype.newbyteorder("="))
