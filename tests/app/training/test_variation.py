"""The Variation tab: a form of the field table, samples that follow it, and a run that does."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt

from app.training.variation_look import VariationLook
from engine.protocol import Train, Varied, VaryData
from engine.spec.data import AugmentSpec
from engine.spec.fields import fields_of
from engine.spec.project import Project
from engine.spec.steering import Vary
from tests.app.training.conftest import Stage


def look_of(stage: Stage) -> VariationLook:
    stage.samples()
    stage.page.looks.choose("variation")
    look = stage.page.looks.behind("variation")
    assert isinstance(look, VariationLook)
    return look


def asked(stage: Stage) -> list[VaryData]:
    return [request for request in stage.engine.sent if isinstance(request, VaryData)]


def varied(stage: Stage) -> Varied:
    boxes = tuple((row * 30, column * 30, 28, 28) for row in range(8) for column in range(6))
    plane = stage.engine.plane("varied", 238, 178)
    event = Varied(id=asked(stage)[-1].id, data="mnist", plane=plane, tiles=boxes, columns=6)
    stage.hear(event)
    return event


@pytest.mark.parametrize("name", fields_of(AugmentSpec))
def test_every_amount_has_a_control_that_works_in_both_directions(stage: Stage, name: str) -> None:
    look = look_of(stage)
    field, control = fields_of(AugmentSpec)[name], look.form.controls[name]
    assert control.accessibleName() == field.label
    value: object = field.choices[-1] if field.choices else 3 if field.integer else 0.25
    stage.set(augment=AugmentSpec(**{name: value}))
    assert control.value() == value  # type: ignore[attr-defined]
    stage.document.undo()
    control.value_changed.emit(value)  # type: ignore[attr-defined]
    assert stage.document.project == Project(augment=AugmentSpec(**{name: value}))
    stage.qtbot.mouseClick(look.form.none, Qt.MouseButton.LeftButton)
    assert stage.document.project == Project()
    assert not look.form.none.isEnabled()


def test_samples_follow_each_change_and_again_draws_anew(stage: Stage) -> None:
    look = look_of(stage)
    assert [(each.data, each.draw, each.input_shape) for each in asked(stage)] == [("mnist", 0, (1, 28, 28))]
    assert look.words.text() == "Nothing is varied."
    stage.set(augment=AugmentSpec(rotate=20.0))
    assert asked(stage)[-1].augment == AugmentSpec(rotate=20.0)
    event = varied(stage)
    assert look.is_answered
    assert look.mosaic.extent() == (event.plane.rows, event.plane.columns) if event.plane else False
    stage.qtbot.mouseClick(look.again, Qt.MouseButton.LeftButton)
    assert (asked(stage)[-1].draw, look.is_answered) == (1, False)
    stage.page.looks.choose("progress")
    count = len(asked(stage))
    stage.set(augment=AugmentSpec(rotate=30.0))
    assert len(asked(stage)) == count, "nobody looks"


def test_what_such_pictures_cannot_be_given_is_one_sentence(stage: Stage) -> None:
    look = look_of(stage)
    count = len(asked(stage))
    stage.set(augment=AugmentSpec(saturation=0.5))
    assert look.form.problem.text() == "Saturation is for colours, and these pictures have 1 channel; 0 would do."
    assert look.form.problem.isVisible()
    assert len(asked(stage)) == count
    stage.document.undo()
    assert not look.form.problem.isVisible()


def test_samples_that_cannot_be_had_are_one_sentence(stage: Stage) -> None:
    look = look_of(stage)
    stage.hear(Varied(id=asked(stage)[-1].id, data="mnist", plane=None, message="mnist cannot be read."))
    assert look.words.text() == "mnist cannot be read."


def test_a_run_that_goes_on_is_told_and_a_start_takes_it_along(stage: Stage) -> None:
    look_of(stage)
    stage.set(augment=AugmentSpec(shift=2))
    assert stage.engine.trains == []
    stage.click(stage.page.controls.start)
    begun = stage.engine.trains[-1]
    assert begun.project is not None
    assert begun.project.augment == AugmentSpec(shift=2)
    stage.training("running", step=1, steps=9)
    stage.set(augment=AugmentSpec(shift=3))
    orders = [each for each in stage.engine.trains if each.order is not None]
    assert [each.order for each in orders] == [Vary(augment=AugmentSpec(shift=3))]
    assert isinstance(orders[0], Train)
    stage.training("stopped")
    stage.set(augment=msgspec.structs.replace(AugmentSpec(), noise=0.1))
    assert [each for each in stage.engine.trains if each.order is not None] == orders
