"""A network that does not go with the data: one sentence before the start, and the network that would."""

from __future__ import annotations

import pytest

from app.training.fitting import fit_of
from engine.presets import preset
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.summary import summary
from tests.app.training.conftest import DIGITS, Stage

LENET = preset("lenet-5")
LARGE = NetworkSpec(input_shape=(1, 8, 8), layers=(Conv2d(out_channels=2, kernel_size=9), Flatten()))
NO_WEIGHTS = NetworkSpec(input_shape=(1, 2, 5), layers=(Flatten(), ReLU()))
MAPS = NetworkSpec(layers=(Conv2d(out_channels=4, kernel_size=3), MaxPool2d(kernel_size=2)))
ROWS = NetworkSpec(input_shape=(784,), layers=(Linear(out_features=10),))


def test_what_fits_is_not_spoken_of() -> None:
    assert fit_of(LENET, (1, 28, 28), 10).sentence == ""


@pytest.mark.parametrize("network", [NetworkSpec(), LARGE, NO_WEIGHTS, MAPS, ROWS, NetworkSpec(layers=(ReLU(),))])
def test_what_cannot_be_trained_is_said_in_one_sentence(network: NetworkSpec) -> None:
    fit = fit_of(network, (1, 28, 28), 10)
    assert fit.stops
    assert fit.sentence.endswith(".")
    assert "\n" not in fit.sentence
    assert (fit.network is None) == (fit.label == "")


@pytest.mark.parametrize(
    ("network", "shape", "classes"),
    [
        (LENET, (3, 32, 32), 12),
        (LENET, (1, 28, 28), 11),
        (MAPS, (1, 28, 28), 10),
        (preset("tiny-vgg"), (3, 64, 64), 20),
    ],
)
def test_the_button_makes_it_fit(network: NetworkSpec, shape: tuple[int, ...], classes: int) -> None:
    fit = fit_of(network, shape, classes)
    assert fit.stops
    assert fit.network is not None
    found = summary(fit.network)
    assert (fit.network.input_shape, found.output_shape, found.problems) == (shape, (classes,), ())
    assert fit_of(fit.network, shape, classes).sentence == ""


def test_pictures_of_another_shape_are_converted_and_that_is_said() -> None:
    fit = fit_of(LENET, (3, 32, 32), 10)
    assert not fit.stops
    assert fit.sentence == "Pictures of 3×32×32 are made 1×28×28, as the network takes them."
    assert fit.network is not None
    assert fit.network.input_shape == (3, 32, 32)


def test_the_page_stops_the_start_and_offers_the_network(stage: Stage) -> None:
    controls = stage.page.controls
    stage.samples(shape=(3, 32, 32), class_names=(*DIGITS, "x", "y"))
    assert controls.sentence.text() == "The network ends in 10 outputs and the data has 12 classes."
    assert not controls.start.isEnabled()
    assert controls.fit.accessibleName() == "Fit to 3×32×32, 12 classes"
    stage.click(controls.fit)
    assert summary(stage.document.project.network).output_shape == (12,)
    assert controls.start.isEnabled()
    assert not controls.sentence.isVisible()
    assert not controls.fit.isVisible()
    stage.document.undo()
    assert stage.document.project == Project()
    assert not controls.start.isEnabled()


def test_a_network_that_is_edited_is_judged_anew(stage: Stage) -> None:
    stage.samples()
    assert stage.page.controls.start.isEnabled()
    stage.set(network=LARGE)
    assert not stage.page.controls.start.isEnabled()
    assert stage.page.controls.sentence.text().startswith("conv1: ")
