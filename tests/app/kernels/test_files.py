"""Kernels in files: saved and opened again they are the same; what is no kernel is one sentence and changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QWidget

from app.kernels.design.files import holds_kernel
from app.kernels.kernel_panel import KernelPanel
from engine.kernels import kernel
from engine.kernels.banks import bank, save_bank
from engine.project import save_project
from engine.spec.edit import with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from tests.app.kernels.conftest import Desk


class Answer:
    """A person who always names the same file."""

    def __init__(self, path: Path | str = "") -> None:
        self.path = path
        self.suggested = ""

    def open(self, parent: QWidget) -> str:
        return str(self.path)

    def save(self, parent: QWidget, suggestion: str) -> str:
        self.suggested = suggestion
        return str(self.path)


@pytest.fixture
def panel(desk: Desk) -> KernelPanel:
    made = KernelPanel(desk.document, desk.notices)
    desk.show(made)
    return made


def _answers(panel: KernelPanel, path: Path | str) -> Answer:
    panel.bench.files.ask = answer = Answer(path)
    return answer


@pytest.mark.parametrize("suffix", ["", ".json", ".npy", ".txt"])
def test_what_is_saved_is_opened_again(desk: Desk, panel: KernelPanel, tmp_path: Path, suffix: str) -> None:
    panel.paste_text("1/3 0.1 -2; 0 1e-7 5")
    kept = desk.kernel
    answer = _answers(panel, tmp_path / f"mine{suffix}")
    panel.bench.files.save()
    assert answer.suggested == "custom.json"
    assert desk.heard.told == [f"Saved mine{suffix or '.json'}."]
    desk.weights((1.0,))
    _answers(panel, tmp_path / f"mine{suffix or '.json'}")
    panel.bench.files.open()
    assert desk.kernel.weights == kept.weights, "the very same numbers"
    assert desk.document.undo_text == f"open mine{suffix or '.json'}"
    assert desk.undone().filter.kernel.weights == (((1.0,),),)
    assert not desk.heard.all


def test_json_keeps_the_family_and_its_sliders(desk: Desk, panel: KernelPanel, tmp_path: Path) -> None:
    desk.set_filter(with_kernel(FilterSpec(), kernel("gabor", theta=30.0).spec()))
    kept = desk.kernel
    _answers(panel, tmp_path / "gabor.json")
    panel.bench.files.save()
    desk.document.undo()
    panel.bench.files.open()
    assert desk.kernel == kept
    assert panel.parameters.isVisible()


def test_three_planes_bring_the_sum_over_the_colours(desk: Desk, panel: KernelPanel, tmp_path: Path) -> None:
    np.save(tmp_path / "deep.npy", np.arange(12, dtype=np.float32).reshape(2, 2, 3))
    panel.bench.files.open_path(tmp_path / "deep.npy")
    assert desk.filter.channels == "sum"
    assert desk.kernel.weights[2] == ((2, 5), (8, 11))
    flat = tmp_path / "flat.txt"
    flat.write_text("1 2 3")
    panel.bench.files.open_path(flat)
    assert desk.kernel.weights == (((1, 2, 3),),) * 3
    assert desk.undone().filter.kernel.weights[2] == ((2, 5), (8, 11))
    assert desk.undone() == Project()


def test_what_is_no_kernel_is_one_sentence_and_the_kernel_stays(desk: Desk, panel: KernelPanel, tmp_path: Path) -> None:
    np.save(tmp_path / "map.npy", np.zeros((40, 40)))
    (tmp_path / "words.txt").write_text("no numbers")
    (tmp_path / "broken.json").write_text('{"format": "convscope-kernel", "weights": [[1], [2, 3]]}')
    for name in ("map.npy", "words.txt", "broken.json", "absent.npy", "picture.png"):
        panel.bench.files.open_path(tmp_path / name)
        assert name in desk.heard.one_sentence()
    _answers(panel, tmp_path / "no" / "such" / "folder.json")
    panel.bench.files.save()
    assert "folder" in desk.heard.one_sentence()
    _answers(panel, "")
    panel.bench.files.open()
    panel.bench.files.save()
    assert desk.document.project == Project()
    assert not desk.heard.all


def test_a_file_that_is_dropped_is_taken_if_it_is_a_kernel_s(desk: Desk, panel: KernelPanel, tmp_path: Path) -> None:
    save_project(Project(), tmp_path / "project.json")
    save_bank(bank("kirsch-compass"), tmp_path / "bank.json")
    (tmp_path / "rows.json").write_text(" [[1, 2], [3, 4]]")
    panel.bench.files.ask = Answer(tmp_path / "kernel.json")
    panel.bench.files.save()
    for name, holds in (
        ("project.json", False),
        ("bank.json", False),
        ("rows.json", True),
        ("kernel.json", True),
        ("absent.json", False),
        ("cat.png", False),
        ("k.npy", True),
    ):
        assert holds_kernel(tmp_path / name) == holds, name
    for name, taken in (("project.json", False), ("rows.json", True)):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        assert panel.take(mime) == taken
    assert desk.kernel.weights == (((1, 2), (3, 4)),)
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/kernel.json")])
    assert not panel.take(web)
