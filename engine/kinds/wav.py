"""The one reader of WAV files: uncompressed sound, whole or floating-point, read with suspicion."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile

MAX_BYTES = 256 * 2**20
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
DEPTHS = {PCM: (8, 16, 24, 32), FLOAT: (32, 64)}


class Format(NamedTuple):
    """What the file says of its sound."""

    tag: int
    channels: int
    rate: int
    bits: int


def read_wav(path: str | Path) -> tuple[NDArray[np.float32], float, str]:
    """Read a sound as one channel.

    8-bit samples are unsigned around 128, wider whole ones signed; both are divided so that full scale is ±1. Floating-
    point samples are taken as they are. Several channels become one by their mean.

    Args:
        path: a WAV file with 8, 16, 24 or 32 bits a sample, or 32 or 64 bits in floating point.

    Returns:
        (samples float32 [n], samples a second, what was done to them in words).

    Raises:
        BadFile: with one sentence, if it is none.

    Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), Waveform Audio File
        Format; WAVEFORMATEXTENSIBLE in Microsoft's documentation of mmreg.h.
    """
    file = Path(path)
    content = _content(file)
    chunks = _chunks(file.name, content)
    form = _format(file.name, chunks.get(b"fmt "))
    if not chunks.get(b"data"):
        raise BadFile(f"{file.name} holds no sound; get another copy of it.")
    samples = _samples(chunks[b"data"], form)
    if samples.size == 0:
        raise BadFile(f"{file.name} holds no whole sample; get another copy of it.")
    if not np.isfinite(samples).all():
        raise BadFile(f"{file.name} holds samples that are no finite numbers; save it with whole ones.")
    return samples.mean(axis=1, dtype=np.float32), float(form.rate), _note(form)


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise BadFile(f"There is no file {file}; check its name and folder.")
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise BadFile(f"{file.name} has {size:,} bytes; at most {MAX_BYTES:,} can be read, so cut it shorter.")
        return file.read_bytes()
    except OSError as error:
        raise BadFile(f"{file} cannot be read: {error.strerror or error}.") from None


def _chunks(name: str, content: bytes) -> dict[bytes, memoryview]:
    """The first chunk of each name. One that says it is longer than the file ends with it, as a stream's does."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadFile(f"{name} is no WAV file; one with uncompressed sound would do.")
    found: dict[bytes, memoryview] = {}
    view, at = memoryview(content), 12
    while at + 8 <= len(content):
        label, length = struct.unpack_from("<4sI", content, at)
        found.setdefault(label, view[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found


def _format(name: str, chunk: memoryview | None) -> Format:
    if chunk is None or len(chunk) < 16:
        raise BadFile(f"{name} does not say how its sound is kept; get another copy of it.")
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == EXTENSIBLE and len(chunk) >= 26:
        (tag,) = struct.unpack_from("<H", chunk, 24)  # the first two bytes of the GUID that names the format
    if bits not in DEPTHS.get(tag, ()):
        raise BadFile(
            f"{name} holds sound of format {tag} with {bits} bits, which cannot be read; save it uncompressed with 16."
        )
    if channels == 0 or rate == 0:
        raise BadFile(f"{name} says that it has {channels} channels at {rate} samples a second; get another copy.")
    return Format(tag, channels, rate, bits)


def _samples(data: memoryview, form: Format) -> NDArray[np.float32]:
    """float32 [n, channels]; what is left of a sample at the end is dropped."""
    block = form.channels * form.bits // 8
    whole = np.frombuffer(data, np.uint8, len(data) // block * block)
    if form.tag == FLOAT:
        with np.errstate(over="ignore"):
            values = whole.view(f"<f{form.bits // 8}").astype(np.float32)
    elif form.bits == 8:
        values = (whole.astype(np.float32) - 128) / np.float32(128)
    elif form.bits == 24:
        wide = np.zeros((len(whole) // 3, 4), np.uint8)
        wide[:, 1:] = whole.reshape(-1, 3)  # in the upper bytes, so that the sign is right
        values = wide.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    else:
        values = whole.view(f"<i{form.bits // 8}").astype(np.float32) / np.float32(2 ** (form.bits - 1))
    return values.reshape(-1, form.channels)


def _note(form: Format) -> str:
    kind = "floating point" if form.tag == FLOAT else "full scale is ±1"
    mixed = f", {form.channels} channels mixed into one by their mean" if form.channels > 1 else ""
    return f"{form.bits}-bit, {kind}{mixed}"
