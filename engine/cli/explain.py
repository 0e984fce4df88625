"""`explain`: where in a picture a network's answer came from, as numbers and as pictures."""

from __future__ import annotations

import argparse
import re
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.cli.answer import Answer
from engine.cli.maps import checked_folder, picture_input
from engine.cli.networks import NETWORK_HELP, Loaded, add_seed, add_weights, classes_of, loaded
from engine.errors import SpecError
from engine.files import atomic_write
from engine.spec.attribution import METHODS, Target, method_names

if TYPE_CHECKING:
    from torch import Tensor

    from engine.explain import Attribution

ALL = "all"
OPACITY = 0.8
_SIDE = 320
"""Pixels that the picture of a small input is enlarged to."""
_BAND = 32
"""Rows of the picture of a signal."""
_UNIT = re.compile(r"(?P<layer>[^:]+):(?P<map>\d+)(?::(?P<cell>\d+(?:,\d+)*))?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The network, the picture, what is explained and how."""
    parser.add_argument("network", metavar="PRESET|FILE|RUN", help=NETWORK_HELP)
    parser.add_argument(
        "image", metavar="IMAGE", help="a picture file, whose middle is brought to the input's size, or a .npy array"
    )
    parser.add_argument(
        "-o", dest="output", required=True, metavar="DIR", help="the folder for METHOD.npy and METHOD.png"
    )
    parser.add_argument(
        "--method", default="saliency", choices=(*method_names(), ALL), help="how; all writes one after the other"
    )
    parser.add_argument("--class", dest="chosen", metavar="N|NAME", help="the class; the likeliest one if left out")
    parser.add_argument(
        "--unit", metavar="LAYER:MAP[:ROW,COLUMN]", help="a map of a layer, or a cell of it, instead of a class"
    )
    parser.add_argument("--layer", default="", metavar="LAYER", help="whose maps Grad-CAM uses; the last with maps")
    parser.add_argument("--sanity", action="store_true", help="tell how far each explanation can be trusted")
    add_seed(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> Answer:
    """Explain first, then write."""
    folder = checked_folder(arguments.output)
    unit = _unit(arguments.unit)
    if unit is not None and arguments.chosen is not None:
        raise SpecError("Either a class or a unit is explained; leave out --class or --unit.")
    found = loaded(arguments.network, arguments.seed, arguments.weights)
    names = classes_of(arguments.network)
    target = unit or _class(arguments.chosen, names)
    inputs, note = picture_input(Path(arguments.image), found)
    from engine.explain import attribute

    methods = METHODS if arguments.method == ALL else (arguments.method,)
    made = [attribute(found.module, inputs, method, target, arguments.layer) for method in methods]
    told = [_told(found, inputs, each, names, arguments.sanity) for each in made]
    _write(folder, inputs, made)
    lines = [f"{folder}: {note}, {found.weights}", *(_line(each) for each in told)]
    return Answer("\n".join(lines), {"output": str(folder), "input": note, "methods": told})


def _unit(text: str | None) -> Target | None:
    if text is None:
        return None
    found = _UNIT.fullmatch(text)
    if found is None:
        raise SpecError(f"--unit is LAYER:MAP or LAYER:MAP:ROW,COLUMN, such as conv2:5 or conv2:5:3,4; not {text!r}.")
    cell = tuple(int(at) for at in found["cell"].split(",")) if found["cell"] else ()
    return Target(layer=found["layer"], map=int(found["map"]), cell=cell)


def _class(text: str | None, names: tuple[str, ...]) -> Target | None:
    """The class with this name or number; a name that is a number is meant as a name."""
    if text is None:
        return None
    if text in names:
        return Target(map=names.index(text))
    if text.isascii() and text.isdigit():
        return Target(map=int(text))
    known = f"it knows {', '.join(names[:8])}{' and others' if len(names) > 8 else ''}" if names else "it has no names"
    raise SpecError(f"The network knows no class {text!r}; {known}. A class's number would do.")


def _told(found: Loaded, inputs: Tensor, made: Attribution, names: tuple[str, ...], sanity: bool) -> dict[str, Any]:
    target = made.target
    named = "" if target.layer or target.map >= len(names) else names[target.map]
    told: dict[str, Any] = {
        "method": made.method,
        "layer": made.layer,
        "target": {"layer": target.layer, "map": target.map, "cell": list(target.cell), "class": named},
        "score": made.score,
        "shape": list(made.heat.shape),
    }
    return {**told, "sanity": _sanity(found, inputs, made)} if sanity else told


def _sanity(found: Loaded, inputs: Tensor, made: Attribution) -> dict[str, Any]:
    from engine.explain import attribute, deletion, insertion, randomised

    removed, restored = deletion(found.module, inputs, made), insertion(found.module, inputs, made)
    alike = randomised(
        found.module,
        lambda module, target: attribute(module, inputs, made.method, target, made.layer),
        made,
    )
    return {
        "shares": list(removed.shares),
        "deletion": list(removed.values),
        "insertion": list(restored.values),
        "deletion_area": removed.area,
        "insertion_area": restored.area,
        "rank_correlation_with_random_weights": alike,
    }


def overlay(inputs: NDArray[np.float32], heat: NDArray[np.float32], method: str) -> NDArray[np.uint8]:
    """An input with the heat over it.

    Args:
        inputs: float32 [C, *size] in [0, 1]; a signal becomes a band, and a volume is added up along its depth.
        heat: float32 [*size].
        method: by which it was made.

    Returns:
        uint8 [H, W, 3] red, green, blue; small inputs are enlarged.
    """
    from engine.display.heat import heat_scale, lay_heat

    planes = inputs if inputs.shape[0] == 3 else inputs.mean(axis=0, keepdims=True).repeat(3, axis=0)
    planes, flat = _pictured(planes), _pictured(heat[None])[0]
    times = max(1, _SIDE // max(flat.shape))
    levels = np.rint(np.clip(np.nan_to_num(planes[::-1]), 0, 1) * 255).astype(np.uint8)
    large = np.moveaxis(levels, 0, -1).repeat(times, axis=0).repeat(times, axis=1)
    out = np.dstack([large, np.full(large.shape[:2], 255, np.uint8)])
    lay_heat(out, flat, (0, 0, *out.shape[:2]), heat_scale(flat, method), OPACITY)
    return np.ascontiguousarray(out[..., 2::-1])


def _pictured(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """[C, *size] as [C, height, width]."""
    if values.ndim == 4:
        return np.asarray(values.mean(axis=1), np.float32)
    return values if values.ndim == 3 else values.reshape(len(values), 1, -1).repeat(_BAND, axis=1)


def _write(folder: Path, inputs: Tensor, made: list[Attribution]) -> None:
    """Write two files a method; a folder made for them goes again if that fails."""
    from PIL import Image

    new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
        for each in made:
            heat = each.heat.numpy()
            picture = Image.fromarray(overlay(inputs[0].numpy(), heat, each.method))
            atomic_write(folder / f"{each.method}.npy", partial(_save, heat))
            atomic_write(folder / f"{each.method}.png", partial(picture.save, format="PNG"))
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _save(values: NDArray[np.float32], handle: BinaryIO) -> None:
    np.save(handle, values, allow_pickle=False)


def _line(told: dict[str, Any]) -> str:
    target = told["target"]
    cell = f", cell {tuple(target['cell'])}" if target["cell"] else ""
    of = f"map {target['map']} of {target['layer']}{cell}" if target["layer"] else target["class"] or target["map"]
    layer = f" by {told['layer']}" if told["layer"] else ""
    line = f"{told['method']}{layer}: {of}, {told['score']:.4g}"
    sanity = told.get("sanity")
    if sanity is None:
        return line
    alike = sanity["rank_correlation_with_random_weights"]
    return (
        f"{line}; deletion {sanity['deletion_area']:.3f}, insertion {sanity['insertion_area']:.3f}, "
        f"alike with random weights {alike:.3f}"
    )
