"""A run's past on a real engine: scrub back and see its kernels, fork from there, and walk through one batch."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.protocol import Patch, PatchOf
from engine.spec.train import TrainSpec
from engine.train import load_run
from tests.flows.conftest import Stage

BEGINS = 60_000
"""Milliseconds in which a run has begun, be the machine busy: its process loads torch first."""


def _kernel(stage: Stage) -> np.ndarray:
    """The first kernel of conv1 as the engine shows it."""
    found: list[PatchOf] = []
    stage.bench.link.patch.connect(found.append)
    stage.bench.link.ask_patch(Patch(id=1, top=0, left=0, height=5, width=5, layer="conv1"))
    stage.until(lambda: bool(found))
    stage.bench.link.patch.disconnect(found.append)
    return np.frombuffer(found[-1].values, np.float32).reshape(5, 5)


def test_scrub_fork_and_slow_motion(stage: Stage) -> None:
    page, link = stage.go("Train"), stage.bench.link
    document = stage.bench.document
    train = TrainSpec(epochs=1, batch_size=500, max_steps=9, learning_rate=0.003)
    document.edit(msgspec.structs.replace(document.project, train=train), "a short run")
    run = stage.folder / "runs" / "one"
    link.train("start", str(run), device="cpu")
    stage.qtbot.waitUntil(lambda: page.run.now.state == "finished", timeout=BEGINS)
    page.looks.choose("timeline")
    look = page.looks.behind("timeline")
    stage.until(lambda: len(look.track.moments) > 3 and look.is_answered)
    assert [moment.step for moment in look.track.moments] == [0, 1, 2, 4, 8]
    newest = _kernel(stage)

    look.track.setFocus()
    stage.qtbot.keyClick(look.track, Qt.Key.Key_Home)
    for step in (0, 1, 2):
        stage.until(lambda step=step: look.is_answered and look.told.at == step)
        wanted = load_run(run).at(step).conv1.weight[0, 0].detach().numpy()
        assert np.array_equal(_kernel(stage), wanted)
        stage.until(lambda step=step: page.live.weights.text() == f"step {step} of the timeline")
        stage.qtbot.keyClick(look.track, Qt.Key.Key_Right)
    stage.until(lambda: look.is_answered and look.told.at == 4)

    page.looks.choose("progress")
    stage.until(lambda: page.live.weights.text() == "trained (one)")
    assert np.array_equal(_kernel(stage), newest)
    page.looks.choose("timeline")
    stage.until(lambda: page.live.weights.text() == "step 4 of the timeline")

    stage.click(look.fork)
    stage.qtbot.waitUntil(lambda: page.run.run != str(run) and page.run.now.state == "finished", timeout=BEGINS)
    forked = load_run(page.run.run)
    assert forked.parent is not None
    assert (Path(forked.parent.run), forked.parent.step) == (run.resolve(), 4)
    stage.until(lambda: look.is_answered and "forked from one, step 4" in look.kept.text())
    assert stage.said == []


def test_one_batch_is_walked_through(stage: Stage) -> None:
    page = stage.go("Train")
    page.looks.choose("slow")
    look = page.looks.behind("slow")
    stage.qtbot.waitUntil(lambda: look.is_answered, timeout=BEGINS)
    told = look.told
    assert told.problem == ""
    assert (told.layer, len(told.cell), told.pictures) == ("conv1", 4, 12000)
    for step in ("layers", "loss", "outputs", "weight"):
        stage.click(look.next)
        assert look.step == step
    products = look.grids[2].sheet().values
    assert np.nansum(products) == pytest.approx(told.autograd, abs=1e-5)
    assert told.slope == pytest.approx(told.differences, abs=1e-3)
    look.kernel.chosen.emit(0, 1)
    stage.until(lambda: look.is_answered and look.told.cell[2:] == (0, 1))
    assert look.kernel.ring() == (0, 1)
    look.setFocus()
    stage.qtbot.keyClick(look, Qt.Key.Key_Right)
    assert look.step == "update"
    stage.choose("Layer followed", "linear3")
    stage.until(lambda: look.is_answered and look.told.layer == "linear3")
    stage.qtbot.keyClick(look, Qt.Key.Key_Right)
    assert look.step == "after"
    assert look.told.loss_after < look.told.loss
    assert stage.said == []
