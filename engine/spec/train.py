"""How a network is trained: every setting of the Train page, the command line and a run's `train.json`."""

from __future__ import annotations

import math
import reprlib
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from engine.errors import SpecError
from engine.spec.fields import Spec, check_ranges, field, fields_of

OptimiserName = Literal["adam", "adamw", "sgd", "rmsprop", "adadelta"]
Schedule = Literal["cosine", "constant"]

MAX_EPOCHS = 100_000
MAX_BATCH_SIZE = 65_536
MAX_THREADS = 256
MAX_SEED = 2**32 - 1


class TrainSpec(Spec, frozen=True, kw_only=True):
    """The settings of a training run. With the same ones, the same data and the same device kind, a run repeats itself.

    Example:
        >>> TrainSpec(epochs=2, batch_size=128, seed=0).learning_rate
        0.002
        >>> TrainSpec(epochs=0)
        Traceback (most recent call last):
        engine.errors.SpecError: Epochs must be between 1 and 100000; it is 0.
    """

    epochs: Annotated[
        int, field("Epochs", "How many times the network sees every training picture.", 1, MAX_EPOCHS)
    ] = 5
    batch_size: Annotated[
        int,
        field(
            "Batch size",
            "How many pictures a step looks at before it changes the weights. Small batches take more steps and more "
            "time; large ones need more memory and fewer, bolder steps.",
            1,
            MAX_BATCH_SIZE,
            "pictures",
        ),
    ] = 64
    optimiser: Annotated[
        OptimiserName,
        field(
            "Optimiser",
            "The rule that turns gradients into new weights. SGD follows the gradient itself; the others scale each "
            "weight's step by its own history.",
            labels={"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop", "adadelta": "Adadelta"},
        ),
    ] = "adam"
    learning_rate: Annotated[
        float,
        field(
            "Learning rate",
            "How far a step goes. Too small and nothing happens; too large and the loss jumps, or is no number any "
            "more. 0.001 to 0.003 suit Adam, 0.01 to 0.1 SGD, 1 Adadelta.",
            0.0,
            1e38,
        ),
    ] = 0.002
    schedule: Annotated[
        Schedule,
        field(
            "Schedule",
            "What becomes of the learning rate. Cosine: it falls to zero over the run along half a cosine, so that the "
            "first steps are bold and the last ones careful. Constant: it stays.",
        ),
    ] = "cosine"
    momentum: Annotated[
        float,
        field(
            "Momentum",
            "How much of its last step SGD or RMSprop takes again, which smooths the way. The others have their own.",
            0.0,
            0.9999,
        ),
    ] = 0.9
    weight_decay: Annotated[
        float,
        field("Weight decay", "Pulls every weight towards zero a little at each step, against overfitting.", 0.0, 1.0),
    ] = 0.0
    seed: Annotated[
        int,
        field(
            "Seed",
            "Where all chance in the run starts: first weights, order of the pictures, dropout. The same seed gives "
            "the same run.",
            0,
            MAX_SEED,
        ),
    ] = 0
    threads: Annotated[
        int,
        field(
            "Threads",
            "How many processor threads one operation may use. More help large networks on an idle machine only, and "
            "another number rounds otherwise.",
            1,
            MAX_THREADS,
        ),
    ] = 1

    def __post_init__(self) -> None:
        for name, wanted in get_type_hints(TrainSpec).items():
            _settle(self, name, wanted)
        check_ranges(self)

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step, counted from 0, in a run of so many.

        Example:
            >>> spec = TrainSpec(learning_rate=0.1)
            >>> spec.rate_at(0, 100), round(spec.rate_at(50, 100), 9), round(spec.rate_at(100, 100), 9)
            (0.1, 0.05, 0.0)
        """
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * step / max(steps, 1)))


def _settle(settings: TrainSpec, name: str, wanted: Any) -> None:
    """Bring a setting to its one type: a float for a whole number, and nothing for what is no number at all."""
    given = getattr(settings, name)
    try:
        msgspec.structs.force_setattr(settings, name, msgspec.convert(given, wanted))
    except msgspec.ValidationError:
        described = fields_of(TrainSpec)[name]
        kinds = f"one of {', '.join(described.choices)}" if described.choices else _number_kind(described.integer)
        raise SpecError(f"{described.label} cannot be {reprlib.repr(given)}; {kinds} would do.") from None


def _number_kind(integer: bool) -> str:
    return "a whole number" if integer else "a number"
