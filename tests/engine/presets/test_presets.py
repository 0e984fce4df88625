"""The presets have the sizes and counts that papers, the lecture and torchvision state for them."""

from __future__ import annotations

import pytest
import torch

from engine.errors import SpecError
from engine.nn import build, feature_maps
from engine.presets import preset, preset_names, presets
from engine.spec.network_edit import find_layer
from engine.spec.summary import summary


@pytest.mark.parametrize(
    ("name", "parameters", "classes"),
    [
        ("lenet-5", 61_706, 10),
        ("lenet-5-paper", 156 + 12 + 1_516 + 32 + 48_120 + 10_164 + 850, 10),
        ("tiny-vgg", 19_920, 10),
        ("mini-inception", 448 + 2_452 + 10_152 + 810, 10),
        ("conv-1d", 8_538, 10),
        ("mini-resnet", 78_042, 10),
        ("fixed-size", 1_792 + 36_928 + 16_385_000, 1000),
        ("variable-size", 1_792 + 36_928 + 577_000, 1000),
        ("fully-convolutional", 1_792 + 36_928 + 65_000, 1000),
        ("alexnet", 61_100_840, 1000),
        ("vgg-16", 138_357_544, 1000),
    ],
)
def test_counts_and_logits(name: str, parameters: int, classes: int) -> None:
    found = summary(preset(name))
    assert (found.problems, found.warnings) == ((), ())
    assert (found.parameters, found.output_shape) == (parameters, (classes,))
    assert found.rows[-1].type in ("Linear", "Flatten"), "logits, without a softmax behind them"
    with torch.device("meta"):
        module = build(preset(name))
        assert module.eval()(torch.empty(2, *preset(name).input_shape)).shape == (2, classes)
        assert module.train()(torch.empty(2, *preset(name).input_shape)).shape == (2, classes)
    assert sum(weight.numel() for weight in module.parameters()) == parameters


def shapes(name: str) -> list[tuple[int, ...] | None]:
    """The shapes in their order, repetitions left out."""
    rows = [row.output_shape for row in summary(preset(name)).rows]
    return [shape for index, shape in enumerate(rows) if index == 0 or shape != rows[index - 1]]


def test_lenet_5_is_the_papers_with_full_connections() -> None:
    rows = summary(preset("lenet-5")).rows
    counted = [(row.output_shape, row.parameters) for row in rows if row.parameters]
    assert counted == [((6, 28, 28), 156), ((16, 10, 10), 2416), ((120,), 48_120), ((84,), 10_164), ((10,), 850)]
    assert preset("lenet-5").input_shape == (1, 28, 28)


def test_lenet_5_of_the_paper_has_the_papers_counts_and_table() -> None:
    """60,000 in all before the outputs, as section II.B says."""
    rows = {row.id: (row.output_shape, row.parameters) for row in summary(preset("lenet-5-paper")).rows}
    assert rows["c1"] == ((6, 28, 28), 156)
    assert (rows["s2"][1], rows["s4"][1]) == (12, 32)
    assert rows["c3"] == ((16, 10, 10), 1_516)
    assert rows["c5"] == ((120, 1, 1), 48_120)
    assert rows["f6"] == ((84,), 10_164)
    assert sum(count or 0 for name, (_, count) in rows.items() if name != "output") == 60_000
    table = find_layer(preset("lenet-5-paper"), "c3").connections
    seen = ["".join("X" if place in row else "." for row in table) for place in range(6)]
    assert seen == [
        "X...XXX..XXXX.XX",
        "XX...XXX..XXXX.X",
        "XXX...XXX..X.XXX",
        ".XXX..XXXX..X.XX",
        "..XXX..XXXX.XX.X",
        "...XXX..XXXX.XXX",
    ]


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("fixed-size", [(64, 16, 16), (16_384,), (1000,)]),
        ("variable-size", [(64, 3, 3), (576,), (1000,)]),
        ("fully-convolutional", [(64, 16, 16), (1000, 16, 16), (1000, 1, 1), (1000,)]),
    ],
)
def test_the_three_of_the_figure_have_its_sizes(name: str, ends: list[tuple[int, ...]]) -> None:
    assert preset(name).input_shape == (3, 256, 256)
    assert shapes(name) == [(64, 256, 256), (64, 64, 64), *ends]


def test_two_of_the_three_take_pictures_of_other_sizes() -> None:
    other = torch.empty(1, 3, 200, 300, device="meta")
    with torch.device("meta"):
        for name in ("variable-size", "fully-convolutional"):
            assert build(preset(name)).eval()(other).shape == (1, 1000)
        with pytest.raises(RuntimeError):
            build(preset("fixed-size")).eval()(other)


@pytest.mark.parametrize("size", [(64, 96), (130, 75), (256, 48)])
def test_pictures_of_any_size_give_a_summary_of_fixed_length_or_a_map_for_each_class(size: tuple[int, int]) -> None:
    """Concept "sizes": 3×3×64 = 576 whatever comes in; and "architectures": a map a class, and the mean of each."""
    picture = torch.rand(1, 3, *size)
    maps = feature_maps(build(preset("variable-size")), picture)
    lengths = [tuple(made.shape[1:]) for made in maps.values()]
    assert lengths[-3:] == [(64, 3, 3), (576,), (1000,)]
    maps = feature_maps(build(preset("fully-convolutional")), picture)
    *_, classes, means, scores = maps.values()
    assert tuple(classes.shape[1:]) == (1000, size[0] // 16, size[1] // 16)
    torch.testing.assert_close(scores, classes.mean((2, 3)), rtol=1e-4, atol=1e-5)
    assert tuple(means.shape[1:]) == (1000, 1, 1)


def test_names_are_words_and_each_has_its_sentence() -> None:
    assert len(set(preset_names())) == len(presets()) == 11
    assert all(each.summary.endswith(".") for each in presets())
    with pytest.raises(SpecError, match="There is no preset 'lenet'; there are lenet-5, "):
        preset("lenet")
