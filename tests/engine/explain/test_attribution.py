"""Attributions against gradients taken by hand, captum and brute force, on inputs of every kind."""

from __future__ import annotations

import captum.attr
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import engine
from engine.errors import SpecError
from engine.explain import METHODS, Target, attribute, method_names
from engine.explain.attribution import GREY, last_with_maps, layers_with_maps, occlusion_window
from engine.nn import build


def stack(*layers: object, shape: tuple[int, ...] = (3, 12, 10)) -> nn.Module:
    torch.manual_seed(3)
    return build(engine.NetworkSpec(input_shape=shape, layers=layers))


def small(shape: tuple[int, ...] = (3, 12, 10)) -> nn.Module:
    return stack(
        engine.Conv2d(out_channels=5, kernel_size=3),
        engine.ReLU(),
        engine.Conv2d(out_channels=4, kernel_size=3, padding=1),
        engine.ReLU(),
        engine.MaxPool2d(kernel_size=2),
        engine.Flatten(),
        engine.Linear(out_features=6),
        shape=shape,
    )


@pytest.fixture
def inputs() -> Tensor:
    return torch.rand(1, 3, 12, 10, generator=torch.Generator().manual_seed(1))


def gradient(module: nn.Module, inputs: Tensor, index: int) -> Tensor:
    given = inputs.clone().requires_grad_()
    module(given)[0, index].backward()
    assert given.grad is not None
    return given.grad


def test_saliency_is_the_gradient_and_times_the_input_its_product(inputs: Tensor) -> None:
    module = small()
    expected = gradient(module, inputs, 2)[0]
    made = attribute(module, inputs, "saliency", Target(map=2))
    torch.testing.assert_close(made.values, expected)
    torch.testing.assert_close(made.heat, expected.abs().sum(0))
    assert made.score == pytest.approx(module(inputs)[0, 2].item())
    torch.testing.assert_close(
        attribute(module, inputs, "gradient-x-input", Target(map=2)).values, expected * inputs[0]
    )


def test_integrated_gradients_add_up_to_the_difference_of_the_scores(inputs: Tensor) -> None:
    module = small()
    made = attribute(module, inputs, "integrated-gradients", Target(map=1))
    change = module(inputs)[0, 1] - module(torch.zeros_like(inputs))[0, 1]
    assert made.values.sum().item() == pytest.approx(change.item(), abs=0.02 * max(1.0, abs(change.item())))
    assert captum.attr.IntegratedGradients(module).attribute(inputs, target=1)[0] == pytest.approx(
        made.values, abs=1e-5
    )


def test_smoothgrad_is_the_mean_of_gradients_at_noisy_inputs(inputs: Tensor) -> None:
    module = small()
    made = attribute(module, inputs, "smoothgrad", Target(map=0), seed=7)
    chance = torch.Generator().manual_seed(7)
    spread = 0.15 * (inputs.max() - inputs.min())
    noisy = [inputs + spread * torch.randn(inputs.shape, generator=chance) for _ in range(METHODS["smoothgrad"].runs)]
    torch.testing.assert_close(made.values, torch.stack([gradient(module, each, 0)[0] for each in noisy]).mean(0))
    again = attribute(module, inputs, "smoothgrad", Target(map=0), seed=7)
    assert torch.equal(made.values, again.values)


@pytest.mark.filterwarnings("ignore::UserWarning:captum")
@pytest.mark.parametrize(
    ("method", "theirs"),
    [("guided-backprop", captum.attr.GuidedBackprop), ("deconvolution", captum.attr.Deconvolution)],
)
def test_rectified_gradients_are_captums(inputs: Tensor, method: str, theirs: type) -> None:
    module = small()
    torch.testing.assert_close(
        attribute(module, inputs, method, Target(map=3)).values, theirs(module).attribute(inputs, target=3)[0]
    )


def test_relu6_is_rectified_as_relu_is(inputs: Tensor) -> None:
    def network(rectifier: type) -> nn.Module:
        convolutions = engine.Conv2d(out_channels=5, kernel_size=3), engine.Conv2d(out_channels=4, kernel_size=3)
        return stack(convolutions[0], rectifier(), convolutions[1], rectifier(), engine.GlobalAvgPool())

    for method in ("guided-backprop", "deconvolution"):
        one, other = (attribute(network(kind), inputs, method).values for kind in (engine.ReLU, engine.ReLU6))
        torch.testing.assert_close(one, other)
        assert (one != attribute(network(engine.ReLU), inputs, "saliency").values).any()


def test_grad_cam_by_hand(inputs: Tensor) -> None:
    module = small()
    maps = module[:4](inputs).detach().requires_grad_()
    module[4:](maps)[0, 5].backward()
    assert maps.grad is not None
    warm = torch.relu((maps.grad.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True))
    expected = functional.interpolate(warm, (12, 10), mode="bilinear", align_corners=False)[0, 0].detach()
    made = attribute(module, inputs, "grad-cam", Target(map=5), layer="relu2")
    torch.testing.assert_close(made.heat, expected)
    guided = attribute(module, inputs, "guided-backprop", Target(map=5)).values
    both = attribute(module, inputs, "guided-grad-cam", Target(map=5), layer="relu2")
    torch.testing.assert_close(both.values, guided * expected)


def test_occlusion_by_brute_force(inputs: Tensor) -> None:
    module = small().eval()
    (_, height, width), (_, down, across) = occlusion_window((3, 12, 10))
    total, count = torch.zeros(12, 10), torch.zeros(12, 10)
    with torch.no_grad():
        full = module(inputs)[0, 4]
        for top in {min(top, 12 - height) for top in range(0, 12, down)}:
            for left in {min(left, 10 - width) for left in range(0, 10, across)}:
                hidden = inputs.clone()
                place = (slice(top, top + height), slice(left, left + width))
                hidden[(..., *place)] = GREY
                total[place] += full - module(hidden)[0, 4]
                count[place] += 1
    made = attribute(module, inputs, "occlusion", Target(map=4))
    torch.testing.assert_close(made.values[0], total / count, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("method", method_names())
@pytest.mark.parametrize(
    "target", [Target(layer="conv2", map=3, cell=(4, 2)), Target(layer="relu1", map=0), Target(layer="linear1", map=5)]
)
def test_any_unit_of_any_layer_is_explained_and_nothing_else_changes(
    inputs: Tensor, method: str, target: Target
) -> None:
    module = small().train()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    made = attribute(module, inputs, method, target)
    assert made.values.shape[1:] == made.heat.shape == (12, 10)
    assert made.values.isfinite().all()
    assert all(part.training for part in module.modules())
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not any(part._forward_hooks or part._backward_hooks for part in module.modules())
    assert all(weights.grad is None for weights in module.parameters())


def test_what_lies_outside_the_receptive_field_has_no_part_in_it(inputs: Tensor) -> None:
    made = attribute(small(), inputs, "saliency", Target(layer="conv2", map=0, cell=(0, 0)))
    assert made.heat[4:].abs().max() == made.heat[:, 4:].abs().max() == 0 < made.heat[:4, :4].max()


NETWORKS = {
    "one channel": (
        (1, 8, 8),
        (engine.Conv2d(out_channels=2, kernel_size=3), engine.ReLU(), engine.Flatten(), engine.Linear(out_features=3)),
    ),
    "signal": (
        (2, 40),
        (engine.Conv1d(out_channels=4, kernel_size=5), engine.ReLU(), engine.Flatten(), engine.Linear(out_features=3)),
    ),
    "volume": (
        (1, 6, 8, 7),
        (engine.Conv3d(out_channels=2, kernel_size=3), engine.ReLU(), engine.Flatten(), engine.Linear(out_features=2)),
    ),
    "everywhere": (
        (3, 20, 14),
        (engine.Conv2d(out_channels=4, kernel_size=3), engine.ReLU(), engine.Conv2d(out_channels=5, kernel_size=1)),
    ),
    "residual": (
        (4, 9, 9),
        (
            engine.Residual(body=(engine.Conv2d(out_channels=4, kernel_size=3, padding=1), engine.ReLU())),
            engine.GlobalAvgPool(),
        ),
    ),
    "bare": ((1, 8, 8), (engine.Flatten(), engine.Linear(out_features=4))),
}


@pytest.mark.parametrize("method", method_names())
@pytest.mark.parametrize("name", NETWORKS)
def test_every_method_on_every_kind_of_input(name: str, method: str) -> None:
    shape, layers = NETWORKS[name]
    module = stack(*layers, shape=shape)
    given = torch.rand(1, *shape, generator=torch.Generator().manual_seed(2))
    if METHODS[method].needs_layer and not layers_with_maps(module, given):
        with pytest.raises(SpecError, match="No layer of this network has maps"):
            attribute(module, given, method)
        return
    made = attribute(module, given, method)
    assert made.heat.shape == shape[1:]
    assert made.values.isfinite().all()
    assert not made.target.layer
    scores = module.eval()(given).flatten(2).mean(2) if name == "everywhere" else module.eval()(given).flatten(1)
    assert made.target.map == scores[0].argmax()


def test_bad_wishes_get_one_sentence(inputs: Tensor) -> None:
    module = small()
    for given, sentence in (
        ({"method": "magic"}, "There is no method 'magic'"),
        ({"target": Target(map=6)}, "The network's output has 6 maps, counted from 0; there is no map 6"),
        ({"target": Target(layer="conv9")}, "The network has no layer 'conv9'"),
        ({"target": Target(layer="conv1", cell=(99, 0))}, "conv1 has maps of 10×8; there is no cell"),
        ({"method": "grad-cam", "layer": "linear1"}, "Layer linear1 has no maps"),
        (
            {"method": "grad-cam", "layer": "relu2", "target": Target(layer="conv1", cell=(0, 0))},
            "does not depend on layer relu2",
        ),
    ):
        with pytest.raises(SpecError) as caught:
            attribute(module, inputs, **given)
        assert sentence in str(caught.value)


def test_the_last_layer_with_maps_before_the_target(inputs: Tensor) -> None:
    module = small()
    assert last_with_maps(module, inputs, Target()) == "pool1"
    assert last_with_maps(module, inputs, Target(layer="conv2")) == "conv2"


@pytest.mark.parametrize("method", ["integrated-gradients", "smoothgrad", "occlusion", "saliency"])
def test_progress_rises_and_can_end_the_work(inputs: Tensor, method: str) -> None:
    told: list[tuple[int, int]] = []
    attribute(small(), inputs, method, Target(), progress=lambda done, total: told.append((done, total)))
    assert told[0][0] == 0
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert all(done <= total for done, total in told)

    class Enough(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done:
            raise Enough

    if METHODS[method].runs > 1:
        module = small()
        with pytest.raises(Enough):
            attribute(module, inputs, method, Target(), progress=stop)
        assert not any(part._forward_hooks or part._backward_hooks for part in module.modules())
