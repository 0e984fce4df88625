"""Which data set a network learns from, how it is divided and prepared, and how its pictures are varied."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.errors import SpecError
from engine.spec.fields import Spec, check_ranges, field
from engine.spec.filter import KernelSpec
from engine.spec.layers import Shape, shape_text

TEST_SHARE = 0.2
MAX_BANK = 64
Flip = Literal["none", "horizontal", "vertical", "both"]
Fill = Literal["zeros", "edge", "reflect"]

_NOT_FOR_SERIES = ("flip", "rotate", "cutout", "brightness", "contrast", "saturation")


class AugmentSpec(Spec, frozen=True, kw_only=True):
    """How each picture is varied by chance, anew each time it is seen, so that a network cannot learn it by heart.

    All amounts are the largest; what a picture gets is drawn for it alone. Nothing is varied by default, and pictures
    for testing never are.

    Example:
        >>> AugmentSpec(flip="horizontal", shift=2).is_active
        True
        >>> AugmentSpec(rotate=400)
        Traceback (most recent call last):
        engine.errors.SpecError: Rotation must be between 0 and 180 °; it is 400.
    """

    flip: Annotated[
        Flip,
        field(
            "Flip",
            "Mirrors half of the pictures left to right, top to bottom, or each of both. A mirrored digit may be none.",
            labels={"horizontal": "left and right", "vertical": "top and bottom"},
        ),
    ] = "none"
    shift: Annotated[
        int,
        field(
            "Shift", "Moves a picture by up to so many cells each way, which also cuts it at its border.", 0, 64, "px"
        ),
    ] = 0
    rotate: Annotated[float, field("Rotation", "Turns a picture by up to this angle either way.", 0.0, 180.0, "°")] = (
        0.0
    )
    scale: Annotated[
        float,
        field("Scale", "Makes a picture larger or smaller by up to this share; a series stronger or weaker.", 0.0, 0.9),
    ] = 0.0
    brightness: Annotated[float, field("Brightness", "Adds up to this share of white, or takes it.", 0.0, 1.0)] = 0.0
    contrast: Annotated[
        float, field("Contrast", "Stretches or shrinks the distance to the mean by up to this share.", 0.0, 1.0)
    ] = 0.0
    saturation: Annotated[
        float, field("Saturation", "Makes colours stronger or greyer by up to this share.", 0.0, 1.0)
    ] = 0.0
    noise: Annotated[
        float,
        field(
            "Noise",
            "Adds normal noise of this standard deviation to every cell; white is 1, and for a series its own spread.",
            0.0,
            1.0,
        ),
    ] = 0.0
    cutout: Annotated[
        float, field("Cutout", "Covers a square somewhere; its side is this share of the shorter one.", 0.0, 1.0)
    ] = 0.0
    fill: Annotated[
        Fill,
        field(
            "Fill",
            "What comes in from outside of a picture that was moved: black, its edge again, or its mirror image.",
            labels={"zeros": "black"},
        ),
    ] = "zeros"

    def __post_init__(self) -> None:
        check_ranges(self)

    @property
    def is_active(self) -> bool:
        """Whether anything is varied."""
        return any(getattr(self, name) for name in _AMOUNTS) or self.flip != "none"


_AMOUNTS = ("shift", "rotate", "scale", "brightness", "contrast", "saturation", "noise", "cutout")


def check_augment(spec: AugmentSpec, shape: Shape) -> None:
    """See that pictures, or series, of a shape can be varied so.

    Args:
        spec: how.
        shape: (channels, height, width), or (channels, length).

    Raises:
        SpecError: with one sentence on what cannot be.

    Example:
        >>> check_augment(AugmentSpec(rotate=10), (1, 128))
        Traceback (most recent call last):
        engine.errors.SpecError: Rotation is for pictures, and these are series; shift, scale and noise would do.
    """
    if len(shape) not in (2, 3):
        raise SpecError(f"Inputs of {shape_text(shape)} cannot be varied; pictures and series can.")
    if len(shape) == 2:
        used = [name for name in _NOT_FOR_SERIES if getattr(spec, name) not in (0, 0.0, "none")]
        if used:
            raise SpecError(
                f"{_LABELS[used[0]]} is for pictures, and these are series; shift, scale and noise would do."
            )
    if spec.saturation and shape[0] != 3:
        raise SpecError(
            f"Saturation is for colours, and these pictures have {shape[0]} channel{'s' * (shape[0] != 1)}; 0 would do."
        )
    shorter = min(shape[1:])
    if 2 * spec.shift > shorter:
        raise SpecError(
            f"A shift of {spec.shift} px moves inputs of {shape_text(shape)} by over half; {shorter // 2} would do."
        )


_LABELS = {
    "flip": "Flip",
    "rotate": "Rotation",
    "cutout": "Cutout",
    "brightness": "Brightness",
    "contrast": "Contrast",
    "saturation": "Saturation",
}


class DataSpec(Spec, frozen=True, kw_only=True):
    """A data set as a network gets it: which one, how it is divided, what it is brought to, and how it is varied.

    `source` is named as for `engine.load_data`. `input_shape` None leaves the source's own. With a `bank`, every
    picture is replaced by its maps through these kernels, stacked as channels.

    Example:
        >>> DataSpec(source="emoji-10", input_shape=(1, 28, 28)).test_share
        0.2
    """

    source: str = "mnist"
    input_shape: tuple[int, ...] | None = None
    test_share: Annotated[
        float,
        field(
            "Test share",
            "The share of each class that is set aside for testing, where the set has no such part.",
            0.01,
            0.9,
        ),
    ] = TEST_SHARE
    seed: Annotated[int, field("Seed", "Chooses the pictures that are set aside.", 0, 2**32 - 1)] = 0
    bank: tuple[KernelSpec, ...] = ()
    augment: AugmentSpec = AugmentSpec()

    def __post_init__(self) -> None:
        check_ranges(self)
        if self.input_shape is not None and not (2 <= len(self.input_shape) <= 3 and min(self.input_shape) >= 1):
            raise SpecError(
                f"Inputs of {shape_text(self.input_shape)} cannot be; positive channels, height and width would do."
            )
        if len(self.bank) > MAX_BANK:
            raise SpecError(f"A bank has at most {MAX_BANK} kernels; this one has {len(self.bank)}.")
