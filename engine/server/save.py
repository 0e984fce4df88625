"""The feature map as a file: its numbers, or how it looks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.errors import BadFile
from engine.files import atomic_write
from engine.protocol import Save, Saved, Show
from engine.server.paint import paint_values


def save_map(job: Save, values: NDArray[np.float32] | None, show: Show | None) -> Saved:
    """Write the whole map, at its full size.

    Raises:
        BadFile: if there is no map, the ending of the name is neither .npy nor .png, or the disk refuses.
    """
    if values is None or show is None:
        raise BadFile("There is no feature map to save yet; open a source first.")
    path = Path(job.path)
    if path.suffix.lower() == ".npy":
        atomic_write(path, partial(_write_values, values))
    elif path.suffix.lower() == ".png":
        atomic_write(path, partial(_write_picture, values, show))
    else:
        raise BadFile(f"{path.name} cannot be saved as {path.suffix or 'a file without an ending'}; .png and .npy can.")
    return Saved(id=job.id, path=str(path))


def _write_values(values: NDArray[Any], file: BinaryIO) -> None:
    np.save(file, values, allow_pickle=False)


def _write_picture(values: NDArray[Any], show: Show, file: BinaryIO) -> None:
    pixels = np.empty((*values.shape[:2], 4), np.uint8)
    paint_values(values, show.project, show.dark, pixels)
    Image.fromarray(np.ascontiguousarray(pixels[..., 2::-1])).save(file, "PNG")
