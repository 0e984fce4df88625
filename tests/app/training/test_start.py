"""The Train page says which weights a training begins with, and goes back to random ones."""

from __future__ import annotations

import msgspec

from app.training.start_line import RANDOM
from engine.protocol import Train
from tests.app.training.conftest import Stage


def test_shipped_weights_and_those_of_a_file_are_named_and_left(stage: Stage) -> None:
    panel, document = stage.page.start, stage.page.document
    assert (panel.source.text(), panel.scratch.isHidden()) == (RANDOM, True)
    document.edit(msgspec.structs.replace(document.project, pretrained="mtcnn-r"), "weights")
    assert (panel.source.text(), panel.scratch.isHidden()) == ("MTCNN, second net", False)
    assert "MIT" in panel.source.toolTip()
    stage.training("idle", learned=True, begins="/somewhere/theirs.safetensors")
    assert panel.source.text() == "theirs.safetensors"
    panel.scratch.click()
    assert document.project.pretrained == ""
    sent = [each.action for each in stage.engine.sent if isinstance(each, Train)]
    assert sent[-1] == "forget"
    stage.training("idle")
    assert (panel.source.text(), panel.scratch.isHidden()) == (RANDOM, True)
    document.undo()
    assert panel.source.text() == "MTCNN, second net"
