"""Feature maps as files: every layer's for a picture that fits, and one layer's of a picture of any size, in tiles.

`python examples/maps_to_disk.py [PICTURE] [FOLDER]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

import engine


def main() -> None:
    """Write [channels, height, width] arrays, then read one again without loading it whole."""
    picture = engine.read_image(sys.argv[1] if len(sys.argv) > 1 else "sample:astronaut.jpg")
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    network = engine.preset("tiny-vgg")
    module = engine.build(network)
    height, width = network.input_shape[1:]
    inputs = torch.from_numpy(picture[:height, :width]).permute(2, 0, 1)[None]
    for layer, maps in engine.feature_maps(module, inputs).items():
        np.save(folder / f"{layer}.npy", maps[0].numpy())
        print(f"{layer}: {tuple(maps.shape[1:])}")
    shape = engine.maps_to_file(network, picture, folder / "whole-picture.npy", "pool2", module)
    print(f"pool2 of the whole picture, tile by tile: {shape} in {folder / 'whole-picture.npy'}")
    corner = np.load(folder / "whole-picture.npy", mmap_mode="r")[0, :2, :3]
    print(corner.round(4).tolist())


if __name__ == "__main__":
    main()
