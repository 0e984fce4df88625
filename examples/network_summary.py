"""What a network is, layer by layer, without running it: sizes, costs, receptive fields, and what does not fit.

`python examples/network_summary.py [PRESET]`
"""

from __future__ import annotations

import sys

import engine


def main() -> None:
    """Describe a preset, then break it by a layer that does not fit and ask how that can be repaired."""
    network = engine.preset(sys.argv[1] if len(sys.argv) > 1 else "lenet-5")
    found = engine.summary(network)
    for row in found.rows:
        print(f"{row.id:12} {row.type:12} {row.output_shape!s:16} {row.parameters:>10,} {row.macs:>12,}")
    print(
        f"{found.parameters:,} parameters, {found.macs:,} multiply-adds, {4 * found.training_values:,} bytes to train"
    )
    broken = engine.NetworkSpec(
        input_shape=network.input_shape, layers=(*network.layers, engine.Conv2d(out_channels=1, kernel_size=3))
    )
    for problem in engine.summary(broken).problems:
        print(f"{problem.id}: {problem.message} Repairs: {', '.join(repair.label for repair in problem.repairs)}")


if __name__ == "__main__":
    main()
