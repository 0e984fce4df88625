"""Kernels in files: JSON, which keeps name and parameters; .npy and .txt, which keep the bare weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.files import atomic_write
from engine.kernels.convert import check_weights, spec_of, weights_of
from engine.kernels.text import format_kernel, parse_kernel
from engine.npy import read_npy
from engine.spec.filter import KernelSpec

FORMAT = "convscope-kernel"
VERSION = 1
SUFFIXES = (".json", ".npy", ".txt")
_MOST_BYTES = 1_000_000


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    """A kernel file: `weights` is [kH][kW], or [depth][kH][kW]."""

    weights: Any
    format: str = FORMAT
    version: int = VERSION
    name: str = "custom"
    parameters: dict[str, float] = {}


def load_kernel(path: str | Path) -> KernelSpec:
    """The kernel that a file holds.

    Args:
        path: a .json made by `save_kernel` or holding bare rows `[[…], […]]`, a .npy of shape [kH, kW] or
            [kH, kW, 3], or a .txt with rows of numbers as `parse_kernel` reads them.

    Raises:
        BadFile: with the file's name, for one that holds no kernel.
    """
    name, parameters, weights = _read(Path(path))
    try:
        return spec_of(weights, name, parameters)
    except SpecError as error:
        raise BadFile(f"{Path(path).name}: {error}") from None


def load_weights(path: str | Path) -> NDArray[np.float32]:
    """The weights that a kernel file holds: float32 [kH, kW], or [kH, kW, C] with any number of channels.

    Raises:
        BadFile: with the file's name, for one that holds no kernel.
    """
    weights = _read(Path(path))[2]
    try:
        check_weights(weights)
    except SpecError as error:
        raise BadFile(f"{Path(path).name}: {error}") from None
    return weights.astype(np.float32)


def save_kernel(kernel: KernelSpec, path: str | Path) -> None:
    """Write a kernel to a .json, .npy or .txt file, completely or not at all.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    content = _content(kernel, Path(path))
    atomic_write(path, content)


def _content(kernel: KernelSpec, path: Path) -> Any:
    suffix = _suffix(path)

    def write_json(handle: BinaryIO) -> None:
        stored = _Stored(weights=kernel.weights, name=kernel.name, parameters=kernel.parameters)
        handle.write(msgspec.json.format(msgspec.json.encode(stored), indent=0) + b"\n")

    def write_npy(handle: BinaryIO) -> None:
        np.save(handle, weights_of(kernel), allow_pickle=False)

    def write_txt(handle: BinaryIO) -> None:
        handle.write(format_kernel(weights_of(kernel)).encode() + b"\n")

    return {".json": write_json, ".npy": write_npy, ".txt": write_txt}[suffix]


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadFile(
            f"{path.name}: a kernel is kept in a file that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}."
        )
    return suffix


def _read(path: Path) -> tuple[str, dict[str, float], NDArray[Any]]:
    suffix = _suffix(path)
    if suffix == ".npy":
        return "custom", {}, read_npy(path, _MOST_BYTES)
    content = _bytes_of(path)
    return ("custom", {}, _text(content, path.name)) if suffix == ".txt" else _read_json(content, path.name)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadFile(f"{path.name} is too large for a kernel; a file of at most 31×31 weights would do.")
        return path.read_bytes()
    except FileNotFoundError:
        raise BadFile(f"There is no file {path}; check its name and folder.") from None
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from None


def _text(content: bytes, name: str) -> NDArray[Any]:
    try:
        return parse_kernel(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile(f"{name} is no text; rows of numbers such as 1 0 -1 would do.") from None
    except SpecError as error:
        raise BadFile(f"{name}: {error}") from None


def _read_json(content: bytes, name: str) -> tuple[str, dict[str, float], NDArray[Any]]:
    try:
        found = msgspec.json.decode(content)
        stored = msgspec.convert(found if isinstance(found, dict) else {"weights": found}, _Stored)
        weights = np.array(stored.weights, dtype=np.float64)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
        raise BadFile(f"{name} holds no kernel; rows of numbers [[1, 0], [0, -1]] would do.") from None
    if stored.format != FORMAT or stored.version > VERSION:
        raise BadFile(f"{name} is of format {stored.format!r} {stored.version}, not {FORMAT!r} {VERSION}.")
    planes = weights.ndim == 3
    return stored.name, stored.parameters, _channels_last(weights) if planes else weights


def _channels_last(planes: NDArray[Any]) -> NDArray[Any]:
    return planes[0] if len(planes) == 1 else np.moveaxis(planes, 0, -1)
