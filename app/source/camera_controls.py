"""The strip of a camera: which one, and what is wished of it."""

from __future__ import annotations

from app.source.controls import PlayButton, SourceControls
from app.source.form import SourceForm
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import described, number
from app.state.notices import Notices
from app.widgets.fields import Choice
from engine.protocol import SourceState
from engine.spec.source import Camera

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((0, 0), (240, 320), (480, 640), (720, 1280), (1080, 1920))
"""(height, width) that cameras commonly have; (0, 0) leaves it to the camera."""
RATES = (0.0, 15.0, 30.0, 60.0)


def size_text(size: Size) -> str:
    """A wished size in words."""
    return f"{size[0]} × {size[1]}" if any(size) else "camera's own"


def rate_text(rate: float) -> str:
    """A wished rate in words."""
    return f"{rate:g} /s" if rate else "camera's own"


class CameraControls(SourceControls):
    """Every change opens the camera anew, which may take it a second."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self.play = PlayButton(link)
        self.index = number(Camera, "index")
        tip = "Wished height × width of the frames. A camera that cannot do it gives the nearest it can."
        self.extent = Choice([(size, size_text(size)) for size in SIZES], "Size", tip)
        self.rate = number(Camera, "fps", 5)
        self._form = SourceForm(self, document, notices, Camera)
        self._form.bind("index", self.index)
        self._form.bind("fps", self.rate)
        self._form.bind_size(self.extent)
        self.add(self.play)
        self.add(self.index, described(Camera, "index").label)
        self.add(self.extent, "Size")
        self.add(self.rate, described(Camera, "fps").label)
        self.fill()

    def show_source(self, source: Camera) -> None:
        """Show the wishes."""
        size = (source.height, source.width)
        sizes = SIZES if size in SIZES else (*SIZES, size)
        self.extent.set_options([(each, size_text(each)) for each in sizes])
        self._form.refresh()

    def show_state(self, state: SourceState | None) -> None:
        """Show whether it runs."""
        self.play.show_state(state)
