"""How a network is trained: every setting of the Train page, the command line and a run's `train.json`."""

from __future__ import annotations

import reprlib
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from engine.errors import SpecError
from engine.spec.fields import Spec, check_ranges, field, fields_of
from engine.spec.schedule import Schedule, share_at

OptimiserName = Literal["adam", "adamw", "sgd", "nesterov", "rmsprop", "adadelta"]
Loss = Literal["cross-entropy", "squared", "absolute", "huber", "binary"]
Watched = Literal["test-loss", "test-accuracy", "train-loss"]

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
            "The rule that turns gradients into new weights. SGD follows the gradient itself, Nesterov looks ahead "
            "along its momentum; the others scale each weight's step by its own history.",
            labels={
                "adam": "Adam",
                "adamw": "AdamW",
                "sgd": "SGD",
                "nesterov": "SGD, Nesterov",
                "rmsprop": "RMSprop",
                "adadelta": "Adadelta",
            },
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
            "first steps are bold and the last ones careful. Constant: it stays. Steps: it is multiplied by the factor "
            "every few epochs. One cycle: it rises from a 25th for 30 % of the run, then falls to almost nothing. "
            "Plateau: it is multiplied by the factor when the test loss has not improved for a while.",
            labels={
                "cosine": "cosine",
                "constant": "constant",
                "step": "steps",
                "one-cycle": "one cycle",
                "plateau": "plateau",
            },
        ),
    ] = "cosine"
    warmup_steps: Annotated[
        int,
        field(
            "Warm-up",
            "Over so many steps the rate first rises from almost nothing, before any schedule; 0 leaves it out.",
            0,
            1_000_000,
            "steps",
        ),
    ] = 0
    decay_epochs: Annotated[
        int, field("Step length", "The schedule of steps multiplies the rate every so many epochs.", 1, MAX_EPOCHS)
    ] = 2
    decay_factor: Annotated[
        float, field("Factor", "What steps and plateaus multiply the learning rate by.", 0.0, 1.0)
    ] = 0.5
    patience: Annotated[
        int,
        field("Patience", "A plateau is so many epochs, and one, without a better test loss.", 0, MAX_EPOCHS, "epochs"),
    ] = 2
    momentum: Annotated[
        float,
        field(
            "Momentum",
            "How much of its last step SGD or RMSprop takes again, which smooths the way. The others have their own.",
            0.0,
            0.9999,
        ),
    ] = 0.9
    beta1: Annotated[
        float, field("Beta 1", "How much of its mean gradient Adam and AdamW keep at a step.", 0.0, 0.9999)
    ] = 0.9
    beta2: Annotated[
        float, field("Beta 2", "How much of its mean squared gradient Adam and AdamW keep at a step.", 0.0, 0.99999)
    ] = 0.999
    rho: Annotated[
        float,
        field(
            "Rho",
            "How much of their mean squares RMSprop and Adadelta keep at a step; 0 takes 0.99 and 0.9.",
            0.0,
            0.99999,
        ),
    ] = 0.0
    epsilon: Annotated[
        float,
        field(
            "Epsilon",
            "Added to what a step is divided by, against steps without end; 0 takes 1e-8, and 1e-6 for Adadelta.",
            0.0,
            1.0,
        ),
    ] = 0.0
    weight_decay: Annotated[
        float,
        field("Weight decay", "Pulls every weight towards zero a little at each step, against overfitting.", 0.0, 1.0),
    ] = 0.0
    loss: Annotated[
        Loss,
        field(
            "Loss",
            "What the steps make smaller. Cross-entropy is made for classes; the others compare each output with 1 for "
            "the picture's class and 0 for the rest, or with the numbers that a data set for regression has.",
            labels={
                "cross-entropy": "cross-entropy",
                "squared": "mean squared error",
                "absolute": "mean absolute error (L1)",
                "huber": "Huber",
                "binary": "binary cross-entropy",
            },
        ),
    ] = "cross-entropy"
    label_smoothing: Annotated[
        float,
        field(
            "Label smoothing",
            "This share of each label is spread over all classes, so that the cross-entropy asks for less certainty.",
            0.0,
            0.99,
        ),
    ] = 0.0
    clip_norm: Annotated[
        float,
        field("Clipping", "A gradient longer than this, over all weights, is shortened to it; 0 never does.", 0.0, 1e6),
    ] = 0.0
    stop_epochs: Annotated[
        int,
        field(
            "Early stop",
            "The run ends after so many epochs in a row without anything better; 0 goes on to the end.",
            0,
            MAX_EPOCHS,
            "epochs",
        ),
    ] = 0
    stop_watch: Annotated[
        Watched,
        field(
            "Early stop watches",
            "What must become better for the run to go on.",
            labels={"test-loss": "test loss", "test-accuracy": "test accuracy", "train-loss": "training loss"},
        ),
    ] = "test-loss"
    max_steps: Annotated[
        int, field("Steps at most", "The run ends after so many steps if that is sooner; 0 sets no limit.", 0, 10**9)
    ] = 0
    max_seconds: Annotated[
        float,
        field("Time at most", "The run ends after so long if that is sooner; 0 sets no limit.", 0.0, 1e7, "s"),
    ] = 0.0
    target_accuracy: Annotated[
        float,
        field(
            "Accuracy to reach",
            "The run ends after the epoch that names this share of the test pictures rightly; 0 sets no goal.",
            0.0,
            1.0,
        ),
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
    compile: Annotated[
        Literal["off", "on"],
        field(
            "Compile",
            "Has torch write and compile code for this network, which takes up to a minute before the first step. It "
            "pays for long runs on a GPU; on a processor small networks are often slower with it.",
            labels={"off": "off", "on": "on (torch.compile)"},
        ),
    ] = "off"

    def __post_init__(self) -> None:
        for name, wanted in get_type_hints(TrainSpec).items():
            _settle(self, name, wanted)
        check_ranges(self)

    def rate_at(self, step: int, steps: int, epoch: int = 0) -> float:
        """The learning rate of a step, counted from 0, in a run of so many; plateaus are not known here.

        Args:
            step: how many steps came before.
            steps: of the whole run.
            epoch: how many epochs came before.

        Example:
            >>> spec = TrainSpec(learning_rate=0.1)
            >>> spec.rate_at(0, 100), round(spec.rate_at(50, 100), 9), round(spec.rate_at(100, 100), 9)
            (0.1, 0.05, 0.0)
        """
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        if self.schedule == "step":
            return self.learning_rate * self.decay_factor ** (epoch // self.decay_epochs)
        return self.learning_rate * share_at(self.schedule, step - self.warmup_steps, steps - self.warmup_steps)


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
