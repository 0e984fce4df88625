"""A network that names nothing is computed as far as the layer that is looked at, and no further."""

from __future__ import annotations

import numpy as np
import pytest

from engine.forward import LiveNetwork, frame_input
from engine.nn import feature_maps
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual
from engine.spec.network import NetworkSpec

FRAME = np.random.default_rng(0).integers(0, 256, (40, 52, 3), np.uint8)
LAYERS = (
    Conv2d(out_channels=5, kernel_size=3, padding=1),
    ReLU(),
    Residual(body=(Conv2d(out_channels=5, kernel_size=3, padding=1), ReLU())),
    MaxPool2d(kernel_size=2),
    Conv2d(out_channels=4, kernel_size=(1, 2)),
)
STACK = NetworkSpec(input_shape=(3, 36, 48), layers=LAYERS)
NAMING = NetworkSpec(input_shape=(3, 36, 48), layers=(*LAYERS, Flatten(), Linear(out_features=3)))


def ran(live: LiveNetwork, path: str) -> list[str]:
    """The layers that were computed for the maps of one."""
    seen: list[str] = []
    handles = [
        layer.register_forward_hook(lambda *_, name=name: seen.append(name))
        for name, layer in live.module.named_children()
    ]
    live.see(FRAME, path)
    for handle in handles:
        handle.remove()
    return seen


@pytest.mark.parametrize("network", [STACK, NAMING], ids=["stack", "naming"])
def test_the_maps_of_every_layer_are_those_of_the_whole_network(network: NetworkSpec) -> None:
    live = LiveNetwork()
    live.update(network)
    inputs, _ = frame_input(FRAME, network.input_shape)
    for path, maps in feature_maps(live.module, inputs).items():
        seen = live.see(FRAME, path)
        assert seen.shape == tuple(maps.shape[1:])
        assert seen.maps.flags.c_contiguous
        np.testing.assert_allclose(seen.maps.ravel(), maps.numpy().ravel(), atol=1e-5)
        assert (seen.probabilities is None) == (network is STACK)


def test_nothing_is_computed_that_nobody_sees() -> None:
    live = LiveNetwork()
    live.update(STACK)
    names = [name for name, _ in live.module.named_children()]
    assert ran(live, "conv1") == names[:1]
    assert ran(live, "res1.body.relu1") == names[:3]
    assert ran(live, "") == []
    live.update(NAMING)
    assert ran(live, "conv1") == [name for name, _ in live.module.named_children()]
