"""What is told of maps besides their picture: their order, the layers at a glance, figures, and single numbers."""

from __future__ import annotations

import itertools
from typing import cast

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.buffers import PictureBuffers
from engine.display.contrast import tightened, tightened_each
from engine.display.levels import measure_each
from engine.forward import LiveNetwork
from engine.frames import Frame
from engine.presets import preset
from engine.protocol import ExplainUnit, Maps, Show, UnitExplained
from engine.server.figures import BINS, figures_of
from engine.server.names import ClassNames
from engine.server.network_task import NetworkTask
from engine.server.ordering import Ordering, ordered
from engine.server.paint import Painter
from engine.server.slots import SlotPool
from engine.server.strip import SECONDS, SIDE, Glances, _small
from engine.server.task import Job
from engine.spec.layers import Branches, Conv1d, Conv2d, Conv3d, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.summary import summary
from engine.spec.view import Sort, ViewSpec

numbers = st.floats(-9, 9, width=32)
some_maps = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 9)), elements=numbers)


class Desk:
    """A task on a network; every slot is given back at once."""

    def __init__(self, network: NetworkSpec) -> None:
        self.buffers, self.slots = PictureBuffers(), SlotPool({})
        self.live = LiveNetwork()
        self.task = NetworkTask(Painter(self.buffers, self.slots), self.live, ClassNames(lambda: None))
        self.show = Show(id=1, project=Project(network=network), page="network", layer=network.layers[0].id)
        self.frames = 0

    def ask(self, **changes: object) -> Maps:
        self.show = msgspec.structs.replace(self.show, id=self.show.id + 1, **changes)
        return self.again()

    def again(self) -> Maps:
        self.frames += 1
        pixels = np.random.default_rng(self.frames).integers(0, 256, (30, 40, 3), np.uint8)
        job = Job(self.show, Frame(pixels, self.frames, 0.0, self.frames), self.frames, (), lambda: False)
        made = cast(Maps, self.task.compute(job))
        for plane in made.planes:
            self.slots.release(plane.view, plane.slot)
        return made

    def view(self, **settings: object) -> Maps:
        return self.ask(project=msgspec.structs.replace(self.show.project, view=ViewSpec(**settings)))  # type: ignore[arg-type]


def _loop(maps: np.ndarray, sort: Sort) -> list[float]:
    what = {"mean": np.mean, "maximum": np.max, "variance": np.var}[sort]
    return [float(what(one.astype(np.float64))) for one in maps]


@given(some_maps, st.sampled_from(["mean", "maximum", "variance"]), st.booleans())
def test_the_order_is_that_of_a_loop(maps: np.ndarray, sort: Sort, hide: bool) -> None:
    maps[0] = 0
    order, strength = ordered(maps, sort, hide), _loop(maps, sort)
    living = [number for number, one in enumerate(maps) if one.any()] or list(range(len(maps)))
    assert sorted(order) == (living if hide else list(range(len(maps))))
    told = [strength[number] for number in order]
    assert all(a >= b - 1e-4 * max(1.0, abs(b)) for a, b in itertools.pairwise(told))


def test_where_all_are_dead_all_are_shown() -> None:
    assert ordered(np.zeros((3, 2, 2), np.float32), "index", True) == (0, 1, 2)
    assert ordered(np.full((2, 1, 1), np.nan, np.float32), "variance", True) == (0, 1)


def test_an_order_holds_for_a_second_and_no_longer() -> None:
    now = 0.0
    ordering, view = Ordering(lambda: now), ViewSpec(sort="mean")
    first = np.zeros((3, 2, 2), np.float32)
    first[2] = 1
    assert ordering.of(first, view, "a") == (2, 0, 1)
    assert ordering.of(first[::-1], view, "a") == (2, 0, 1)
    assert ordering.of(first[::-1], view, "b") == (0, 1, 2)
    now = 1.0
    assert ordering.of(first[::-1], view, "b") == (0, 1, 2)
    assert ordering.of(first, view, "b") == (0, 1, 2)
    now = 2.5
    assert ordering.of(first, view, "b") == (2, 0, 1)
    assert ordering.of(first, ViewSpec(), "b") == ()


@given(some_maps, st.floats(0, 10))
def test_many_maps_are_tightened_as_each_would_be(maps: np.ndarray, percent: float) -> None:
    levels = measure_each(maps)
    each = tightened_each(levels, maps, percent)
    alone = [tightened(one, values, percent) for one, values in zip(levels, maps, strict=True)]
    assert each.low.tolist() == pytest.approx([one.low for one in alone])
    assert each.high.tolist() == pytest.approx([one.high for one in alone])


@given(hnp.arrays(np.float32, st.integers(1, 200), elements=st.floats(-1e6, 1e6, width=32)), st.integers(0, 3))
def test_figures_are_numpys(values: np.ndarray, bad: int) -> None:
    holes = np.array([np.nan, np.inf, -np.inf][:bad], np.float32)
    found = figures_of(np.concatenate([values, holes]))
    assert (found.count, found.bad_cells) == (len(values) + bad, bad)
    assert (found.minimum, found.maximum) == (float(values.min()), float(values.max()))
    scale = 1e-6 * max(1.0, float(np.abs(values).max()))
    assert found.mean == pytest.approx(float(values.astype(np.float64).mean()), abs=scale)
    assert found.deviation == pytest.approx(float(values.astype(np.float64).std()), abs=10 * scale)
    assert found.zeros == pytest.approx(float((values == 0).mean()))
    assert sum(found.counts) == len(values)
    assert len(found.counts) == BINS


def test_nothing_finite_has_figures_too() -> None:
    found = figures_of(np.full((1, 2, 2), np.nan, np.float32))
    assert (found.bad_cells, sum(found.counts), found.mean) == (4, 0, 0.0)


@given(st.integers(1, 40), st.integers(1, 300), st.integers(1, 300))
def test_every_layer_fits_into_its_square(count: int, height: int, width: int) -> None:
    maps = np.ones((count, height, width), np.float32)
    small, mosaic = _small(maps)
    assert max(mosaic.size) <= SIDE
    assert small.shape == (mosaic.count, mosaic.height, mosaic.width)


def test_only_layers_in_sight_are_painted_and_each_in_its_place() -> None:
    network = preset("mini-resnet")
    desk = Desk(network)
    paths = [row.id for row in summary(network).rows]
    for strip in ((), ("", paths[3]), tuple(paths), ("gone", paths[0])):
        made = desk.ask(strip=strip)
        known = tuple(path for path in strip if path != "gone")
        assert made.strip == known
        assert ("strip" in {plane.view for plane in made.planes}) == bool(known)
        assert [box[1] for box in made.strip_tiles] == [SIDE * place for place in range(len(known))]
    assert paths[0] in desk.live.computed
    assert not any("." in path for path in desk.live.computed), "what is inside of blocks nobody sees"


def test_the_layers_at_a_glance_do_not_come_with_every_frame_but_the_last_is_shown() -> None:
    now = 0.0
    glances = Glances(lambda: now)
    show = Show(id=1, project=Project(), page="network", strip=("conv1",))
    assert glances.due(show) == ("conv1",)
    glances.made(show, True)
    assert not glances.behind
    assert glances.due(show) == ()
    glances.made(show, False)
    assert not glances.behind
    now = 1.01 * SECONDS
    assert glances.behind
    assert glances.due(show) == ("conv1",)
    glances.made(show, True)
    assert not glances.behind
    assert glances.due(msgspec.structs.replace(show, id=2)) == ("conv1",)


def test_order_dead_and_figures_are_told() -> None:
    desk = Desk(NetworkSpec(input_shape=(1, 12, 12), layers=(Conv2d(out_channels=4, kernel_size=3), ReLU())))
    desk.ask(layer="relu1")
    state = desk.live.state()
    state["conv1.weight"].abs_()
    state["conv1.weight"][1] = -1
    state["conv1.bias"].copy_(torch.tensor([0.0, -1.0, 2.0, 0.1]))
    desk.live.learn(state)
    made = desk.view(sort="mean", hide_dead=True)
    assert made.dead == 1
    assert sorted(made.order) == [0, 2, 3]
    assert len(made.tiles) == 3
    assert made.figures is None
    told = desk.ask(histogram=True, only=1).figures
    assert told is not None
    assert (told.count, told.zeros) == (100, 1.0)
    assert desk.ask(only=-1).figures.count == 400  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("shape", "layer", "tiles"),
    [((2, 30), Conv1d(out_channels=5, kernel_size=3), 5), ((1, 3, 9, 9), Conv3d(out_channels=2, kernel_size=3), 2)],
)
def test_signals_and_volumes_have_maps_and_kernels(shape: tuple[int, ...], layer: Conv1d | Conv3d, tiles: int) -> None:
    desk = Desk(NetworkSpec(input_shape=shape, layers=(layer,)))
    made = desk.ask(strip=("", desk.show.layer))
    assert len(made.tiles) == tiles
    assert len(made.strip_tiles) == 2
    assert made.kernel_tiles
    inputs = desk.ask(layer="")
    assert len(inputs.tiles) == (shape[0] if len(shape) == 2 else shape[0] * shape[1])


def _explained(desk: Desk, layer: str, cell: tuple[int, ...], part: int = -1) -> UnitExplained:
    found = desk.task.read(ExplainUnit(id=7, row=0, layer=layer, cell=cell, part=part), desk.show)
    assert isinstance(found, UnitExplained)
    assert found.id == 7
    return found


def test_a_number_is_told_part_by_part() -> None:
    desk = Desk(preset("lenet-5"))
    made = desk.ask(layer="conv2")
    found = _explained(desk, "relu2", (3, 2, 4))
    assert [link.path for link in found.chain] == ["relu2", "conv2"]
    assert found.sources == ("pool1",)
    assert (found.count, len(found.parts), found.shape, found.axes) == (150, 6, (5, 5), 3)
    assert found.total + found.chain[-1].bias == pytest.approx(found.chain[-1].value, abs=1e-5)
    assert [abs(part.total) for part in found.parts] == sorted((abs(p.total) for p in found.parts), reverse=True)
    for number, part in enumerate(found.parts):
        told = _explained(desk, "relu2", (3, 2, 4), number)
        values, weights = np.frombuffer(told.values), np.frombuffer(told.weights)
        assert (values * weights).sum() == pytest.approx(part.total)
        places = np.frombuffer(told.places, np.int64).reshape(-1, 3)
        assert (places[:, 0] == part.channel).all()
        below = _explained(desk, "pool1", tuple(int(place) for place in places[7]))
        assert below.chain[0].value == values[7]
    assert made.frame == found.frame


def test_single_numbers_are_parts_of_their_own_and_many_are_summed_up() -> None:
    desk = Desk(preset("lenet-5"))
    desk.ask()
    found = _explained(desk, "linear1", (5,))
    assert (found.count, len(found.parts), found.left_out) == (400, 256, 144)
    assert sum(part.total for part in found.parts) + found.rest == pytest.approx(found.total)
    assert all(len(part.cell) == 1 for part in found.parts)


def test_the_winner_and_the_paths_of_a_block() -> None:
    paths = Branches(paths=((Conv2d(out_channels=2, kernel_size=1),), (MaxPool2d(kernel_size=3, stride=1, padding=1),)))
    desk = Desk(NetworkSpec(input_shape=(3, 8, 8), layers=(paths,)))
    desk.ask()
    found = _explained(desk, desk.show.layer, (3, 4, 4))
    assert found.chain[-1].rule == "largest"
    assert found.count == 9
    assert found.chain[0].value == found.chain[1].value
    assert found.chain[1].cell == (1, 4, 4)
    first = _explained(desk, desk.show.layer, (1, 4, 4))
    assert (first.chain[1].type, first.chain[1].cell) == ("Conv2d", (1, 4, 4))
    assert np.frombuffer(found.values).max() == found.chain[-1].value


def test_what_is_not_there_is_said() -> None:
    desk = Desk(preset("lenet-5"))
    question = ExplainUnit(id=1, row=0, layer="conv1", cell=(0, 0, 0))
    assert desk.task.read(question, desk.show) is None, "before the first frame"
    desk.ask()
    assert "choose one" in _explained(desk, "conv9", (0, 0, 0)).problem
    assert "choose one" in _explained(desk, "conv1", (60, 0, 0)).problem
    assert desk.task.read(ExplainUnit(row=None), desk.show) is None


def test_after_other_weights_the_numbers_are_of_those() -> None:
    desk = Desk(preset("lenet-5"))
    desk.ask()
    before = _explained(desk, "conv2", (0, 0, 0)).chain[0].value
    desk.live.learn({name: tensor * 2 for name, tensor in desk.live.state().items()})
    after = _explained(desk, "conv2", (0, 0, 0)).chain[0]
    assert after.value != before
    assert after.before == pytest.approx(after.value, rel=1e-4)
