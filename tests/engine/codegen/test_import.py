"""Scripts as people write them: ways that part and meet, functions in place of layers, lists in lists; and edits."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from engine.codegen import CodeError, from_pytorch, read_pytorch, to_pytorch
from engine.errors import SpecError
from engine.nn import build
from engine.presets import preset
from engine.spec.layers import (
    BatchNorm2d,
    Branches,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    Pad,
    ReLU,
    Residual,
    UnsharedConv2d,
    Upsample,
)
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import replace_field
from tests.support.zoo import anything

LISTS = """
import torch
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(inplace=True), nn.Sequential(nn.MaxPool2d(2)))
        self.classifier = nn.Sequential(nn.Linear(8 * 7 * 7, 20), nn.ReLU(True), nn.Linear(20, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        x = torch.flatten(x, 1)
        return self.classifier(x)
"""
WAYS = """
import torch
import torch.nn as nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.conv3 = nn.Conv2d(4, 2, 1)
        self.side = nn.Conv2d(4, 2, 1)
        self.fc = nn.Linear(4 * 8 * 8, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        y = self.conv2(x).relu()
        y += x
        a, = y,
        return y
"""
FORWARD = """
        x = F.relu(self.conv1(x))
        y = self.conv2(x).relu()
        y += x
        z = torch.cat([self.conv3(y), F.max_pool2d(self.side(y), 3, stride=1, padding=1)], dim=1)
        z = F.max_pool2d(z, 2)
        z = F.dropout(z, 0.25, training=self.training)
        return self.fc(z.view(z.size(0), -1))
"""
PARTING = WAYS[: WAYS.index("        x = F.relu")] + FORWARD.lstrip("\n")


def _computes_the_same(text: str, shape: tuple[int, ...]) -> NetworkSpec:
    """The script itself and what was read of it, with the same weights in the order of the script."""
    network = from_pytorch(text, shape)
    names: dict[str, object] = {}
    exec(text, names)
    made = names["Net"]
    assert isinstance(made, type)
    written = made().eval()
    module = build(network).eval()
    state = dict(zip(module.state_dict(), written.state_dict().values(), strict=True))
    module.load_state_dict(state)
    inputs = torch.rand(2, *shape)
    with torch.no_grad():
        torch.testing.assert_close(module(inputs), written(inputs), rtol=0, atol=0)
    return network


def test_lists_within_a_class_are_one_list() -> None:
    network = _computes_the_same(LISTS, (3, 16, 16))
    assert [layer.type for layer in network.layers] == [
        *("Conv2d", "ReLU", "MaxPool2d"),
        *("Flatten", "Linear", "ReLU", "Linear"),
    ]
    assert [layer.id for layer in network.layers][-3:] == ["linear1", "relu2", "linear2"]


def test_ways_that_part_and_meet_are_blocks() -> None:
    network = _computes_the_same(PARTING, (3, 16, 16))
    assert network.layers == (
        Conv2d(id="conv1", out_channels=4, kernel_size=3, padding=1),
        ReLU(id="relu1"),
        Residual(id="res1", body=(Conv2d(id="conv2", out_channels=4, kernel_size=3, padding=1), ReLU(id="relu1"))),
        Branches(
            id="branch1",
            paths=(
                (Conv2d(id="conv3", out_channels=2, kernel_size=1),),
                (
                    Conv2d(id="side", out_channels=2, kernel_size=1),
                    MaxPool2d(id="pool1", kernel_size=3, stride=1, padding=1),
                ),
            ),
        ),
        MaxPool2d(id="pool1", kernel_size=2),
        Dropout(id="dropout1", p=0.25),
        Flatten(id="flatten1"),
        Linear(id="fc", out_features=10),
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("dim=1)", "dim=2)", "only channels are put one after the other"),
        ("dim=1)", "0)", "only channels are put one after the other"),
        ("torch.cat([", "torch.stack([", "is none"),
        ("training=self.training", "training=True", "write training=self.training"),
        ("z.view(z.size(0), -1)", "z.view(4, -1)", "x.flatten(1) would do"),
        ("z.view(z.size(0), -1)", "torch.flatten(z)", "would put a whole batch in one row"),
        ("z.view(z.size(0), -1)", "z.flatten(2)", "start_dim=2 of Flatten cannot be expressed"),
        ("y += x", "y -= x", "forward calls one layer after the other"),
        ("y += x", "y = y * x", "y * x is none"),
        ("y += x", "w = y + x", "does not go into what forward returns"),
        ("F.max_pool2d(z, 2)", "F.max_pool2d(z)", "MaxPool2d needs kernel_size"),
        ("F.relu(self.conv1(x))", "F.hardtanh(self.conv1(x))", "is none"),
        ("self.conv2(x)", "self.conv2(x, 3)", "self.conv2 takes one value"),
        ("self.conv2(x)", "self.conv1(x)", "weights that two layers share"),
    ],
)
def test_what_forward_does_and_no_layer_can_is_told(old: str, new: str, words: str) -> None:
    assert old in PARTING
    with pytest.raises(CodeError) as caught:
        from_pytorch(PARTING.replace(old, new), (3, 16, 16))
    assert words in str(caught.value)


def _sequence(*layers: str) -> str:
    lines = "".join(f"    {layer},\n" for layer in layers)
    return f"from torch import nn\nINPUT_SHAPE = (3, 9, 9)\nnetwork = nn.Sequential(\n{lines})\n"


def test_all_that_cannot_be_expressed_is_told_with_its_place() -> None:
    text = _sequence("nn.ReLU()", "nn.LSTM(3, 4)", "nn.Conv2d(3, 0, 3)", "nn.Tanh(approximate=3)") + "print(network)\n"
    with pytest.raises(CodeError) as caught:
        from_pytorch(text)
    marks = caught.value.marks
    assert [(mark.line, mark.column) for mark in marks] == [(5, 5), (6, 18), (7, 25), (9, 1)]
    lines = text.split("\n")
    shown = [lines[mark.line - 1][mark.column - 1 : mark.end - 1] for mark in marks]
    assert shown == ["nn.LSTM", "0", "3", "print(network)"]
    assert str(caught.value) == ("Line 5, column 5: nn.LSTM is no layer known here. There is more in lines 6, 7, 9.")


def test_columns_are_counted_in_characters() -> None:
    text = _sequence('nn.ReLU(), nn.Tanh("é𝔸"), nn.Tanh(k)').replace("INPUT", '"""é𝔸"""; INPUT')
    with pytest.raises(CodeError) as caught:
        from_pytorch(text)
    lines = text.split("\n")
    shown = [lines[mark.line - 1][mark.column - 1 : mark.end - 1] for mark in caught.value.marks]
    assert shown == ['nn.Tanh("é𝔸")', "nn.Tanh(k)"]
    with pytest.raises(CodeError) as caught:
        from_pytorch(_sequence("nn.Identity()").replace("(),", "(),  # disabled: nn.Conv2d(é, 3)"))
    assert caught.value.marks[0][:3] == (4, 43, 44)


def test_pads_and_resizings() -> None:
    text = _sequence(
        "nn.ZeroPad2d(1)", "nn.ConstantPad2d((1, 0, 2, 0), -1.5)", "nn.ReflectionPad2d(padding=[1, 1, 1, 1])",
        'nn.Upsample(scale_factor=2, mode="bilinear", align_corners=None)',
    )  # fmt: skip
    assert (
        from_pytorch(text).layers
        == NetworkSpec(
            layers=(
                Pad(padding=1),
                Pad(padding=(1, 0, 2, 0), value=-1.5),
                Pad(padding=(1, 1, 1, 1), mode="reflect"),
                Upsample(scale_factor=2.0, mode="bilinear"),
            )
        ).layers
    )
    with pytest.raises(CodeError, match="2 amounts do not pad 2 axes; 4 would do"):
        from_pytorch(_sequence("nn.ZeroPad2d((1, 2))"))


def test_sizes_that_followed_before_an_edit_go_on_following() -> None:
    before = NetworkSpec(
        input_shape=(1, 12, 12),
        layers=(
            Conv2d(out_channels=4, kernel_size=3),
            BatchNorm2d(),
            UnsharedConv2d(out_channels=2, kernel_size=3),
            Conv2d(in_channels=2, out_channels=4, kernel_size=1),
            Flatten(),
            Linear(out_features=10),
        ),
    )
    text = to_pytorch(before)
    edited = text.replace("nn.Conv2d(1, 4, kernel_size=3)", "nn.Conv2d(1, 16, kernel_size=5)")
    wanted = replace_field(replace_field(before, "conv1", "out_channels", 16), "conv1", "kernel_size", 5)
    reading = read_pytorch(edited, None, before)
    assert reading.network == wanted
    lines = edited.split("\n")
    for patch in sorted(reading.patches, reverse=True):
        line = lines[patch.line - 1]
        lines[patch.line - 1] = line[: patch.column - 1] + patch.text + line[patch.end - 1 :]
    assert "\n".join(lines) == to_pytorch(wanted)
    alone = from_pytorch(edited.replace("(10, 10)", "(8, 8)"))
    assert alone.layers[1].num_features == 4, "without what was before, it is taken at its word"
    with pytest.raises(CodeError, match=r"input_size is \(10, 10\) here, and \(8, 8\) comes in"):
        from_pytorch(edited.replace("BatchNorm2d(4)", "BatchNorm2d(16)").replace("(4, 2, (10", "(16, 2, (10"))


def test_sizes_behind_a_layer_that_does_not_fit_go_on_following() -> None:
    fits = NetworkSpec(layers=(Conv2d(out_channels=4, kernel_size=3), Flatten(), Linear(out_features=10)))
    text = to_pytorch(fits)
    broken = read_pytorch(text.replace("kernel_size=3", "kernel_size=33"), None, fits)
    assert broken.network == replace_field(fits, "conv1", "kernel_size", 33)
    mended = read_pytorch(text.replace("kernel_size=3", "kernel_size=5"), None, broken.network)
    assert mended.network == replace_field(fits, "conv1", "kernel_size", 5)
    assert [patch.text for patch in mended.patches] == ["2304"]


def test_lines_of_every_layer_are_told() -> None:
    network = preset("mini-resnet")
    text = to_pytorch(network)
    reading = read_pytorch(text)
    lines = text.split("\n")
    for path, (first, last) in reading.lines.items():
        assert path.rpartition(".")[2] in lines[first - 1]
        assert last >= first
    assert len(reading.lines) == text.count("nn.") - text.count("nn.Sequential") - text.count("nn.Module") + 3


@given(anything(most=4), st.data())
def test_any_change_of_any_text_is_read_or_refused(network: NetworkSpec, data: st.DataObject) -> None:
    """One line goes, comes twice or changes places, or some characters do; marks lie in the text."""
    text = to_pytorch(network)
    lines = text.split("\n")
    first, second = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    change = data.draw(st.sampled_from(["drop", "twice", "swap", "cut", "word"]))
    if change == "drop":
        del lines[first]
    elif change == "twice":
        lines.insert(second, lines[first])
    elif change == "swap":
        lines[first], lines[second] = lines[second], lines[first]
    elif change == "cut":
        lines[first] = lines[first][: data.draw(st.integers(0, len(lines[first])))]
    else:
        words = data.draw(st.sampled_from(["3", "nn.", "(1, 2)", "None", "é", "# init: zeros", "# disabled: nn.", "-"]))
        place = data.draw(st.integers(0, len(lines[first])))
        lines[first] = lines[first][:place] + words + lines[first][place:]
    try:
        reading = read_pytorch("\n".join(lines), network.input_shape, network)
    except CodeError as error:
        told, marks = str(error), error.marks
    except SpecError as error:
        told, marks = str(error), ()
    else:
        told, marks = "", ()
        assert from_pytorch(to_pytorch(reading.network)) == reading.network
    assert "\n" not in told
    assert all(1 <= mark.line <= len(lines) + 1 and mark.column < mark.end for mark in marks)


def test_a_class_of_ones_own_keeps_its_state_names() -> None:
    """Weights that a person saved fit by the names of the layers."""
    network = from_pytorch(PARTING, (3, 16, 16))
    assert isinstance(build(network).conv1, nn.Conv2d)
