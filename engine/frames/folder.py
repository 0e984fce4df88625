"""The pictures of a folder as a source."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from engine.errors import BadFile, SourceError
from engine.frames.image import FORMAT_TEXT, Image, load_image
from engine.frames.latest import ThreadedSource
from engine.spec.source import Folder, Source

SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif")
_NAMED = 3


def list_pictures(folder: Path) -> list[Path]:
    """The picture files of a folder by their names, numbers in them counted as numbers: p2.png before p10.png.

    What is hidden, a folder, a pipe or a device is left out, and so is what has not the ending of a picture.

    Raises:
        SourceError: when the folder cannot be read or has no picture.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if _is_picture(entry)]
    except FileNotFoundError as error:
        raise SourceError(f"The folder {folder} does not exist; choose another.") from error
    except NotADirectoryError as error:
        raise SourceError(f"{folder} is a file, not a folder; open it as a picture.") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"The folder {folder} cannot be read; choose another.") from error
    if not names:
        raise SourceError(f"The folder {folder} holds no pictures; put {FORMAT_TEXT} files in it or choose another.")
    return [folder / name for name in sorted(names, key=_natural)]


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(SUFFIXES) and not entry.name.startswith(".") and entry.is_file()


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts], name


class FolderSource(ThreadedSource):
    """Shows one picture of a folder, or one after the other, round and round. Those that cannot be read are skipped."""

    def __init__(self, spec: Folder, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._spec = spec
        self._playing = False
        self._files: list[Path] = []
        self._wanted: tuple[int, int] | None = (spec.index, 1)  # where to go, and which way to look from there
        self._position = spec.index
        self._bad: dict[int, str] = {}
        self._ready: tuple[int, Image] | None = None  # decoded ahead

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: another picture or rate of the same folder."""
        if not isinstance(spec, Folder) or spec.path != self._spec.path:
            return False
        with self._changed:
            if spec.index != self._spec.index:
                self._wanted = (spec.index, 1)
            self._spec = spec
            self.poke()
        return True

    def play(self) -> None:
        """See `FrameSource.play`."""
        with self._changed:
            self._playing = True
            self.poke()

    def pause(self) -> None:
        """See `FrameSource.pause`."""
        with self._changed:
            self._playing = False
            self.poke()

    def seek(self, index: int) -> None:
        """See `FrameSource.seek`."""
        with self._changed:
            self._wanted = (index, 1)
            self.poke()

    def step(self, delta: int) -> None:
        """See `FrameSource.step`."""
        with self._changed:
            start = self._wanted[0] if self._wanted else self._position
            self._wanted, self._playing = (start + delta, -1 if delta < 0 else 1), False
            self.poke()

    def _run(self) -> None:
        self._files, self._bad, self._ready = list_pictures(Path(self._spec.path)), {}, None
        self._wanted = self._wanted or (self._position, 1)
        shown = time.monotonic()
        while not self._closed:
            with self._changed:
                goal = self._await(shown)
            if goal is not None:
                now, period = time.monotonic(), 1 / self._spec.fps
                # On time, the next picture is due a period after this one was; else after now.
                shown = shown + period if 0 <= now - shown - period < period else now
                self._show(*goal)
                self._look_ahead()
            self.report(state="playing" if self._playing else "paused")

    def _await(self, shown: float) -> tuple[int, int] | None:
        """The next picture to show and the way to look from it, or None when only play or pause was pressed."""
        playing = self._playing
        while not self._closed and self._playing == playing:
            if self._wanted is not None:
                goal, self._wanted = self._wanted, None
                return min(max(goal[0], 0), len(self._files) - 1), goal[1]
            left = shown + 1 / self._spec.fps - time.monotonic()
            if playing and left <= 0:
                return (self._position + 1) % len(self._files), 1
            self._changed.wait(left if playing else None)
        return None

    def _show(self, index: int, way: int) -> None:
        for offset in range(len(self._files)):
            place = (index + way * offset) % len(self._files)
            image = self._decoded(place)
            if image is not None:
                self._position = place
                state = "playing" if self._playing else "paused"
                note = ", ".join(part for part in (self._files[place].name, image.note, self._skipped()) if part)
                count = len(self._files)
                self.publish(image.pixels, place, state=state, channels=image.channels, note=note, count=count)
                return
        raise SourceError(f"No picture of the folder {self._spec.path} can be read: {self._names()}; choose another.")

    def _look_ahead(self) -> None:
        """Decode the next picture now, so that it is there when it is asked for."""
        ahead = (self._position + 1) % len(self._files)
        if not self._closed and ahead != self._position:
            image = self._decoded(ahead)
            self._ready = None if image is None else (ahead, image)

    def _decoded(self, place: int) -> Image | None:
        if place in self._bad:
            return None
        if self._ready is not None and self._ready[0] == place:
            return self._ready[1]
        try:
            return load_image(self._files[place])
        except BadFile:
            self._bad[place] = self._files[place].name
            return None

    def _names(self) -> str:
        names = [self._bad[place] for place in sorted(self._bad)]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more

    def _skipped(self) -> str:
        if not self._bad:
            return ""
        return f"{len(self._bad)} that cannot be read skipped: {self._names()}"
