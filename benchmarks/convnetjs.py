"""ConvNetJS under Node, where both are installed (P7): `npm install convnetjs@0.3.0`, and NODE_PATH where it went."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

PUBLISHED = "4.1 to 5 ms an example by its authors"
EXAMPLES = 400
# The digits demo: its network, its trainer, pictures of noise; the first hundred warm the compiler up.
SCRIPT = """
const convnetjs = require("convnetjs"), warm = 100, count = Number(process.argv[1]);
const net = new convnetjs.Net();
net.makeLayers([
  {type: "input", out_sx: 24, out_sy: 24, out_depth: 1},
  {type: "conv", sx: 5, filters: 8, stride: 1, pad: 2, activation: "relu"},
  {type: "pool", sx: 2, stride: 2},
  {type: "conv", sx: 5, filters: 16, stride: 1, pad: 2, activation: "relu"},
  {type: "pool", sx: 3, stride: 3},
  {type: "softmax", num_classes: 10}]);
const trainer = new convnetjs.SGDTrainer(net, {method: "adadelta", batch_size: 20, l2_decay: 0.001});
let began = 0n;
for (let n = 0; n < warm + count; n++) {
  if (n === warm) began = process.hrtime.bigint();
  const picture = new convnetjs.Vol(24, 24, 1, 0);
  for (let i = 0; i < picture.w.length; i++) picture.w[i] = Math.random();
  trainer.train(picture, n % 10);
}
console.log(Number(process.hrtime.bigint() - began) / 1e6 / count);
"""


def convnetjs_row(ours_ms: float) -> dict[str, Any]:
    """The row for so many milliseconds of ours an example, headless, with batches of 20 and Adadelta as there."""
    row = {"name": "P7 ConvNetJS' digits, batches of 20", "goal": "≥ 50", "peer": "convnetjs 0.3.0", "ours_ms": ours_ms}
    node = shutil.which("node")
    done = node and subprocess.run([node, "-e", SCRIPT, str(EXAMPLES)], capture_output=True, text=True, check=False)
    if not done or done.returncode:
        return {**row, "note": f"Node or convnetjs is not here; {PUBLISHED}"}
    peer_ms = float(done.stdout)
    note = f"milliseconds an example; {PUBLISHED}"
    return {**row, "ratio": peer_ms / ours_ms, "peer_ms": peer_ms, "note": note}
