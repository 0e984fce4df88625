"""The same maps and the same weights on an NVIDIA GPU."""

from __future__ import annotations

import pytest
import torch

from engine.nn import build, feature_maps, load_state, put_kernel, put_weights, state_of, weights_to_bytes
from engine.presets import preset
from engine.spec.filter import KernelSpec

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")]


@pytest.mark.parametrize("name", ["lenet-5", "mini-resnet"])
def test_maps_on_the_gpu_are_those_of_the_processor(name: str) -> None:
    here, there = build(preset(name)), build(preset(name)).cuda()
    assert not load_state(there, state_of(here)).fresh
    inputs = torch.rand(2, *preset(name).input_shape)
    expected, made = feature_maps(here, inputs), feature_maps(there, inputs.cuda())
    assert expected.keys() == made.keys()
    for path, maps in made.items():
        torch.testing.assert_close(maps.cpu(), expected[path], rtol=1e-2, atol=1e-3)


def test_weights_and_kernels_move_between_the_two() -> None:
    here, there = build(preset("lenet-5")), build(preset("lenet-5")).cuda()
    put_kernel(there, "conv1", KernelSpec(), (0, 3), bias=0.5)
    put_weights(here, weights_to_bytes(state_of(there)))
    assert all(torch.equal(tensor.cpu(), here.state_dict()[name]) for name, tensor in there.state_dict().items())
    assert there.conv1.weight.is_cuda
