"""`predict`: what a trained network takes pictures for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.answer import Answer
from engine.cli.networks import RUN_HELP, trained
from engine.npy import read_npy

if TYPE_CHECKING:
    from engine.train import Prediction, Trained

_MOST_BYTES = 8 * 2**30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run and the pictures."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    parser.add_argument("images", metavar="IMAGE", nargs="+", help="a picture file, sample:NAME, or a .npy array")
    parser.add_argument("--top", type=int, default=5, metavar="N", help="how many classes to tell, the likeliest first")
    parser.add_argument("--best", action="store_true", help="the weights that did best in training, not the last ones")


def run(arguments: argparse.Namespace) -> Answer:
    """Ask the network about each picture."""
    judge = trained(arguments.run, arguments.best)
    found = {name: _asked(judge, name)[: max(1, arguments.top)] for name in arguments.images}
    lines = [f"{name}: {', '.join(_text(each) for each in top)}" for name, top in found.items()]
    notes = [f"note: {note}" for note in judge.notes]
    return Answer("\n".join([*lines, *notes]), {"predictions": [_data(name, top) for name, top in found.items()]})


def _asked(judge: Trained, name: str) -> Sequence[Prediction]:
    if Path(name).suffix.lower() == ".npy":
        return judge.predict(read_npy(name, _MOST_BYTES))
    return judge.predict(name)


def _text(prediction: Prediction) -> str:
    return f"{prediction.name} {prediction.probability:.1%}"


def _data(name: str, top: Sequence[Prediction]) -> dict[str, Any]:
    listed = [{"index": each.index, "class": each.name, "probability": each.probability} for each in top]
    return {"image": name, "top": listed}
