"""The drawing of a network: true to scale, complete, within its bounds, and the same in a file."""

from __future__ import annotations

import itertools
import math
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drawing import Drawing, Line, Rect, Words, colours, draw_network, to_svg
from engine.presets import preset, preset_names
from engine.spec.layers import Branches, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual, shape_text
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import set_disabled
from engine.spec.summary import summary
from tests.support.stacks import networks

SVG = "{http://www.w3.org/2000/svg}"


def _fronts(drawing: Drawing) -> list[Rect]:
    return [
        mark for mark in drawing.marks if isinstance(mark, Rect) and mark.fill.endswith(".front") and mark.height > 4
    ]


def _boxes(network: NetworkSpec) -> dict[str, Rect]:
    """The front of each layer's box: the one in the bottom left corner of its area."""
    drawing = draw_network(network)
    fronts = {(round(front.left, 6), round(front.top + front.height, 6)): front for front in _fronts(drawing)}
    corners = {area.path: (round(area.left, 6), round(area.top + area.height, 6)) for area in drawing.areas}
    return {path: fronts[corner] for path, corner in corners.items() if corner in fronts}


def _points(drawing: Drawing) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            found += [(mark.left, mark.top), (mark.left + mark.width, mark.top + mark.height)]
        elif isinstance(mark, Line):
            found += mark.points
        else:
            found.append((mark.x, mark.y))
    return found


def assert_whole(network: NetworkSpec, drawing: Drawing) -> None:
    """Every layer has its area, and nothing lies outside."""
    assert {area.path for area in drawing.areas} == {"", *(path for path, _ in layers_with_paths(network.layers))}
    assert all(math.isfinite(x) and 0 <= x <= drawing.width for x, _ in _points(drawing))
    assert all(math.isfinite(y) and 0 <= y <= drawing.height for _, y in _points(drawing))
    by_path = {area.path: area for area in drawing.areas}
    for path, area in by_path.items():
        holder = path.rpartition(".")[0].rpartition(".")[0]
        if holder:
            outer = by_path[holder]
            assert outer.left <= area.left <= area.left + area.width <= outer.left + outer.width + 1e-6
            assert outer.top <= area.top <= area.top + area.height <= outer.top + outer.height + 1e-6


@pytest.mark.parametrize("name", preset_names())
@pytest.mark.parametrize("width", [420.0, 1600.0])
def test_every_preset_is_drawn_whole_and_no_box_lies_over_another(name: str, width: float) -> None:
    drawing = draw_network(preset(name), width)
    assert_whole(preset(name), drawing)
    for one, other in itertools.combinations(_fronts(drawing), 2):
        apart = one.left + one.width <= other.left or other.left + other.width <= one.left
        assert apart or one.top + one.height <= other.top or other.top + other.height <= one.top
    numbers = [mark.text for mark in drawing.marks if isinstance(mark, Words) and mark.is_number]
    for row in summary(preset(name)).rows:
        if row.type.startswith(("Conv", "MaxPool", "Linear", "Flatten")):
            assert shape_text(row.output_shape or ()) in numbers


@given(networks(most=6), st.sampled_from([150.0, 700.0]))
def test_any_network_is_drawn_whole_with_its_problems(network: NetworkSpec, width: float) -> None:
    drawing = draw_network(network, width)
    assert_whole(network, drawing)
    ElementTree.fromstring(to_svg(drawing))
    for finding in summary(network).problems:
        area = drawing.area_of(finding.id)
        assert area is not None
        assert finding.message in area.told
    reds = [mark for mark in drawing.marks if getattr(mark, "line", "") == "problem"]
    assert bool(reds) == bool(summary(network).problems)


def test_boxes_are_to_scale() -> None:
    layers = (
        Conv2d(out_channels=4, kernel_size=1),
        MaxPool2d(kernel_size=2),
        Conv2d(out_channels=64, kernel_size=1),
        MaxPool2d(kernel_size=2),
    )
    boxes = _boxes(NetworkSpec(input_shape=(1, 64, 64), layers=layers))
    heights = [boxes[path].height for path in ("", "conv1", "pool1", "conv2", "pool2")]
    assert heights == pytest.approx([132, 132, 132 / math.sqrt(2), 132 / math.sqrt(2), 66])
    widths = [boxes[path].width for path in ("", "conv1", "conv2")]
    assert widths == pytest.approx([3 + 5 * math.log2(1 + count) for count in (1, 4, 64)])


def test_maps_that_are_not_square_keep_their_proportions() -> None:
    wide, tall = (_boxes(NetworkSpec(input_shape=shape))[""] for shape in ((1, 9, 36), (1, 36, 9)))
    assert tall.height == 2 * wide.height
    signal = _boxes(NetworkSpec(input_shape=(2, 100)))[""]
    assert signal.height == 132


def test_branches_meet_in_a_sign_that_says_how() -> None:
    def signs(layer: Residual | Branches) -> list[str]:
        drawing = draw_network(NetworkSpec(layers=(layer,)))
        return [mark.text for mark in drawing.marks if isinstance(mark, Words) and mark.text in "+‖"]

    body = (Conv2d(out_channels=1, kernel_size=3, padding="same"),)
    assert signs(Residual(body=body)) == ["+"]
    assert signs(Branches(paths=(body, (), body))) == ["‖"]
    assert signs(Branches(paths=(body, (), body), merge="add")) == ["+"]
    drawing = draw_network(NetworkSpec(layers=(Branches(paths=(body, body, body)),)))
    tops = [area.top for area in drawing.areas if area.path.endswith("conv1")]
    assert len(set(tops)) == 3, "paths lie beside each other"
    lefts = [area.left for area in drawing.areas if area.path.endswith("conv1")]
    assert len(set(lefts)) == 1


def test_the_innermost_layer_is_found_at_a_point() -> None:
    body = (Conv2d(out_channels=4, kernel_size=3, padding="same"), ReLU())
    drawing = draw_network(NetworkSpec(layers=(Residual(body=body), Flatten(), Linear(out_features=3))))
    for path in ("", "res1.body.conv1", "res1.body.relu1", "flatten1", "linear1"):
        area = drawing.area_of(path)
        assert area is not None
        found = drawing.at(area.left + 1, area.top + area.height - 1)
        assert found is not None
        assert found.path == path
    block = drawing.area_of("res1")
    assert block is not None
    assert drawing.at(block.left + 2, block.top + 2) == block
    assert drawing.at(drawing.width - 1, drawing.height - 1) is None
    assert drawing.area_of("nothing") is None


def test_what_is_switched_off_is_dashed() -> None:
    def dashes(network: NetworkSpec) -> int:
        return sum(getattr(mark, "dashed", False) for mark in draw_network(network).marks)

    network = preset("mini-resnet")
    assert dashes(network) == 0
    assert dashes(set_disabled(network, "conv1")) > 0
    off = set_disabled(network, "res1")
    assert dashes(off) > 0
    assert_whole(off, draw_network(off))


def test_a_long_stack_is_broken_into_rows_and_a_short_one_is_not() -> None:
    def rows(width: float) -> int:
        drawing = draw_network(preset("vgg-16"), width)
        lines = [mark for mark in drawing.marks if isinstance(mark, Line) and len(mark.points) == 6]
        return len(lines) + 1

    assert rows(4000.0) == 1
    assert rows(1600.0) == 2
    assert 2 < rows(700.0) < rows(300.0)


@pytest.mark.parametrize("dark", [False, True])
def test_a_file_has_every_mark_and_tells_of_every_layer(dark: bool) -> None:
    drawing = draw_network(preset("mini-resnet"), title="A & B <c>")
    root = ElementTree.fromstring(to_svg(drawing, dark, "A & B <c>"))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts == [mark.text for mark in drawing.marks if isinstance(mark, Words)]
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert titles == ["A & B <c>", *(area.told for area in drawing.areas)]
    assert (float(root.get("width", "0")), float(root.get("height", "0"))) == pytest.approx(
        (drawing.width, drawing.height), rel=1e-4
    )
    used = {element.get("fill") for element in root.iter()} - {None, "none"}
    assert used <= set(colours(dark).values())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == len(drawing.areas) - 1


def test_both_tables_of_colours_name_the_same() -> None:
    assert set(colours(True)) == set(colours(False))
    used = {
        getattr(mark, name, "") for mark in draw_network(preset("alexnet")).marks for name in ("fill", "line", "colour")
    }
    assert used - {""} <= set(colours(True))


def test_it_is_the_same_each_time() -> None:
    network = preset("mini-inception") if "mini-inception" in preset_names() else preset("mini-resnet")
    again = msgspec.json.decode(msgspec.json.encode(network), type=NetworkSpec)
    assert to_svg(draw_network(network)) == to_svg(draw_network(again))
