"""The verbs that say why: explain and patches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.cli import main
from engine.cli.explain import overlay
from engine.data import load_data
from engine.explain import attribute
from engine.explain.patches import strongest
from engine.project import save_network
from engine.spec.attribution import METHODS, Target
from engine.spec.layers import Conv2d, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.train import pretrained

LENET = "pretrained:lenet5-mnist"


@pytest.fixture
def data(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def call(*arguments: object) -> Any:
        assert main([*map(str, arguments), "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return call


@pytest.fixture
def digit(tmp_path: Path) -> Path:
    path = tmp_path / "digit.npy"
    np.save(path, np.random.default_rng(3).random((1, 28, 28)).astype(np.float32))
    return path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


@pytest.mark.parametrize("method", ["saliency", "grad-cam"])
def test_the_numbers_are_those_of_engine_explain(
    data: Callable[..., Any], digit: Path, tmp_path: Path, method: str
) -> None:
    told = data("explain", LENET, digit, "--method", method, "--class", "7", "-o", tmp_path / "out")["methods"]
    assert [(each["method"], each["target"]["class"]) for each in told] == [(method, "7")]
    inputs = torch.from_numpy(np.load(digit))[None]
    ours = attribute(pretrained(LENET).module, inputs, method, Target(map=7))
    np.testing.assert_allclose(np.load(tmp_path / "out" / f"{method}.npy"), ours.heat.numpy(), atol=1e-5)
    assert size_of(tmp_path / "out" / f"{method}.png") == (308, 308)


def test_all_methods_write_two_files_each(data: Callable[..., Any], tmp_path: Path) -> None:
    layers = (Conv2d(out_channels=2, kernel_size=3), ReLU(), Flatten(), Linear(out_features=2))
    save_network(NetworkSpec(input_shape=(1, 8, 8), layers=layers), tmp_path / "small.json")
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((1, 8, 8), np.float32))
    out = tmp_path / "out"
    told = data("explain", tmp_path / "small.json", tmp_path / "x.npy", "--method", "all", "-o", out)
    assert [each["method"] for each in told["methods"]] == list(METHODS)
    assert {path.name for path in out.iterdir()} == {f"{name}.{end}" for name in METHODS for end in ("npy", "png")}


def test_a_unit_and_how_far_it_can_be_trusted(data: Callable[..., Any], digit: Path, tmp_path: Path) -> None:
    told = data("explain", LENET, digit, "--unit", "conv2:5:3,4", "--sanity", "-o", tmp_path / "out")["methods"][0]
    assert told["target"] == {"layer": "conv2", "map": 5, "cell": [3, 4], "class": ""}
    assert {"deletion_area", "insertion_area", "rank_correlation_with_random_weights"} <= set(told["sanity"])


def test_what_cannot_be_is_one_sentence(refused: Callable[..., str], digit: Path, tmp_path: Path) -> None:
    out = ("-o", tmp_path / "out")
    assert "LAYER:MAP" in refused("explain", LENET, digit, "--unit", "conv2", *out)
    assert "no class 'cat'" in refused("explain", LENET, digit, "--class", "cat", *out)
    assert "leave out" in refused("explain", LENET, digit, "--class", "1", "--unit", "conv1:0", *out)
    assert "conv9" in refused("explain", LENET, digit, "--unit", "conv9:0", *out)
    assert "there is no map 16" in refused(
        "patches", LENET, "--layer", "conv2", "--data", "mnist", "--maps", 16, "--most", 9, *out
    )
    assert not (tmp_path / "out").exists()


def test_patches_are_those_of_engine_explain(data: Callable[..., Any], tmp_path: Path) -> None:
    arguments = ("--layer", "conv2", "--data", "mnist", "--count", 4, "--maps", 3, 0, "--most", 200)
    told = data("patches", LENET, *arguments, "-o", tmp_path / "out")["maps"]
    assert [each["map"] for each in told] == [3, 0]
    ours = strongest(pretrained(LENET).module, load_data("mnist", (1, 28, 28)).train, "conv2", 4, most=200)
    assert [place["example"] for place in told[0]["patches"]] == ours.examples[3].tolist()
    assert [tuple(place["cell"]) for place in told[0]["patches"]] == [tuple(each) for each in ours.cells[3].tolist()]
    assert json.loads((tmp_path / "out" / "patches.json").read_text()) == told
    assert size_of(tmp_path / "out" / "3.png")[0] > 2 * 14


@pytest.mark.parametrize("size", [(9,), (8, 8), (12, 40), (3, 8, 8)], ids=str)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_inputs_of_every_shape_become_pictures(size: tuple[int, ...], channels: int) -> None:
    chance = np.random.default_rng(0)
    made = overlay(chance.random((channels, *size), np.float32), chance.random(size, np.float32), "saliency")
    assert made.dtype == np.uint8
    assert made.ndim == 3
    assert made.shape[2] == 3
