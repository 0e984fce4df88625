"""What all tools with settings have in common: controls set them, the kernel follows at once, undo moves them back."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import SignalInstance

from app.kernels.design.live import Live
from app.kernels.design.place import Place
from app.kernels.design.pop_out import PopOut
from app.kernels.design.weights import Array, made_of
from engine.spec.filter import KernelSpec


class Control(Protocol):
    """Shows a value and says when the person has set another one."""

    value_changed: SignalInstance

    def set_value(self, value: Any, /) -> None: ...


S = TypeVar("S", bound=tuple[Any, ...])


class LiveTool(PopOut, Generic[S]):
    """A tool that makes its kernel of the one it was opened on; `start` are the settings that leave it as it is."""

    def __init__(self, place: Place, title: str, help: str, start: S) -> None:
        super().__init__(title, help)
        self.place = place
        self.start = start
        self.settings = start
        self.live = Live(place.document, type(self).__name__, start, self)
        self.live.moved.connect(self._follow)
        self._controls: dict[str, Control] = {}

    def make(self, weights: Array, settings: S) -> Array:
        """What the tool makes of a kernel, [kH, kW] or [kH, kW, 3].

        Raises:
            SpecError: if it cannot.
        """
        raise NotImplementedError

    def act(self, settings: S) -> str:
        """What undo calls it."""
        raise NotImplementedError

    def leaves_alone(self, settings: S) -> bool:
        """Whether these settings leave the kernel as it is."""
        return settings == self.start

    def bind(self, name: str, control: Control) -> None:
        """Have `control` show and set the setting called `name`."""
        self._controls[name] = control

        def change(value: object) -> None:
            self.put(self.settings._replace(**{name: value}))  # type: ignore[attr-defined]  # settings have names

        control.value_changed.connect(change)

    def put(self, settings: S) -> None:
        """Make the kernel that belongs to these settings the document's."""
        self.settings = settings
        asked = self.start if self.leaves_alone(settings) else settings
        self.refuse(self.live.put(asked, lambda base: self.made(base, settings), self.act(settings)))
        self.show_settings()

    def made(self, base: KernelSpec, settings: S) -> KernelSpec:
        """The kernel that belongs to these settings."""
        return made_of(base, lambda weights: self.make(weights, settings))

    def show_settings(self) -> None:
        """Show the settings as they are now."""
        for name, control in self._controls.items():
            control.set_value(getattr(self.settings, name))

    def back_to(self, settings: S) -> S:
        """What to show when the kernel is that of these settings again."""
        return settings

    def _follow(self, settings: S) -> None:
        self.settings = self.back_to(settings)
        self.refuse("")
        self.show_settings()

    def end(self) -> None:
        """Stop following the kernel."""
        self.live.end()
