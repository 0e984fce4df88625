"""Rows, problems with what helps against them, and doubts."""

from __future__ import annotations

import pytest

from engine.errors import SpecError
from engine.spec.layers import (
    AnyLayer,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
)
from engine.spec.network import NetworkSpec
from engine.spec.network_edit import find_layer
from engine.spec.shapes import MAX_PARAMETERS
from engine.spec.summary import check, summary


def stack(*layers: AnyLayer, shape: tuple[int, ...] = (3, 5, 5)) -> NetworkSpec:
    return NetworkSpec(input_shape=shape, layers=layers)


def test_a_block_follows_its_layers_and_rows_add_up() -> None:
    body = (Conv2d(out_channels=3, kernel_size=3, padding=1), BatchNorm2d())
    found = summary(stack(Residual(body=body, shortcut=(Conv2d(out_channels=3, kernel_size=1),)), ReLU()))
    expected = ["res1.body.conv1", "res1.body.norm1", "res1.shortcut.conv1", "res1", "relu1"]
    assert [row.id for row in found.rows] == expected
    assert [row.parameters for row in found.rows] == [84, 6, 12, 0, 0]
    assert found.parameters == sum(row.parameters for row in found.rows) == 102
    assert found.macs == sum(row.macs for row in found.rows) == 25 * 3 * 27 + 25 * 3 * 3


def test_no_layers_are_no_problem() -> None:
    found = summary(stack())
    assert (found.rows, found.problems, found.parameters, found.output_shape) == ((), (), 0, None)


def test_a_disabled_layer_passes_its_input_on_and_costs_nothing() -> None:
    block = Residual(body=(Conv2d(out_channels=9, kernel_size=9),), disabled=True)
    found = summary(stack(Conv2d(out_channels=4, kernel_size=9, disabled=True), block, Flatten()))
    assert not found.problems
    assert [(row.id, row.output_shape, row.disabled) for row in found.rows] == [
        ("conv1", (3, 5, 5), True),
        ("res1", (3, 5, 5), True),
        ("flatten1", (75,), False),
    ]
    assert found.parameters == found.macs == 0


def test_after_a_problem_nothing_is_known_and_nothing_else_is_blamed() -> None:
    found = summary(
        stack(ReLU(), MaxPool2d(kernel_size=9), Conv2d(out_channels=4, kernel_size=3), Linear(out_features=2))
    )
    assert [row.output_shape for row in found.rows] == [(3, 5, 5), None, None, None]
    assert [row.parameters for row in found.rows] == [0, None, None, None]
    assert [problem.id for problem in found.problems] == ["pool1"]
    with pytest.raises(SpecError, match=r"^pool1: A window of 9×9 is larger than its 5×5 input"):
        check(stack(MaxPool2d(kernel_size=9)))


def labels(network: NetworkSpec) -> list[str]:
    (problem,) = summary(network).problems
    return [repair.label for repair in problem.repairs]


@pytest.mark.parametrize(
    ("network", "words", "repairs"),
    [
        (
            stack(Conv2d(out_channels=4, kernel_size=7)),
            "A kernel of 7×7 is larger than its 5×5 input.",
            ["padding same", "kernel 5", "remove"],
        ),
        (
            stack(Conv2d(out_channels=4, kernel_size=(7, 3), dilation=2, padding=1)),
            "A kernel of 7×3, spread to 13×5, is larger than its 5×5 input padded to 7×7.",
            ["padding same", "kernel 4×3", "dilation 1", "remove"],
        ),
        (
            stack(Conv2d(in_channels=8, out_channels=4, kernel_size=3)),
            "Input channels are set to 8 and 3 come in.",
            ["follow the input", "remove"],
        ),
        (
            stack(Conv2d(out_channels=8, kernel_size=3, groups=3)),
            "3 groups cannot share 3 input and 8 output channels evenly.",
            ["groups 1", "output channels 9", "remove"],
        ),
        (
            stack(Conv2d(out_channels=4, kernel_size=3, padding=6, padding_mode="reflect")),
            "Padding mode 'reflect' can add at most 4 cell(s)",
            ["padding mode replicate", "padding mode zeros", "padding 4", "remove"],
        ),
        (
            stack(Flatten(), Conv2d(out_channels=4, kernel_size=3)),
            "Conv2d needs maps, channels×height×width, and 75 comes in.",
            ["remove"],
        ),
        (
            stack(MaxPool2d(kernel_size=6, dilation=2)),
            "A window of 6×6, spread to 11×11, is larger than its 5×5 input.",
            ["pool size 5", "remove"],
        ),
        (
            stack(AvgPool2d(kernel_size=2, padding=2)),
            "Padding 2 is more than half the pool size 2.",
            ["padding 1", "remove"],
        ),
        (
            stack(Linear(in_features=75, out_features=10)),
            "Inputs are set to 75 and rows of 5 come in.",
            ["insert Flatten", "follow the input", "remove"],
        ),
        (
            stack(Residual(body=(Conv2d(out_channels=8, kernel_size=3, stride=2, padding=1),))),
            "The body makes 8×3×3 and the shortcut 3×5×5, which cannot be added.",
            ["1×1 convolution in the shortcut", "remove"],
        ),
        (
            stack(Residual(body=(Conv2d(out_channels=3, kernel_size=7),))),
            "A kernel of 7×7 is larger",
            ["padding same", "kernel 5", "remove"],
        ),
    ],
)
def test_a_problem_is_told_with_what_helps(network: NetworkSpec, words: str, repairs: list[str]) -> None:
    (problem,) = summary(network).problems
    assert problem.message.startswith(words)
    assert labels(network) == repairs
    assert not summary(problem.repairs[0].network).problems


def test_the_first_repair_is_one_that_leaves_no_other_problem() -> None:
    network = stack(Conv2d(out_channels=4, kernel_size=7), Flatten(), Linear(in_features=4, out_features=2))
    (problem,) = summary(network).problems
    assert [repair.label for repair in problem.repairs] == ["kernel 5", "padding same", "remove"]
    assert not summary(problem.repairs[0].network).problems
    assert summary(problem.repairs[1].network).problems[0].id == "linear1"


def test_a_flatten_is_inserted_and_the_number_of_inputs_then_follows() -> None:
    network = stack(Linear(in_features=7, out_features=10))
    fixed = summary(network).problems[0].repairs[0].network
    assert [layer.id for layer in fixed.layers] == ["flatten1", "linear1"]
    assert find_layer(fixed, "linear1").in_features is None


def test_what_no_machine_holds_is_a_problem() -> None:
    wide = stack(Linear(out_features=1_048_576), Linear(out_features=4096), shape=(1_024,))
    assert "more than 2,147,483,648" in summary(wide).problems[0].message
    assert summary(wide).problems[0].id == "linear2"
    assert MAX_PARAMETERS > 1_024 * 1_048_576
    huge = stack(Conv2d(out_channels=65_536, kernel_size=1), shape=(1, 4096, 4096))
    assert summary(huge).problems[0].message.startswith("It would make 65536×4096×4096 values, 4,096 GiB")


@pytest.mark.parametrize(
    ("network", "words", "repairs"),
    [
        (stack(Linear(out_features=2)), "Linear takes each row of 3×5×5 on its own", ["insert Flatten"]),
        (stack(Conv2d(out_channels=2, kernel_size=2, stride=3)), "Stride 3 steps over cells", ["stride 2"]),
        (stack(BatchNorm2d(), shape=(3, 1, 1)), "Each map has one cell", []),
        (stack(Dropout(p=1)), "A share of 1", ["share 0.5"]),
        (
            stack(Residual(body=(Conv2d(out_channels=1, kernel_size=1),))),
            "The body makes 1×5×5 and the shortcut 3×5×5; the smaller is repeated.",
            ["1×1 convolution in the shortcut"],
        ),
    ],
)
def test_what_works_and_is_probably_not_meant_is_a_warning(
    network: NetworkSpec, words: str, repairs: list[str]
) -> None:
    found = summary(network)
    assert not found.problems
    (warning,) = found.warnings
    assert warning.message.startswith(words)
    assert [repair.label for repair in warning.repairs] == repairs
    for repair in warning.repairs:
        assert not summary(repair.network).warnings and not summary(repair.network).problems
