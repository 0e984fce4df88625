"""The networks that ship with their weights compute what their first programs do, and know what they are known for."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import get_args

import numpy as np
import pytest
import torch

import engine
from engine.codegen import from_pytorch, to_pytorch
from engine.errors import BadFile, SpecError
from engine.frames import read_image
from engine.nn import pretrained as reading
from engine.nn.pretrained import pretrained_state
from engine.presets.learned import Learned, learned, learned_networks, pretrained_names
from engine.spec.project import PretrainedName
from engine.spec.summary import summary
from engine.train import Pretrained
from engine.train import pretrained as opened
from tests.support.plain_networks import load_in_order, plain

NAMES = pretrained_names()
FACE = (slice(60, 310), slice(130, 380))
"""Where Grace Hopper's is."""
SIZES = {
    "lenet5-mnist": 61_706,
    "efficientnet-lite0": 4_652_008,
    "face-expression": 323_687,
    "mtcnn-p": 6_632,
    "mtcnn-r": 100_178,
    "mtcnn-o": 389_040,
}


@cache
def pretrained(name: str) -> Pretrained:
    return opened(name)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_the_same_network_in_plain_torch(name: str) -> None:
    network = pretrained(name)
    state = pretrained_state(name)
    theirs = load_in_order(plain(name), {key: state[key] for key in network.module.state_dict()})
    torch.manual_seed(2)
    levels = torch.randint(0, 256, (3, *network.spec.input_shape)).float()
    given = levels / 255 if name == "lenet5-mnist" else levels
    with torch.inference_mode():
        made = network.module(levels / 255)
        torch.testing.assert_close(made, theirs(given), rtol=1e-4, atol=1e-4)
    assert made.std() > 0.1, "a network that says nothing would agree with anything"


@pytest.mark.parametrize("name", NAMES)
def test_summary_counts_and_source_code_are_right(name: str) -> None:
    entry = learned(name)
    network = entry.make()
    found = summary(network)
    assert (found.problems, found.parameters) == ((), SIZES[name])
    assert found.output_shape == (len(entry.class_names) + entry.others,)
    assert from_pytorch(to_pytorch(network)) == network
    assert hashlib.sha256(entry.path.read_bytes()).hexdigest() == entry.sha256


def test_a_project_can_name_each_of_them() -> None:
    assert get_args(PretrainedName) == ("", *NAMES)
    assert engine.pretrained_names() == NAMES
    with pytest.raises(SpecError, match=r"no pretrained network 'lenet6'; there are lenet5-mnist, "):
        learned("pretrained:lenet6")


def test_digits_are_read() -> None:
    network = pretrained("lenet5-mnist")
    assert network.evaluate(device="cpu").accuracy >= 0.99
    assert network.evaluate("mnist", "cpu").accuracy >= 0.99
    with pytest.raises(BadFile, match="has the class 'T-shirt/top', which the network has not learned"):
        network.evaluate("fashion-mnist")


@pytest.mark.parametrize(
    ("picture", "name"), [("coffee", "espresso"), ("camera", "tripod"), ("chelsea", "Egyptian cat")]
)
def test_things_are_named(picture: str, name: str) -> None:
    first = pretrained("efficientnet-lite0").predict(f"sample:{picture}.jpg")[0]
    assert (first.name, first.probability > 0.3) == (name, True)


def test_a_data_set_must_be_named_where_there_is_no_own() -> None:
    with pytest.raises(BadFile, match="no data set of its own; name one"):
        pretrained("face-expression").evaluate()


@pytest.mark.parametrize("name", ["mtcnn-p", "mtcnn-r", "mtcnn-o"])
def test_faces_are_found_and_what_is_no_score_is_no_class(name: str) -> None:
    network, hopper = pretrained(name), read_image("sample:grace_hopper.jpg")
    face, wall = network.predict(hopper[FACE]), network.predict(read_image("sample:brick.jpg"))
    assert [face[0].name, wall[0].name] == ["face", "no face"]
    assert face[0].probability > 0.95
    assert sum(each.probability for each in face) == pytest.approx(1.0, abs=1e-6)


def test_an_expression_is_one_of_seven() -> None:
    found = pretrained("face-expression").predict(read_image("sample:grace_hopper.jpg")[FACE])
    assert {each.name for each in found} == {"neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised"}
    assert found[0].name == "neutral"
    smiling = pretrained("face-expression").predict(read_image("sample:astronaut.jpg")[20:220, 130:330])
    assert smiling[0].name == "happy"
    assert np.isfinite([each.probability for each in found]).all()


def test_a_file_that_is_not_the_shipped_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = learned("mtcnn-p")
    spoilt: list[Learned] = [entry._replace(sha256="0" * 64)]
    monkeypatch.setattr(reading, "learned", lambda _: spoilt[0])
    reading.pretrained_state.cache_clear()
    try:
        with pytest.raises(BadFile, match=r"mtcnn_p.safetensors is damaged, and MTCNN, first net cannot be opened"):
            reading.pretrained_state("mtcnn-p")
    finally:
        reading.pretrained_state.cache_clear()


def test_every_file_is_attributed() -> None:
    from engine.resources import resource

    text = resource("ATTRIBUTION.md").read_text(encoding="utf-8")
    assert all(f"{entry.file}" in text and entry.sha256 in text for entry in learned_networks())
