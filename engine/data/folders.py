"""Data sets as folders of pictures: one folder a class. What cannot be read is named and left out."""

from __future__ import annotations

from pathlib import Path

from engine.data import Progress
from engine.data.parts import Division, Parts
from engine.data.pictures import Listed, Listing, read_pictures
from engine.data.walk import Classes, Walk, walk
from engine.errors import BadFile
from engine.frames.image import FORMAT_TEXT
from engine.spec.layers import Shape


def read_folder(
    root: Path, input_shape: Shape | None, progress: Progress | None, division: Division | None = None
) -> Parts:
    """The pictures of a folder of class folders.

    Raises:
        BadFile: with one sentence, if there is nothing to learn from in it.
    """
    found = walk(root)
    _check_found(found)
    train, test = _listed(found.train), _listed(found.test)
    labels = {*(found.train or {}), *(found.test or {})}
    listing = Listing(root, f"the folder {root}", train, test, found.skipped, labels)
    return read_pictures(listing, input_shape, progress, division)


def _listed(classes: Classes | None) -> list[Listed] | None:
    if classes is None:
        return None
    return [Listed(path, name) for name, paths in classes.items() for path in paths]


def _check_found(found: Walk) -> None:
    classes = [*(found.train or {}), *(found.test or {})]
    if not classes:
        loose = any("class folder" in skipped.reason for skipped in found.skipped)
        what = "pictures but no class folders" if loose else "no class folders"
        raise BadFile(f"The folder {found.root} holds {what}; put the pictures of each class in a folder of its own.")
    if not found.files():
        raise BadFile(f"The folder {found.root} holds no pictures; put {FORMAT_TEXT} files in its class folders.")
