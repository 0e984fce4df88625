"""A run that is steered from the window on a real engine: what was told stands in the log on the disk."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.spec.layers import ReLU
from engine.spec.network_edit import add, replace_field
from engine.spec.steering import Change, Entry, Freeze, Rebuild
from engine.spec.train import TrainSpec
from tests.flows.conftest import Stage
from tests.support.hearing import Heard

LONG_PATIENCE = 60_000


def _told(run: str) -> list[Entry]:
    file = Path(run) / "orders.jsonl"
    lines = file.read_bytes().split(b"\n")[:-1] if file.exists() else []
    return [msgspec.json.decode(line, type=Entry) for line in lines]


def test_a_rate_a_lock_a_layer_undo_and_a_step(stage: Stage) -> None:
    bench, heard = stage.bench, Heard(stage.bench.link)
    document = bench.document
    bench.pages.show("train")
    page = bench.pages.current
    document.edit(msgspec.structs.replace(document.project, train=TrainSpec(epochs=50)), "a long run")
    stage.press("Start")
    stage.qtbot.waitUntil(lambda: bool(heard.points), timeout=LONG_PATIENCE)
    run = heard.training[-1].run
    begun = document.project
    stage.type_into("Learning rate", "0.0005")
    stage.until(lambda: len(_told(run)) == 1)
    frozen = replace_field(document.project.network, "conv1", "frozen", True)
    document.edit(msgspec.structs.replace(document.project, network=frozen), "freeze")
    stage.until(lambda: len(_told(run)) == 2)
    document.edit(msgspec.structs.replace(document.project, network=add(frozen, ReLU(), index=2)), "put in")
    stage.until(lambda: len(_told(run)) == 3)
    document.undo()
    stage.until(lambda: len(_told(run)) == 4)
    stage.press("Step")
    stage.until(lambda: heard.state == "paused")
    before = heard.points[-1]
    stage.press("Step")
    stage.until(lambda: heard.points[-1] == before + 1)
    stage.press("Stop")
    stage.until(lambda: heard.state == "stopped")
    entries = _told(run)
    assert entries[0].order == Change(name="learning_rate", new=0.0005)
    assert entries[0].old == begun.train.learning_rate
    assert entries[1].order == Freeze(layer="conv1", frozen=True)
    assert [type(entry.order) for entry in entries[2:]] == [Rebuild, Rebuild]
    assert entries[3].order == Rebuild(network=frozen)
    assert len(page.log.lines) == 4  # type: ignore[attr-defined]


def test_a_rate_is_searched_in_the_engine(stage: Stage) -> None:
    bench = stage.bench
    bench.pages.show("train")
    page = bench.pages.current
    stage.press("Find a rate…")
    look = page.looks.behind("rates")  # type: ignore[attr-defined]
    stage.until(look.start.isEnabled)
    stage.click(look.start)
    stage.qtbot.waitUntil(lambda: look.test.state == "done", timeout=LONG_PATIENCE)
    assert 1e-5 < look.test.suggestion < 0.5
    assert len(look.test.rates) > 20
