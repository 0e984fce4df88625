"""On a screen with two device pixels per logical pixel, pictures and icons are as exact as on any other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_pictures_and_icons_are_exact_on_a_fine_screen() -> None:
    files = [str(HERE / name) for name in ("test_picture_view.py", "test_icons.py")]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files]
    fine = {**os.environ, "QT_SCALE_FACTOR": "2"}
    ended = subprocess.run(command, cwd=HERE.parents[2], env=fine, capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stdout[-3000:]
