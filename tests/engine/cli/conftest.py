"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    """A grey picture as numbers, odd in height and even in width."""
    path = tmp_path / "grey.npy"
    np.save(path, np.random.default_rng(0).random((17, 22)).astype(np.float32))
    return path


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Calls the command wrongly and gives the one line that it answers with."""

    def call(*arguments: object) -> str:
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert (status, out) == (2, ""), err
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert "usage" not in err
        assert "Traceback" not in err
        return err

    return call
