"""The timeline is bounded, keeps its ends, and tells what is damaged."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from engine.errors import BadFile
from engine.train import timeline
from engine.train.timeline import Timeline


def test_it_keeps_its_ends_and_steps_further_and_further_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(timeline, "MOST", 6)
    kept = Timeline(tmp_path)
    for step in range(33):
        kept.add(step, 0, 0, {"weight": torch.full((1, 1), float(step))})
    steps = [snapshot.step for snapshot in kept.snapshots]
    assert len(steps) == 6
    assert (steps[0], steps[-1]) == (0, 32)
    gaps = [after - before for before, after in itertools.pairwise(steps)]
    assert gaps[0] < gaps[-2] <= 16
    assert [snapshot.step for snapshot in Timeline(tmp_path).snapshots] == steps
    assert len(list((tmp_path / "timeline").iterdir())) == 12
    module = nn.Linear(1, 1, bias=False)
    assert [float(kept.read(kept.nearest(step), module)["weight"]) for step in steps] == steps


def test_a_large_network_has_fewer_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(timeline, "MOST_BYTES", 5000)
    kept = Timeline(tmp_path)
    for step in range(6):
        kept.add(step, 0, 0, {"weight": torch.zeros(400)})
    assert kept.nbytes <= 5000
    assert [kept.snapshots[0].step, kept.snapshots[-1].step] == [0, 5]


def test_what_is_damaged_is_told_and_what_is_half_there_removed(tmp_path):
    kept = Timeline(tmp_path)
    for step in (0, 1, 2):
        kept.add(step, 0, 0, {"weight": torch.zeros(1, 1)})
    folder = tmp_path / "timeline"
    spoiled = bytearray((folder / "000000001.safetensors").read_bytes())
    spoiled[-1] ^= 1
    (folder / "000000001.safetensors").write_bytes(spoiled)
    with pytest.raises(BadFile, match=r"000000001\.safetensors is damaged"):
        kept.read(kept.nearest(1), nn.Linear(1, 1, bias=False))
    (folder / "000000002.json").write_bytes(b"{}")
    (folder / "000000007.safetensors").write_bytes(b"half")
    again = Timeline(tmp_path)
    assert [snapshot.step for snapshot in again.snapshots] == [0, 1]
    again.cut(0)
    assert sorted(path.name for path in folder.iterdir()) == ["000000000.json", "000000000.safetensors"]
    with pytest.raises(BadFile, match="nothing up to step -1"):
        again.nearest(-1)
