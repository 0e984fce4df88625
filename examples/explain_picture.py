"""What a network sees in a picture, and where it saw it.

`python examples/explain_picture.py [PICTURE] [METHOD]`
"""

from __future__ import annotations

import sys

import numpy as np

import engine
from engine.forward import frame_input

NAMES = 3
"""How many classes are told."""
SIDE = 14
"""Rows of the drawing that is printed."""
SHADES = " .:-=+*#%@"


def main() -> None:
    """Name the picture, print where the name came from, and how far that can be trusted."""
    picture = sys.argv[1] if len(sys.argv) > 1 else "sample:coffee.jpg"
    method = sys.argv[2] if len(sys.argv) > 2 else "grad-cam"
    network = engine.pretrained("efficientnet-lite0")
    for guess in network.predict(picture)[:NAMES]:
        print(f"{guess.name}: {guess.probability:.1%}")
    pixels = engine.read_image(picture)
    colours = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
    inputs, note = frame_input(np.rint(colours * 255).astype(np.uint8), network.spec.input_shape)
    made = engine.explain.attribute(network.module, inputs, method)
    print(f"{engine.explain.METHODS[method].label} of {network.class_names[made.target.map]}, {note}")
    heat = made.heat.clamp(min=0).reshape(SIDE, 16, SIDE, 16).mean((1, 3))
    for row in (heat / heat.max() * (len(SHADES) - 1)).round().int().tolist():
        print("".join(2 * SHADES[level] for level in row))
    removed = engine.explain.deletion(network.module, inputs, made)
    restored = engine.explain.insertion(network.module, inputs, made)
    print(f"without the hottest cells: area {removed.area:.2f}; with nothing but them: area {restored.area:.2f}")


if __name__ == "__main__":
    main()
