"""The verbs that take a network: presets, summary, maps, export."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import engine
from engine.cli import main
from engine.cli.maps import mosaic_picture
from engine.data.dataset import DataSet
from engine.forward import frame_input
from engine.nn import build, feature_maps
from engine.presets import preset, preset_names
from engine.project import save_network
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from engine.spec.train import TrainSpec
from engine.train import load_run, train

BROKEN = NetworkSpec(layers=(MaxPool2d(kernel_size=9), Conv2d(out_channels=2, kernel_size=7), Flatten()))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.json"
    save_network(BROKEN, path)
    return path


def said(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(argument) for argument in arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_presets_are_listed(capsys) -> None:
    told = said(capsys, "presets")
    data = json.loads(said(capsys, "presets", "--json"))["presets"]
    assert [each["name"] for each in data] == list(preset_names())
    assert all(name in told for name in preset_names())
    assert data[0]["parameters"] == 61_706
    assert data[0]["output_shape"] == [10]


def test_a_summary_holds_every_row(capsys) -> None:
    lines = said(capsys, "summary", "lenet-5").splitlines()
    assert lines[0] == "input: 1 channel of 28×28"
    assert lines[2].split() == ["conv1", "Conv2d", "6×28×28", "156", "117,600", "5×5"]
    assert lines[-1] == "61,706 parameters, 416,520 multiply-adds"
    data = json.loads(said(capsys, "summary", "lenet-5", "--json"))
    assert (data["parameters"], data["macs"], data["problems"]) == (61_706, 416_520, [])
    expected = [(row.id, list(row.output_shape), row.parameters) for row in summary(preset("lenet-5")).rows]
    assert [(row["id"], row["output_shape"], row["parameters"]) for row in data["rows"]] == expected


def test_problems_are_told_and_are_no_failure(capsys, broken: Path) -> None:
    told = said(capsys, "summary", broken)
    assert "problem: conv1: A kernel of 7×7 is larger than its 3×3 input. What helps: padding same; kernel 3;" in told
    data = json.loads(said(capsys, "summary", broken, "--json"))
    assert [problem["id"] for problem in data["problems"]] == ["conv1"]
    assert [row["output_shape"] for row in data["rows"]] == [[1, 3, 3], None, None]


def test_source_is_written_and_read(capsys, tmp_path: Path) -> None:
    told = said(capsys, "export", "mini-resnet", "--format", "pytorch", "-o", tmp_path / "net.py")
    assert told.startswith(f"{tmp_path / 'net.py'}: PyTorch source of ")
    assert engine.codegen.from_pytorch((tmp_path / "net.py").read_text(encoding="utf-8")) == preset("mini-resnet")
    data = json.loads(said(capsys, "summary", tmp_path / "net.py", "--json"))
    assert data["parameters"] == 78_042


def test_weights_are_written_and_follow_the_seed(capsys, tmp_path: Path) -> None:
    def written(seed: int) -> dict[str, torch.Tensor]:
        path = tmp_path / f"{seed}.safetensors"
        said(capsys, "export", "lenet-5", "--format", "safetensors", "--seed", seed, "-o", path)
        return load_file(path)

    torch.manual_seed(3)
    module = build(preset("lenet-5"))
    assert all(torch.equal(written(3)[name], tensor) for name, tensor in module.state_dict().items())
    assert not torch.equal(written(3)["conv1.weight"], written(4)["conv1.weight"])


def test_maps_of_a_picture_are_those_of_the_window(capsys, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")
    told = said(capsys, "maps", "lenet-5", tmp_path / "p.png", "-o", tmp_path / "maps")
    assert "middle 40×40 of 40×60 → 28×28, grey" in told
    torch.manual_seed(0)
    module = build(preset("lenet-5"))
    expected = feature_maps(module, frame_input(pixels, (1, 28, 28))[0])
    assert {path.name for path in (tmp_path / "maps").iterdir()} == {
        f"{n}.{e}" for n in expected for e in ("npy", "png")
    }
    for name, made in expected.items():
        np.testing.assert_allclose(np.load(tmp_path / "maps" / f"{name}.npy"), made[0].numpy(), atol=1e-6)
    with Image.open(tmp_path / "maps" / "conv1.png") as picture:
        assert picture.mode == "RGB"


def test_the_maps_of_one_layer_are_of_the_picture_at_its_own_size(capsys, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")
    np.save(tmp_path / "p.npy", pixels)
    torch.manual_seed(0)
    module = build(preset("tiny-vgg"))
    for name, scale in (("p.png", 255), ("p.npy", 1)):
        told = said(capsys, "maps", "tiny-vgg", tmp_path / name, "--layer", "relu2", "-o", tmp_path / "maps")
        assert "90×70 at its own size" in told and told.splitlines()[1].startswith("relu2: ")
        inputs = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / scale
        made = feature_maps(module[:4], inputs)["relu2"][0].numpy()
        np.testing.assert_allclose(np.load(tmp_path / "maps" / "relu2.npy"), made, rtol=1e-4, atol=1e-5 * 255 / scale)
    assert main(["maps", "tiny-vgg", str(tmp_path / "p.png"), "--layer", "linear1", "-o", str(tmp_path / "o")]) == 2
    assert (
        "error: flatten1 (Flatten) needs all of its input" in capsys.readouterr().err and not (tmp_path / "o").exists()
    )


def test_maps_of_an_array_take_it_as_it_is(capsys, tmp_path: Path) -> None:
    network = NetworkSpec(input_shape=(2, 6, 7), layers=(Conv2d(out_channels=3, kernel_size=3),))
    save_network(network, tmp_path / "n.json")
    array = np.random.default_rng(0).normal(0, 300, (2, 6, 7))
    np.save(tmp_path / "a.npy", array)
    data = json.loads(said(capsys, "maps", tmp_path / "n.json", tmp_path / "a.npy", "-o", tmp_path / "m", "--json"))
    assert data["input"] == "array 2×6×7 as it is"
    assert [(each["id"], each["shape"]) for each in data["layers"]] == [("conv1", [3, 4, 5])]
    torch.manual_seed(0)
    made = feature_maps(build(network), torch.from_numpy(array).float()[None])["conv1"][0].numpy()
    np.testing.assert_array_equal(np.load(data["layers"][0]["npy"]), made)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A run of one short epoch on random pictures."""
    pictures = torch.randint(0, 256, (40, 1, 8, 8), dtype=torch.uint8)
    data = DataSet("noise", pictures, torch.arange(40) % 2, pictures[:8], torch.arange(8) % 2, ("a", "b"))
    layers = (Conv2d(out_channels=3, kernel_size=3), Flatten(), Linear(out_features=2))
    network = NetworkSpec(input_shape=(1, 8, 8), layers=layers)
    for _ in train(network, data, TrainSpec(epochs=1, batch_size=20, seed=0), device="cpu", output=tmp_path / "run"):
        pass
    return tmp_path / "run"


def test_a_run_is_taken_with_its_weights(capsys, tmp_path: Path, trained: Path) -> None:
    module = load_run(trained).module
    assert json.loads(said(capsys, "summary", trained, "--json"))["parameters"] == 30 + 218
    said(capsys, "export", trained, "--format", "safetensors", "-o", tmp_path / "w.safetensors")
    held = load_file(tmp_path / "w.safetensors")
    assert all(torch.equal(held[name], tensor) for name, tensor in module.state_dict().items())
    said(capsys, "export", trained, "--format", "pytorch", "-o", tmp_path / "w.py")
    np.save(tmp_path / "a.npy", np.ones((8, 8)))
    assert "weights of step 2" in said(capsys, "maps", trained, tmp_path / "a.npy", "-o", tmp_path / "m")
    made = feature_maps(module, torch.ones(1, 1, 8, 8))
    np.testing.assert_allclose(np.load(tmp_path / "m" / "conv1.npy"), made["conv1"][0].numpy(), atol=1e-6)


def test_a_folder_that_is_no_run_is_refused(refused, tmp_path: Path) -> None:
    assert str(tmp_path.name) in refused("summary", tmp_path)


def test_a_mosaic_shows_every_map_and_is_large_enough_to_see() -> None:
    maps = np.zeros((6, 4, 5), np.float32)
    maps[2] = 1.0
    picture = mosaic_picture(maps)
    assert picture.shape[0] >= 100 and picture.shape[2] == 3
    assert mosaic_picture(np.arange(120, dtype=np.float32)).shape[2] == 3
    assert max(mosaic_picture(np.zeros((600, 100, 100), np.float32)).shape) < 4096


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["summary"], "required"),
        (["summary", "lenet"], "There is no preset or file 'lenet'; the presets are lenet-5"),
        (["summary", "none.json"], "There is no file none.json"),
        (["summary", "grey.npy"], "a file that ends in .json or .py would do"),
        (["summary", "bad.py"], "bad.py: Line 1, column "),
        (["summary", "latin.py"], "latin.py is no text"),
        (["export", "lenet-5", "--format", "pytorch", "-o", "o.txt"], "must end in .py"),
        (["export", "lenet-5", "--format", "pytorch", "-o", "none/o.py"], "the folder"),
        (["export", "lenet-5", "--format", "zip", "-o", "o.zip"], "invalid choice"),
        (["export", "lenet-5", "--format", "safetensors", "-o", "o.safetensors", "--seed", "-1"], "--seed"),
        (["export", "broken.json", "--format", "pytorch", "-o", "o.py"], "conv1: A kernel of 7×7"),
        (["export", "broken.json", "--format", "safetensors", "-o", "o.safetensors"], "conv1: A kernel of 7×7"),
        (["maps", "broken.json", "grey.npy", "-o", "o"], "conv1: A kernel of 7×7"),
        (["maps", "lenet-5", "none.png", "-o", "o"], "none.png"),
        (["maps", "lenet-5", "wide.npy", "-o", "o"], "cannot take an input of 1×1×9×9"),
        (["maps", "lenet-5", "two.npy", "-o", "o"], "An array of 2 channels cannot enter a network of 1"),
        (["maps", "lenet-5", "grey.npy", "-o", "grey.npy"], "'grey.npy' is a file"),
        (["maps", "lenet-5", "grey.npy", "-o", "none/o"], "the folder none does not exist"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(refused, broken, tmp_path, monkeypatch, arguments, words) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("grey.npy", np.zeros((28, 28)))
    np.save("wide.npy", np.zeros((9, 9)))
    np.save("two.npy", np.zeros((28, 28, 2)))
    Path("bad.py").write_text("import os\n")
    Path("latin.py").write_bytes(b"\xe9\xff")
    before = {*tmp_path.iterdir()}
    assert words in refused(*arguments)
    assert {*tmp_path.iterdir()} == before


def test_a_write_that_fails_takes_its_folder_back(tmp_path, monkeypatch, refused) -> None:
    from engine.cli import maps
    from engine.errors import BadFile

    done: list[Path] = []

    def failing(path: Path, write) -> None:
        if len(done) == 3:
            raise BadFile("The disk is full; free some space.")
        done.append(path)
        path.touch()

    monkeypatch.setattr(maps, "atomic_write", failing)
    np.save(tmp_path / "grey.npy", np.zeros((28, 28)))
    assert "disk is full" in refused("maps", "lenet-5", tmp_path / "grey.npy", "-o", tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_lists_and_summaries_load_no_torch() -> None:
    verbs = "c.main(['presets']); c.main(['summary', 'vgg-16'])"
    code = f"import sys, engine.cli as c; {verbs}; print({{'torch', 'cv2'}} & {{*sys.modules}})"
    root = Path(engine.__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_dense_stack_of_values_works_too(capsys, tmp_path: Path) -> None:
    save_network(NetworkSpec(input_shape=(7,), layers=(Linear(out_features=3),)), tmp_path / "n.json")
    assert "input: 7 values" in said(capsys, "summary", tmp_path / "n.json")


def test_a_network_is_exported_as_a_drawing_also_a_broken_one(capsys, tmp_path: Path, broken: Path) -> None:
    for network in ("mini-resnet", broken):
        out = tmp_path / "stack.svg"
        told = json.loads(said(capsys, "export", network, "--format", "svg", "-o", out, "--json"))
        assert told == {"output": str(out), "format": "svg", "bytes": out.stat().st_size}
        assert out.read_text(encoding="utf-8").startswith("<svg ")
    assert "does not fit" in out.read_text(encoding="utf-8")
    assert main(["export", "lenet-5", "--format", "svg", "-o", str(tmp_path / "stack.png")]) == 2
    assert capsys.readouterr().err.startswith("error:")
    assert not (tmp_path / "stack.png").exists()
