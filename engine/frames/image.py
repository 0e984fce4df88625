"""The one door for still pictures. Nothing else in the project decodes a picture file.

Pillow only, from an open handle: never through a memory map, which would end the process if the file shrank.
"""

from __future__ import annotations

import os
import re
import stat
import warnings
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray
from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from engine.errors import BadFile
from engine.resources import resolve

MAX_PIXELS = 128_000_000
_PLUGINS = (BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
FORMAT_TEXT = "PNG, JPEG, WebP, TIFF, BMP and GIF"

# Pillow looks at the size in places that only it can see, such as the frames of a GIF: one limit for both.
PIL.Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
# Pillow warns of oddities (a damaged EXIF block) in pictures that it reads all the same.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_ALPHA_NOTE = "alpha laid on white"


@dataclass(frozen=True, eq=False)
class Image:
    """A picture as it was read.

    Attributes:
        pixels: uint8 [H, W, 3], RGB, read-only, turned as its EXIF orientation says.
        format: "PNG", "JPEG", "WEBP", "TIFF", "BMP" or "GIF".
        mode: Pillow's name of how the file holds a pixel, such as "L", "P", "CMYK", "I;16".
        channels: 1 grey, 3 colour, 4 with alpha.
        page, pages: which picture this is, from 0, and how many the file holds.
        note: what was done to it, in words; empty if nothing.
    """

    pixels: NDArray[np.uint8]
    format: str
    mode: str
    channels: int
    page: int = 0
    pages: int = 1
    note: str = ""
    deep: NDArray[np.float32] | None = attribute(default=None, repr=False)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        height, width = self.pixels.shape[:2]
        return height, width

    @cached_property
    def exact(self) -> NDArray[np.float32]:
        """float32 [H, W, 3] in [0, 1]: all the levels the file has, made when first asked for."""
        if self.deep is None:
            return self.pixels * np.float32(1 / 255)
        return np.repeat(self.deep[:, :, None], 3, axis=2)


def read_image(path: str | Path) -> NDArray[np.float32]:
    """Read a picture as numbers.

    Args:
        path: a PNG, JPEG, WebP, TIFF, BMP or GIF file, or `sample:NAME`.

    Returns:
        float32 [H, W, 3], RGB, in [0, 1].

    Raises:
        BadFile: when it is no picture that can be read.

    Example:
        >>> read_image("sample:coins.jpg").shape
        (303, 384, 3)
    """
    return load_image(path).exact


def load_image(path: str | Path, page: int = 0) -> Image:
    """Open a picture file.

    Args:
        path: the file, or `sample:NAME`.
        page: which picture of a file that holds several, from 0.

    Raises:
        BadFile: with one sentence that names the file, whatever is wrong with it.

    Example:
        >>> picture = load_image("sample:coins.jpg")
        >>> picture.pixels.shape, picture.channels, picture.note
        ((303, 384, 3), 1, '')
    """
    file = resolve(path)
    with _open_file(file) as handle:
        try:
            return _decode(file.name, handle, page)
        except BadFile:
            raise
        except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
            raise _too_large(file.name, _pixels_told(error)) from error
        except PIL.UnidentifiedImageError as error:
            text = f"{file.name} is no picture that can be read; {FORMAT_TEXT} files can."
            raise BadFile(text) from error
        except MemoryError as error:
            raise BadFile(f"{file.name} needs more memory than is free; save a smaller copy of it.") from error
        except Exception as error:  # decoders raise whatever they stumble over; to a person it is all one
            text = f"{file.name} is damaged or cut short and cannot be read; get another copy of it."
            raise BadFile(text) from error


def _open_file(file: Path) -> BinaryIO:
    try:
        status = os.stat(file)
        if stat.S_ISDIR(status.st_mode):
            raise BadFile(f"{file} is a folder, not a picture; open it as a folder.")
        if not stat.S_ISREG(status.st_mode):
            raise BadFile(f"{file} is not an ordinary file; give a picture file.")
        if status.st_size == 0:
            raise BadFile(f"{file.name} is empty (0 bytes); get another copy of it.")
        return open(file, "rb")
    except FileNotFoundError as error:
        raise BadFile(f"{file} does not exist; check the name.") from error
    except PermissionError as error:
        raise BadFile(f"{file} may not be read; change its permissions.") from error
    except (OSError, ValueError) as error:
        raise BadFile(f"{str(file)[:200]!r} cannot be opened; check the name.") from error


def _pixels_told(error: Exception) -> int:
    """The number of pixels out of Pillow's refusal, which has it nowhere else."""
    found = re.search(r"\d+", str(error))
    return int(found.group()) if found else MAX_PIXELS + 1


def _too_large(name: str, pixels: int) -> BadFile:
    return BadFile(f"{name} has {pixels:,} pixels; at most {MAX_PIXELS:,} can be read, so save a smaller copy of it.")


def _decode(name: str, handle: BinaryIO, page: int) -> Image:
    with PIL.Image.open(handle, formats=FORMATS) as opened:
        pages = _turn_to(name, opened, page)
        coarse = ";16" in str(opened.tile) and not opened.mode.startswith("I")
        mode, form = opened.mode, opened.format or ""
        opened.load()
        turned = _upright(opened)
        notes = [*_notes(turned, mode, coarse), *([f"picture {page + 1} of {pages}"] if pages > 1 else [])]
        deep, remark = _deep(turned)
        pixels = _to_pixels(name, turned) if deep is None else _levels(deep)
        pixels.flags.writeable = False
        return Image(
            pixels=pixels,
            format="JPEG" if form == "MPO" else form,
            mode=mode,
            channels=_channels(turned),
            page=page,
            pages=pages,
            note=", ".join([*([remark] if remark else []), *notes]),
            deep=deep,
        )


def _turn_to(name: str, opened: PIL.Image.Image, page: int) -> int:
    """Go to a picture of the file, still undecoded, and return how many there are."""
    pages: int = getattr(opened, "n_frames", 1)
    if not 0 <= page < pages:
        held = "one picture" if pages == 1 else f"{pages} pictures"
        raise BadFile(f"{name} holds {held}; there is no picture {page + 1}.")
    if page:
        opened.seek(page)
    if opened.height * opened.width > MAX_PIXELS:
        raise _too_large(name, opened.height * opened.width)
    return pages


def _upright(picture: PIL.Image.Image) -> PIL.Image.Image:
    try:
        return PIL.ImageOps.exif_transpose(picture)
    except Exception:  # a damaged EXIF block is no reason to refuse a picture
        return picture


def _notes(picture: PIL.Image.Image, mode: str, coarse: bool) -> list[str]:
    notes = ["16 bits a channel, read as 8"] if coarse else []
    if mode == "1":
        notes.append("1-bit")
    if mode == "CMYK":
        notes.append("CMYK turned into RGB")
    if _is_transparent(picture):
        notes.append(_ALPHA_NOTE)
    return notes


def _is_transparent(picture: PIL.Image.Image) -> bool:
    return picture.has_transparency_data and not picture.mode.startswith("I")


def _channels(picture: PIL.Image.Image) -> int:
    if picture.mode in _GREY_MODES:
        return 1
    return 4 if _is_transparent(picture) else 3


def _deep(picture: PIL.Image.Image) -> tuple[NDArray[np.float32] | None, str]:
    """Grey with more levels than 8 bits hold: float32 [H, W] in [0, 1] and what it is, or None and nothing.

    16-bit: 0 is black and 65,535 white. 32-bit integers: the same if they fit in 16 bits. Floats: 0 is black and
    1 white if all are within. Otherwise the least value is black and the largest white, and the note says which.
    """
    if picture.mode.startswith("I;16"):
        return np.asarray(picture).astype(np.float32) / np.float32(65535), "16-bit grey"
    if picture.mode not in ("I", "F"):
        return None, ""
    values = np.asarray(picture).astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    white, kind = (65535.0, "32-bit grey") if picture.mode == "I" else (1.0, "floating-point grey")
    if low >= 0 and high <= white:
        low, high = 0.0, white
    else:
        kind += f", {low:g} shown as black and {high:g} as white"
    scaled = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0)
    return scaled.astype(np.float32), kind


def _levels(deep: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.repeat(np.rint(deep * np.float32(255)).astype(np.uint8)[:, :, None], 3, axis=2)


def _to_pixels(name: str, picture: PIL.Image.Image) -> NDArray[np.uint8]:
    """Any 8-bit mode as RGB; what is transparent shows white."""
    try:
        if not _is_transparent(picture):
            return np.array(picture.convert("RGB"))
        colour = picture.convert("RGBA")
    except ValueError as error:
        text = f"{name} holds its colours as {picture.mode}, which cannot be read; save it as RGB."
        raise BadFile(text) from error
    paper = PIL.Image.new("RGB", colour.size, "white")
    paper.paste(colour, mask=colour)
    return np.array(paper)
