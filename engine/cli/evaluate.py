"""`evaluate`: how well a trained network does on test pictures."""

from __future__ import annotations

import argparse

from engine.cli.answer import Answer
from engine.cli.networks import RUN_HELP, trained
from engine.cli.train import DATA_HELP, add_device
from engine.cli.training import reading_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run and the data set."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("--data", metavar="NAME|PATH", help=f"{DATA_HELP}; the run's own if left out")
    parser.add_argument("--best", action="store_true", help="the weights that did best in training, not the last ones")
    add_device(parser, "auto takes a GPU if there is one")


def run(arguments: argparse.Namespace) -> Answer:
    """Try the network on all test pictures."""
    judge = trained(arguments.run, arguments.best)
    with reading_bar() as progress:
        score = judge.evaluate(arguments.data, arguments.device, progress)
    examples = sum(sum(row) for row in score.confusion)
    text = f"{score.accuracy:.2%} of {examples:,} test pictures right, loss {score.loss:.4f}"
    data = {
        "accuracy": score.accuracy,
        "loss": score.loss,
        "confusion": [list(row) for row in score.confusion],
        "examples": examples,
        "class_names": list(judge.class_names),
        "step": judge.step,
        "notes": list(judge.notes),
    }
    return Answer("\n".join([text, *(f"note: {note}" for note in judge.notes)]), data)
