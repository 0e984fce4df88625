"""What was dropped or pasted, as a source."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from platformdirs import user_cache_path
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from app.source.edits import source_for_path, source_for_text
from engine.errors import BadFile, SpecError
from engine.files import atomic_write
from engine.spec.source import Picture, Source, Stream

MAX_PIXELS = 40_000_000
"""Most pixels of a pasted picture: packing more would hold the window up for seconds."""
QUICK_PNG = 85
"""Qt's "quality" at which a PNG is packed by the fastest method."""


def pasted_folder() -> Path:
    """Where pictures without a file are kept: in the person's cache."""
    return user_cache_path("convscope", appauthor=False) / "pasted"


def is_plausible(mime: QMimeData) -> bool:
    """Whether it is worth letting go of this over the window."""
    return mime.hasUrls() or mime.hasImage() or "://" in mime.text()


def source_from(mime: QMimeData, folder: Path) -> Source:
    """The source that dropped or pasted data means; the first if it is several files.

    Args:
        mime: a file or folder, a picture, an address, or a path as text.
        folder: a picture that comes without a file is written here, as PNG, named after its content.

    Raises:
        SpecError, BadFile: it is none of these, or cannot be kept.
    """
    urls = mime.urls()
    if urls and urls[0].isLocalFile():
        return source_for_path(urls[0].toLocalFile())
    if mime.hasImage():
        return Picture(path=str(_keep(_image(mime), folder)))
    if urls:
        return Stream(url=urls[0].toString())
    if mime.text().strip():
        return source_for_text(mime.text())
    raise SpecError("There is no picture, file or address in what was given; copy one of these.")


def _image(mime: QMimeData) -> QImage:
    data = mime.imageData()
    image = data.toImage() if isinstance(data, QPixmap) else data
    if not isinstance(image, QImage) or image.isNull():
        raise SpecError("The picture that was given is empty or damaged; save it to a file and open that.")
    if image.height() * image.width() > MAX_PIXELS:
        raise SpecError(
            f"The picture that was given has {image.height():,} × {image.width():,} pixels, more than "
            f"{MAX_PIXELS // 1_000_000} million; save it to a file and open that."
        )
    return image


def _keep(image: QImage, folder: Path) -> Path:
    import hashlib  # takes two milliseconds, which the start of the window need not spend

    data = _png(image)
    path = folder / f"pasted-{hashlib.sha256(data).hexdigest()[:12]}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = path.exists() and path.read_bytes() == data
    except OSError as error:
        raise BadFile(
            f"The picture cannot be kept in {folder} ({error.strerror}); save it to a file yourself."
        ) from error
    if not kept:
        _write(path, data)
    return path


def _write(path: Path, data: bytes) -> None:
    def fill(file: BinaryIO) -> None:
        file.write(data)

    atomic_write(path, fill)


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    writer.setQuality(QUICK_PNG)
    if not writer.write(image):
        raise SpecError("The picture that was given cannot be packed; save it to a file and open that.")
    return bytes(buffer.data().data())
