"""The drawing of a network in a file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from app.network.diagram.paint import to_image
from engine.drawing import draw_network, to_svg
from engine.errors import BadFile
from engine.files import atomic_write
from engine.spec.network import NetworkSpec

WIDTH = 1600.0
SCALE = 2.0
"""Pixels of a .png for one of the drawing."""
MOST_PIXELS = 60_000_000
_KINDS = "Drawing (*.svg);;Picture (*.png)"


class Ask(Protocol):
    """Where to; empty if the person thought better of it."""

    def save(self, parent: QWidget) -> str:
        """The file's path."""


class Dialog:
    """Asks by the platform's own dialog."""

    def save(self, parent: QWidget) -> str:
        """The file's path; the chosen kind gives a name its ending."""
        path, kind = QFileDialog.getSaveFileName(parent, "Save diagram", "network.svg", _KINDS)
        if path and not Path(path).suffix:
            path += ".png" if "png" in kind else ".svg"
        return path


def save_drawing(network: NetworkSpec, path: Path, dark: bool) -> None:
    """Write a network's drawing to a .svg or .png file, completely or not at all.

    Raises:
        BadFile: if the name ends in something else, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise BadFile(f"{path.name}: a diagram is saved in a file that ends in .svg or .png.")
    content = _svg(network, dark, path.stem) if suffix == ".svg" else _png(network, dark, path.name)

    def write(handle: BinaryIO) -> None:
        handle.write(content)

    atomic_write(path, write)


def _svg(network: NetworkSpec, dark: bool, title: str) -> bytes:
    return to_svg(draw_network(network, WIDTH), dark, title).encode("utf-8", "replace")


def _png(network: NetworkSpec, dark: bool, name: str) -> bytes:
    drawing = draw_network(network, WIDTH)
    if drawing.width * drawing.height * SCALE**2 > MOST_PIXELS:
        raise BadFile(f"{name}: the diagram is too large for a picture of so many pixels; .svg would do.")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(to_image(drawing, dark, SCALE))
    return bytes(buffer.data().data())
