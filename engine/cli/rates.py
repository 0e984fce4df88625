"""`rates`: the learning-rate range test, before a training."""

from __future__ import annotations

import argparse

from engine.cli.answer import Answer
from engine.cli.networks import NETWORK_HELP, network_named
from engine.cli.train import DATA_HELP, add_device
from engine.cli.training import reading_bar, stopped_by_signals
from engine.spec.summary import check
from engine.spec.train import TrainSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the data set and the rates."""
    parser.add_argument("network", metavar="PRESET|FILE", help=NETWORK_HELP)
    parser.add_argument("--data", required=True, metavar="NAME|PATH", help=DATA_HELP)
    parser.add_argument("--low", type=float, default=1e-6, metavar="X", help="the first rate; 1e-6 if left out")
    parser.add_argument("--high", type=float, default=1.0, metavar="X", help="the last rate; 1 if left out")
    parser.add_argument("--steps", type=int, default=100, metavar="N", help="how many steps; 100 if left out")
    parser.add_argument("--batch-size", type=int, default=TrainSpec().batch_size, metavar="N", help="pictures a step")
    parser.add_argument("--optimiser", default=TrainSpec().optimiser, metavar="NAME", help="as for train")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="as for train")
    add_device(parser, "auto takes a GPU if there is one")


def run(arguments: argparse.Namespace) -> Answer:
    """Try the rates; an interrupt ends it with what has been found by then."""
    settings = TrainSpec(batch_size=arguments.batch_size, optimiser=arguments.optimiser, seed=arguments.seed)
    network = network_named(arguments.network)
    check(network)
    from engine.data import load_data
    from engine.train import Controls, lr_range_test

    with reading_bar() as progress:
        data = load_data(arguments.data, network.input_shape, progress=progress)
    controls = Controls()
    with stopped_by_signals(controls):
        found = lr_range_test(
            network, data, settings, arguments.low, arguments.high, arguments.steps, arguments.device, controls
        )
    lines = [f"{rate:.3e}  {loss:.4f}" for rate, loss in zip(found.rates, found.losses, strict=True)]
    told = (
        "no rate can be suggested" if found.suggestion is None else f"suggested: {found.suggestion:.2e}, {found.rule}"
    )
    data_told = {
        "rates": list(found.rates),
        "losses": list(found.losses),
        "suggestion": found.suggestion,
        "rule": found.rule,
    }
    return Answer("\n".join(["rate       loss", *lines, told]), data_told)
