"""What a network takes of the memory is told before it is asked for, and is what torch then takes."""

from __future__ import annotations

import re
import warnings
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from engine.cli import main
from engine.errors import SpecError
from engine.nn import build, feature_maps, layer_paths, room
from engine.nn.modules import Branches
from engine.project import save_network
from engine.spec import layers as spec
from engine.spec.network import NetworkSpec
from engine.spec.summary import summary
from tests.conftest import LONG
from tests.support import zoo

MEBIBYTE = 1 << 20
TOLD = re.compile(r"^[^\n]*[\d,.]+ (MiB|GiB)[^\n]*\.$")


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """torch warns of even kernels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> int:
    """A machine with so many bytes left."""
    monkeypatch.setattr(room, "free_bytes", lambda device: 256 * MEBIBYTE if device.type == "cpu" else None)
    return 256 * MEBIBYTE


def wide(*layers: spec.AnyLayer, shape: tuple[int, ...] = (3, 2160, 3840)) -> NetworkSpec:
    return NetworkSpec(input_shape=shape, layers=layers)


ENORMOUS = {
    "unshared over a 4K picture": wide(spec.UnsharedConv2d(out_channels=1, kernel_size=3)),
    "a giant flatten": wide(spec.Flatten(), spec.Linear(out_features=40), shape=(3, 1000, 1000)),
    "tiles of many kernels": wide(spec.TiledConv2d(out_channels=4096, kernel_size=9, tile=16), shape=(64, 90, 90)),
    "64 times as large": wide(spec.Upsample(scale_factor=64.0), shape=(1, 480, 640)),
    "transposed": wide(spec.ConvTranspose2d(out_channels=8, kernel_size=16, stride=16)),
    "many paths": wide(spec.Branches(paths=((spec.Conv2d(out_channels=8, kernel_size=1),),) * 32)),
    "a volume": wide(spec.Conv3d(out_channels=64, kernel_size=3), shape=(1, 128, 256, 256)),
    "a long signal": wide(spec.Conv1d(out_channels=4096, kernel_size=9), shape=(1, 65_536)),
}


@pytest.mark.parametrize("name", sorted(ENORMOUS))
def test_what_does_not_fit_is_refused_before_it_is_asked_for(
    name: str, little: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = ENORMOUS[name]
    save_network(network, tmp_path / "n.json")
    with pytest.raises(SpecError, match=TOLD):
        feature_maps(build(network), torch.empty(1, *network.input_shape))
    assert main(["maps", str(tmp_path / "n.json"), "sample:coins.jpg", "-o", str(tmp_path / "o")]) == 2
    assert TOLD.match(capsys.readouterr().err.strip()) or len(network.input_shape) != 3


def test_more_inputs_at_a_time_and_larger_ones_need_more(little: int) -> None:
    network = NetworkSpec(input_shape=(3, 100, 100), layers=(spec.Conv2d(out_channels=32, kernel_size=3),))
    module = build(network)
    assert feature_maps(module, torch.zeros(1, 3, 100, 100))
    for inputs in (torch.zeros(400, 3, 100, 100), torch.zeros(1, 3, 2000, 2000)):
        with pytest.raises(SpecError, match=r"needs about [\d.,]+ [MG]iB of memory for maps of \d+ input.* 256 MiB"):
            feature_maps(module, inputs)


def test_a_network_that_only_has_a_shape_needs_nothing(little: int) -> None:
    with torch.device("meta"):
        made = build(ENORMOUS["a giant flatten"])
    assert sum(weight.numel() for weight in made.parameters()) == 120_000_040


def most_bytes(reset: bool = False) -> int:
    """The most that this process held since the last reset."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))


_many = st.sampled_from([1, 16, 64, 256])
_huge = st.one_of(
    st.builds(spec.Conv2d, out_channels=_many, kernel_size=st.sampled_from([1, 3]), padding=st.sampled_from([0, 200])),
    st.builds(spec.UnsharedConv2d, out_channels=_many, kernel_size=st.sampled_from([1, 3])),
    st.builds(spec.TiledConv2d, out_channels=_many, kernel_size=st.just(3), tile=st.sampled_from([2, 16])),
    st.builds(spec.ConvTranspose2d, out_channels=_many, kernel_size=st.just(8), stride=st.sampled_from([1, 8])),
    st.builds(spec.Upsample, scale_factor=st.sampled_from([2.0, 16.0, 64.0])),
    st.builds(spec.Pad, padding=st.sampled_from([1, 512])),
    st.builds(spec.MaxPool2d, kernel_size=st.just(2)),
    st.just(spec.ReLU()),
    st.builds(spec.Branches, paths=st.just(((), (spec.ReLU(),), ()))),
)


@settings(max_examples=150 if LONG else 15)
@given(st.lists(_huge, min_size=1, max_size=4), st.sampled_from([16, 100, 300]), st.booleans())
def test_any_stack_runs_within_what_there_is_or_is_refused(layers: list[spec.AnyLayer], side: int, flat: bool) -> None:
    dense = (spec.Flatten(), spec.Linear(out_features=100)) if flat else ()
    network = NetworkSpec(input_shape=(3, side, side), layers=(*layers, *dense))
    assume(not summary(network).problems and summary(network).macs < 4e9)
    free = 128 * MEBIBYTE
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room, "free_bytes", lambda device: free)
        before = most_bytes(reset=True)
        told = None
        try:
            feature_maps(build(network), torch.zeros(1, *network.input_shape), ())
        except SpecError as error:
            told = str(error)
        assert told is None or TOLD.match(told)
        # What is allowed is allowed to maps and to weights; layers take as much again for a moment, as for patches.
        assert most_bytes() - before < 3 * free


def outputs(module: nn.Module, inputs: Tensor) -> dict[str, Tensor]:
    """What each layer makes."""
    made: dict[str, Tensor] = {}
    for path in layer_paths(module):
        module.get_submodule(path).register_forward_hook(lambda _, __, out, path=path: made.update({path: out}))
    module(inputs)
    return made


@settings(max_examples=1000 if LONG else 60)
@given(zoo.anything(most=4))
def test_the_values_of_training_are_all_that_layers_make(network: NetworkSpec) -> None:
    found = summary(network)
    assume(not found.problems and not any(row.disabled for row in found.rows))
    inputs = torch.rand(1, *network.input_shape)
    made = outputs(build(network).eval(), inputs)
    assert found.training_values == inputs.numel() + sum(tensor.numel() for tensor in made.values())


_new = st.one_of(
    st.builds(spec.Conv2d, out_channels=zoo.channels, kernel_size=st.integers(1, 3), padding=st.just("same")),
    st.builds(spec.Conv2d, out_channels=zoo.channels, kernel_size=st.just(1)),
    st.sampled_from([spec.ReLU(), spec.Tanh(), spec.AvgPool2d(kernel_size=1), spec.Upsample(scale_factor=2.0)]),
)
_lists = st.lists(_new, min_size=1, max_size=3).map(tuple)
_joined = st.builds(spec.Branches, paths=st.lists(_lists, min_size=1, max_size=3).map(tuple))


@settings(max_examples=300 if LONG else 40)
@given(st.lists(st.one_of(_new, _joined), min_size=1, max_size=5))
def test_the_values_needed_at_one_time_are_those_that_torch_holds(layers: list[spec.AnyLayer]) -> None:
    """Maps that are alive whenever a layer has just made another."""
    network = NetworkSpec(input_shape=(2, 6, 7), layers=layers)
    assume(not summary(network).problems)
    module, alive, most = build(network).eval(), [], 0

    def count(made: Tensor) -> Tensor:
        nonlocal most
        alive.append(weakref.ref(made))
        most = max(most, sum(each.numel() for ref in alive if (each := ref()) is not None))
        return made

    leaves = [path for path in layer_paths(module) if not isinstance(module.get_submodule(path), Branches)]
    for path in leaves:
        module.get_submodule(path).register_forward_hook(lambda _, __, made: count(made))
    holder = [torch.rand(1, *network.input_shape)]
    alive.append(weakref.ref(holder[0]))
    joined = torch.cat
    with torch.no_grad(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(torch, "cat", lambda parts, dim: count(joined(parts, dim)))
        for child in module:
            holder.append(child(holder.pop()))
    assert most == summary(network).inference_values
