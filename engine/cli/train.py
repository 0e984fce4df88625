"""`train`: a network learns from a data set; everything it does is told as it happens."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from engine.cli.answer import Answer
from engine.cli.networks import network_named
from engine.cli.training import answers, reading_bar
from engine.spec.fields import Field, fields_of
from engine.spec.summary import check
from engine.spec.train import TrainSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the data set, the run's folder, and every setting of `TrainSpec`."""
    parser.add_argument("network", metavar="PRESET|FILE", help="a preset's name, or a .json or .py file")
    parser.add_argument("--data", required=True, metavar="NAME|PATH", help=DATA_HELP)
    parser.add_argument("--output", metavar="RUN", help="a new folder for checkpoints and metrics; else none are kept")
    add_device(parser, "auto takes a GPU if there is one")
    for name, field in fields_of(TrainSpec).items():
        _add_setting(parser, name, field, TrainSpec.__struct_defaults__[TrainSpec.__struct_fields__.index(name)])


DATA_HELP = "mnist, fashion-mnist, emoji-10, a folder of class folders, an .npz file or a folder of IDX files"


def add_device(parser: argparse.ArgumentParser, auto: str) -> None:
    """The option that says where to compute."""
    parser.add_argument("--device", default="auto", metavar="D", help=f"auto, cpu, cuda or mps; {auto}")


def _add_setting(parser: argparse.ArgumentParser, name: str, field: Field, default: object) -> None:
    unit = f" {field.unit}" if field.unit else ""
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        type=str if field.choices else int if field.integer else float,
        choices=field.choices or None,
        default=argparse.SUPPRESS,
        metavar="|".join(field.choices) or ("N" if field.integer else "X"),
        help=f"{field.help} {default}{unit} if left out.".replace("%", "%%"),
    )


def run(arguments: argparse.Namespace) -> Iterator[Answer]:
    """Check everything, then train."""
    given = {name: value for name, value in vars(arguments).items() if name in TrainSpec.__struct_fields__}
    settings = TrainSpec(**given)
    network = network_named(arguments.network)
    check(network)
    # Imported late: a wrong setting or name is told before torch is loaded, which takes seconds.
    from engine.data import load_data
    from engine.train import train

    with reading_bar() as progress:
        data = load_data(arguments.data, network.input_shape, progress=progress)
    return answers(
        lambda controls: train(network, data, settings, arguments.device, arguments.output, controls=controls)
    )
