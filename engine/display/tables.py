"""Tables of 256 colours, one for each way of reading a map. Needs numpy only: the window draws its legends from it.

Entry 0 is the colour of a cell that holds no number (NaN or infinite). Entries 1 to 255 run from the low to the high
end of the range, so entry 128 is exactly its middle: the neutral colour of a diverging table.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from engine.spec.view import ColourMap

TableName = Literal["diverging", "viridis", "magma", "cividis", "grey", "cyclic"]
Kind = Literal["diverging", "sequential", "cyclic"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Colour = tuple[int, int, int]
Table = NDArray[np.uint8]
"""[256, 4], blue, green, red, alpha: the byte order of RGB32."""

NON_FINITE: Colour = (255, 0, 255)
FIRST, MIDDLE, LAST = 1, 128, 255
"""Entries of the low end, the middle and the high end of the range."""
STEPS = LAST - FIRST

_DIVERGING = {True: ("3c96eb", "16191e", "f0833a"), False: ("1f6fd0", "ffffff", "d9621a")}
_BACKGROUND: dict[bool, Colour] = {True: (0x14, 0x17, 0x1C), False: (0xF4, 0xF5, 0xF7)}

# Every third of the 256 published colours, as red, green, blue in hexadecimal; between them straight lines do.
_ANCHORS = {
    "viridis": (
        "440154450559460a5d470e61471365481769481b6d481f70482374482677472a7a472e7c46327e453581443983433d84424086414487"
        "3f47883e4a893d4e8a3b518b3a548c38588c375b8d355e8d34618d32648e31678e306a8e2e6d8e2d708e2c728e2b758e2a788e297b8e"
        "277e8e26818e25838e24868e23898e228c8d218f8d20928c1f948c1f978b1f9a8a1e9d891fa0881fa28721a58522a88425ab8227ad81"
        "2ab07f2eb37c32b67a37b8783bbb7540bd7246c06f4cc26c52c56958c7655ec96265cb5e6ccd5a73d0567ad15181d34d89d54890d743"
        "98d83ea0da39a8db34b0dd2fb8de29c0df25c8e020d0e11cd8e219dfe318e7e419efe51cf6e620fde725"
    ),
    "magma": (
        "00000401010802020d04041406051a0907200c0926100b2d130d34160f3b1a10421e11492211502712582c115f31116536106b3b0f70"
        "400f744510774a10794f127b54137d59157e5d177f621980671b806b1d81701f817521817922827e24828326818827818c2981912b81"
        "962c809b2e7fa02f7fa5317eaa337dae347bb3367ab83779bd3977c23b75c73d73cc3f71d0416fd5446dd9466bde4968e24d66e55064"
        "e95462ec5860ef5d5ef2625df4675cf66c5cf7725cf9785dfa7d5efb835ffc8961fc8e64fd9467fd9a6afe9f6dfea571feaa74feb078"
        "feb67cfebb81fec185fec68afecc8ffed194fed799fddc9efde2a3fde7a9fcecaefcf2b4fcf7b9fcfdbf"
    ),
    "cividis": (
        "00224e00255300275800295d002b62002d68002f6d0031700533710f35701637701c396f213b6e263d6e2a3f6d2e416d32436d35456c"
        "39486c3c4a6c3f4c6c424e6c45506c48526c4b546c4e566c51586d545a6d565c6d595e6e5c616e5e636f61656f646770666970696b71"
        "6c6d726e6f737172747374757676767878777b7a787e7c78807f788381798683798985788c88788f8a78928c78948e779791779a9376"
        "9d9576a09875a39a74a69c74a99f73aca172afa471b3a670b6a96fb9ab6dbcae6cbfb06bc2b369c5b568c8b866ccba64cfbd62d2c060"
        "d5c25ed9c55cdcc859dfca57e2cd54e6d051e9d34eedd54af0d846f3db42f7de3efbe138fee434fee838"
    ),
}

# Linear light to the three cone responses, and their cube roots to lightness, green-red and blue-yellow.
_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OPPONENTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


class Palette(NamedTuple):
    """The tables a choice of colours comes down to, by the kind of map, in one theme."""

    sequential: TableName
    dark: bool

    def name(self, kind: Kind) -> TableName:
        """The table that maps of this kind are painted with."""
        return self.sequential if kind == "sequential" else kind

    def table(self, kind: Kind) -> Table:
        """The colours that maps of this kind are painted with."""
        return table(self.name(kind), self.dark)

    @property
    def background(self) -> Colour:
        """What lies between the tiles of a mosaic."""
        return _BACKGROUND[self.dark]


def palette(colour_map: ColourMap = "auto", dark: bool = True) -> Palette:
    """The tables behind a person's choice of colours.

    Example:
        >>> palette("magma").name("sequential"), palette("auto").name("sequential")
        ('magma', 'viridis')
    """
    return Palette("viridis" if colour_map == "auto" or colour_map == "diverging" else colour_map, dark)


@cache
def table(name: TableName, dark: bool = True) -> Table:
    """The 256 colours of a table, read-only.

    Only the diverging table depends on the theme: its zero is the theme's own dark or white.

    Returns:
        uint8 [256, 4]: blue, green, red, 255; entry 0 is `NON_FINITE`.

    Example:
        >>> table("diverging", dark=False)[128].tolist()
        [255, 255, 255, 255]
    """
    made = np.full((256, 4), 255, np.uint8)
    made[0, :3] = NON_FINITE[::-1]
    made[FIRST:, :3] = _ramp(name, dark)[:, ::-1]
    made.flags.writeable = False
    return made


def stops(name: TableName, dark: bool, n: int) -> list[Colour]:
    """`n` colours evenly spaced from the low to the high end of a table: what a legend is drawn with.

    Example:
        >>> stops("grey", True, 3)
        [(0, 0, 0), (128, 128, 128), (255, 255, 255)]
    """
    if n < 2:
        raise ValueError(f"a legend needs at least 2 colours; {n} were asked for")
    entries = np.rint(np.linspace(FIRST, LAST, n)).astype(int)
    return [(int(red), int(green), int(blue)) for blue, green, red, _ in table(name, dark)[entries]]


def _ramp(name: TableName, dark: bool) -> NDArray[np.uint8]:
    """[255, 3] red, green, blue from the low to the high end."""
    if name == "diverging":
        return _diverging(*(_colours(code)[0] for code in _DIVERGING[dark]))
    if name == "cyclic":
        return _cyclic()
    if name == "grey":
        return _between(np.array([[0, 0, 0], [255, 255, 255]]))
    if name in _ANCHORS:
        return _between(_colours(_ANCHORS[name]))
    raise ValueError(f"there is no table {name!r}; there are {', '.join(get_args(TableName))}")


def _colours(code: str) -> NDArray[np.uint8]:
    """[n, 3] red, green, blue out of six hexadecimal digits each."""
    return np.frombuffer(bytes.fromhex(code), np.uint8).reshape(-1, 3)


def _between(anchors: NDArray[np.integer]) -> NDArray[np.uint8]:
    """[255, 3] on straight lines between evenly spaced colours."""
    at, known = np.linspace(0, 1, STEPS + 1), np.linspace(0, 1, len(anchors))
    return np.stack([np.rint(np.interp(at, known, channel)) for channel in anchors.T], axis=1).astype(np.uint8)


def _diverging(low: NDArray[np.uint8], zero: NDArray[np.uint8], high: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two arms of equal perceived steps that meet in the colour of zero."""
    arm = np.linspace(0, 1, MIDDLE)[:, None]
    below, middle, above = _to_oklab(np.stack([low, zero, high]))
    ramp = np.concatenate([below + (middle - below) * arm, (middle + (above - middle) * arm)[1:]])
    return _from_oklab(ramp)


def _cyclic() -> NDArray[np.uint8]:
    """A closed loop through orange (0), light (π/2), blue (π) and dark (−π/2).

    The loop lies in the plane of lightness and blue-yellow, the two differences that people who confuse red and
    green see as well as others. Direction 0 has the colour of positive values, ±π that of negative ones.
    """
    angle = np.linspace(-np.pi, np.pi, STEPS + 1)[:, None]
    right, left = _to_oklab(_colours("f0833a3c96eb"))
    # More would leave what a screen can show by much; the little that does is clipped.
    lightness = np.array([0.2, 0.0, 0.0])
    ramp = _from_oklab((right + left) / 2 + np.cos(angle) * (right - left) / 2 + np.sin(angle) * lightness)
    ramp[-1] = ramp[0]
    return ramp


def _to_oklab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB bytes as lightness, green-red and blue-yellow, in which equal distances look about equal.

    Source: B. Ottosson, "A perceptual color space for image processing" (2020), the Oklab page of bottosson.github.io.
    """
    value = rgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    lab: NDArray[np.float64] = np.cbrt(linear @ _CONES.T) @ _OPPONENTS.T
    return lab


def _from_oklab(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The nearest sRGB bytes; the inverse of `_to_oklab`."""
    linear = (lab @ np.linalg.inv(_OPPONENTS).T) ** 3 @ np.linalg.inv(_CONES).T
    linear = np.clip(linear, 0, 1)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(value * 255), np.uint8)
