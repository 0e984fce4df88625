"""The verbs of training: datasets, train, resume, evaluate, predict; what they print, and how they end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import engine
from engine.cli import main
from engine.data import dataset_names, load_data
from engine.data.shipped import SHIPPED
from engine.project import save_network
from engine.spec.fields import fields_of
from engine.spec.layers import Conv2d, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec
from engine.train import load_run

ROOT = Path(engine.__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A small network and a few digits in files, and a run that is finished."""
    folder = tmp_path_factory.mktemp("desk")
    layers = (Conv2d(out_channels=4, kernel_size=5, stride=2), ReLU(), Flatten(), Linear(out_features=10))
    save_network(NetworkSpec(input_shape=(1, 28, 28), layers=layers), folder / "net.json")
    digits = load_data("mnist")
    parts = {"x_train": digits.x_train[:300, 0], "y_train": digits.y_train[:300]}
    parts |= {"x_test": digits.x_test[:50, 0], "y_test": digits.y_test[:50]}
    np.savez(folder / "digits.npz", **{name: tensor.numpy() for name, tensor in parts.items()})
    Image.fromarray(digits.x_test[0, 0].numpy()).save(folder / "digit.png")
    np.save(folder / "digit.npy", digits.x_test[0, 0].numpy().astype(np.float32) / 255)
    assert (
        main(words("train", folder / "net.json", "--data", folder / "digits.npz", *CPU, "--output", folder / "run"))
        == 0
    )
    return folder


CPU = ("--device", "cpu")


def words(*arguments):
    return [str(argument) for argument in arguments]


def said(capsys, *arguments, status=0):
    capsys.readouterr()
    assert main(words(*arguments)) == status
    out, err = capsys.readouterr()
    assert (err == "") == (status == 0), err
    return out if status == 0 else (out, err)


def lines_of(capsys, *arguments):
    return [json.loads(line) for line in said(capsys, *arguments, "--json").splitlines()]


def test_data_sets_are_listed(capsys):
    text = said(capsys, "datasets")
    (listed,) = lines_of(capsys, "datasets")
    assert [entry["name"] for entry in listed["datasets"]] == list(dataset_names())
    assert all(entry.name in text for entry in SHIPPED)
    assert listed["datasets"][2]["input_shape"] == [3, 32, 32]


def test_training_prints_an_object_a_line(capsys, desk, tmp_path):
    told = lines_of(
        capsys,
        "train",
        desk / "net.json",
        "--data",
        desk / "digits.npz",
        *CPU,
        "--epochs",
        2,
        "--output",
        tmp_path / "run",
    )
    assert [line["epoch"] for line in told if line["event"] == "epoch"] == [1, 2]
    assert told[0]["event"] == "started"
    last = told[-1]
    assert last["event"] == "finished"
    assert 0 <= last["test_accuracy"] <= 1
    assert last["examples_per_second"] > 0
    (tested,) = lines_of(capsys, "evaluate", tmp_path / "run", *CPU)
    assert (tested["accuracy"], tested["loss"]) == (last["test_accuracy"], last["test_loss"])
    assert tested["confusion"] == last["confusion"]
    assert lines_of(capsys, "evaluate", tmp_path / "run", "--data", desk / "digits.npz", *CPU) == [tested]


def test_training_tells_people_what_it_does(capsys, desk, tmp_path):
    text = said(capsys, "train", desk / "net.json", "--data", desk / "digits.npz", *CPU, "--epochs", 1).splitlines()
    assert "300 pictures to learn from and 50 to be tested on; 1 epoch, 5 steps" in text[0]
    assert text[1].startswith("epoch 1: loss ")
    assert text[2].startswith("finished after 1 epoch: ")
    assert len(text) == 3


def test_every_setting_is_an_option(capsys, desk, tmp_path):
    given = {"optimiser": "sgd", "schedule": "constant", "loss": "huber", "stop_watch": "train-loss"}
    given["compile"] = "off"  # the code would take half a minute to be written
    values = {name: given.get(name, 0.5 if not field.integer else 1) for name, field in fields_of(TrainSpec).items()}
    options = [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)]
    said(
        capsys, "train", desk / "net.json", "--data", desk / "digits.npz", *CPU, *options, "--output", tmp_path / "run"
    )
    assert load_run(tmp_path / "run").settings == TrainSpec(**values)
    helped = said(capsys, "train", "--help")
    for name, field in fields_of(TrainSpec).items():
        assert f"--{name.replace('_', '-')}" in helped
        assert field.help.split()[0] in helped


def test_a_finished_run_says_so_and_goes_on_for_longer(capsys, desk, tmp_path):
    (told,) = lines_of(capsys, "resume", desk / "run")
    assert told["event"] == "finished"
    assert "finished after 5 epochs" in said(capsys, "resume", desk / "run")
    longer = lines_of(capsys, "resume", desk / "run", "--epochs", 6)
    assert [line["epoch"] for line in longer if line["event"] == "epoch"] == [6]


def test_predictions_are_told(capsys, desk):
    (told,) = lines_of(capsys, "predict", desk / "run", desk / "digit.png", desk / "digit.npy", "sample:coins.jpg")
    predictions = told["predictions"]
    assert [each["image"] for each in predictions] == words(desk / "digit.png", desk / "digit.npy", "sample:coins.jpg")
    for each in predictions:
        assert len(each["top"]) == 5
        assert [set(guess) for guess in each["top"]] == [{"index", "class", "probability"}] * 5
        assert sorted((guess["probability"] for guess in each["top"]), reverse=True) == [
            guess["probability"] for guess in each["top"]
        ]
    assert predictions[0]["top"][0]["index"] == predictions[1]["top"][0]["index"]
    assert f"{desk / 'digit.png'}: " in said(capsys, "predict", desk / "run", desk / "digit.png", "--top", 2)


WRONG = {
    "no data": (["train", "{net}"], "--data"),
    "a name": (["train", "lenet-6", "--data", "mnist"], "lenet-6"),
    "a data set": (["train", "{net}", "--data", "minst"], "minst"),
    "a number": (["train", "{net}", "--data", "{npz}", "--epochs", "many"], "--epochs"),
    "a range": (["train", "{net}", "--data", "{npz}", "--batch-size", "0"], "Batch size must be between"),
    "a rate": (["train", "{net}", "--data", "{npz}", "--learning-rate", "-1e-3"], "Learning rate"),
    "an optimiser": (["train", "{net}", "--data", "{npz}", "--optimiser", "lion"], "lion"),
    "a device": (["train", "{net}", "--data", "{npz}", "--device", "abacus"], "abacus"),
    "a full folder": (["train", "{net}", "--data", "{npz}", "--output", "{desk}"], "not empty"),
    "no run": (["resume", "{desk}"], "is no run"),
    "no epochs": (["resume", "{run}", "--epochs", "0"], "Epochs"),
    "no run either": (["evaluate", "{desk}/none"], "is no run"),
    "other classes": (["evaluate", "{run}", "--data", "fashion-mnist"], "has not learned"),
    "no picture": (["predict", "{run}", "{desk}/none.png"], "none.png"),
    "no pictures": (["predict", "{run}"], "IMAGE"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_line(desk, refused, capsys, arguments, told):
    capsys.readouterr()
    places = {"net": desk / "net.json", "npz": desk / "digits.npz", "run": desk / "run", "desk": desk}
    before = sorted(desk.rglob("*"))
    assert told in refused(*(argument.format(**places) for argument in arguments))
    assert sorted(desk.rglob("*")) == before


def test_a_stack_that_does_not_fit_the_data_is_refused(desk, refused, tmp_path, capsys):
    capsys.readouterr()
    save_network(
        NetworkSpec(input_shape=(1, 28, 28), layers=(Flatten(), Linear(out_features=3))), tmp_path / "few.json"
    )
    assert "3 outputs and digits.npz has 10 classes" in refused(
        "train", tmp_path / "few.json", "--data", desk / "digits.npz"
    )


def test_a_run_that_diverges_has_failed(capsys, desk, tmp_path):
    start = ("train", desk / "net.json", "--data", desk / "digits.npz", *CPU, "--learning-rate", "1e38")
    out, err = said(capsys, *start, "--output", tmp_path / "run", "--json", status=1)
    assert json.loads(out.splitlines()[-1])["event"] == "failed"
    assert err.startswith("error: The training diverged in step 2")
    assert err.count("\n") == 1
    assert load_run(tmp_path / "run").step == 0


def test_a_broken_picture_among_good_ones_is_named(capsys, desk, tmp_path):
    digits = load_data("mnist")
    for label in (3, 7):
        for index, picture in enumerate(digits.x_train[digits.y_train == label][:10, 0].numpy()):
            (tmp_path / f"set/{label}").mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(tmp_path / f"set/{label}/{index}.png")
    (tmp_path / "set/3/4.png").write_bytes((tmp_path / "set/3/4.png").read_bytes()[:60])
    text = said(
        capsys, "train", desk / "net.json", "--data", tmp_path / "set", *CPU, "--epochs", 1, "--output", tmp_path / "r"
    )
    assert "note: 1 file is left out: 3/4.png (4.png is damaged" in text
    assert "finished" in text
    (own,) = lines_of(capsys, "evaluate", tmp_path / "r", "--data", tmp_path / "set", *CPU)
    assert own["examples"] == 4
    (other,) = lines_of(capsys, "evaluate", tmp_path / "r", "--data", tmp_path / "set/../set/.", *CPU)
    assert own == other


def test_one_class_and_too_few_pictures_are_refused_and_a_tiny_set_is_learned(capsys, desk, refused, tmp_path):
    capsys.readouterr()
    draw = np.random.default_rng(0)
    for label, count in (("ash", 2), ("birch", 2)):
        for index in range(count):
            (tmp_path / "tiny" / label).mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw.integers(0, 256, (28, 28), np.uint8)).save(tmp_path / f"tiny/{label}/{index}.png")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "ash").symlink_to(tmp_path / "tiny" / "ash")
    shutil.copytree(tmp_path / "tiny" / "ash", tmp_path / "alone" / "ash")
    start = ("train", desk / "net.json", "--data")
    assert "one class only, 'ash'; a network learns to tell at least two apart" in refused(*start, tmp_path / "alone")
    assert "holds no class folders" in refused(*start, tmp_path / "one")
    shutil.copytree(tmp_path / "tiny", tmp_path / "few")
    for label in ("ash", "birch"):
        (tmp_path / "few" / label / "1.png").unlink()
    assert "has no pictures to be tested on; at least two of each class" in refused(*start, tmp_path / "few")
    text = said(capsys, *start, tmp_path / "tiny", *CPU, "--epochs", 2)
    assert "note: A batch is 64 pictures and there are 2: one batch an epoch." in text
    assert "finished after 2 epochs" in text


def training_process(desk, output, *more):
    """A run that would take hours, in a process of its own."""
    command = words(sys.executable, "-m", "engine", "train", desk / "net.json", "--data", desk / "digits.npz", *CPU)
    command += words("--epochs", 100_000, "--output", output, *more)
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_an_interrupt_leaves_a_checkpoint_of_the_last_step(desk, tmp_path):
    """R36: and the status is 130."""
    with training_process(desk, tmp_path / "run", "--json") as child:
        assert child.stdout is not None
        for line in child.stdout:
            if json.loads(line)["event"] == "step":
                break
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, "")
    stopped = json.loads(out.splitlines()[-1])
    assert stopped["event"] == "stopped"
    assert load_run(tmp_path / "run").step == stopped["step"] > 0


def test_a_reader_that_goes_away_is_no_error_and_leaves_a_checkpoint(desk, tmp_path):
    with training_process(desk, tmp_path / "run") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert "parameters on cpu" in child.stdout.readline()
        child.stdout.close()
        assert child.stderr.read() == ""
        assert child.wait(60) == 0
    assert load_run(tmp_path / "run").step >= 0
