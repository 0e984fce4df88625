"""A picture file as a source."""

from __future__ import annotations

from collections.abc import Callable

from engine.frames.image import load_image
from engine.frames.latest import ThreadedSource
from engine.spec.source import Picture, Source


class PictureSource(ThreadedSource):
    """Decodes a picture beside everything else; position and count are those of a file that holds several."""

    def __init__(self, spec: Picture, wake: Callable[[], None]) -> None:
        super().__init__(wake)
        self._path = spec.path
        self._page = spec.page
        self._pages = 0
        self._stale = True

    def update(self, spec: Source) -> bool:
        """See `FrameSource.update`: another picture of the same file."""
        if not isinstance(spec, Picture) or spec.path != self._path:
            return False
        if spec.page != self._page:
            self._turn(spec.page)
        return True

    def play(self) -> None:
        """See `FrameSource.play`: nothing moves, but a file that failed is read again."""
        with self._changed:
            self.poke()

    def pause(self) -> None:
        """A picture stands still."""

    def seek(self, index: int) -> None:
        """See `FrameSource.seek`: a picture of a file that holds several."""
        page = min(max(index, 0), max(self._pages - 1, 0))
        if page != self._page:
            self._turn(page)

    def step(self, delta: int) -> None:
        """See `FrameSource.step`."""
        self.seek(self._page + delta)

    def _turn(self, page: int) -> None:
        with self._changed:
            self._page, self._stale = page, True
            self.poke()

    def _run(self) -> None:
        self._stale = True
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stale or self._closed)
                page, self._stale = self._page, False
            if self._closed:
                return
            image = load_image(self._path, page)
            self._pages = image.pages
            channels, note, pages = image.channels, image.note, image.pages
            self.publish(image.pixels, page, state="still", channels=channels, note=note, count=pages)
