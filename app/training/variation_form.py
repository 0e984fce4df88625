"""How pictures are varied while they are learned from: a form of every amount in the field table."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.state.document import Document
from app.state.form import SpecForm, choice, lens_on, slider
from app.state.notices import Notices
from app.widgets.group import Group
from app.widgets.theme import set_role
from app.widgets.tips import describe
from engine.errors import SpecError
from engine.spec.data import AugmentSpec, check_augment
from engine.spec.fields import fields_of

ABOUT = "variation"
AUGMENT = lens_on(AugmentSpec, "augment")
WIDE = 176
_STEPS = {"shift": 1, "rotate": 1}
_STEP = 0.05


class VariationForm(Group):
    """Changes `Project.augment`; says what the pictures at hand cannot be given."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__("Variation")
        self._document = document
        self._shape: tuple[int, ...] = ()
        self._form = SpecForm(self, document, notices, AUGMENT, ABOUT)
        self.controls: dict[str, QWidget] = {}
        for name, field in fields_of(AugmentSpec).items():
            control = choice(AugmentSpec, name) if field.choices else slider(AugmentSpec, name, _STEPS.get(name, _STEP))
            control.setFixedWidth(WIDE)
            self._form.bind(name, control)
            self.controls[name] = control
            self.add_row(field.label, control, tip=field.help)
        self.none = QPushButton("As they are")
        describe(self.none, "As they are", "Varies nothing: every amount goes back to none.")
        self.none.clicked.connect(self._leave)
        self.add(self.none)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        set_role(self.problem, "problem")
        self.add(self.problem)
        self.body.addStretch(1)
        document.changed.connect(self.refresh)
        self.refresh()

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """What is varied: (channels, height, width), or (channels, length)."""
        self._shape = shape
        self.refresh()

    def refresh(self) -> None:
        """Say whether such inputs can be varied so."""
        augment = self._document.project.augment
        self.none.setEnabled(augment != AugmentSpec())
        self.problem.setText(problem_of(augment, self._shape))
        self.problem.setVisible(bool(self.problem.text()))

    def _leave(self) -> None:
        plain = AugmentSpec()
        self._form.change({name: getattr(plain, name) for name in fields_of(AugmentSpec)}, "vary nothing")


def problem_of(augment: AugmentSpec, shape: tuple[int, ...]) -> str:
    """Why inputs of a shape cannot be varied so; empty if they can, or nothing is known of them."""
    try:
        if shape and augment.is_active:
            check_augment(augment, shape)
    except SpecError as error:
        return str(error)
    return ""
