"""`train`: a network learns from a data set; everything it does is told as it happens."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from engine.cli.answer import Answer
from engine.cli.networks import NETWORK_HELP, network_named
from engine.cli.training import answers, reading_bar
from engine.errors import SpecError
from engine.presets.learned import PREFIX, learned_named
from engine.spec.data import AugmentSpec
from engine.spec.fields import Field, fields_of
from engine.spec.summary import check
from engine.spec.train import TrainSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the data set, the run's folder, and every setting of `TrainSpec`."""
    parser.add_argument("network", metavar="PRESET|FILE", help=NETWORK_HELP)
    parser.add_argument(
        "--weights",
        default="",
        metavar="WEIGHTS",
        help="begin with these, as far as they fit: pretrained:NAME, a .safetensors, .pt or .pth file; a network that "
        "is named pretrained:NAME begins with its own",
    )
    parser.add_argument("--from-scratch", action="store_true", help="begin with random weights all the same")
    parser.add_argument("--data", required=True, metavar="NAME|PATH", help=DATA_HELP)
    parser.add_argument("--output", metavar="RUN", help="a new folder for checkpoints and metrics; else none are kept")
    parser.epilog = TOGETHER
    add_device(parser, "auto takes a GPU if there is one")
    for name, field in fields_of(TrainSpec).items():
        _add_setting(parser, name, field, getattr(TrainSpec(), name))
    for name, field in fields_of(AugmentSpec).items():
        _add_setting(parser, f"{AUGMENT}{name}", field, getattr(AugmentSpec(), name))


AUGMENT = "augment_"
TOGETHER = (
    "Several processes train together as torchrun starts them: torchrun --nproc-per-node 2 -m engine train … The batch "
    "size is that of all of them, each takes its share of every batch, and the first one keeps the run. Processes on "
    "several machines need the data set on each, and the run's folder where all can read it to resume."
)
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
    varied = {name: value for name, value in vars(arguments).items() if name.startswith(AUGMENT)}
    augment = AugmentSpec(**{name.removeprefix(AUGMENT): value for name, value in varied.items()})
    network = network_named(arguments.network)
    check(network)
    weights = _weights(arguments)
    # Imported late: a wrong setting or name is told before torch is loaded, which takes seconds.
    from engine.data import load_data
    from engine.train import train
    from engine.train.team import leader_first, team_here

    with leader_first(team_here()), reading_bar() as progress:
        data = load_data(arguments.data, network.input_shape, progress=progress)
    return answers(
        lambda controls: train(
            network,
            data,
            settings,
            arguments.device,
            arguments.output,
            controls=controls,
            weights=weights,
            augment=augment,
        )
    )


def _weights(arguments: argparse.Namespace) -> str | None:
    """What the training begins with; None for random weights."""
    if arguments.from_scratch and arguments.weights:
        raise SpecError("--from-scratch begins with random weights, and --weights names others; leave one out.")
    wanted: str = arguments.weights or (arguments.network if arguments.network.startswith(PREFIX) else "")
    learned_named(wanted)
    return None if arguments.from_scratch or not wanted else wanted
