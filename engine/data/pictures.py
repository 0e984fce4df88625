"""A list of picture files with what each shows, read into memory or, where that is too small, into a cache file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.data import Progress, cache
from engine.data.dataset import Skipped
from engine.data.fit import conversion, fit_picture
from engine.data.parts import Division, Part, Parts, aside_note, chosen_of_each
from engine.data.walk import printable
from engine.errors import BadFile
from engine.frames.image import load_image
from engine.spec.layers import Shape, shape_text

LONGEST_SIDE = 128
"""Pictures larger than this are made smaller where no size is asked for."""
STREAM_FROM = 2**30
"""Pictures of so many bytes together are streamed from a cache file; fewer are held in memory."""
_NAMED = 3
_AT_ONCE = 64


class Listed(NamedTuple):
    """A picture file, and the class it shows or the number to be told of it."""

    path: Path
    label: str
    value: float = 0.0


@dataclass
class Listing:
    """The files of a data set.

    Attributes:
        root: the folder that all of them lie in.
        what: the set's name in sentences.
        train, test: the files; None where the set has no such part.
        skipped: what was left out, with the reason.
        labels: all classes, those without a picture among them.
        value_name: what the numbers are that are to be told of the pictures; empty where they have classes.
    """

    root: Path
    what: str
    train: list[Listed] | None
    test: list[Listed] | None
    skipped: list[Skipped] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    value_name: str = ""

    def leave_out(self, path: Path, reason: str) -> None:
        """Note a file that is not used."""
        self.skipped.append(Skipped(printable(str(path.relative_to(self.root))), printable(reason)))

    def files(self) -> list[Listed]:
        """All of them."""
        return [*(self.train or ()), *(self.test or ())]

    def told(self) -> str:
        """What was left out, the first few by name."""
        told = [f"{skipped.path} ({skipped.reason})" for skipped in self.skipped[:_NAMED]]
        more = len(self.skipped) - _NAMED
        return "; ".join(told) + (f"; and {more} more" if more > 0 else "")


class _Reader:
    """Reads pictures one by one, into the shape asked for or that of the first one."""

    def __init__(self, listing: Listing, input_shape: Shape | None, progress: Progress | None) -> None:
        self._listing = listing
        self._shape = input_shape
        self._asked = input_shape is not None
        self._progress = progress
        self._total = len(listing.files())
        self._done = 0
        self._sizes: set[tuple[int, int]] = set()
        self._grey_kept = False
        self.colour = False

    def picture(self, path: Path) -> Tensor | None:
        """One picture, uint8 [C, H, W]; None if it cannot be read."""
        try:
            image = load_image(path)
        except BadFile as error:
            self._listing.leave_out(path, str(error).rstrip("."))
            return None
        finally:
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, self._total)
        self._sizes.add(image.size)
        self.colour |= image.channels != 1
        return torch.from_numpy(fit_picture(image.pixels, self._settled(image.size, 3)))

    def _settled(self, size: tuple[int, int], channels: int) -> Shape:
        if self._shape is None:
            scale = min(1.0, LONGEST_SIDE / max(size))
            height, width = (max(1, round(side * scale)) for side in size)
            self._shape = (channels, height, width)
        return self._shape

    def settle(self) -> Shape:
        """The shape of all pictures: the one asked for, or that of the first one that can be read.

        Raises:
            BadFile: if none can be read.
        """
        for listed in self._listing.files() if self._shape is None else ():
            try:
                image = load_image(listed.path)
            except BadFile:
                continue
            return self._settled(image.size, 1 if image.channels == 1 else 3)
        if self._shape is None:
            for listed in self._listing.files():
                self.picture(listed.path)
            raise BadFile(f"No picture of {self._listing.what} can be read: {self._listing.told()}.")
        return self._shape

    def notes(self) -> list[str]:
        """What was done to the pictures."""
        grey = ["Colours become grey."] if self.colour and self._shape is not None and self._shape[0] == 1 else []
        if self._shape is None or self._sizes <= {tuple(self._shape[1:])}:
            return grey
        which = "All pictures" if len(self._sizes) == 1 else f"Pictures of {len(self._sizes)} sizes"
        why = "" if self._asked else ", as the first one"
        return [*grey, f"{which} become {shape_text(self._shape[1:])}{why}: their middle part, resized."]


def read_pictures(
    listing: Listing, input_shape: Shape | None, progress: Progress | None, division: Division | None
) -> Parts:
    """Read all files of a list; those that cannot be read are left out and named.

    Raises:
        BadFile: with one sentence, if no picture can be read, or there is no room for them.
    """
    if input_shape is not None:
        conversion((3, 1, 1), input_shape)
    reader = _Reader(listing, input_shape, progress)
    shape = input_shape if input_shape is not None else _Reader(listing, None, None).settle()
    if len(listing.files()) * int(np.prod(shape)) >= STREAM_FROM:
        return _streamed(listing, reader, shape, division)
    return _in_memory(listing, reader, input_shape)


def _in_memory(listing: Listing, reader: _Reader, input_shape: Shape | None) -> Parts:
    read = [_read(reader, part) for part in (listing.train, listing.test)]
    names = _class_names(listing, [each for part in read for _, each in part])
    notes = (*reader.notes(), *_left_out(listing, names))
    keep = slice(None) if input_shape is not None or reader.colour else slice(1)
    parts = [_part(listing, part, names, keep) for part in read]
    return Parts(parts[0], parts[1], _shown(listing, names), notes, tuple(listing.skipped))


def _read(reader: _Reader, files: Sequence[Listed] | None) -> list[tuple[Tensor, Listed]]:
    found = ((reader.picture(listed.path), listed) for listed in files or ())
    return [(picture, listed) for picture, listed in found if picture is not None]


def _part(listing: Listing, read: list[tuple[Tensor, Listed]], names: Sequence[str], keep: slice) -> Part | None:
    """One channel where no picture has colour; None if there are no pictures."""
    if not read:
        return None
    x = torch.stack([picture[keep] for picture, _ in read])
    return Part(x, _targets(listing, [listed for _, listed in read], names))


def _targets(listing: Listing, files: Sequence[Listed], names: Sequence[str]) -> Tensor:
    if listing.value_name:
        return torch.tensor([[listed.value] for listed in files], dtype=torch.float32)
    numbers = {name: number for number, name in enumerate(names)}
    return torch.tensor([numbers[listed.label] for listed in files], dtype=torch.int64)


def _class_names(listing: Listing, files: Sequence[Listed]) -> tuple[str, ...]:
    if not files:
        raise BadFile(f"No picture of {listing.what} can be read: {listing.told()}.")
    return () if listing.value_name else sorted_names({listed.label for listed in files})


def sorted_names(names: set[str]) -> tuple[str, ...]:
    """Classes in the order of their numbers, the same on every machine."""
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _shown(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    return (listing.value_name,) if listing.value_name else tuple(printable(name) for name in names)


def _left_out(listing: Listing, names: Sequence[str]) -> list[str]:
    notes = []
    empty = sorted(listing.labels - set(names)) if names else []
    if empty:
        notes.append(f"Classes without a picture are left out: {', '.join(printable(name) for name in empty)}.")
    if listing.skipped:
        count = len(listing.skipped)
        notes.append(f"{count} file{'s are' if count > 1 else ' is'} left out: {listing.told()}.")
    return notes


def _streamed(listing: Listing, reader: _Reader, shape: Shape, division: Division | None) -> Parts:
    """The pictures in a cache file, those to learn from first, and what is set aside for testing after them."""
    key = cache.key_of([listed.path for listed in listing.files()], str(listing.root), tuple(shape), division)
    found = cache.opened(key)
    if found is None:
        stream = _Stream(listing, reader, division)
        channels, height, width = shape
        expected = len(listing.files()), height, width, channels
        found = cache.built(key, listing.what, expected, stream.batches(), stream.contents)
    return _parts_of(found)


class _Stream:
    """The pictures of a list on their way into a cache file."""

    def __init__(self, listing: Listing, reader: _Reader, division: Division | None) -> None:
        self._listing = listing
        self._reader = reader
        self._division = division
        self._parts = _divided(listing, division)
        self._good: list[Listed] = []
        self._train = 0

    def batches(self) -> Iterator[cache.Pictures]:
        """All that can be read, uint8 [n, H, W, C]."""
        for part in self._parts:
            for start in range(0, len(part), _AT_ONCE):
                read = _read(self._reader, part[start : start + _AT_ONCE])
                self._good += [listed for _, listed in read]
                if part is self._parts[0]:
                    self._train = len(self._good)
                if read:
                    yield torch.stack([picture for picture, _ in read]).permute(0, 2, 3, 1).contiguous().numpy()

    def contents(self) -> cache.Contents:
        """What was read, once it is."""
        listing, names = self._listing, _class_names(self._listing, self._good)
        told = tuple(_targets(listing, self._good, names).flatten().tolist())
        aside = listing.test is None and self._division is not None
        count = len(self._good) - self._train
        return cache.Contents(
            labels=() if listing.value_name else told,
            values=told if listing.value_name else (),
            train=self._train,
            class_names=_shown(listing, names),
            notes=(
                *self._reader.notes(),
                *_left_out(listing, names),
                *([aside_note(self._division, count)] if aside and self._division is not None else []),
            ),
            skipped=tuple((skipped.path, skipped.reason) for skipped in listing.skipped),
        )


def _divided(listing: Listing, division: Division | None) -> tuple[list[Listed], list[Listed]]:
    """What to learn from and what to be tested on, set aside now where the list does not say."""
    train, test = listing.train or [], listing.test or []
    if listing.test is not None or division is None:
        return train, test
    groups: dict[str, list[int]] = {}
    for index, listed in enumerate(train):
        groups.setdefault(listed.label, []).append(index)
    aside = set(chosen_of_each([groups[name] for name in sorted_names(set(groups))], division))
    kept = [listed for index, listed in enumerate(train) if index not in aside]
    return kept, [train[index] for index in sorted(aside)]


def _parts_of(found: cache.Cached) -> Parts:
    mapping, contents = found
    size = f"{mapping.nbytes / 1e9:,.1f} GB" if mapping.nbytes >= 1e8 else f"{mapping.nbytes / 1e6:,.1f} MB"
    note = f"The pictures are streamed from a cache of {size} in {mapping.path.parent}."
    targets = (
        torch.tensor(contents.values, dtype=torch.float32)[:, None]
        if contents.values
        else torch.tensor(contents.labels, dtype=torch.int64)
    )
    at, x = contents.train, mapping.all
    return Parts(
        Part(x[:at], targets[:at]) if at else None,
        Part(x[at:], targets[at:]) if at < len(targets) else None,
        contents.class_names,
        (*contents.notes, note),
        tuple(Skipped(*skipped) for skipped in contents.skipped),
        mapping,
    )
