"""PyTorch source that people write: read as it is meant, or refused with its line; and never run."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codegen import from_pytorch, to_pytorch
from engine.codegen.source import MAX_CHARACTERS
from engine.errors import SpecError
from engine.presets import preset
from engine.spec.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
)
from engine.spec.network import NetworkSpec
from tests.support.stacks import networks

SEQUENTIAL = """
import torch
import torch.nn as nn

INPUT_SHAPE = [1, 28, 28]
model = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=(2, 2)),
    nn.ReLU(inplace=True),  # a remark
    torch.nn.MaxPool2d(2, 2),
    nn.Conv2d(6, 16, kernel_size=[5, 5], device=None),
    nn.LeakyReLU(.1, True),
    nn.AvgPool2d(2, count_include_pad=False, divisor_override=None),
    nn.Flatten(1, -1), nn.Linear(16 * 5 * 5, 120 - 0, False),
    nn.BatchNorm2d(num_features=120, eps=1e-3),
    nn.Dropout(0),
)
"""
CLASS = '''
"""A network."""
from __future__ import annotations
from torch import nn
from torch.nn import Conv2d, Linear as Dense


class LeNet(nn.Module):
    """It reads digits."""

    def __init__(self) -> None:
        """Layers."""
        super(LeNet, self).__init__()
        self.fc = Dense(1014, 10)
        self.conv = Conv2d(1, 6, 3)
        self.relu = nn.ReLU()
        self.flat = nn.Flatten()
        self.pool = nn.MaxPool2d(2)

    def forward(self, images):
        """In this order."""
        h = self.relu(self.conv(images))
        y = self.relu(self.pool(h))
        return self.fc(self.flat(y))


net = LeNet()
'''


def test_a_sequential_of_positions_words_and_products() -> None:
    assert from_pytorch(SEQUENTIAL) == NetworkSpec(
        input_shape=(1, 28, 28),
        layers=(
            Conv2d(out_channels=6, kernel_size=5, padding=2),
            ReLU(),
            MaxPool2d(kernel_size=2, stride=2),
            Conv2d(out_channels=16, kernel_size=5),
            LeakyReLU(negative_slope=0.1),
            AvgPool2d(kernel_size=2, count_include_pad=False),
            Flatten(),
            Linear(out_features=120, bias=False),
            BatchNorm2d(num_features=120, eps=1e-3),
            Dropout(p=0),
        ),
    )


def test_a_class_is_read_in_the_order_of_its_forward() -> None:
    network = from_pytorch(CLASS, input_shape=(1, 28, 28))
    assert [layer.id for layer in network.layers] == ["conv", "relu", "pool", "relu1", "flat", "fc"]
    assert network.layers[-1] == Linear(id="fc", out_features=10)


def test_the_input_shape_is_the_callers_or_the_texts() -> None:
    assert from_pytorch(SEQUENTIAL, input_shape=(1, 32, 32)).input_shape == (1, 32, 32)
    assert from_pytorch(SEQUENTIAL, input_shape=(1, 32, 32)).layers[-3].in_features == 400
    with pytest.raises(SpecError, match="INPUT_SHAPE"):
        from_pytorch(CLASS)


def body(line: str) -> str:
    return f"from torch import nn\nINPUT_SHAPE = (1, 9, 9)\nnetwork = nn.Sequential(\n    nn.ReLU(),\n    {line}\n)\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nn.RReLU()", "nn.RReLU is no layer known here; nn.ReLU would be one"),
        ("nn.Conv2d(1)", "Conv2d needs out_channels"),
        ("nn.Conv2d(1, 2, 3, 1, 0, 1, 1, True, 'zeros', None, None, 7)", "at most 11 values"),
        ("nn.Conv2d(1, 2, 3, kernel_size=3)", "cannot take kernel_size"),
        ("nn.Conv2d(1, 2, 3, colour=3)", "Conv2d has no parameter colour; it has in_channels"),
        ("nn.Conv2d(1, 2, 0)", "Kernel size must be between 1 and 256 cells; it is 0"),
        ("nn.Conv2d(1, 2, '3')", "Kernel size of Conv2d cannot be '3'"),
        ("nn.Conv2d(1, 2, k)", "k is no number, word or tuple"),
        ("nn.Conv2d(1, 2, int('3'))", "int('3') is no number"),
        ("nn.Conv2d(1, 2, 3 ** 2)", "3 ** 2 cannot be worked out here"),
        ("nn.Conv2d(1, 2, 3 // 0)", "3 // 0 cannot be worked out here"),
        ("nn.Conv2d(1, 2, 'a' * 9)", "cannot be worked out"),
        ("nn.Conv2d(1, 2, -'a')", "is no number"),
        ("nn.Conv2d(1, 2, 99999999999999999999)", "this number is too large"),
        ("nn.Conv2d(1, 2, 9223372036854775807 * 9)", "it takes a whole number"),
        ("nn.Conv2d(*[1, 2, 3])", "* and ** are not followed"),
        ("nn.Conv2d(**{'a': 1})", "* and ** are not followed"),
        ("nn.MaxPool2d(2, return_indices=True)", "return_indices=True of MaxPool2d cannot be expressed"),
        ("nn.Flatten(0)", "start_dim=0 of Flatten cannot be expressed"),
        ("nn.BatchNorm2d(1, track_running_stats=False)", "cannot be expressed"),
        ("nn.ReLU", "a layer is made by a call"),
        ("lambda x: x", "a layer is made by a call"),
        ("__import__('os').system('true')", "is no layer known here"),
        ("nn.Identity(),  # disabled: nn.Tanh(3)", "Tanh takes at most 0 values"),
        ("nn.Identity(),  # disabled: nn.Tanh(", "this is not Python"),
        ("nn.Tanh(),  # disabled: nn.Tanh()", "stands as nn.Identity()"),
        ("nn.Identity(),  # disabled: disabled(1, 2)", "disabled(…) holds one layer"),
        ("nn.Identity(),  # disabled: Residual(nn.Sequential(disabled(1, 2)), nn.Sequential())", "holds one layer"),
    ],
)
def test_an_error_names_its_line(line: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        from_pytorch(body(line))
    assert str(caught.value).startswith("Line 5, column ")
    assert words in str(caught.value)


def changed(old: str, new: str) -> str:
    text = CLASS.lstrip("\n").replace("from torch.nn import", "INPUT_SHAPE = (1, 28, 28)\nfrom torch.nn import")
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("net = LeNet()", "net = LeNet(3)", 27, "made without arguments"),
        ("net = LeNet()", "print(3)", 27, "only imports"),
        ("net = LeNet()", "net = other()", 27, "net is neither INPUT_SHAPE nor a network"),
        ("net = LeNet()", "net = nn.Sequential(nn.ReLU())", 8, "a second network"),
        ("net = LeNet()", "import os", 27, "os is not imported here"),
        ("net = LeNet()", "from os import path", 27, "os.path is not imported here"),
        ("net = LeNet()", "from torch.nn import *", 27, "is not imported here"),
        ("(1, 28, 28)", "(1, 28, n)", 4, "n is no number"),
        ("(1, 28, 28)", "28", 4, "INPUT_SHAPE is whole numbers"),
        ("(1, 28, 28)", "(1, 0, 28)", 4, "Input must be between 1"),
        ("(nn.Module)", "(nn.Module, metaclass=X)", 8, "no plain class"),
        ("(nn.Module)", "(dict)", 8, "no plain class"),
        ('    """It reads digits."""', "    size = 3", 9, "no plain class"),
        ("class LeNet", "@decorated\nclass LeNet", 9, "no plain class"),
        ("def forward", "def backward", 8, "needs the methods __init__ and forward"),
        ("__init__(self) ->", "__init__(self, n=3) ->", 11, "__init__ takes self alone"),
        ("self.fc = Dense(1014, 10)", "fc = Dense(1014, 10)", 14, "__init__ makes layers here"),
        ("self.fc = Dense(1014, 10)", "self.conv = nn.ReLU()", 15, "self.conv is made twice"),
        ("self.fc = Dense(1014, 10)", "self.FC = Dense(1014, 10)", 14, "'FC' cannot be a layer's id"),
        ("self.fc = Dense(1014, 10)", "self.type = Dense(1014, 10)", 14, "'type' cannot be a layer's id"),
        ("self.relu(self.conv(images))", "self.relu(self.conv(images) * images)", 22, "forward calls layers alone"),
        ("self.relu(self.conv(images))", "self.relu(self.conv(y))", 22, "and y is none"),
        ("self.relu(self.pool(h))", "self.relu(self.pool(images))", 22, "does not go into what forward returns"),
        ("self.relu(self.pool(h))", "self.conv(self.pool(h))", 23, "weights that two layers share"),
        ("self.relu(self.pool(h))", "self.relu(h)", 18, "forward never calls self.pool"),
        ("self.relu(self.pool(h))", "self.tanh(self.pool(h))", 23, "makes no self.tanh"),
        ("        return self.fc(self.flat(y))", "        x = self.fc(self.flat(y))", 20, "ends with a return"),
        (
            "        return self.fc(self.flat(y))",
            "        self.n = 3\n        return h",
            24,
            "one layer after the other",
        ),
        (
            "        return self.fc(self.flat(y))",
            "        if y: pass\n        return h",
            24,
            "one layer after the other",
        ),
        ("        h = self.relu", "    h = self.relu", 24, "this is not Python"),
    ],
)
def test_an_error_in_a_class_names_its_line(old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        from_pytorch(changed(old, new))
    assert words in str(caught.value)
    if "not Python" not in words:
        assert str(caught.value).startswith(f"Line {line}, column ")


@pytest.mark.parametrize("name", ["Residual", "SameConv2d"])
def test_a_class_of_this_program_that_does_something_else_is_not_taken_for_it(name: str) -> None:
    layers = (Conv2d(out_channels=4, kernel_size=3, stride=2, padding="same"),)
    text = to_pytorch(preset("mini-resnet") if name == "Residual" else NetworkSpec(layers=layers))
    assert from_pytorch(text)
    other = text.replace("self.body(inputs) +", "self.body(inputs) -").replace("around // 2, around", "0, around")
    with pytest.raises(SpecError, match=rf"{name} differs"):
        from_pytorch(other)


NO_NETWORKS = [
    "",
    "x",
    "from torch import nn",
    "\0",
    "a = 'x",
    "(" * 1000,
    "-" * 5000 + "1",
    "1" + "+1" * 30_000,
    "é" * 9,
]
LARGE = [
    "x = 1e999",
    "INPUT_SHAPE = (" + "9" * 5000 + ",)",
    "#" * (MAX_CHARACTERS + 1),
    "1if 1else " * 9,
    "\ufeffx = 1",
]
INSERTED = ["", "(", ")", "nn.", "3", ",", " ", "\n", "=", "'", "#", "self", "*", "\\", "1, "]


@pytest.mark.parametrize("text", NO_NETWORKS + LARGE)
def test_what_is_no_network_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        from_pytorch(text)
    assert "\n" not in str(caught.value)


@settings(max_examples=5 * settings().max_examples)
@given(networks(most=4), st.data())
def test_any_change_of_the_text_is_read_or_refused(network: NetworkSpec, data: st.DataObject) -> None:
    text = to_pytorch(network)
    start = data.draw(st.integers(0, len(text)))
    end = min(len(text), start + data.draw(st.integers(0, 12)))
    put = data.draw(
        st.sampled_from(["", "(", ")", "nn.", "3", ",", " ", "\n", "=", "'", "#", "self", "*", "\\", "1, "])
    )
    try:
        found = from_pytorch(text[:start] + put + text[end:])
    except SpecError as error:
        told = str(error)
    else:
        told = ""
        assert isinstance(found, NetworkSpec)
    assert "\n" not in told


def test_nothing_is_run(tmp_path) -> None:
    """Python tells of every call of exec, eval, open and os.system."""
    from_pytorch(SEQUENTIAL)  # the annotations of the layers' classes are evaluated once, when they are first needed
    told = ("exec", "open", "os.system", "subprocess.Popen", "import")
    seen: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, _: seen.append(event) if watching[0] and event in told else None)
    marker = tmp_path / "marker"
    with pytest.raises(SpecError):
        from_pytorch(body(f"nn.ReLU(open({str(marker)!r}, 'w'))"))
    from_pytorch(SEQUENTIAL)
    watching[0] = False
    assert seen == []
    assert not marker.exists()
