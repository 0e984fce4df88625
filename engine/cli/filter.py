"""`filter`: a kernel, or several one after the other, over one picture; written as a picture or as numbers."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from engine.cli.answer import Answer
from engine.cli.output import checked_output, write_map
from engine.errors import BadFile, SpecError
from engine.kernels import weights_given
from engine.npy import read_npy
from engine.spec.fields import fields_of
from engine.spec.filter import FilterSpec, Operation, PaddingMode

_MOST_BYTES = 8 * 2**30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The picture, the kernel, the output, and every keyword of `filter_image`."""
    help_of = {name: field.help.replace("%", "%%") for name, field in fields_of(FilterSpec).items()}
    parser.add_argument("image", metavar="IMAGE", help="a picture file, or a .npy array [H, W] or [H, W, C]")
    parser.add_argument(
        "--kernel",
        dest="kernels",
        required=True,
        action="append",
        metavar="NAME|FILE|NUMBERS",
        help="a kernel's name, a .json, .npy, .txt or .npz file, one kernel of a bank as FILE#NAME or BANK#NAME, or "
        "numbers such as '1 0 -1; 2 0 -2; 1 0 -1' or '1/9 * 1 1 1; 1 1 1; 1 1 1'; given several times, each is "
        "applied to what the one before made, with the same settings",
    )
    parser.add_argument(
        "-P",
        dest="parameters",
        metavar="NAME=VALUE",
        type=_parameter,
        action="append",
        default=[],
        help="a parameter of the named kernel; may be given several times",
    )
    parser.add_argument("-o", dest="output", required=True, metavar="OUT", help="the .png or .npy file to write")
    parser.add_argument("--operation", choices=get_args(Operation), default="correlation", help=help_of["operation"])
    parser.add_argument("--padding", type=_padding, default="valid", metavar="WORD|N|V,H", help=help_of["padding"])
    parser.add_argument("--padding-mode", choices=get_args(PaddingMode), default="zeros", help=help_of["padding_mode"])
    parser.add_argument("--stride", type=_whole_or_pair, default=1, metavar="N|V,H", help=help_of["stride"])
    parser.add_argument("--dilation", type=_whole_or_pair, default=1, metavar="N|V,H", help=help_of["dilation"])
    parser.add_argument("--bias", type=_number, default=0.0, metavar="X", help=help_of["bias"])
    parser.add_argument(
        "--device",
        default="auto",
        metavar="D",
        help="auto, cpu, cuda or mps; auto takes what is fastest for one picture",
    )


def run(arguments: argparse.Namespace) -> Answer:
    """Filter the picture and write the map; nothing is written unless all of it can be."""
    output = checked_output(arguments.output)
    kernels = _kernels(arguments.kernels, dict(arguments.parameters))
    picture = _picture(Path(arguments.image))
    # Imported late: a wrong kernel or file name is told before cv2 is loaded.
    from engine.filtering import filter_image

    found = picture
    for weights in kernels:
        found = filter_image(
            found,
            weights,
            operation=arguments.operation,
            padding=arguments.padding,
            padding_mode=arguments.padding_mode,
            stride=arguments.stride,
            dilation=arguments.dilation,
            bias=arguments.bias,
            device=arguments.device,
        )
    return write_map(found, output)


def _kernels(given: list[str], parameters: dict[str, float]) -> list[NDArray[np.float32]]:
    if len(given) > 1 and parameters:
        raise SpecError(
            f"-P {next(iter(parameters))} could belong to any of {len(given)} kernels; filter in two calls."
        )
    return [weights_given(each, parameters) for each in given]


def _picture(path: Path) -> NDArray[Any]:
    if path.suffix.lower() != ".npy":
        from engine.frames import read_image

        return read_image(path)
    array = read_npy(path, _MOST_BYTES)
    if array.ndim not in (2, 3):
        raise BadFile(f"{path.name} has the shape {array.shape}; a picture is [H, W] or [H, W, C].")
    return array


def _parameter(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE, such as sigma=1.5")
    return name, _number(value)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return number


def _whole_or_pair(text: str) -> int | tuple[int, int]:
    try:
        numbers = [int(part) for part in text.split(",")]
        return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])
    except (ValueError, IndexError):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor two, such as 2 or 1,2") from None


def _padding(text: str) -> str | int | tuple[int, int]:
    if text in ("valid", "same", "full"):
        return text
    try:
        return _whole_or_pair(text)
    except argparse.ArgumentTypeError:
        expected = "valid, same, full, a whole number, or two such as 1,2"
        raise argparse.ArgumentTypeError(f"{text!r} is none of {expected}") from None
