"""Every picture of a folder through the same kernels: `python examples/filter_folder.py [FOLDER [OUT [KERNEL…]]]`."""

from __future__ import annotations

import sys
from pathlib import Path

import engine
from engine.resources import resource

USUAL = ("gaussian", "sobel-vertical")


def main() -> None:
    """Write one .npy a picture, band by band, so that pictures of any size will do; name those that cannot be read."""
    given = sys.argv[1:]
    folder = given[0] if given else str(resource("images"))
    output, names = (given[1] if len(given) > 1 else "filtered"), given[2:]
    steps = [engine.FilterSpec(kernel=engine.kernel(name).spec()) for name in names or USUAL]
    Path(output).mkdir(parents=True, exist_ok=True)
    for file in sorted(Path(folder).iterdir()):
        try:
            picture = engine.read_image(file)
        except engine.BadFile as problem:
            print(f"left out: {problem}")
            continue
        pixels = (picture * 255).round().astype("uint8")
        shape = engine.filter_to_file(pixels, steps, Path(output) / f"{file.stem}.npy")
        print(f"{file.name}: {'×'.join(map(str, shape))}")


if __name__ == "__main__":
    main()
