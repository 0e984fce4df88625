"""The look "Laws": every law on a card of its own, with the residual that the engine has measured."""

from __future__ import annotations

import random

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.kernels.laws.bar import offered
from app.kernels.laws.look import LawsLook
from app.kernels.laws.meter import share
from app.kernels.laws.words import scientific
from app.widgets.fields import Choice
from app.widgets.number_field import NumberField
from engine.kernels import kernel
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.source import Pattern
from engine.spec.study import LawsSpec
from tests.app.kernels.conftest import Stage, named
from tests.app.kernels.test_looks_storm import change
from tests.conftest import LONG

SETTINGS = 200 if LONG else 25
EMBOSS = kernel("emboss").spec()
BLUR = kernel("box").spec()


@pytest.fixture
def look(stage: Stage) -> LawsLook:
    stage.set_filter(FilterSpec(kernel=EMBOSS))
    found = stage.open_look("Laws", LawsLook)
    settle(stage, found)
    return found


def settle(stage: Stage, look: LawsLook) -> None:
    """Until what is shown answers the document as it is."""
    stage.settle()
    stage.until(lambda: look.told is not None and stage.link.is_newest(look.told.id))


def verdicts(look: LawsLook) -> dict[str, str]:
    return {name: card.verdict.text() for name, card in look.cards.items()}


def test_correlation_with_an_asymmetric_kernel_breaks_two_laws(stage: Stage, look: LawsLook) -> None:
    broken = "fails, as it must"
    assert verdicts(look) == {
        "commutativity": broken, "associativity": broken, "linearity": "holds", "separability": broken,
        "shift": "holds", "rotation": broken, "scale": broken,
    }  # fmt: skip
    stage.set(operation="convolution")
    settle(stage, look)
    assert verdicts(look)["commutativity"] == verdicts(look)["associativity"] == "holds"
    for card in look.cards.values():
        assert card.law is not None
        assert card.number.text() == scientific(card.law.residual)
        assert card.meter.value() == card.law.residual
        assert len(card.pictures.boxes()) == 3
        assert card.law.sentence == card.sentence.text()
        assert card.verdict.text() in card.accessibleDescription()


def test_shifts_by_multiples_of_the_stride_are_kept_and_others_are_not(stage: Stage, look: LawsLook) -> None:
    stage.set(stride=(2, 2))
    settle(stage, look)
    assert verdicts(look)["shift"] == "fails, as it must"
    field = named(look, NumberField, "Shift, vertical")
    stage.enter(field, "2")
    settle(stage, look)
    assert stage.document.project.laws.shift == (2, 2)
    assert verdicts(look)["shift"] == "holds"
    assert stage.undone().laws.shift == (1, 1)
    settle(stage, look)
    assert verdicts(look)["shift"] == "fails, as it must"


def test_the_second_kernel_is_chosen_among_the_named_ones_and_the_bank(stage: Stage, look: LawsLook) -> None:
    choice = named(look, Choice, "Kernel l")
    assert choice.currentText() == "Sobel horizontal"
    stage.choose(choice, "Box")
    settle(stage, look)
    assert stage.document.project.laws.other == BLUR
    assert verdicts(look)["associativity"] == "holds", "a box is its own half turn"
    own = KernelSpec(name="mine", weights=(((1.0, 2.0),),))
    stage.document.edit(msgspec.structs.replace(stage.document.project, bank=(own,)), "bank")
    stage.choose(choice, "mine (bank)")
    assert stage.document.project.laws.other == own
    stage.document.undo()
    stage.document.undo()
    stage.document.undo()
    assert choice.value() == LawsSpec().other
    labels = [label for _, label in offered(stage.document.project)]
    assert len(labels) == len(set(labels))


def test_turn_scale_and_border_are_the_documents_and_come_back(stage: Stage, look: LawsLook) -> None:
    for name, text, value in (("Angle", "-45", -45.0), ("Scale", "2", 2.0)):
        stage.enter(named(look, NumberField, name), text)
        assert getattr(stage.document.project.laws, name.lower()) == value
    circular = next(each for each in look.findChildren(QPushButton) if each.text() == "circular")
    stage.hand.click(circular, circular.rect().center())
    settle(stage, look)
    assert stage.document.project.laws == LawsSpec(border="circular", angle=-45.0, scale=2.0)
    assert verdicts(look)["commutativity"] == "fails, as it must"
    for _ in range(3):
        stage.document.undo()
    assert stage.document.project.laws == LawsSpec()
    assert look.bar.angle.value() == 30
    stage.enter(named(look, NumberField, "Scale"), "9")
    assert "between 0.25 and 4" in stage.heard.one_sentence()


def test_what_is_too_small_is_said_on_its_card(stage: Stage, look: LawsLook) -> None:
    stage.use(Pattern(kind="noise", height=6, width=4, seed=1))
    settle(stage, look)
    assert look.cards["linearity"].verdict.text() == "holds"
    for name in ("rotation", "scale"):
        card = look.cards[name]
        assert card.sentence.text().endswith("would do.")
        assert (card.verdict.text(), card.number.text(), card.meter.value()) == ("", "", None)
        assert card.accessibleDescription() == card.sentence.text()
    assert not stage.heard.all


@pytest.mark.parametrize("first", ["laws", "map", "bank"])
def test_nobody_waits_for_a_picture_of_a_look_that_is_gone(stage: Stage, look: LawsLook, first: str) -> None:
    stage.page.looks.show_look(first)
    stage.settle()
    stage.document.edit(msgspec.structs.replace(stage.document.project, filter=FilterSpec()), "edit")
    for _ in range(100):  # without a chance to paint
        stage.link.pull()
    assert stage.link.tally.waiting
    stage.page.looks.show_look("matrix")
    assert not stage.link.tally.waiting
    stage.settle()
    assert look.told is None


def test_no_setting_is_too_much_for_the_laws(stage: Stage, look: LawsLook) -> None:
    rng = random.Random("laws")
    for _ in range(SETTINGS):
        change(stage, rng)
        laws = LawsSpec(
            border=rng.choice(["inside", "circular"]),
            shift=(rng.randint(-64, 64), rng.randint(-9, 9)),
            angle=rng.uniform(-180, 180),
            scale=rng.uniform(0.25, 4),
            other=rng.choice([BLUR, EMBOSS, stage.kernel]),
        )
        stage.document.edit(msgspec.structs.replace(stage.document.project, laws=laws), "storm")
        if rng.random() < 0.7:
            settle(stage, look)
            for card in look.cards.values():
                assert card.sentence.text().endswith(".")
        stage.page.grab()
    stage.settle()


def test_the_controls_are_reached_by_the_keyboard_in_order(stage: Stage, look: LawsLook) -> None:
    look.bar.other.setFocus()
    reached = []
    for _ in range(5):
        stage.hand.key(stage.page.window().focusWidget() or look, Qt.Key.Key_Tab)
        focus = stage.page.window().focusWidget()
        reached.append(focus.accessibleName() if focus is not None else "")
    assert reached[:2] == ["Border: left out", "Shift, vertical"]
    assert reached[-1] in ("Angle", "Shift, horizontal")


def test_the_scale_of_the_meter_is_one_of_powers() -> None:
    assert share(0.0) == share(1e-12) == 0
    assert share(1e-6) - share(1e-7) == pytest.approx(share(1e-2) - share(1e-3))
    assert share(50.0) == 1
