"""A network as PyTorch source that runs by itself, and source as a network.

`python examples/network_code.py [PRESET] [FILE.py]`
"""

from __future__ import annotations

import sys
from pathlib import Path

import engine


def main() -> None:
    """Write the source, change it as text, and read the change back."""
    network = engine.preset(sys.argv[1] if len(sys.argv) > 1 else "lenet-5")
    source = engine.to_pytorch(network)
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(source, encoding="utf-8")
    print(source)
    edited = engine.from_pytorch(source.replace("nn.ReLU()", "nn.Tanh()"))
    print(f"edited as text: {', '.join(layer.type for layer in edited.layers)}")


if __name__ == "__main__":
    main()
