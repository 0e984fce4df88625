"""Networks in files: what was written is read, and everything else is refused in one sentence."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.presets import preset, preset_names
from engine.project import load_network, network_from_json, network_to_json, save_network
from engine.project.guarded import MAX_BYTES, MAX_DEPTH
from engine.spec.layers import Residual
from engine.spec.layers.containers import MAX_DEPTH as MAX_LAYER_DEPTH
from engine.spec.network import NetworkSpec
from tests.support.stacks import networks

HEAD = '{"format": "convscope-network", "version": 1, '


@given(networks())
def test_every_network_survives_also_one_that_does_not_fit(network: NetworkSpec) -> None:
    assert network_from_json(network_to_json(network)) == network


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_survives_a_file(name: str, tmp_path: Path) -> None:
    save_network(preset(name), tmp_path / "n.json")
    assert load_network(tmp_path / "n.json") == preset(name)


def test_the_deepest_network_fits_into_a_file() -> None:
    layer = Residual()
    for _ in range(MAX_LAYER_DEPTH):
        layer = Residual(body=(layer,))
    network = NetworkSpec(layers=(layer,))
    assert network_from_json(network_to_json(network)) == network


def test_a_person_can_write_one() -> None:
    text = HEAD + '"input_shape": [3, 8, 8], "layers": [{"type": "Conv2d", "out_channels": 4, "kernel_size": 3}]}'
    (layer,) = network_from_json(b"\xef\xbb\xbf" + text.encode()).layers
    assert (layer.id, layer.kernel_size) == ("conv1", (3, 3))


def deep(levels: int) -> str:
    return HEAD + '"layers": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1 is no JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "its format is None"),
        ('{"format": "convscope-kernel", "version": 1}', "its format is 'convscope-kernel'"),
        ('{"format": "convscope-network"}', "its version is None"),
        ('{"format": "convscope-network", "version": true}', "its version is True"),
        ('{"format": "convscope-network", "version": 0}', "its version is 0"),
        ('{"format": "convscope-network", "version": 2}', "made by a newer version of Convscope (network format 2)"),
        (HEAD + '"layers": 3}', "Expected `array`, got `int` (layers)"),
        (HEAD + '"layers": [{"type": "Conv2d"}]}', "missing required field `out_channels` (layers[0])"),
        (
            HEAD + '"layers": [{"type": "os.system"}]}',
            "Invalid value 'os.system' (layers[0].type); it may be of a newer version",
        ),
        (
            HEAD + '"layers": [{"type": "ReLU", "x": 1}]}',
            "unknown field `x` (layers[0]); it may be of a newer version of Convscope, so update",
        ),
        (HEAD + '"layers": [{"type": "ReLU", "id": "to"}]}', "'to' cannot be a layer's id"),
        (HEAD + '"layers": [{"type": "Dropout", "p": 2}]}', "Share must be between 0 and 1; it is 2 (layers[0])"),
        (HEAD + '"layers": [{"type": "Dropout", "p": 1e999}]}', "Share must be"),
        (HEAD + '"layers": [{"type": "Dropout", "p": NaN}]}', "NaN is no number of JSON"),
        (HEAD + '"layers": [{"type": "Dropout", "p": -Infinity}]}', "-Infinity is no number of JSON"),
        (HEAD + '"input_shape": [1, 2, 1e3]}', "Expected `int`, got `float` (input_shape[2])"),
        (HEAD + f'"input_shape": [{"9" * 400}, 2, 2]}}', "a whole number of 400 digits is too long"),
        (HEAD + f'"input_shape": [{"9" * 5000}, 2, 2]}}', "a whole number of 5,000 digits is too long"),
        (HEAD + '"layers": [], "layers": []}', "'layers' stands twice"),
        (HEAD + '"name": "x"}', "unknown field `name`"),
        (deep(MAX_DEPTH - 1), "Expected `object`"),
        (deep(MAX_DEPTH), "more than 32 deep"),
        (deep(2_000_000), "more than 32 deep"),
        ('"' * 1_000_001, "is no"),
        ('"' + "\\" * 4_000_001, "is no"),
        (" " * (MAX_BYTES + 1), "5,000,000 bytes"),
    ],
)
def test_anything_else_is_refused_in_one_quick_sentence(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text(text)
    began = time.perf_counter()
    with pytest.raises(BadFile) as caught:
        load_network(path)
    assert time.perf_counter() - began < 3, "0.1 s at most where it was measured"
    assert words in str(caught.value)
    assert str(caught.value).startswith("net.json ") and "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_brackets_in_words_are_no_depth() -> None:
    ids = '"layers": [{"type": "ReLU", "id": "' + "[" * 40 + '"}]}'
    with pytest.raises(BadFile, match="cannot be a layer's id"):
        network_from_json((HEAD + ids).encode())


@settings(max_examples=20 * settings().max_examples)
@given(st.integers(0, 2**32))
def test_damaged_bytes_are_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    content = bytearray(network_to_json(preset(rng.choice(["lenet-5", "mini-resnet"]))))
    for _ in range(rng.randint(1, 5)):
        match rng.randrange(3):
            case 0:
                content[rng.randrange(len(content))] = rng.randrange(256)
            case 1:
                start = rng.randrange(len(content))
                del content[start : start + rng.randrange(40)]
            case _:
                start = rng.randrange(len(content))
                content[start:start] = rng.choice([b"1", b"-", b"null", b'"', b"[", b"}", b"e9", b"\0", b"9" * 30])
    try:
        found = network_from_json(bytes(content), "n.json")
    except BadFile as error:
        told = str(error)
    else:
        told = ""
        assert network_from_json(network_to_json(found)) == found
    assert "\n" not in told


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="There is no file"):
        load_network(tmp_path / "none.json")
    with pytest.raises(BadFile, match="There is no file"):
        load_network(tmp_path)
    with pytest.raises(BadFile, match=r"There is no file|cannot be read"):
        load_network("a\0b.json")
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(BadFile, match="There is no file"):
        load_network(pipe)


def test_a_refused_name_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"n\.txt: a network is kept in a file that ends in \.json"):
        save_network(preset("lenet-5"), tmp_path / "n.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_plain_json_with_its_format_first(tmp_path: Path) -> None:
    save_network(preset("lenet-5"), tmp_path / "n.json")
    stored = json.loads((tmp_path / "n.json").read_text())
    assert list(stored) == ["format", "version", "input_shape", "layers"]
