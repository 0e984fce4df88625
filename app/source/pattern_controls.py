"""The strip of a test pattern; every control is made from the field table."""

from __future__ import annotations

from app.source.controls import PlayButton, SourceControls
from app.source.form import SourceForm, size_pair
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.form import choice, described, number
from app.state.notices import Notices
from engine.protocol import SourceState
from engine.spec.source import Pattern

STEPS = {"period": 1.0, "angle": 5.0, "contrast": 0.05, "noise": 0.01, "seed": 1.0, "speed": 0.25}
ONLY_IN_MOTION = {"period": ("impulse", "step"), "angle": ("impulse",)}
NEVER = {"period": ("noise", "gradient"), "angle": ("rings", "noise")}
"""Which patterns a setting makes no difference to, while they stand still or at all."""


def is_used(name: str, pattern: Pattern) -> bool:
    """Whether changing this setting could change the picture now."""
    if name == "seed":
        return pattern.kind == "noise" or pattern.noise > 0
    if pattern.kind in ONLY_IN_MOTION.get(name, ()):
        return pattern.speed > 0
    return pattern.kind not in NEVER.get(name, ())


class PatternControls(SourceControls):
    """What makes no difference to the pattern of the moment is dimmed."""

    def __init__(self, document: Document, link: EngineLink, notices: Notices) -> None:
        super().__init__(document, link, notices)
        self.play = PlayButton(link)
        self.kind = choice(Pattern, "kind")
        self.numbers = {name: number(Pattern, name, step) for name, step in STEPS.items()}
        self.extent = size_pair(Pattern)
        self._form = SourceForm(self, document, notices, Pattern)
        self._form.bind("kind", self.kind)
        self.add(self.kind, described(Pattern, "kind").label)
        for name, field in self.numbers.items():
            self._form.bind(name, field)
            self.add(field, described(Pattern, name).label)
        self._form.bind_size(self.extent)
        self.add(self.play)
        self.add(self.extent, "Size")
        self.fill()

    def show_source(self, source: Pattern) -> None:
        """Show the settings."""
        self._form.refresh()
        for name, field in self.numbers.items():
            field.setEnabled(is_used(name, source))
        self.play.setEnabled(source.speed > 0)

    def show_state(self, state: SourceState | None) -> None:
        """Show whether it moves."""
        self.play.show_state(state)
