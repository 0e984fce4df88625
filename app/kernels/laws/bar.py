"""What the laws are measured with: the two kernels, the border, and how the picture is moved, turned and scaled."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.kernels.bank.contents import labels
from app.kernels.bank.thumbs import kernel_image
from app.kernels.rows import FOR_THREE
from app.kernels.step_words import kernel_words
from app.state.document import Document
from app.state.form import SpecForm, described, lens_on, number, options, pair
from app.state.notices import Notices
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from app.widgets.painted import PaintedWidget
from app.widgets.segmented import Segmented
from app.widgets.theme import set_role
from app.widgets.tips import describe, tip_text
from app.widgets.tokens import CONTROL_HEIGHT, tokens
from engine.kernels import families, kernel
from engine.spec.filter import KernelSpec
from engine.spec.project import Project
from engine.spec.study import LawsSpec

ABOUT = "laws"
OTHER_TIP = (
    "The second kernel, l, that associativity needs: one of the named ones, of the bank, or the kernel of this page."
)
K_TIP = "The kernel of this page, k. Change it at the right, and the operation and the stride as well."


LAWS = lens_on(LawsSpec, "laws")


class Thumb(PaintedWidget):
    """A kernel as a small picture."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._kernel: KernelSpec | None = None
        self._image = QImage()
        self._name, self._tip = name, tip
        self.setFixedSize(CONTROL_HEIGHT, CONTROL_HEIGHT)

    def set_kernel(self, spec: KernelSpec) -> None:
        """Show this one."""
        if spec != self._kernel:
            self._kernel = spec
            describe(self, f"{self._name}: {kernel_words(spec)}", self._tip)
            self._draw()

    def follow_theme(self) -> None:
        """Weights have other colours on another ground."""
        self._draw()

    def _draw(self) -> None:
        if self._kernel is not None:
            self._image = kernel_image(self._kernel.weights[0], tokens().name == "dark")
            self.update()

    def sizeHint(self) -> QSize:
        """As high as a control."""
        return QSize(CONTROL_HEIGHT, CONTROL_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The weights, in a frame."""
        if self._image.isNull():
            return
        painter = QPainter(self)
        size = self._image.size().scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        painter.fillRect(place.adjusted(-1, -1, 1, 1), tokens().colour("control_line"))
        painter.drawImage(place, self._image)


class LawsBar(QWidget):
    """The controls, all of them views of the document."""

    def __init__(self, document: Document, notices: Notices) -> None:
        super().__init__()
        self._document = document
        self._offered: tuple[object, ...] = ()
        self._form = SpecForm(self, document, notices, LAWS, ABOUT)
        self.mine, self.second = Thumb("Kernel k", K_TIP), Thumb("Kernel l", OTHER_TIP)
        self.other = Choice([], "Kernel l", OTHER_TIP)
        self.other.setMinimumWidth(120)
        self.other.value_changed.connect(self._choose)
        border = described(LawsSpec, "border")
        self.border = Segmented(options(border), border.label, border.help)
        self.shift = pair(LawsSpec, "shift")
        self.angle, self.scale = number(LawsSpec, "angle", 5), number(LawsSpec, "scale", 0.1)
        self._build()
        for name in ("border", "shift", "angle", "scale"):
            self._form.bind(name, getattr(self, name))
        document.changed.connect(self._refresh)
        self._refresh()

    def _build(self) -> None:
        for field in self.shift.findChildren(NumberField):
            field.setFixedWidth(FOR_THREE)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(_caption("k", self.mine, K_TIP))
        row.addWidget(self.mine)
        for text, parts, tip in (
            ("l", (self.second, self.other), OTHER_TIP),
            ("Border", (self.border,), described(LawsSpec, "border").help),
            ("Shift", (self.shift,), described(LawsSpec, "shift").help),
            ("Turn", (self.angle,), described(LawsSpec, "angle").help),
            ("Scale", (self.scale,), described(LawsSpec, "scale").help),
        ):
            row.addSpacing(4)
            row.addWidget(_caption(text, parts[-1], tip))
            for part in parts:
                row.addWidget(part)
        row.addStretch(1)

    def _refresh(self) -> None:
        project = self._document.project
        key = (project.bank, project.filter.kernel, project.laws.other)
        if key == self._offered:
            return
        self._offered = key
        self.other.set_options(offered(project))
        self.other.set_value(project.laws.other)
        self.mine.set_kernel(project.filter.kernel)
        self.second.set_kernel(project.laws.other)

    def _choose(self, spec: object) -> None:
        assert isinstance(spec, KernelSpec)
        self._form.change({"other": spec}, f"take {kernel_words(spec)} for l")


@cache
def _named() -> tuple[tuple[KernelSpec, str], ...]:
    return tuple((kernel(each.name).spec(), each.label) for each in families())


def offered(project: Project) -> list[tuple[object, str]]:
    """Every kernel that l can be: the named ones, those of the bank, that of the page, and what it is now."""
    made: list[tuple[object, str]] = list(_named())
    banked = [f"{label} (bank)" for label in labels(project.bank)]
    more = [*zip(project.bank, banked, strict=True), (project.filter.kernel, "k itself")]
    more.append((project.laws.other, kernel_words(project.laws.other)))
    for spec, label in more:
        if all(spec != known for known, _ in made):
            made.append((spec, label))
    return made


def _caption(text: str, buddy: QWidget, tip: str) -> QLabel:
    label = QLabel(text)
    label.setBuddy(buddy)
    label.setToolTip(tip_text(tip))
    set_role(label, "second")
    return label
