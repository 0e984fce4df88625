"""`pretrained:NAME` stands wherever a run or a file is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tqdm import tqdm

from engine.cli import main
from engine.nn.pretrained import pretrained_state
from engine.presets.learned import learned
from engine.train import load_run

LENET = "pretrained:lenet5-mnist"


@pytest.fixture(autouse=True)
def no_monitor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar starts no thread."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


@pytest.fixture
def data(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def call(*arguments: object) -> Any:
        assert main([*map(str, arguments), "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


def few(folder: Path) -> Path:
    """A few pictures to take a step on."""
    path, labels = folder / "few.npz", np.tile(np.arange(10, dtype=np.uint8), 2)
    images = np.random.default_rng(1).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=list("0123456789"))
    return path


def test_pictures_are_named(data: Callable[..., Any]) -> None:
    told = data("predict", "pretrained:efficientnet-lite0", "sample:coffee.jpg", "--top", 2)["predictions"]
    assert [each["image"] for each in told] == ["sample:coffee.jpg"]
    assert [each["class"] for each in told[0]["top"]] == ["espresso", "cup"]
    assert told[0]["top"][0]["index"] == learned("efficientnet-lite0").class_names.index("espresso")
    assert 0.9 < told[0]["top"][0]["probability"] <= 1


def test_a_network_is_summed_up_mapped_exported_tested_and_listed(data: Callable[..., Any], tmp_path: Path) -> None:
    assert data("summary", "pretrained:mtcnn-r")["parameters"] == 100_178
    maps = data("maps", "pretrained:mtcnn-p", "sample:grace_hopper.jpg", "-o", tmp_path / "maps")
    assert [each["shape"] for each in maps["layers"][:2]] == [[3, 12, 12], [10, 10, 10]]
    out = tmp_path / "out.safetensors"
    data("export", LENET, "--format", "safetensors", "-o", out)
    shipped = pretrained_state("lenet5-mnist")
    assert all(torch.equal(tensor, shipped[name]) for name, tensor in load_file(out).items())
    assert data("evaluate", LENET, "--device", "cpu")["accuracy"] >= 0.99
    assert [each["name"] for each in data("presets")["pretrained"]][:2] == [LENET, "pretrained:efficientnet-lite0"]
    data("export", "lenet-5", "--weights", LENET, "--format", "safetensors", "-o", out)
    assert all(torch.equal(tensor, shipped[name]) for name, tensor in load_file(out).items())


@pytest.mark.parametrize(
    ("words", "source"),
    [([LENET], LENET), (["lenet-5", "--weights", LENET], LENET), ([LENET, "--from-scratch"], ""), (["lenet-5"], "")],
    ids=["its own", "another's", "from scratch", "as before"],
)
def test_a_training_begins_with_them(data: Callable[..., Any], tmp_path: Path, words: list[str], source: str) -> None:
    run = tmp_path / "run"
    data("train", *words, "--data", few(tmp_path), "--epochs", 1, "--device", "cpu", "--output", run)
    begun = load_file(run / "checkpoints" / "000000000.weights.safetensors")
    shipped = pretrained_state("lenet5-mnist")
    assert all(torch.equal(begun[name], shipped[name]) == bool(source) for name in shipped)
    start = load_run(run).start
    assert (start.source if start else "") == source


def test_what_is_not_there_is_said(refused: Callable[..., str], tmp_path: Path) -> None:
    for verb in ("predict", "summary", "evaluate", "train", "maps"):
        more = {"predict": ["sample:coffee.jpg"], "train": ["--data", "mnist"], "maps": ["x.png", "-o", tmp_path / "m"]}
        told = refused(verb, "pretrained:lenet6", *more.get(verb, []))
        assert "There is no pretrained network 'lenet6'; there are lenet5-mnist, efficientnet-lite0" in told
    told = refused("train", LENET, "--data", "mnist", "--weights", LENET, "--from-scratch")
    assert "leave one out" in told
