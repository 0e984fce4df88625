"""What numbers go into a layer that is being looked at: its weights, and its input where that is no picture."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.spec.fields import Spec, field

SignalName = Literal["impulse", "step", "sine", "square", "chirp", "noise", "box", "ramp", "gaussian", "exponential"]
WeightsFrom = Literal["random", "mean", "kernel"]
VolumeFrom = Literal["source", "ball", "moving-bar", "noise"]


class MadeSignal(Spec, frozen=True, kw_only=True, tag="test"):
    """A signal with known values, as long as the layer's input; see `engine.kinds.signals.make_signal`."""

    name: Annotated[SignalName, field("Shape", "The shape of the test signal.")] = "square"
    period: Annotated[
        float, field("Period", "Length of one wave, of the box, or four deviations of the Gaussian.", 0.5, 100_000.0)
    ] = 12.0
    seed: Annotated[int, field("Seed", "The same seed gives the same noise.", 0, 2**31 - 1)] = 0


class TypedSignal(Spec, frozen=True, kw_only=True, tag="typed"):
    """Numbers as a person has typed them."""

    text: str


class FileSignal(Spec, frozen=True, kw_only=True, tag="file"):
    """A column of a text file, the second one if the first only counts, or a sound."""

    path: str
    column: str = ""
    """Its title; empty for the file's first one that is more than a count."""


SignalSpec = MadeSignal | TypedSignal | FileSignal


class TrialSpec(Spec, frozen=True, kw_only=True):
    """Weights by rule, so that undo and a file bring them back without holding a number of them."""

    weights: Annotated[
        WeightsFrom,
        field(
            "Values",
            "What the weights are. Random: drawn evenly around zero, another draw for each seed. Mean: all the same, "
            "so that each cell is the mean of what it sees. Kernel: the kernel of this page, at every place.",
            labels={"random": "random", "mean": "mean", "kernel": "this page's kernel"},
        ),
    ] = "random"
    seed: Annotated[int, field("Seed", "The same seed draws the same weights.", 0, 2**31 - 1)] = 0
    signal: SignalSpec = MadeSignal()
    volume: Annotated[
        VolumeFrom,
        field(
            "Volume",
            "What a 3-D layer sees. Source: the pictures of the folder, or the last frames of the clip or camera, "
            "newest last. The others are test volumes.",
            labels={"source": "source", "moving-bar": "moving bar"},
        ),
    ] = "moving-bar"
