"""`--weights`: a network of the command line with what another program has learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from engine.cli import main
from engine.nn import build, state_of
from engine.presets import preset


def test_weights_are_used_and_what_does_not_match_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(8)
    state = state_of(build(preset("lenet-5")))
    (tmp_path / "theirs.safetensors").write_bytes(save(state))
    out = tmp_path / "out.safetensors"
    command = [
        "export",
        "lenet-5",
        "--format",
        "safetensors",
        "--weights",
        str(tmp_path / "theirs.safetensors"),
        "-o",
        str(out),
    ]
    assert main(command) == 0
    assert "10 of 10 tensors are taken." in capsys.readouterr().out
    assert all(torch.equal(tensor, state[name]) for name, tensor in load(out.read_bytes()).items())
    del state["conv2.bias"]
    (tmp_path / "theirs.safetensors").write_bytes(save(state))
    assert main(command) == 0
    assert "Missing in the file: conv2.bias." in capsys.readouterr().out
    assert main(["export", "lenet-5", "--format", "pytorch", "--weights", "w.pt", "-o", str(tmp_path / "n.py")]) == 2
    assert "pytorch holds none" in capsys.readouterr().err
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output"] == str(out)


def test_weights_that_do_not_fit_are_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = tmp_path / "w.safetensors"
    for content, words in ((b"", "no safetensors file"), (save({"a": torch.ones(2)}), "does not fit this network")):
        weights.write_bytes(content)
        out = tmp_path / "maps"
        assert main(["maps", "lenet-5", "sample:astronaut.jpg", "--weights", str(weights), "-o", str(out)]) == 2
        told = capsys.readouterr().err
        assert told.startswith("error: w.safetensors ") and words in told and told.count("\n") == 1
        assert not out.exists()
