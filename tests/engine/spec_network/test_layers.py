"""What a layer can be made of, and what a network does with its layers' names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from torch import nn

import engine
from engine.errors import SpecError
from engine.spec import layers as spec
from engine.spec.fields import fields_of
from engine.spec.layers import LAYER_TYPES, AnyLayer, new_layer, settings_of
from engine.spec.layers.base import check_id
from engine.spec.layers.containers import MAX_DEPTH
from engine.spec.layers.reserved import RESERVED
from engine.spec.network import MAX_LAYERS, NetworkSpec, layers_with_paths
from tests.support.stacks import networks

CONV = {"out_channels": 4, "kernel_size": 3}


def test_one_number_stands_for_a_pair_and_every_way_of_writing_is_one_value() -> None:
    a = spec.Conv2d(out_channels=4, kernel_size=3, stride=2, padding=1)
    b = spec.Conv2d(out_channels=4, kernel_size=[3, 3], stride=(2, 2), padding=(1, 1))
    assert a == b and hash(a) == hash(b)
    assert (a.kernel_size, a.stride) == ((3, 3), (2, 2))
    assert spec.Dropout(p=1) == spec.Dropout(p=1.0)
    assert spec.MaxPool2d(kernel_size=2).stride is None


def test_full_padding_is_stored_as_the_number_it_means() -> None:
    layer = spec.Conv2d(out_channels=4, kernel_size=(3, 4), dilation=2, padding="full")
    assert layer.padding == (4, 6)
    with pytest.raises(SpecError, match="Full padding"):
        spec.Conv2d(out_channels=1, kernel_size=256, dilation=64, padding="full")


def test_global_pooling_is_the_layer_of_torch_that_does_it() -> None:
    assert spec.GlobalAvgPool() == spec.AdaptiveAvgPool2d(output_size=(1, 1))


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        (spec.Conv2d, CONV | {"out_channels": 0}, "Output channels must be between 1"),
        (spec.Conv2d, CONV | {"out_channels": "4"}, "it takes a whole number"),
        (spec.Conv2d, CONV | {"out_channels": 4.0}, "it takes a whole number"),
        (spec.Conv2d, CONV | {"out_channels": True}, "it takes a whole number"),
        (spec.Conv2d, CONV | {"out_channels": 10**400}, "it takes a whole number"),
        (spec.Conv2d, CONV | {"kernel_size": (3, 3, 3)}, "two (vertical, horizontal)"),
        (spec.Conv2d, CONV | {"kernel_size": (3, 2**80)}, "two (vertical, horizontal)"),
        (spec.Conv2d, CONV | {"padding": -1}, "Padding must be between 0"),
        (spec.Conv2d, CONV | {"padding": "some"}, "'valid', 'same', 'full'"),
        (spec.Conv2d, CONV | {"padding_mode": "mirror"}, "it takes 'zeros', 'reflect'"),
        (spec.Conv2d, CONV | {"bias": 1}, "it takes True or False"),
        (spec.Conv2d, CONV | {"disabled": 1}, "disabled of Conv2d cannot be 1"),
        (spec.Dropout, {"p": 1.5}, "Share must be between 0 and 1"),
        (spec.Dropout, {"p": float("nan")}, "Share must be"),
        (spec.LeakyReLU, {"negative_slope": None}, "it takes a number"),
        (spec.Residual, {"body": (3,)}, "body of Residual"),
        (spec.ReLU, {"id": 3}, "id of ReLU"),
        (spec.ReLU, {"id": "Conv1"}, "small letters"),
        (spec.ReLU, {"id": "a.b"}, "small letters"),
        (spec.ReLU, {"id": "forward"}, "torch needs the word; forward1 would do"),
        (spec.ReLU, {"id": "class"}, "Python needs the word"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_sentence(kind: type[AnyLayer], settings: dict, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        kind(**settings)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_copy_is_checked_like_a_new_one() -> None:
    with pytest.raises(SpecError):
        msgspec.structs.replace(spec.Conv2d(**CONV), stride=0)
    assert msgspec.structs.replace(spec.Conv2d(**CONV), stride=2).stride == (2, 2)


def test_no_id_can_be_an_attribute_of_torchs_modules() -> None:
    attributes = {*dir(nn.Module()), *dir(nn.Sequential())}
    assert {name for name in attributes if re.fullmatch("[a-z][a-z0-9_]*", name)} <= RESERVED
    for name in ("conv1", "weight", "bias", "body", "x", "network"):
        check_id(name)


def test_ids_are_given_once_and_the_same_each_time() -> None:
    layers = (
        spec.Conv2d(**CONV),
        spec.ReLU(),
        spec.Conv2d(**CONV, id="conv1"),
        spec.Conv2d(**CONV),
        spec.MaxPool2d(kernel_size=2),
    )
    network = NetworkSpec(layers=layers)
    assert [layer.id for layer in network.layers] == ["conv2", "relu1", "conv1", "conv3", "pool1"]
    assert NetworkSpec(layers=layers) == network
    assert NetworkSpec(layers=network.layers) == network


def test_ids_are_unique_within_their_list_only() -> None:
    block = spec.Residual(body=(spec.ReLU(), spec.ReLU()), shortcut=(spec.ReLU(),))
    network = NetworkSpec(layers=(spec.ReLU(), block))
    paths = [path for path, _ in layers_with_paths(network.layers)]
    assert paths == ["relu1", "res1.body.relu1", "res1.body.relu2", "res1.shortcut.relu1", "res1"]
    with pytest.raises(SpecError, match="Two layers are called 'a'"):
        NetworkSpec(layers=(spec.ReLU(id="a"), spec.Tanh(id="a")))


def test_a_network_is_bounded() -> None:
    with pytest.raises(SpecError, match="at most 1000 layers"):
        NetworkSpec(layers=[spec.ReLU()] * (MAX_LAYERS + 1))
    assert len(NetworkSpec(layers=[spec.ReLU()] * MAX_LAYERS).layers) == MAX_LAYERS
    layer: AnyLayer = spec.ReLU()
    for _ in range(MAX_DEPTH):
        layer = spec.Residual(body=(layer,))
    with pytest.raises(SpecError, match="at most 8 deep"):
        spec.Residual(body=(layer,))


@pytest.mark.parametrize(
    "shape", [(), (1, 2, 3, 4, 5), (0, 3, 3), (1, -2, 3), ("1", 2, 3), 28, (1.5, 2, 3), (10**99, 1, 1)]
)
def test_an_input_shape_that_cannot_be(shape: object) -> None:
    with pytest.raises(SpecError):
        NetworkSpec(input_shape=shape)


@given(networks())
def test_a_network_survives_json(network: NetworkSpec) -> None:
    assert msgspec.json.decode(msgspec.json.encode(network), type=NetworkSpec) == network


@pytest.mark.parametrize("name", LAYER_TYPES)
def test_every_type_can_be_added_and_tells_all_its_settings(name: str) -> None:
    layer = new_layer(name)
    kind = type(layer)
    assert layer.group and kind.__doc__
    described = fields_of(kind)
    assert set(described) == set(settings_of(kind)) - {"body", "shortcut", "paths", "connections", "kernels"}
    assert all(field.label and field.help.endswith(".") for field in described.values())
    assert set(kind.leading) | ({kind.derived} - {""}) <= set(settings_of(kind))


TORCHS = sorted(name for name in LAYER_TYPES if hasattr(nn, name))


def test_torch_has_no_class_of_the_same_name_for_these_only() -> None:
    ours = {"UnsharedConv2d", "TiledConv2d", "TableConv2d", "FixedKernels", "Normalize", "Pad", "Residual", "Branches"}
    assert set(LAYER_TYPES) - set(TORCHS) == ours


@pytest.mark.parametrize("name", TORCHS)
def test_settings_have_torchs_names_order_and_defaults(name: str) -> None:
    import inspect

    kind = LAYER_TYPES[name]
    given = inspect.signature(getattr(nn, name).__init__).parameters
    order = [
        key for key, each in given.items() if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD and key != "self"
    ]
    assert list(kind.signature) == order
    for field in msgspec.structs.fields(kind):
        if field.name in given and field.default not in (msgspec.NODEFAULT, None):
            default = given[field.name].default
            assert field.default == default or (default is None and field.default is False) or field.name in kind.told


def test_there_is_no_other_layer() -> None:
    with pytest.raises(SpecError, match="There is no layer 'Conv9d'"):
        new_layer("Conv9d")


def test_specs_presets_code_and_files_load_neither_torch_nor_opencv() -> None:
    rooms = "engine.spec.summary, engine.spec.network_edit, engine.presets, engine.codegen, engine.project"
    code = f"import sys, {rooms}; print({{'torch', 'cv2', 'PySide6', 'PIL'}} & {{*sys.modules}})"
    root = Path(engine.__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
