"""The verbs that list something: kernels and devices."""

from __future__ import annotations

import json

import numpy as np
import torch

from engine.cli import main
from engine.kernels import kernel, kernel_names
from engine.kernels.banks import bank, bank_names


def test_kernels_are_listed_for_people_and_for_programs(capsys):
    assert main(["kernels"]) == 0
    text = capsys.readouterr().out
    assert main(["kernels", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["kernels"]
    assert [entry["name"] for entry in listed] == list(kernel_names())
    for entry in listed:
        assert entry["name"] in text
        assert entry["summary"] in text
        np.testing.assert_array_equal(np.array(entry["weights"], np.float32), kernel(entry["name"]).weights)
    gaussian = next(entry for entry in listed if entry["name"] == "gaussian")
    assert [p["name"] for p in gaussian["parameters"]] == ["sigma", "size"]
    assert gaussian["parameters"][0]["maximum"] == 5
    assert "-P sigma=1  0.2 to 5 px" in text


def test_banks_are_listed_with_the_names_of_their_kernels(capsys):
    assert main(["kernels"]) == 0
    text = capsys.readouterr().out
    assert main(["kernels", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["banks"]
    assert [entry["name"] for entry in listed] == list(bank_names())
    for entry in listed:
        assert entry["summary"] in text
        assert [each["name"] for each in entry["kernels"]] == [each.name for each in bank(entry["name"]).kernels]
    assert "-P orientations=8  1 to 32" in text


def test_devices_name_the_processor_and_a_reason_for_what_is_missing(capsys):
    assert main(["devices", "--json"]) == 0
    listed = {entry["device"]: entry for entry in json.loads(capsys.readouterr().out)["devices"]}
    assert listed["cpu"]["available"] is True
    assert listed["mps"]["available"] is torch.backends.mps.is_available()
    assert any(name.startswith("cuda") for name in listed)
    assert all(entry["detail"] for entry in listed.values())
    assert main(["devices"]) == 0
    assert "cpu" in capsys.readouterr().out


def test_devices_list_every_gpu(capsys, monkeypatch):
    """As on a machine with two of them: torch's answers are the only thing replaced."""
    card = type("Card", (), {"name": "NVIDIA X", "total_memory": 80 * 2**30})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: card)
    assert main(["devices", "--json"]) == 0
    found = [entry for entry in json.loads(capsys.readouterr().out)["devices"] if entry["device"].startswith("cuda")]
    assert [entry["device"] for entry in found] == ["cuda", "cuda:1"]
    assert found[1]["memory_bytes"] == 80 * 2**30
    assert "NVIDIA X, 80 GiB" in found[1]["detail"]
