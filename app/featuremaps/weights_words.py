"""Which weights a picture shows, in words: nobody is to take a guess of random weights for a trained one's."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from engine.protocol import Weights

if TYPE_CHECKING:
    from engine.presets.learned import Learned

_GROUP = "\N{NO-BREAK SPACE}"
_MOST_NAMED = 2
_STARTING = (
    "Nothing has been learned yet: these are the weights that a training would begin with. They are random, and so is "
    "what the network says."
)
_PAST = "The weights as they were at that step. Looking back does not disturb the run."
_TRAINING = "The weights as they are now, taken over from the run ten times a second."


def weights_words(weights: Weights) -> str:
    """A few words for a title.

    Example:
        >>> weights_words(Weights())
        'starting weights (random)'
        >>> weights_words(Weights(kind="in training", run="/runs/a", step=1875)).replace(_GROUP, "_")
        'in training, step 1_875'
        >>> weights_words(Weights(kind="trained", run="/runs/a", step=9, fresh=("conv2",)))
        'trained (a), but not conv2'
        >>> weights_words(Weights(kind="past", run="/runs/a", step=64)).replace(_GROUP, "_")
        'step 64 of the timeline'
        >>> weights_words(Weights(kind="pretrained", run="lenet5-mnist"))
        'LeNet-5 on MNIST'
    """
    if weights.kind == "starting":
        return "starting weights (random)"
    if weights.kind == "pretrained":
        return f"{_shipped(weights).title}{_but(weights)}"
    step = f"step {weights.step:,}".replace(",", _GROUP)
    if weights.kind == "past":
        return f"{step} of the timeline{_but(weights)}"
    name = PurePath(weights.run).name
    words = f"in training, {step}" if weights.kind == "in training" else f"trained ({name or step})"
    return words + _but(weights)


def weights_help(weights: Weights) -> str:
    """The same in sentences, for a tool tip."""
    if weights.kind == "starting":
        return _STARTING
    if weights.kind == "pretrained":
        shipped = _shipped(weights)
        return f"The weights of {shipped.title}. {shipped.about}{_changed(weights)}"
    where = f"The run {weights.run}, after step {weights.step:,}." if weights.run else f"After step {weights.step:,}."
    # a file of another program, or a run that has not begun
    if weights.run and not weights.step and weights.kind != "past":
        where = f"From {weights.run}."
    about = {"in training": f"{_TRAINING} ", "past": f"{_PAST} "}.get(weights.kind, "")
    return f"{about}{where}{_changed(weights)}"


def _changed(weights: Weights) -> str:
    text = ""
    if weights.fresh:
        begun = "random weights" if weights.kind == "pretrained" else "starting weights"
        text += f" Changed since, and therefore with {begun}: {', '.join(weights.fresh)}."
    if weights.planted:
        text += " Kernels put in since stand in the place of learned ones."
    return text


def _but(weights: Weights) -> str:
    parts = []
    if weights.fresh:
        few = len(weights.fresh) <= _MOST_NAMED
        parts.append(f"but not {' and '.join(weights.fresh)}" if few else f"but not {len(weights.fresh)} layers")
    if weights.planted:
        parts.append(f"{weights.planted} kernel{'s' * (weights.planted > 1)} put in since")
    return "".join(f", {part}" for part in parts)


def _shipped(weights: Weights) -> Learned:
    from engine.presets.learned import learned  # the Kernel page, which comes first, needs none

    return learned(weights.run)
