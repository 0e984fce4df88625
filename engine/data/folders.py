"""Data sets as folders of pictures: one folder a class. What cannot be read is named and left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.data import Progress
from engine.data.fit import conversion, fit_picture
from engine.data.parts import Part, Parts, check_amount
from engine.data.walk import Classes, Walk, printable, walk
from engine.errors import BadFile
from engine.frames.image import FORMAT_TEXT, load_image
from engine.spec.layers import Shape, shape_text

LONGEST_SIDE = 128
"""Pictures larger than this are made smaller where no size is asked for."""
_NAMED = 3


class _Reader:
    """Reads the pictures of a walk one by one, into the shape asked for or that of the first one."""

    def __init__(self, found: Walk, input_shape: Shape | None, progress: Progress | None) -> None:
        self._found = found
        self._shape = input_shape
        self._asked = input_shape is not None
        self._progress = progress
        self._total = found.files()
        self._done = 0
        self._sizes: set[tuple[int, int]] = set()
        self.colour = False
        self.classes: list[str] = []

    def part(self, classes: Classes | None) -> Part | None:
        """The pictures of some class folders with their labels; None if there are none."""
        if classes is None:
            return None
        pictures, labels = [], []
        for name, paths in classes.items():
            for path in paths:
                picture = self._picture(path)
                if picture is not None:
                    pictures.append(picture)
                    labels.append(self._label(name))
        shape = self._shape or (3, 1, 1)
        x = torch.stack(pictures) if pictures else torch.empty((0, *shape), dtype=torch.uint8)
        return Part(x, torch.tensor(labels, dtype=torch.int64))

    def _label(self, name: str) -> int:
        if name not in self.classes:
            self.classes.append(name)
        return self.classes.index(name)

    def _picture(self, path: Path) -> Tensor | None:
        """One picture, uint8 [C, H, W]; None if it cannot be read."""
        try:
            image = load_image(path)
        except BadFile as error:
            self._found.leave_out(path, str(error).rstrip("."))
            return None
        finally:
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)
        self._sizes.add(image.size)
        self.colour |= image.channels != 1
        shape = self._settled(image.size)
        return torch.from_numpy(fit_picture(image.pixels, shape))

    def _settled(self, size: tuple[int, int]) -> Shape:
        if self._shape is None:
            scale = min(1.0, LONGEST_SIDE / max(size))
            height, width = (max(1, round(side * scale)) for side in size)
            self._shape = (3, height, width)
            check_amount(f"The folder {self._found.root}", self._total, 3 * height * width)
        return self._shape

    def notes(self) -> list[str]:
        """What was done to the pictures."""
        grey = ["Colours become grey."] if self.colour and self._shape is not None and self._shape[0] == 1 else []
        if self._shape is None or self._sizes == {tuple(self._shape[1:])}:
            return grey
        which = "All pictures" if len(self._sizes) == 1 else f"Pictures of {len(self._sizes)} sizes"
        why = "" if self._asked else ", as the first one"
        return [*grey, f"{which} become {shape_text(self._shape[1:])}{why}: their middle part, resized."]


def read_folder(root: Path, input_shape: Shape | None, progress: Progress | None) -> Parts:
    """The pictures of a folder of class folders.

    Raises:
        BadFile: with one sentence, if there is nothing to learn from in it.
    """
    if input_shape is not None:
        conversion((3, 1, 1), input_shape)
    found = walk(root)
    _check_found(found)
    reader = _Reader(found, input_shape, progress)
    if input_shape is not None:
        check_amount(f"The folder {root}", found.files(), torch.Size(input_shape).numel())
    train, test = (reader.part(part) for part in (found.train, found.test))
    names = tuple(sorted(reader.classes, key=lambda name: (name.casefold(), name)))
    order = torch.tensor([names.index(name) for name in reader.classes], dtype=torch.int64)
    if not names:
        raise BadFile(f"No picture of the folder {root} can be read: {_listed(found)}.")
    parts = [_finished(part, order, names, reader, input_shape) for part in (train, test)]
    notes = [*reader.notes(), *_left_out(found, names)]
    shown = tuple(printable(name) for name in names)
    return Parts(parts[0], parts[1], shown, tuple(notes), tuple(found.skipped))


def _finished(
    part: Part | None, order: Tensor, names: Sequence[str], reader: _Reader, input_shape: Shape | None
) -> Part | None:
    """Labels in the order of the class names, and one channel where no picture has colour."""
    if part is None or not len(part.y):
        return None
    x = part.x[:, :1].contiguous() if input_shape is None and not reader.colour else part.x
    return Part(x, order[part.y])


def _check_found(found: Walk) -> None:
    classes = [*(found.train or {}), *(found.test or {})]
    if not classes:
        loose = any("class folder" in skipped.reason for skipped in found.skipped)
        what = "pictures but no class folders" if loose else "no class folders"
        raise BadFile(f"The folder {found.root} holds {what}; put the pictures of each class in a folder of its own.")
    if not found.files():
        raise BadFile(f"The folder {found.root} holds no pictures; put {FORMAT_TEXT} files in its class folders.")


def _left_out(found: Walk, names: tuple[str, ...]) -> list[str]:
    notes = []
    empty = sorted({*(found.train or {}), *(found.test or {})} - set(names))
    if empty:
        notes.append(f"Classes without a picture are left out: {', '.join(empty)}.")
    if found.skipped:
        count = len(found.skipped)
        notes.append(f"{count} file{'s are' if count > 1 else ' is'} left out: {_listed(found)}.")
    return notes


def _listed(found: Walk) -> str:
    told = [f"{skipped.path} ({skipped.reason})" for skipped in found.skipped[:_NAMED]]
    more = len(found.skipped) - _NAMED
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")
