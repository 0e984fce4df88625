"""A run that is opened again: what it predicts, how it does, and what it says of what it cannot do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import BadFile, SpecError
from engine.spec.layers import Flatten, Linear
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec
from engine.train import load_run, train
from tests.engine.train.conftest import part_of


@pytest.fixture(scope="module")
def trained(network, mnist, tmp_path_factory):
    """A run that knows its digits a little, and its last event."""
    path = tmp_path_factory.mktemp("trained") / "run"
    data = part_of(mnist, 1500, 300)
    last = list(train(network, data, TrainSpec(epochs=4), device="cpu", output=path))[-1]
    return load_run(path), last, data


def test_it_is_what_was_trained(trained, network):
    run, last, _ = trained
    assert run.spec == network
    assert run.settings == TrainSpec(epochs=4)
    assert run.step == last.step
    assert run.class_names == tuple("0123456789")
    assert run.metrics[-1] == last
    assert not run.module.training
    assert last.test_accuracy > 0.5


def test_it_does_as_well_as_it_did(trained):
    run, last, data = trained
    score = run.evaluate(data, device="cpu")
    assert (score.accuracy, score.loss, score.confusion) == (last.test_accuracy, last.test_loss, last.confusion)
    assert run.evaluate("mnist", device="cpu").accuracy == pytest.approx(last.test_accuracy, abs=0.1)
    assert run.evaluate(device="cpu") == run.evaluate("mnist", device="cpu")


def test_a_prediction_is_the_softmax_of_the_logits(trained):
    run, _, data = trained
    for index in range(5):
        picture = data.x_test[index, 0].numpy()
        found = run.predict(picture)
        with torch.no_grad():
            logits = run.module(torch.from_numpy(picture)[None, None].float() / 255)[0].double().numpy()
        shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
        assert [each.index for each in found] == np.argsort(-shares, kind="stable").tolist()
        np.testing.assert_allclose([each.probability for each in found], np.sort(shares)[::-1], rtol=1e-4, atol=1e-7)
        assert all(each.name == str(each.index) for each in found)


def test_every_form_of_a_picture_is_the_same_picture(trained, tmp_path):
    run, _, data = trained
    levels = data.x_test[3, 0].numpy()
    shares = levels.astype(np.float32) / np.float32(255)
    Image.fromarray(levels).save(tmp_path / "seven.png")
    forms = [levels, shares, shares[..., None], torch.from_numpy(shares), shares[None], tmp_path / "seven.png"]
    forms += [str(tmp_path / "seven.png"), np.repeat(shares[..., None], 3, axis=2), shares.astype(np.float64)]
    expected = run.predict(levels)
    for form in forms:
        found = run.predict(form)
        assert found[0].index == expected[0].index
        assert found[0].probability == pytest.approx(expected[0].probability, abs=1e-4)


def test_a_picture_of_another_size_is_brought_to_the_network(trained):
    run, _, data = trained
    small = data.x_test[3, 0].numpy()
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    wide = np.pad(large, ((0, 0), (20, 20)))
    for picture in (large, wide, wide.astype(np.float32) / 255, np.stack([wide] * 3, axis=2)):
        assert run.predict(picture)[0].probability == pytest.approx(run.predict(small)[0].probability, abs=1e-3)


@pytest.mark.parametrize(
    "picture", [np.zeros(5), np.zeros((3, 3, 3, 3)), np.zeros((0, 4)), np.zeros((9, 9, 2)), np.array([["a"]])]
)
def test_what_is_no_picture_is_told(trained, picture):
    with pytest.raises(SpecError):
        trained[0].predict(picture)


def test_what_it_cannot_be_tested_on_is_told(trained, mnist):
    run, *_ = trained
    with pytest.raises(BadFile, match="no pictures to be tested on"):
        run.evaluate(part_of(mnist, 5, 0))
    with pytest.raises(BadFile, match="T-shirt/top"):
        run.evaluate("fashion-mnist")
    many = replace(mnist, class_names=tuple(f"{index}" for index in range(12)))
    with pytest.raises(BadFile, match="12 classes and the network 10"):
        run.evaluate(many)


def test_outputs_without_a_class_have_a_name_too(mnist, tmp_path):
    network = NetworkSpec(input_shape=(1, 28, 28), layers=(Flatten(), Linear(out_features=11)))
    list(train(network, part_of(mnist, 20, 5), TrainSpec(epochs=1), device="cpu", output=tmp_path / "run"))
    run = load_run(tmp_path / "run")
    assert run.class_names[-1] == "output 10"
    assert len(run.predict(np.zeros((28, 28)))) == 11
