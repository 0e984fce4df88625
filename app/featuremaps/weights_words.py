"""Which weights a picture shows, in words: nobody is to take a guess of random weights for a trained one's."""

from __future__ import annotations

from pathlib import PurePath

from engine.protocol import Weights

_GROUP = "\N{NO-BREAK SPACE}"
_MOST_NAMED = 2
_STARTING = (
    "Nothing has been learned yet: these are the weights that a training would begin with. They are random, and so is "
    "what the network says."
)
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
    """
    if weights.kind == "starting":
        return "starting weights (random)"
    step = f"step {weights.step:,}".replace(",", _GROUP)
    name = PurePath(weights.run).name
    words = f"in training, {step}" if weights.kind == "in training" else f"trained ({name or step})"
    return words + _but(weights)


def weights_help(weights: Weights) -> str:
    """The same in sentences, for a tool tip."""
    if weights.kind == "starting":
        return _STARTING
    where = f"The run {weights.run}, after step {weights.step:,}." if weights.run else f"After step {weights.step:,}."
    if weights.run and not weights.step:  # a file of another program, or a run that has not begun
        where = f"From {weights.run}."
    text = f"{_TRAINING} {where}" if weights.kind == "in training" else where
    if weights.fresh:
        text += f" Changed since, and therefore with starting weights: {', '.join(weights.fresh)}."
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
