"""Checkpoints: weights and optimiser state as safetensors, and a manifest, written last, that vouches for both.

Three files a checkpoint, by its step: `000000375.weights.safetensors`, `000000375.optimiser.safetensors` and
`000000375.json`. One without a whole manifest was never finished, and one whose bytes are not those of the manifest is
not used.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from engine.errors import BadFile
from engine.files import atomic_write
from engine.nn import State, weights_from_bytes, weights_to_bytes
from engine.train.course import Course
from engine.train.sealed import read_sealed, sha256, write_sealed
from engine.train.tally import Sum

FORMAT = "convscope-checkpoint"
VERSION = 2
KEPT = 3
"""So many checkpoints are kept, beside the best one."""
MANIFEST, WEIGHTS, OPTIMISER = ".json", ".weights.safetensors", ".optimiser.safetensors"
_MOST_BYTES = 64 * 2**30
_NAME = re.compile(r"(\d{9,})(\.json|\.weights\.safetensors|\.optimiser\.safetensors)")
_TEMPORARY = re.compile(r"\.convscope-\d+-[0-9a-f]+\.tmp")


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a run is: with the seed, all that a resumed run needs beside weights and optimiser.

    `tested` epochs were followed by a test. `learning_rate` is the setting, before its schedule. `lines` of the
    metrics are from before this place, and so are the first `orders` of those that stand. The order of the pictures
    and dropout follow from seed and step; `epoch` is how many were shown whole, `seen` how many pictures of the next
    one (None in checkpoints of version 1, which follow from the step).
    """

    step: int = 0
    tested: int = 0
    learning_rate: float
    lines: int = 0
    seconds: float = 0.0
    epoch_sum: Sum = msgspec.field(default_factory=Sum)
    test_accuracy: float | None = None
    best_accuracy: float = -1.0
    best_epoch: int = 0
    best_step: int = 0
    orders: int = 0
    epoch: int | None = None
    seen: int = 0
    course: Course = msgspec.field(default_factory=Course)


class Blob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file must be."""

    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A checkpoint's place, its two files, and the network that they are for."""

    place: Place
    weights: Blob
    optimiser: Blob
    network: str
    torch: str


class Restored(NamedTuple):
    """A checkpoint, read and found whole."""

    place: Place
    weights: State
    optimiser: State


def save_checkpoint(folder: Path, place: Place, weights: State, optimiser: State, network: str) -> Path:
    """Write a checkpoint, read it again, and only then its manifest; afterwards older ones are removed.

    Args:
        folder: the run's folder of checkpoints.
        place: where the run is.
        weights: the network's.
        optimiser: what the optimiser keeps.
        network: SHA-256 of the network's file.

    Returns:
        The manifest's path.

    Raises:
        BadFile: if it cannot be written; what was there before is still there.
    """
    blobs = _blobs_there(folder, place.step, network)
    if blobs is None:
        blobs = _write_blobs(folder, place.step, weights, optimiser)
    record = Manifest(place=place, weights=blobs[0], optimiser=blobs[1], network=network, torch=str(torch.__version__))
    manifest = _file(folder, place.step, MANIFEST)
    write_sealed(manifest, record, FORMAT, VERSION)
    _prune(folder, place)
    return manifest


Expected = Callable[[Place], tuple[nn.Module, str]]


def restore(
    folder: Path, module: nn.Module, network: str, best: bool = False, expected: Expected | None = None
) -> tuple[Restored, list[str]]:
    """The newest checkpoint that is whole, or the best one.

    Args:
        folder: the run's folder of checkpoints.
        module: the network; it is not changed.
        network: SHA-256 of the network's file.
        best: the one that did best on the test pictures.
        expected: the network of a place, and its hash, where it is not the same at each.

    Returns:
        The checkpoint, and a sentence for each newer one that is damaged.

    Raises:
        BadFile: if none is whole.
    """
    complaints: list[str] = []
    manifests = list(_manifests(folder, complaints))
    if best:
        manifests.sort(key=lambda manifest: (manifest.place.test_accuracy or -1.0, manifest.place.step), reverse=True)
    for manifest in manifests:
        try:
            own = (module, network) if expected is None else expected(manifest.place)
            return _read(folder, manifest, *own), complaints
        except BadFile as error:
            complaints.append(str(error))
    why = f": {complaints[0].rstrip('.')}" if complaints else ""
    raise BadFile(f"{folder.parent} has no checkpoint that can be used{why}; train the network anew.")


def sweep(folder: Path) -> None:
    """Remove what a killed process left half-done: temporary files, and files without a manifest."""
    for path in list(folder.iterdir()):
        match = _NAME.fullmatch(path.name)
        orphan = match is not None and not (folder / f"{match.group(1)}{MANIFEST}").exists()
        if orphan or _TEMPORARY.fullmatch(path.name):
            _remove(path)


def _blobs_there(folder: Path, step: int, network: str) -> tuple[Blob, Blob] | None:
    """The weights and the optimiser's state of this very step, if they are on the disk already.

    A step is saved again when its epoch has been tested. New files under the same names would not be those of the old
    manifest until the new one is there: a kill in between would spoil both.
    """
    try:
        kept = read_sealed(_file(folder, step, MANIFEST), Manifest, FORMAT, VERSION, "checkpoint")
        _verified(_file(folder, step, WEIGHTS), kept.weights)
        _verified(_file(folder, step, OPTIMISER), kept.optimiser)
    except BadFile:
        return None
    return (kept.weights, kept.optimiser) if kept.network == network else None


def _write_blobs(folder: Path, step: int, weights: State, optimiser: State) -> tuple[Blob, Blob]:
    contents = {WEIGHTS: weights_to_bytes(weights), OPTIMISER: save(optimiser)}
    for suffix, content in contents.items():
        _write_verified(_file(folder, step, suffix), content)
    made = {suffix: Blob(sha256=sha256(content), bytes=len(content)) for suffix, content in contents.items()}
    return made[WEIGHTS], made[OPTIMISER]


def _file(folder: Path, step: int, suffix: str) -> Path:
    return folder / f"{step:09d}{suffix}"


def _manifests(folder: Path, complaints: list[str]) -> Iterator[Manifest]:
    """The manifests that are whole, newest first."""
    for step in sorted(_steps(folder), reverse=True):
        try:
            yield read_sealed(_file(folder, step, MANIFEST), Manifest, FORMAT, VERSION, "checkpoint")
        except BadFile as error:
            complaints.append(str(error))


def _steps(folder: Path) -> list[int]:
    found = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    return [int(match.group(1)) for match in found if match is not None and match.group(2) == MANIFEST]


def _read(folder: Path, manifest: Manifest, module: nn.Module, network: str) -> Restored:
    step = manifest.place.step
    blob, state = _file(folder, step, WEIGHTS), _file(folder, step, OPTIMISER)
    if manifest.network != network:
        raise BadFile(f"{_file(folder, step, MANIFEST).name} is of another network than the one in spec.json.")
    weights = weights_from_bytes(_verified(blob, manifest.weights), module, blob.name)
    try:
        optimiser = load(_verified(state, manifest.optimiser))
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise BadFile(f"{state.name} is damaged.") from error
    return Restored(manifest.place, weights, optimiser)


def _verified(path: Path, blob: Blob) -> bytes:
    """All bytes of a file, if they are those that were written. Read, not mapped: a mapped file that shrinks kills."""
    try:
        if path.stat().st_size != blob.bytes or blob.bytes > _MOST_BYTES:
            raise BadFile(f"{path.name} is damaged: it has another length than when it was written.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadFile(f"{path.name} is missing.") from error
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if sha256(content) != blob.sha256:
        raise BadFile(f"{path.name} is damaged: it holds other bytes than when it was written.")
    return content


def _write_verified(path: Path, content: bytes) -> None:
    def write(handle: BinaryIO) -> None:
        handle.write(content)

    atomic_write(path, write)
    try:
        same = path.read_bytes() == content
    except OSError:
        same = False
    if not same:
        raise BadFile(
            f"{path.name} cannot be saved in {path.parent}: the disk holds other bytes; choose another folder."
        )


def _prune(folder: Path, place: Place) -> None:
    """Remove all but the last few and the best; of each the manifest first, so that none is left without its files."""
    older = sorted(step for step in _steps(folder) if step <= place.step)
    for step in older[:-KEPT]:
        if step != place.best_step:
            for suffix in (MANIFEST, WEIGHTS, OPTIMISER):
                _remove(_file(folder, step, suffix))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
