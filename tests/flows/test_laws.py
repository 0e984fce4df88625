"""A person asks what holds of convolution: the laws answer, live, on a real engine process."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame, QPushButton

from engine.resources import resolve
from tests.flows.conftest import Stage
from tests.flows.test_first_story import _drop


def _press(stage: Stage, text: str) -> None:
    buttons = stage.bench.page.findChildren(QPushButton)
    stage.click(next(each for each in buttons if each.text() == text and each.isVisible()))


def _settle(stage: Stage) -> Any:
    """Until the cards answer the document as it is."""
    stage.settle()
    look: Any = stage.bench.page.looks.look
    stage.until(lambda: look.told is not None and stage.bench.link.is_newest(look.told.id))
    return look


def _said(stage: Stage, law: str) -> str:
    """What a screen reader says of a law."""
    _settle(stage)
    return stage.named(QFrame, law).accessibleDescription()


def test_flipping_the_kernel_and_moving_the_picture(stage: Stage) -> None:
    _press(stage, "Laws")
    _press(stage, "Convolution")
    assert ": holds, residual" in _said(stage, "Commutativity")
    assert ": holds, residual" in _said(stage, "Associativity")
    _press(stage, "Cross-correlation")
    assert ": fails, as it must, residual" in _said(stage, "Commutativity")
    assert "180°" in _said(stage, "Commutativity")

    stage.type_into("Stride, vertical", "2")
    assert stage.bench.document.project.filter.stride == (2, 2)
    assert ": fails, as it must" in _said(stage, "Shift")
    stage.type_into("Shift, vertical", "2")
    assert ": holds, residual" in _said(stage, "Shift")
    stage.bench.document.undo()
    assert ": fails, as it must" in _said(stage, "Shift")
    stage.type_into("Angle", "90")
    stage.choose("Kernel l", "Laplacian 4")
    assert ": holds, residual" in _said(stage, "Associativity"), "it is its own half turn"
    assert ": fails, as it must" in _said(stage, "Rotation"), "a vertical edge becomes a horizontal one"


def test_laws_follow_a_clip_and_a_new_engine(stage: Stage) -> None:
    _press(stage, "Laws")
    _drop(stage, resolve("sample:webcam_digits_320x240.mp4"))
    look, link = _settle(stage), stage.bench.link
    frames: set[int] = set()
    link.laws.connect(lambda told: frames.add(told.frame))
    shown = link.shown
    stage.until(lambda: len(frames) >= 5 and link.shown >= shown + 5)
    residual = look.cards["rotation"].number.text()
    stage.until(lambda: look.cards["rotation"].number.text() != residual)
    link.restart()
    frames.clear()
    stage.until(lambda: len(frames) >= 5)
    assert look.cards["linearity"].verdict.text() == "holds"
    _press(stage, "Map")
    stage.settle()
    assert stage.bench.page.map.view.extent() == (240, 320)
