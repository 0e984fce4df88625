"""Weights of another program, opened in the window."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QFileDialog
from safetensors.torch import save

from engine.nn import build, state_of
from engine.presets import preset
from engine.spec.network_edit import replace_field
from tests.flows.conftest import Stage


def test_weights_are_opened_from_the_menu_and_what_does_not_match_is_said(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "theirs.safetensors"
    path.write_bytes(save(state_of(build(preset("lenet-5")))))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    bench = stage.bench
    project = msgspec.structs.replace(bench.document.project, network=preset("lenet-5"))
    bench.document.edit(project, "lenet")
    bench.weights.open()
    assert "10 of 10 tensors are taken" in stage.sentence("tensors are taken")
    stage.until(lambda: bench.pages.current_id == "network")
    page = bench.pages.page("network")
    stage.until(lambda: "theirs" in page.prediction.weights.text())  # type: ignore[attr-defined]
    smaller = replace_field(project.network, "linear3", "out_features", 4)
    bench.document.edit(msgspec.structs.replace(project, network=smaller), "four classes")
    bench.open_path(str(path))
    told = stage.sentence("Of another shape")
    assert "linear3.weight (10×84 there, 4×84 here)" in told and "\n" not in told
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"zeros")
    bench.open_path(str(bad))
    stage.sentence("is no safetensors file")
