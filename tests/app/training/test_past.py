"""Timeline and slow motion: what is asked of the engine, by mouse and by keys, and what its answers become."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.training.slow_cards import STEPS, card
from app.training.track import NOW
from engine.protocol import Figure, Lesson, LookBack, LookedBack, Moment, Numbers, Stage, WalkedThrough, WalkThrough
from tests.app.training.conftest import Stage as Window
from tests.app.training.conftest import confusion
from tests.app.widgets.conftest import Hand

MOMENTS = tuple(
    Moment(step=step, epoch=step // 8, test_loss=0.3 if step == 8 else None, test_accuracy=0.9 if step == 8 else None)
    for step in (0, 1, 2, 4, 8, 11)
)


def _asked(stage: Window, kind: type) -> Any:
    return [request for request in stage.engine.sent if isinstance(request, kind)][-1]


def _answer(stage: Window, **more: Any) -> None:
    asked = _asked(stage, LookBack)
    told: dict[str, Any] = {"moments": MOMENTS, "steps": (1, 5, 11), "losses": (2.3, 1.0, 0.4)}
    told |= {"nbytes": 2**21, "most_bytes": 2**30, "most": 48, "class_names": tuple("0123456789")}
    told["confusion"] = confusion() if asked.step == 8 else ()
    stage.hear(LookedBack(id=asked.id, run=asked.run, at=asked.step, **{**told, **more}))


@pytest.fixture
def timeline(stage: Window) -> Any:
    stage.training("running", run="/runs/a", step=11, steps=100)
    stage.page.looks.choose("timeline")
    return stage.page.looks.behind("timeline")


def test_the_keys_go_through_the_moments(stage: Window, timeline: Any) -> None:
    assert (_asked(stage, LookBack).run, _asked(stage, LookBack).step) == ("/runs/a", NOW)
    _answer(stage)
    assert timeline.kept.text() == "6 of at most 48 steps kept, 2 MB of at most 1 GB on the disk"
    assert not timeline.fork.isEnabled()
    hand = Hand(stage.qtbot)
    way = []
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left):
        timeline.track.setFocus()
        hand.key(timeline.track, key)
        way.append(_asked(stage, LookBack).step)
        _answer(stage)
    assert way == [0, 1, 11, 8]
    assert timeline.where.text() == "Step 8 · epoch 1 · test 90 %, loss 0.3"
    assert timeline.confusion.counts().sum() == 1900
    track = timeline.track
    hand.click(track, QPoint(round(track.x_of(2)), 40))
    assert _asked(stage, LookBack).step == 2
    _answer(stage)
    stage.click(timeline.now)
    assert _asked(stage, LookBack).step == NOW


def test_out_of_sight_the_network_is_that_of_now(stage: Window, timeline: Any) -> None:
    _answer(stage)
    timeline.go_to(1)
    _answer(stage)
    stage.page.looks.choose("progress")
    assert _asked(stage, LookBack).step == NOW
    stage.page.looks.choose("timeline")
    assert _asked(stage, LookBack).step == 1


def test_it_plays_to_the_end(stage: Window, timeline: Any) -> None:
    _answer(stage)
    timeline._timer.setInterval(0)
    stage.click(timeline.playing)
    seen = []

    def is_over() -> bool:
        if not timeline.is_answered:
            seen.append(_asked(stage, LookBack).step)
            _answer(stage)
        return not timeline._timer.isActive() and timeline.track.at == len(MOMENTS) - 1

    stage.until(is_over)
    assert seen == [0, 1, 2, 4, 8, 11]
    assert timeline.playing.accessibleName() == "Play"


def test_a_fork_stops_the_run_first(stage: Window, timeline: Any) -> None:
    stage.run_of(stage.document.project.network, "a")
    run = str(stage.folder / "a")
    stage.training("running", run=run, step=11, steps=100)
    _answer(stage)
    timeline.go_to(3)
    _answer(stage)
    stage.click(timeline.fork)
    assert stage.engine.trains[-1].action == "stop"
    assert timeline.hint.text() == "Stopping the run…"
    stage.training("stopped", run=run, step=12, steps=100)
    sent = stage.engine.trains[-1]
    assert (sent.action, sent.parent, sent.at) == ("fork", run, 4)
    assert sent.run != run
    stage.training("running", run=sent.run, step=1, steps=100)
    assert (_asked(stage, LookBack).run, _asked(stage, LookBack).step) == (sent.run, NOW)
    _answer(stage, parent=run, parent_step=4)
    assert timeline.kept.text().endswith("forked from a, step 4")


def _numbers(*shape: int) -> Numbers:
    return Numbers(shape=shape, data=np.arange(int(np.prod(shape)), dtype=np.float32).tobytes())


def _walked(number: int, **more: Any) -> WalkedThrough:
    lesson = Lesson(label=1, outputs=(0.0, 1.0), chances=(0.25, 0.75), wanted=(0.0, 1.0), loss=0.3, slopes=(0.2, -0.2))
    told: dict[str, Any] = {
        "step": 8, "pictures": 97, "inputs": _numbers(1, 1, 4, 4), "class_names": ("a", "b"),
        "loss_name": "cross-entropy",
        "stages": (Stage(path="conv1", shape=(2, 3, 3), minimum=0.0, maximum=1.0, mean=0.5, maps=_numbers(2, 3, 3)),),
        "lessons": (lesson,), "layer": "conv1", "layers": ("conv1", "linear1"), "cell": (0, 0, 1, 2),
        "weight_shape": (2, 1, 3, 3), "kernel": _numbers(3, 3), "seen": _numbers(1, 2, 2),
        "upstream": _numbers(1, 2, 2),
        "products": _numbers(1, 2, 2), "slope": 6.0, "autograd": 6.0, "differences": 6.0, "optimiser": "sgd",
        "formula": "w ← w − η·g", "terms": (Figure(name="w", value=0.5),), "before": 0.5, "after": 0.4,
    }  # fmt: skip
    return WalkedThrough(id=number, **{**told, **more})


def test_the_cards_one_after_another(stage: Window) -> None:
    stage.page.looks.choose("slow")
    look: Any = stage.page.looks.behind("slow")
    asked = _asked(stage, WalkThrough)
    assert (asked.project, asked.picture, asked.count) == (stage.document.project, 0, 1)
    stage.hear(_walked(asked.id))
    for step, _ in STEPS:
        assert look.step == step
        assert look.words.text() == card(step, look.told).words
        if step != STEPS[-1][0]:
            look.setFocus()
            Hand(stage.qtbot).key(look, Qt.Key.Key_Right)
    assert look.kernel.ring() == (1, 2)
    look.kernel.chosen.emit(2, 0)
    assert _asked(stage, WalkThrough).cell == (0, 0, 2, 0)
    stage.hear(_walked(asked.id, layer="linear1"))
    assert look.told.layer == "conv1", "an answer to an older question"
    stage.hear(_walked(_asked(stage, WalkThrough).id, problem="No layer has weights to follow."))
    assert look.words.text() == "No layer has weights to follow."
    assert not look.side.isVisible()
