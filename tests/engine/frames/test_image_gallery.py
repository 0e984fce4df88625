"""Every kind of picture file that the door lets in, with the pixels it must give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pil

from engine.frames import read_image
from engine.frames.image import load_image
from engine.resources import resource, sample_names

Array = np.ndarray[Any, np.dtype[Any]]
H, W = 11, 17


def colours() -> Array:
    rows, columns = np.mgrid[0:H, 0:W]
    return np.stack([columns * 15, rows * 23, (rows + columns) * 9], axis=2).astype(np.uint8)


def greys() -> Array:
    return (np.arange(H * W, dtype=np.uint8) % 200).reshape(H, W)


def as_rgb(grey: Array) -> Array:
    return np.repeat(grey[:, :, None], 3, axis=2)


def on_white(colour: Array, alpha: Array) -> Array:
    share = alpha[:, :, None] / 255
    return np.rint(colour * share + 255 * (1 - share))


def alphas() -> Array:
    return np.linspace(0, 255, H * W).astype(np.uint8).reshape(H, W)


@dataclass
class Case:
    name: str
    picture: Pil.Image
    expected: Array
    note: str = ""
    channels: int = 3
    tolerance: int = 0
    exact: Array | None = None
    options: dict[str, Any] = field(default_factory=dict)


def indexed() -> tuple[Pil.Image, Array]:
    palette = np.random.default_rng(3).integers(0, 256, (40, 3), np.uint8)
    picture = Pil.fromarray(greys() % 40, "L").copy()
    picture = picture.convert("P")
    picture.putdata((greys() % 40).ravel().tolist())
    picture.putpalette(palette.ravel().tolist())
    return picture, palette[greys() % 40]


def in_one_mode(mode: str) -> Iterator[Case]:
    """A picture in a mode, in every lossless format that holds it."""
    rgb, grey, alpha = colours(), greys(), alphas()
    plans: dict[str, tuple[tuple[str, ...], Pil.Image, Array, str, int]] = {
        "RGB": (("png", "bmp", "tif", "webp"), Pil.fromarray(rgb), rgb, "", 3),
        "L": (("png", "bmp", "tif", "gif"), Pil.fromarray(grey), as_rgb(grey), "", 1),
        "1": (("png", "bmp", "tif"), Pil.fromarray(grey > 99), as_rgb((grey > 99) * np.uint8(255)), "1-bit", 1),
        "RGBA": (
            ("png", "tif", "webp"),
            Pil.fromarray(np.dstack([rgb, alpha])),
            on_white(rgb, alpha),
            "alpha laid on white",
            4,
        ),
        "LA": (
            ("png", "tif"),
            Pil.fromarray(np.dstack([grey, alpha]), "LA"),
            on_white(as_rgb(grey), alpha),
            "alpha laid on white",
            1,
        ),
        "CMYK": (("tif",), Pil.fromarray(rgb).convert("CMYK"), rgb, "CMYK turned into RGB", 3),
        "P": (("png", "bmp", "tif", "gif"), *indexed(), "", 3),
    }
    formats, picture, expected, note, channels = plans[mode]
    for form in formats:
        options: dict[str, Any] = {"lossless": True, "exact": True} if form == "webp" else {}
        told = 3 if (mode, form) == ("L", "gif") else channels
        tolerance = 1 if "alpha" in note else 0
        yield Case(f"{mode}.{form}", picture, expected, note, told, tolerance, options=options)


def deep() -> Iterator[Case]:
    ramp = np.linspace(0, 65535, H * W).astype(np.uint16).reshape(H, W)
    level = np.rint(ramp / 257)
    for form in ("png", "tif"):
        yield Case(f"16 bits.{form}", Pil.fromarray(ramp), as_rgb(level), "16-bit grey", 1, exact=ramp / 65535)
    big = Pil.frombytes("I;16B", (W, H), ramp.astype(">u2").tobytes())
    yield Case("16 bits big-endian.tif", big, as_rgb(level), "16-bit grey", 1, exact=ramp / 65535)
    whole = Pil.fromarray(ramp.astype(np.int32))
    yield Case("32 bits.tif", whole, as_rgb(level), "32-bit grey", 1, exact=ramp / 65535)
    wide = ramp.astype(np.int32) * 1000 - 5_000_000
    note = "32-bit grey, -5e+06 shown as black and 6.0535e+07 as white"
    yield Case("wide.tif", Pil.fromarray(wide), as_rgb(level), note, 1, 1, exact=ramp / 65535)
    unit = np.linspace(0, 1, H * W, dtype=np.float32).reshape(H, W)
    note = "floating-point grey"
    yield Case("unit.tif", Pil.fromarray(unit), as_rgb(np.rint(unit * 255)), note, 1, exact=unit)
    signed = unit * 8 - 4
    note += ", -4 shown as black and 4 as white"
    yield Case("signed.tif", Pil.fromarray(signed), as_rgb(np.rint(unit * 255)), note, 1, 1, exact=unit)
    strange = unit.copy()
    strange[0, :3] = np.nan, np.inf, -np.inf
    clean = unit.copy()
    clean[0, :3] = 0, 1, 0
    yield Case("strange.tif", Pil.fromarray(strange), as_rgb(np.rint(clean * 255)), "floating", 1, exact=clean)


def orientations() -> Iterator[Case]:
    """All eight ways that a camera may be held: how the file stores an upright picture."""
    upright = colours()
    stored: dict[int, Callable[[Array], Array]] = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }
    for turn, store in stored.items():
        exif = Pil.Exif()
        exif[0x0112] = turn
        picture = Pil.fromarray(np.ascontiguousarray(store(upright)))
        for form, more in (("png", {}), ("webp", {"lossless": True}), ("tif", {}), ("jpg", {"quality": 100})):
            options = {"exif": exif, "subsampling": 0, **more} if form == "jpg" else {"exif": exif, **more}
            tolerance = 6 if form == "jpg" else 0
            yield Case(f"orientation {turn}.{form}", picture, upright, tolerance=tolerance, options=options)


def others() -> Iterator[Case]:
    rgb, grey = colours(), greys()
    for name, picture, note in (
        ("RGB.jpg", Pil.fromarray(rgb), ""),
        ("progressive.jpg", Pil.fromarray(rgb), ""),
        ("CMYK.jpg", Pil.fromarray(rgb).convert("CMYK"), "CMYK turned into RGB"),
    ):
        options: dict[str, Any] = {"quality": 100, "subsampling": 0, "progressive": name.startswith("pro")}
        yield Case(name, picture, rgb, note, tolerance=6, options=options)
    yield Case("L.jpg", Pil.fromarray(grey), as_rgb(grey), "", 1, 8, options={"quality": 100})
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        yield Case(f"{compression}.tif", Pil.fromarray(rgb), rgb, options={"compression": compression})
    clear = rgb.copy()
    clear[0, 0] = 255
    yield Case("clear colour.png", Pil.fromarray(rgb), clear, "alpha", 4, options={"transparency": (0, 0, 0)})
    picture, expected = indexed()
    first = np.where((greys() % 40 == 0)[:, :, None], 255, expected)
    for form in ("png", "gif"):
        yield Case(f"clear entry.{form}", picture, first, "alpha", 4, options={"transparency": 0})
    yield Case("four colours.png", indexed_four()[0], indexed_four()[1], options={"bits": 2})


def indexed_four() -> tuple[Pil.Image, Array]:
    palette = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]], np.uint8)
    picture = Pil.new("P", (W, H))
    picture.putdata((greys() % 4).ravel().tolist())
    picture.putpalette(palette.ravel().tolist())
    return picture, palette[greys() % 4]


MODES = ("RGB", "L", "1", "RGBA", "LA", "CMYK", "P")
CASES = [case for mode in MODES for case in in_one_mode(mode)] + [*deep(), *orientations(), *others()]


def test_the_gallery_has_sixty_pictures() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gallery(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    case.picture.save(path, **case.options)
    image = load_image(path)
    assert (image.pixels.dtype, image.pixels.flags.c_contiguous) == (np.uint8, True)
    assert image.pixels.shape == case.expected.shape
    assert np.abs(image.pixels.astype(float) - case.expected).max() <= case.tolerance
    assert image.note.startswith(case.note)
    assert bool(image.note) == bool(case.note)
    assert image.channels == case.channels
    assert image.size == (H, W)
    assert (image.exact.dtype, image.exact.shape) == (np.float32, image.pixels.shape)
    exact = image.pixels / 255 if case.exact is None else as_rgb(case.exact)
    assert np.abs(image.exact - exact).max() < 1e-6
    assert read_image(path).tobytes() == image.exact.tobytes()


def test_sixteen_bits_keep_every_level(tmp_path: Path) -> None:
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    Pil.fromarray(levels).save(tmp_path / "levels.png")
    exact = load_image(tmp_path / "levels.png").exact
    assert np.array_equal(np.rint(exact[:, :, 0].astype(np.float64) * 65535), levels)


@pytest.mark.parametrize("form", ["gif", "tif", "webp", "png"])
def test_files_of_several_pictures(form: str, tmp_path: Path) -> None:
    pages = [np.full((H, W, 3), 40 * page, np.uint8) for page in range(4)]
    pictures = [Pil.fromarray(page) for page in pages]
    options = {"lossless": True} if form == "webp" else {}
    pictures[0].save(tmp_path / f"many.{form}", save_all=True, append_images=pictures[1:], **options)
    for page in (0, 2, 3):
        image = load_image(tmp_path / f"many.{form}", page)
        assert (image.page, image.pages, image.note) == (page, 4, f"picture {page + 1} of 4")
        assert (image.pixels == pages[page]).all()


def test_what_ships_can_be_read_and_is_credited() -> None:
    names = sample_names("images")
    assert len(names) >= 15
    for name in names:
        assert load_image(f"sample:{name}").pixels.min() < 255
    credits = resource("ATTRIBUTION.md").read_text(encoding="utf-8")
    for name in (*names, *sample_names("clips")):
        assert f"| {name} |" in credits


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["png", "bmp", "tif"]), st.integers(0, 2**32 - 1))
def test_any_size_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, height: int, width: int, form: str, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    path = tmp_path_factory.mktemp("sizes") / f"ünï 你好 😀.{form}"
    Pil.fromarray(pixels).save(path)
    assert np.array_equal(load_image(path).pixels, pixels)
