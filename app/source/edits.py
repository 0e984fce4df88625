"""What a path or an address means as a source, and what a source is called; pure functions."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import QUrl

from engine.data.shipped import data_label, shipped
from engine.errors import SpecError
from engine.resources import SAMPLE
from engine.spec.fields import fields_of
from engine.spec.project import Project
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif")
CLIP_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mjpg", ".mjpeg", ".wmv", ".ogv")
DATA_SUFFIX = ".npz"
MAX_QUOTED = 80
"""Most characters of a wrong path that are worth repeating: what was pasted may be a whole letter."""


def with_source(project: Project, source: Source) -> Project:
    """The project with its pictures coming from elsewhere; everything else stays."""
    return msgspec.structs.replace(project, source=source)


def source_for_path(path: str | Path) -> Source:
    """The source that a file or folder is: a picture, clip or data set by its suffix, or a folder of pictures.

    Args:
        path: of a file or folder on this machine, or `sample:NAME`.

    Raises:
        SpecError: nothing is there, or it is none of these.

    Example:
        >>> source_for_path("sample:coins.jpg")
        Picture(path='sample:coins.jpg', page=0)
    """
    text = str(path)
    if text.startswith(SAMPLE):
        return _file(text)
    try:
        place = Path(path).expanduser()
        is_folder, is_there = place.is_dir(), place.exists()
    except (OSError, RuntimeError, ValueError):
        is_folder = is_there = False
    if not is_there or not text.strip():
        raise SpecError(f"There is no file or folder {_short(text)!r}; check its name, or open another.")
    return Folder(path=str(place)) if is_folder else _file(str(place))


def _short(text: str) -> str:
    """The end, which holds the name, of what is long."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_QUOTED else f"…{line[-MAX_QUOTED:]}"


def _file(path: str) -> Source:
    suffix = Path(path).suffix.lower()
    if suffix in PICTURE_SUFFIXES:
        return Picture(path=path)
    if suffix in CLIP_SUFFIXES:
        return Clip(path=path)
    if suffix == DATA_SUFFIX:
        return Sample(data=path)
    raise SpecError(
        f"{Path(path).name!r} is neither a picture nor a clip nor a folder; open a picture "
        "(PNG, JPEG, WebP, TIFF, BMP, GIF), a clip (MP4, AVI, MOV, MKV, WebM) or a data set (NPZ)."
    )


def source_for_text(text: str) -> Source:
    """The source that a person wrote or copied: a stream's address, a `file:` address, or a path.

    Raises:
        SpecError: it is none of these.
    """
    line = text.strip()
    scheme, mark, _ = line.partition("://")
    if mark and scheme.lower() == "file":
        return source_for_path(QUrl(line).toLocalFile())
    return Stream(url=line) if mark else source_for_path(line)


def source_name(source: Source) -> str:
    """What a source is called in the bar.

    Example:
        >>> source_name(Drawing(height=28, width=28)), source_name(Camera(index=1))
        ('Drawing 28×28', 'Camera 1')
    """
    match source:
        case Picture(path=path) | Clip(path=path):
            return Path(path.removeprefix(SAMPLE)).name
        case Folder(path=path):
            return Path(path).name or path
        case Camera(index=index):
            return f"Camera {index}"
        case Stream(url=url):
            return _host(url)
        case Drawing(height=height, width=width):
            return f"Drawing {height}×{width}"
        case Pattern(kind=kind):
            return pattern_label(kind)
        case Sample(data=data):
            return data_label(data)


def _host(url: str) -> str:
    """The machine of an address, without the name and password that may stand before it."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or url


def pattern_label(kind: str) -> str:
    """The name of a test pattern as it is shown, from the field table."""
    return fields_of(Pattern)["kind"].labels.get(kind, kind).capitalize()


def source_help(source: Source) -> str:
    """The whole of a source's name, for a tool tip: path, address or what was made."""
    match source:
        case Picture(path=path) | Clip(path=path) | Folder(path=path):
            return f"{source_name(source)}, which ships with the program" if path.startswith(SAMPLE) else path
        case Stream(url=url):
            return url
        case Sample(data=data):
            return f"{source_name(source)}, which ships with the program" if shipped(data) is not None else data
        case _:
            return source_name(source)


def identity(source: Source) -> tuple[object, ...]:
    """What makes a source the same one although its settings differ: its kind, and its path, address or number."""
    match source:
        case Picture(path=place) | Clip(path=place) | Folder(path=place) | Stream(url=place) | Sample(data=place):
            return type(source), place
        case Camera(index=index):
            return type(source), index
        case _:
            return (type(source),)


def remembered(source: Source) -> tuple[str, str] | None:
    """(kind, path or address) for the list of recent sources, or None for what is not kept there."""
    match source:
        case Picture(path=path):
            found = ("picture", path)
        case Clip(path=path):
            found = ("clip", path)
        case Folder(path=path):
            found = ("folder", path)
        case Stream(url=url):
            return ("stream", url)
        case Sample(data=data):
            return None if shipped(data) is not None else ("data", data)
        case _:
            return None
    return None if found[1].startswith(SAMPLE) else found
