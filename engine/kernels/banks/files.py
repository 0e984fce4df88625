"""Banks in files: JSON, which keeps everything, .npy (one stack of weights) and .npz (weights by name)."""

from __future__ import annotations

import io
import json
import zipfile
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from engine.errors import BadFile, SpecError
from engine.files import atomic_write
from engine.kernels import files as kernel_files
from engine.kernels.banks.bank import LONGEST_NAME, MOST_KERNELS, Bank, NamedKernel, bank_of, stack_of
from engine.npy import read_npy
from engine.project.guarded import decoded, read_bytes
from engine.spec.filter import MAX_KERNEL_SIZE

FORMAT = "convscope-bank"
VERSION = 1
SUFFIXES = (".json", ".npy", ".npz")

_MOST_BYTES_OF_ONE = MAX_KERNEL_SIZE**2 * 3 * 16 + 10_000
_MOST_BYTES = MOST_KERNELS * _MOST_BYTES_OF_ONE


def load_bank(path: str | Path) -> Bank:
    """The bank that a file holds.

    Args:
        path: a .json made by `save_bank` (or by `save_kernel`: a bank of one); a .npy of shape [N, kH, kW],
            [N, kH, kW, 3], or [kH, kW] for one kernel; or a .npz with one kernel [kH, kW] or [kH, kW, 3] a name.

    Raises:
        BadFile: with the file's name and one sentence, for one that holds no bank. Nothing in it is ever run.
    """
    path = Path(path)
    read = {".json": _read_json, ".npy": _read_npy, ".npz": _read_npz}[_suffix(path)]
    try:
        return read(path)
    except SpecError as error:
        raise BadFile(f"{path.name}: {error}") from None


def save_bank(bank: Bank, path: str | Path) -> None:
    """Write a bank to a .json, .npy or .npz file, completely or not at all.

    JSON keeps everything. A .npy keeps the weights alone, all on the grid of the largest (`stack_of`); a .npz keeps
    names and sizes.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    write = {".json": _write_json, ".npy": _write_npy, ".npz": _write_npz}[_suffix(Path(path))]
    atomic_write(path, partial(write, bank))


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadFile(f"{path.name}: a bank is kept in a file that ends in {', '.join(SUFFIXES[:-1])} or .npz.")
    return suffix


def _name(path: Path) -> str:
    """The file's name as the name of a bank."""
    return "".join(c for c in path.stem if c.isprintable())[:LONGEST_NAME] or "bank"


def bank_to_json(bank: Bank) -> bytes:
    """A bank as the bytes of its file, one row of weights a line."""
    stored = {"format": FORMAT, "version": VERSION, **msgspec.to_builtins(bank)}
    return _laid_out(stored, "").encode() + b"\n"


def bank_from_json(content: bytes, name: str = "The text") -> Bank:
    """The bank in the bytes of a file.

    Args:
        content: what `bank_to_json` made, or a person wrote.
        name: the file's, for the sentence.

    Raises:
        BadFile: with one sentence, for anything else.

    Example:
        >>> mine = bank_of("mine", {"left": np.array([[1, -1]])})
        >>> bank_from_json(bank_to_json(mine)) == mine
        True
    """
    return decoded(content, name, FORMAT, VERSION, "bank", Bank)


def _laid_out(value: Any, indent: str) -> str:
    """JSON for people: rows of numbers on one line, everything else spread out."""
    inner = indent + " "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{json.dumps(key)}: {_laid_out(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and value and not isinstance(value[0], float):
        return "[\n" + ",\n".join(inner + _laid_out(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_json(bank: Bank, handle: BinaryIO) -> None:
    handle.write(bank_to_json(bank))


def _write_npy(bank: Bank, handle: BinaryIO) -> None:
    np.save(handle, stack_of(bank), allow_pickle=False)


def _write_npz(bank: Bank, handle: BinaryIO) -> None:
    with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in bank.kernels:
            member = io.BytesIO()
            np.save(member, each.weights, allow_pickle=False)
            # A date of its own would make two files of the same bank differ.
            archive.writestr(zipfile.ZipInfo(f"{each.name}.npy"), member.getvalue(), zipfile.ZIP_DEFLATED)


def _read_json(path: Path) -> Bank:
    content = read_bytes(path)
    if kernel_files.FORMAT.encode() in content and FORMAT.encode() not in content:
        kernel = kernel_files.load_kernel(path)
        name = kernel.name if kernel.name.isprintable() else ""
        return Bank(name=_name(path), kernels=(NamedKernel(name=name[:LONGEST_NAME] or "1", kernel=kernel),))
    return bank_from_json(content, path.name)


def _read_npy(path: Path) -> Bank:
    stack = read_npy(path, _MOST_BYTES)
    if stack.ndim not in (2, 3, 4):
        raise BadFile(f"{path.name} has the shape {stack.shape}; a bank is [N, kH, kW] or [N, kH, kW, 3].")
    kernels = stack[np.newaxis] if stack.ndim == 2 else stack
    if len(kernels) > MOST_KERNELS:
        raise BadFile(f"{path.name} holds {len(kernels):,} kernels; a bank holds 1 to {MOST_KERNELS}.")
    return bank_of(_name(path), {str(number): weights for number, weights in enumerate(kernels, start=1)})


def _read_npz(path: Path) -> Bank:
    content = read_bytes(path, _MOST_BYTES)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if len(members) > MOST_KERNELS:
                raise BadFile(f"{path.name} holds {len(members):,} arrays; a bank holds 1 to {MOST_KERNELS} kernels.")
            arrays = {info.filename.removesuffix(".npy"): _member(archive, info, path.name) for info in members}
    except BadFile:
        raise
    except Exception:  # zipfile and numpy's parser raise many kinds, and all of them mean the same
        raise BadFile(f"{path.name} is no .npz file of plain numbers, or it is damaged.") from None
    if len(arrays) < len(members):
        raise BadFile(f"{path.name} holds two arrays of one name; a bank needs different names.")
    return bank_of(_name(path), arrays)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> NDArray[Any]:
    """One array of the archive; no more is unpacked than the largest kernel takes."""
    with archive.open(info) as packed:
        content = packed.read(_MOST_BYTES_OF_ONE + 1)
    if len(content) > _MOST_BYTES_OF_ONE:
        raise BadFile(
            f"{name}: {info.filename[:LONGEST_NAME]!r} is too large; a kernel has at most "
            f"{MAX_KERNEL_SIZE}×{MAX_KERNEL_SIZE} weights."
        )
    stream = io.BytesIO(content)
    readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    shape, _, dtype = readers[npy_format.read_magic(stream)](stream)
    if dtype.hasobject or dtype.kind not in "buif" or int(np.prod(shape, dtype=object)) * dtype.itemsize > len(content):
        raise ValueError(shape)
    stream.seek(0)
    return np.asarray(np.load(stream, allow_pickle=False))
