"""`resume`: a run that was interrupted goes on from its newest good checkpoint."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.cli.answer import Answer
from engine.cli.train import add_device
from engine.cli.training import answers, reading_bar

if TYPE_CHECKING:
    from engine.spec.events import TrainEvent
    from engine.train import Controls


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run, and what may be changed about it."""
    parser.add_argument("run", metavar="RUN", help="the folder that `train --output` has made")
    parser.add_argument("--epochs", type=int, metavar="N", help="another number of epochs in all, to go on for longer")
    parser.add_argument("--learning-rate", type=float, metavar="X", help="another learning rate from here on")
    add_device(parser, "auto takes the one that the run was begun on")


def run(arguments: argparse.Namespace) -> Iterator[Answer]:
    """Go on; a run that is finished says so."""
    from engine.train import resume

    def start(controls: Controls) -> Iterator[TrainEvent]:
        with reading_bar() as progress:
            return resume(
                arguments.run,
                arguments.device,
                arguments.epochs,
                arguments.learning_rate,
                controls=controls,
                progress=progress,
            )

    return answers(start)
