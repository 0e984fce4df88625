"""A person records three classes from the pad, looks at them, varies them, trains on them, and is understood."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt

from engine.spec.data import AugmentSpec
from engine.spec.source import Drawing, Stroke
from engine.spec.train import TrainSpec
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

EACH = 5
CLASSES = ("down", "across", "corner")


def drawing(name: str, place: int) -> Drawing:
    """A line down, a line across, or both, somewhere else each time."""
    at = 52.0 + 5 * place
    down = Stroke(points=((30.0, at), (98.0, at)), width=9.0)
    across = Stroke(points=((at, 30.0), (at, 98.0)), width=9.0)
    return Drawing(strokes={"down": (down,), "across": (across,), "corner": (down, across)}[name])


def edit(stage: Stage, **changes: Any) -> None:
    document = stage.bench.document
    document.edit(msgspec.structs.replace(document.project, **changes), "story")


def draw(stage: Stage, source: Drawing) -> None:
    """Put a drawing on the pad, and wait until the engine has shown it."""
    before = stage.bench.link.on_screen["input"]
    edit(stage, source=source)
    stage.until(lambda: stage.bench.link.on_screen["input"] is not before)
    stage.settle()


def record(stage: Stage, page: Any, folder: str) -> None:
    """Name the classes, and hold the key of each while it is on the pad."""
    page.looks.choose("record")
    look = page.looks.behind("record")
    look.open_folder(folder)
    for name in CLASSES:
        stage.qtbot.keyClicks(look.name, name)
        stage.qtbot.keyClick(look.name, Qt.Key.Key_Return)
    page.input_view.setFocus()
    for number, name in enumerate(CLASSES):
        for place in range(EACH):
            draw(stage, drawing(name, place))
            key = Qt.Key(Qt.Key.Key_1 + number)
            stage.qtbot.keyPress(page.input_view, key)
            stage.until(lambda name=name, place=place: look.counts.get(name, 0) == place + 1)
            stage.qtbot.keyRelease(page.input_view, key)
    stage.click(look.use)
    stage.until(lambda: page.data.data == folder)


def test_a_set_of_ones_own_is_recorded_looked_at_varied_learned_and_recognised(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    edit(stage, source=drawing("corner", EACH))
    page: Any = stage.go("Train")
    folder = str(stage.folder / "lines")
    record(stage, page, folder)
    page.looks.choose("data")
    look = page.looks.behind("data")
    stage.until(lambda: look.is_answered)
    assert look.seen.class_names == tuple(sorted(CLASSES))
    counts = zip(look.seen.train_counts, look.seen.test_counts, strict=True)
    assert [sum(both) for both in counts] == [EACH] * 3
    assert (look.seen.left_out, look.seen.in_both, look.seen.contradicting) == (0, 0, 0)
    page.looks.choose("variation")
    edit(stage, augment=AugmentSpec(shift=1))
    stage.until(lambda: page.looks.behind("variation").is_answered)
    edit(stage, train=TrainSpec(epochs=15, batch_size=4, learning_rate=0.003))
    bench.link.train("start", str(stage.folder / "run"))
    stage.until(lambda: heard.state in ("finished", "failed"))
    assert heard.state == "finished", heard.training[-1].message
    for name in CLASSES:
        draw(stage, drawing(name, 2))
        stage.until(lambda name=name: bool(heard.maps[-1].guesses) and heard.maps[-1].guesses[0].name == name)
