"""Every example runs as a script, from another folder, and says something sensible."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SAYS = {
    "filter_picture.py": "mean gradient",
    "filter_folder.py": "coins.jpg: 303×384",
    "compare_operations.py": "changing picture and kernel",
    "filter_camera.py": "frames filtered",
    "train_digits.py": "of unseen digits",
    "explain_picture.py": "Grad-CAM of espresso",
    "live_feature_maps.py": "frames seen",
    "network_summary.py": "Repairs: ",
    "maps_to_disk.py": "pool2 of the whole picture, tile by tile: (10, 125, 125)",
    "own_data.py": "upright: 10 pictures to learn from, 2 to be tested on",
    "network_code.py": "edited as text: Conv2d, Tanh",
}


@pytest.mark.parametrize("path", sorted((HOUSE / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_runs(path: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    done = subprocess.run(
        [sys.executable, str(path)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[path.name] in done.stdout
