"""What units want, how maps go together, what they are needed for, and a whole data set through a network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import engine
from engine.data.examples import InMemory
from engine.errors import SpecError
from engine.explain.batches import AT_ONCE, batches
from engine.explain.lens import Outcomes, embedding, outcomes
from engine.explain.patches import crop, field_box, mean_patch, strongest
from engine.explain.relations import relations
from engine.explain.steering import accuracy_without, steered
from engine.nn import build, feature_maps
from tests.engine.explain.conftest import evidence

SPEC = engine.NetworkSpec(
    input_shape=(2, 11, 9),
    layers=(
        engine.Conv2d(out_channels=4, kernel_size=3, padding=1, stride=2),
        engine.ReLU(),
        engine.Conv2d(out_channels=6, kernel_size=(3, 2)),
        engine.Flatten(),
        engine.Linear(out_features=3),
    ),
)
EMPTY = InMemory(torch.zeros(0, 2, 11, 9, dtype=torch.uint8), torch.zeros(0, dtype=torch.int64))


@pytest.fixture(scope="module")
def module() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return build(SPEC)


@pytest.fixture(scope="module")
def examples() -> InMemory:
    chance = torch.Generator().manual_seed(9)
    inputs = torch.randint(0, 256, (2 * AT_ONCE + 7, 2, 11, 9), generator=chance, dtype=torch.uint8)
    inputs[40] = inputs[3]  # equal values: the first counts
    return InMemory(inputs, torch.randint(0, 3, (len(inputs),), generator=chance))


def test_batches_are_every_example_once_in_order(examples: InMemory) -> None:
    told: list[tuple[int, int]] = []
    parts = list(batches(examples, lambda done, total: told.append((done, total))))
    everything, targets = examples.slice(0, len(examples))
    torch.testing.assert_close(torch.cat([inputs for _, inputs, _ in parts]), everything.float() / 255)
    assert torch.equal(torch.cat([each for *_, each in parts]), targets)
    assert told == [(0, 135), (64, 135), (128, 135)]
    assert sum(len(inputs) for _, inputs, _ in batches(examples, most=70)) == 70


@pytest.mark.parametrize("layer", ["conv1", "relu1", "conv2", "flatten1", "linear1"])
def test_the_strongest_places_are_those_of_brute_force(module: nn.Module, examples: InMemory, layer: str) -> None:
    found = strongest(module, examples, layer, count=5)
    maps = feature_maps(module, examples.slice(0, len(examples))[0].float() / 255, [layer])[layer]
    for number in range(maps.shape[1]):
        best = maps[:, number].flatten(1).max(1) if maps.ndim > 2 else None
        values = best.values if best is not None else maps[:, number]
        order = np.lexsort((np.arange(len(values)), -values.numpy()))[:5]
        assert found.examples[number].tolist() == order.tolist()
        torch.testing.assert_close(found.values[number], values[order.copy()])
        for place, example in enumerate(order.tolist()):
            cell = tuple(found.cells[number, place].tolist())
            torch.testing.assert_close(maps[(example, number, *cell)], found.values[number, place])
    assert found.examples.shape == (maps.shape[1], 5)


def test_a_patch_is_all_that_a_cell_sees(module: nn.Module, examples: InMemory) -> None:
    inputs = examples.slice(0, 4)[0].float() / 255
    before = feature_maps(module, inputs, ["conv2"])["conv2"]
    for cell in ((0, 0), (3, 2), (1, 3)):
        box = field_box(SPEC, "conv2", cell)
        patch = crop(inputs[0], box)
        assert patch.shape == (2, *(end - first for first, end in box))
        other = torch.rand(inputs[0].shape)
        for channel in range(2):
            for row in range(max(box[0][0], 0), min(box[0][1], 11)):
                for column in range(max(box[1][0], 0), min(box[1][1], 9)):
                    other[channel, row, column] = inputs[0, channel, row, column]
                    assert patch[channel, row - box[0][0], column - box[1][0]] == inputs[0, channel, row, column]
        after = feature_maps(module, other[None], ["conv2"])["conv2"]
        torch.testing.assert_close(after[(0, slice(None), *cell)], before[(0, slice(None), *cell)])
    assert field_box(SPEC, "linear1", ()) == ((0, 11), (0, 9))
    assert crop(inputs[0], ((-9, -4), (0, 3))).abs().sum() == 0
    with pytest.raises(SpecError, match="Nothing comes out of layer 'conv7'"):
        field_box(SPEC, "conv7", (0, 0))


def test_the_mean_patch() -> None:
    patches = [torch.full((1, 2, 2), float(value)) for value in (1, 2, 6)]
    assert torch.equal(mean_patch(patches), torch.full((1, 2, 2), 3.0))
    for bad in ([], [torch.zeros(1, 2, 2), torch.zeros(1, 3, 2)]):
        with pytest.raises(SpecError, match="patches of one size"):
            mean_patch(bad)


def test_maps_are_correlated_as_numpy_does_it(module: nn.Module, examples: InMemory) -> None:
    with torch.no_grad():
        planted = build(SPEC)
        planted.load_state_dict(module.state_dict())
        planted.conv1.weight[1] = planted.conv1.weight[0]
        planted.conv1.bias[1] = planted.conv1.bias[0]
        planted.conv1.weight[2] = -planted.conv1.weight[0]
        planted.conv1.bias[2] = -planted.conv1.bias[0]
        planted.conv1.weight[3] = 0
        planted.conv1.bias[3] = 0
    maps = feature_maps(planted, examples.slice(0, len(examples))[0].float() / 255, ["conv1"])["conv1"]
    told = relations(planted, examples, "conv1")
    with np.errstate(invalid="ignore"):
        expected = np.nan_to_num(np.corrcoef(maps.movedim(1, 0).flatten(1).double().numpy()))
    assert told.correlation.numpy() == pytest.approx(expected, abs=1e-6)
    assert told.duplicates() == [(0, 1)]
    assert told.dead == (3,)
    assert told.nearest(0, 1)[0][0] == 1
    assert told.opposite(0, 1)[0] == (2, pytest.approx(-1.0))
    assert told.mean.numpy() == pytest.approx(maps.movedim(1, 0).flatten(1).double().mean(1).numpy(), abs=1e-6)


def test_switching_a_map_off_is_zeroing_the_weights_that_read_it(module: nn.Module, examples: InMemory) -> None:
    inputs = examples.slice(0, 20)[0].float() / 255
    for number in range(4):
        other = build(SPEC)
        other.load_state_dict(module.state_dict())
        with torch.no_grad():
            other.conv2.weight[:, number] = 0
            expected = other(inputs)
            with steered(module, "relu1", {number: 0.0}):
                torch.testing.assert_close(module(inputs), expected)
            other.conv2.weight[:, number] = 2.5 * module.conv2.weight[:, number]
            with steered(module, "relu1", {number: 2.5}):
                torch.testing.assert_close(module(inputs), other(inputs))
    with torch.no_grad(), steered(module, "relu1", replaced={1: torch.ones(6, 5)}):
        assert (feature_maps(module, inputs, ["relu1"])["relu1"][:, 1] == 1).all()
    assert not module.relu1._forward_hooks
    with (
        pytest.raises(SpecError, match="has 4 maps, counted from 0; there is no map 4"),
        steered(module, "relu1", {4: 0}),
    ):
        module(inputs)
    assert not module.relu1._forward_hooks


def test_what_each_map_is_needed_for(learned: nn.Module) -> None:
    seen = evidence(100, 77)
    examples = InMemory(seen.inputs, seen.labels)
    told = accuracy_without(learned, examples, "relu2")
    assert told.whole > 0.98
    assert len(told.without) == 8
    for number in (0, 5):
        with steered(learned, "relu2", {number: 0.0}), torch.no_grad():
            expected = (learned(seen.inputs).argmax(1) == seen.labels).float().mean().item()
        assert told.without[number] == pytest.approx(expected)
    assert max(told.lost) > 0.05, "something must be needed for something"


def test_outcomes_by_hand(learned: nn.Module) -> None:
    seen = evidence(90, 78)
    told = outcomes(learned, InMemory(seen.inputs, seen.labels))
    with torch.no_grad():
        torch.testing.assert_close(told.probabilities, learned(seen.inputs).softmax(1))
    confusion = told.confusion()
    for true in range(3):
        for guess in range(3):
            expected = sum((told.guesses == guess) & (seen.labels == true))
            assert confusion[true, guess] == expected
    assert told.accuracy == pytest.approx(confusion.diagonal().sum().item() / 90)


@settings(max_examples=50)
@given(count=st.integers(1, 60), classes=st.integers(2, 5), bins=st.integers(1, 12), seed=st.integers(0, 999))
def test_calibration_and_mistakes_are_those_of_a_loop(count: int, classes: int, bins: int, seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    likely = (3 * torch.randn(count, classes, generator=chance)).softmax(1)
    true = torch.randint(0, classes, (count,), generator=chance)
    told = Outcomes(likely, true)
    calibration = told.calibration(bins)
    members: list[list[int]] = [[] for _ in range(bins)]
    for place, row in enumerate(likely):
        members[min(int(row.max() * bins), bins - 1)].append(place)
    error = 0.0
    for place, inside in enumerate(members):
        assert calibration.counts[place] == len(inside)
        if inside:
            sure = likely[inside].max(1).values.double().mean().item()
            right = (likely[inside].argmax(1) == true[inside]).double().mean().item()
            assert (calibration.sure[place], calibration.right[place]) == pytest.approx((sure, right), abs=1e-6)
            error += abs(sure - right) * len(inside) / count
    assert calibration.error == pytest.approx(error, abs=1e-6)
    wrong = [place for place in range(count) if likely[place].argmax() != true[place]]
    worst = told.worst(1000)
    assert sorted(worst) == wrong
    assert [likely[place].max().item() for place in worst] == sorted(
        (likely[place].max().item() for place in wrong), reverse=True
    )


def test_the_embedding_is_numpys_principal_components(module: nn.Module, examples: InMemory) -> None:
    told = embedding(module, examples, "conv2")
    maps = feature_maps(module, examples.slice(0, len(examples))[0].float() / 255, ["conv2"])["conv2"]
    values = maps.flatten(2).mean(2).double().numpy()
    spread = np.cov(values.T)
    strengths, directions = np.linalg.eigh(spread)
    expected = (values - values.mean(0)) @ directions[:, ::-1][:, :2]
    assert np.abs(told.points.numpy()) == pytest.approx(np.abs(expected), abs=1e-4)
    assert told.kept == pytest.approx((strengths[::-1] / strengths.sum())[:2].tolist())
    assert embedding(module, examples, "linear1").points.shape == (135, 2)


def test_without_examples_or_classes_it_says_so(module: nn.Module) -> None:
    numbers = InMemory(torch.zeros(3, 2, 11, 9, dtype=torch.uint8), torch.zeros(3, 1))
    for call in (
        lambda: strongest(module, EMPTY, "conv1"),
        lambda: relations(module, EMPTY, "conv1"),
        lambda: accuracy_without(module, EMPTY, "conv1"),
        lambda: outcomes(module, EMPTY),
    ):
        with pytest.raises(SpecError, match="no examples to look through"):
            call()
    for call in (lambda: outcomes(module, numbers), lambda: accuracy_without(module, numbers, "conv1")):
        with pytest.raises(SpecError, match="a data set with classes would do"):
            call()


def test_the_work_can_be_stopped(module: nn.Module, examples: InMemory) -> None:
    class Enough(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise Enough

    for call in (strongest, relations, accuracy_without):
        with pytest.raises(Enough):
            call(module, examples, "conv1", progress=stop)
    assert not any(part._forward_hooks for part in module.modules())
