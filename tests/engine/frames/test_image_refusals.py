"""What is no picture, no whole picture, or too much of one: one sentence, at once, and nothing else."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

from engine.errors import BadFile
from engine.frames.image import MAX_PIXELS, load_image

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
SIDE = 20_000


def encoded(form: str, size: tuple[int, int] = (24, 31)) -> bytes:
    pixels = np.random.default_rng(5).integers(0, 256, (*size, 3), np.uint8)
    buffer = io.BytesIO()
    Pil.fromarray(pixels).save(buffer, form)
    return buffer.getvalue()


def refusal(path: Path, page: int = 0) -> str:
    with pytest.raises(BadFile) as caught:
        load_image(path, page)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert refusal(tmp_path / "empty.png") == "empty.png is empty (0 bytes); get another copy of it."
    (tmp_path / "text.png").write_text("hello")
    readable = "PNG, JPEG, WebP, TIFF, BMP and GIF files can."
    assert refusal(tmp_path / "text.png") == f"text.png is no picture that can be read; {readable}"
    assert refusal(tmp_path / "none.png") == f"{tmp_path / 'none.png'} does not exist; check the name."
    assert refusal(tmp_path) == f"{tmp_path} is a folder, not a picture; open it as a folder."
    os.mkfifo(tmp_path / "pipe.png")
    assert refusal(tmp_path / "pipe.png").endswith("is not an ordinary file; give a picture file.")
    assert "cannot be opened" in refusal(Path("a\0b.png"))
    assert "cannot be opened" in refusal(Path("x" * 5000))
    assert refusal(Path("sample:../ATTRIBUTION.md")).startswith("There is no sample '../ATTRIBUTION.md'; there are ")


@pytest.mark.parametrize("form", ["ICO", "PPM", "PCX", "TGA", "EPS"])
def test_other_formats_stay_outside(form: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(form))
    assert "is no picture that can be read" in refusal(path)


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "one.gif"
    path.write_bytes(encoded("GIF"))
    assert refusal(path, 3) == "one.gif holds one picture; there is no picture 4."
    assert refusal(path, -1).endswith("there is no picture 0.")


@pytest.mark.parametrize("form", FORMATS)
def test_cut_at_every_hundredth(form: str, tmp_path: Path) -> None:
    whole, path = encoded(form), tmp_path / "cut"
    path.write_bytes(whole)
    expected, refusals = load_image(path).pixels, []
    for cut in range(1, 100):
        path.write_bytes(whole[: len(whole) * cut // 100])
        try:
            assert np.array_equal(load_image(path).pixels, expected), "half a picture must not pass for a whole one"
        except BadFile as error:
            refusals.append(str(error))
    assert len(refusals) >= 90
    assert all(text.startswith("cut ") for text in refusals)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb() -> bytes:
    """A true picture of 400 million pixels in 50 kB."""
    press = zlib.compressobj(9)
    rows = b"".join(press.compress(bytes(1 + SIDE // 8)) for _ in range(SIDE)) + press.flush()
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) >= 1
    return data.replace(old, new, 1)


def bombs() -> dict[str, bytes]:
    """Headers that promise far more than any picture may have."""
    h, w = 24, 31
    text = zlib.compress(bytes(40_000_000), 9)
    plain = encoded("PNG")
    return {
        "bomb.png": png_bomb(),
        "text bomb.png": plain[:33] + chunk(b"zTXt", b"Comment\0\0" + text) + plain[33:],
        "bomb.jpg": patched(encoded("JPEG"), struct.pack(">HH", h, w), struct.pack(">HH", SIDE, SIDE)),
        "bomb.bmp": patched(encoded("BMP"), struct.pack("<ii", w, h), struct.pack("<ii", SIDE, SIDE)),
        "bomb.gif": patched(encoded("GIF"), struct.pack("<HH", w, h), struct.pack("<HH", 65535, 65535)),
        "bomb.tif": tiff_bomb(w, h),
        "bomb.webp": webp_bomb(),
    }


def tiff_bomb(width: int, height: int) -> bytes:
    data = encoded("TIFF")
    for tag, old in ((256, width), (257, height)):
        for kind, form in ((3, "<HHIHxx"), (4, "<HHII")):
            entry = struct.pack(form, tag, kind, 1, old)
            if entry in data:
                data = data.replace(entry, struct.pack("<HHII", tag, 4, 1, SIDE), 1)
    return data


def webp_bomb() -> bytes:
    size = (SIDE - 1).to_bytes(3, "little") * 2
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + size
    image = encoded("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", 4 + len(extended) + len(image)) + b"WEBP" + extended + image


MEASURE = """
import json, resource, sys, time
from pathlib import Path
from engine.errors import BadFile
from engine.frames.image import load_image
load_image("sample:page.png")
for path in sorted(Path(sys.argv[1]).iterdir()):
    before, began, text = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), ""
    try:
        load_image(path)
    except BadFile as error:
        text = str(error)
    took = time.perf_counter() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([path.name, text, took, grown / 1024]))
"""


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    files = bombs()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", MEASURE, str(tmp_path)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, timeout=60).stdout
    results = [json.loads(line) for line in out.splitlines()]
    assert len(results) == len(files)
    for name, text, took, megabytes in results:
        assert text.startswith(f"{name} "), name
        assert took < 0.2, name
        assert megabytes < 50, name
    said = {name: text for name, text, _, _ in results}
    assert said["bomb.png"] == (
        f"bomb.png has 400,000,000 pixels; at most {MAX_PIXELS:,} can be read, so save a smaller copy of it."
    )
    assert all("pixels; at most" in text for name, text in said.items() if name != "text bomb.png")


def test_the_limit_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.frames.image.MAX_PIXELS", 24 * 31)
    path = tmp_path / "limit.png"
    path.write_bytes(encoded("PNG"))
    assert load_image(path).pixels.shape == (24, 31, 3)
    path.write_bytes(encoded("PNG", (25, 31)))
    assert refusal(path).startswith("limit.png has 775 pixels; at most 744 can be read")


FUZZ = """
import random, sys
from pathlib import Path
from engine.errors import BadFile
from engine.frames.image import load_image
folder, chance = Path(sys.argv[1]), random.Random(11)
originals = sorted(folder.glob("good*"))
opened = refused = 0
for turn in range(int(sys.argv[2])):
    data = bytearray(originals[turn % len(originals)].read_bytes())
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(min(len(data), chance.choice((64, len(data)))))
        if chance.random() < 0.7:
            data[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        elif chance.random() < 0.5:
            del data[at : at + chance.randrange(1, 9)]
        else:
            data[at:at] = bytes(chance.randrange(1, 9))
    (folder / "mutant").write_bytes(data)
    try:
        load_image(folder / "mutant")
        opened += 1
    except BadFile:
        refused += 1
print(opened, refused)
"""


def test_damaged_files_raise_nothing_else_and_end_nothing(tmp_path: Path) -> None:
    """Runs in a process of its own: a decoder that crashes must fail this test, not end it."""
    turns = 1500
    for form in FORMATS:
        (tmp_path / f"good.{form}").write_bytes(encoded(form))
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-X", "faulthandler", "-c", FUZZ, str(tmp_path), str(turns)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    opened, refused = map(int, done.stdout.split())
    assert opened + refused == turns
    assert min(opened, refused) > turns // 20
