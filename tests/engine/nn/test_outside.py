"""Weights of other programs: what fits is taken, what does not is listed, and no file can do more than be refused."""

from __future__ import annotations

import builtins
import io
import json
import os
import random
import struct
import time
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import Tensor, nn

from engine.errors import BadFile
from engine.nn import build, load_weights, state_of
from engine.nn.foreign import state_in_child, unpickled
from engine.nn.outside import Matched, OtherShape, fitting, read_weights
from engine.presets import preset
from engine.spec.layers import BatchNorm2d, Conv2d, Flatten, Linear, ReLU, Residual
from engine.spec.network import NetworkSpec
from tests.conftest import LONG

MOST = 10_000_000
SMALL = NetworkSpec(
    input_shape=(1, 8, 8),
    layers=(
        Conv2d(out_channels=3, kernel_size=3, padding="same"),
        BatchNorm2d(id="bn1"),
        Residual(body=(Conv2d(out_channels=3, kernel_size=3, padding="same"), ReLU())),
        Flatten(),
        Linear(out_features=4),
    ),
)


def small() -> dict[str, Tensor]:
    """What another program learned, for SMALL."""
    torch.manual_seed(5)
    return {name: torch.randn_like(t) if t.is_floating_point() else t + 7 for name, t in state_of(build(SMALL)).items()}


def pickled(value: Any, legacy: bool = False) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=not legacy)  # noqa: TID251  what others write
    return stream.getvalue()


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def same(module: nn.Module, state: dict[str, Tensor]) -> bool:
    return all(torch.equal(tensor, state[name]) for name, tensor in module.state_dict().items())


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt"])
def test_all_weights_come_in(name: str, tmp_path: Path) -> None:
    state = small()
    module = build(SMALL)
    content = save(state) if name.endswith("safetensors") else pickled({"epoch": 3, "state_dict": state, "note": "x"})
    matched = load_weights(module, written(tmp_path, name, content))
    assert matched.complete and matched.lines() == (f"{len(state)} of {len(state)} tensors are taken.",)
    assert same(module, state)


def test_what_does_not_match_is_listed_and_stays_as_it_was(tmp_path: Path) -> None:
    state = small()
    module = build(SMALL)
    before = state_of(module)
    del state["bn1.weight"]
    state["linear1.weight"] = torch.zeros(10, 192)
    state["linear1.bias"] = torch.zeros(10)
    state["head.scale"] = torch.ones(3)
    matched = load_weights(module, written(tmp_path, "w.safetensors", save(state)))
    assert matched.missing == ("bn1.weight",)
    assert matched.unexpected == ("head.scale",)
    assert set(matched.other_shape) == {
        OtherShape("linear1.weight", (10, 192), (4, 192)),
        OtherShape("linear1.bias", (10,), (4,)),
    }
    first, *others = matched.lines()
    assert first == f"{len(matched.taken)} of {len(before)} tensors are taken."
    assert others[0] == "Missing in the file: bn1.weight."
    assert "linear1.weight (10×192 there, 4×192 here)" in others[1]
    assert others[2] == "Only in the file: head.scale."
    after = module.state_dict()
    assert torch.equal(after["conv1.weight"], state["conv1.weight"])
    for name in ("bn1.weight", "linear1.weight", "linear1.bias"):
        assert torch.equal(after[name], before[name])


class Theirs(nn.Module):
    """The same layers under other names, as somebody else would write them."""

    def __init__(self, classes: int = 4) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 3, 3))
        self.classifier = nn.Linear(192, classes)


def test_layers_of_other_names_are_matched_in_their_order() -> None:
    theirs = Theirs().state_dict()
    matched, state = fitting(build(SMALL).state_dict(), dict(theirs), "w.pth")
    assert matched.complete and matched.by_place
    assert torch.equal(state["res1.body.conv1.weight"], theirs["features.2.weight"])
    assert "by the layers' order" in matched.lines()[0]
    matched, _ = fitting(build(SMALL).state_dict(), dict(Theirs(classes=10).state_dict()), "w.pth")
    assert [each.name for each in matched.other_shape] == ["linear1.weight", "linear1.bias"]
    with pytest.raises(BadFile, match=r"w\.pth does not fit this network: Missing in the file: conv1\.weight, "):
        fitting(build(SMALL).state_dict(), {"a.weight": torch.ones(2, 2)}, "w.pth")


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.module."])
def test_what_a_wrapper_put_before_the_names_is_taken_off(prefix: str) -> None:
    state = {prefix + name: tensor for name, tensor in small().items()}
    matched, _ = fitting(build(SMALL).state_dict(), state, "w.pt")
    assert matched.complete and not matched.by_place


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_floats_are_converted(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in small().items()}
    module = build(SMALL)
    assert load_weights(module, written(tmp_path, "w.safetensors", save(state))).complete
    assert same(
        module, {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    )


def test_a_whole_preset_under_other_names_is_matched_in_its_order() -> None:
    ours = {name: torch.empty(0) for name in build(preset("lenet-5")).state_dict()}
    theirs = {name.replace("conv", "features.").replace("linear", "classifier."): t for name, t in ours.items()}
    matched, _ = fitting(ours, theirs, "w.pt")
    assert matched.complete and matched.by_place


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("wrap", [dict, OrderedDict, lambda s: {"model": s}, lambda s: {"epoch": 1, "state_dict": s}])
def test_a_state_dict_is_read_in_every_form_that_is_about(wrap: Any, legacy: bool) -> None:
    state = small()
    found = unpickled(pickled(wrap(state), legacy), MOST)
    assert {name: tensor.tolist() for name, tensor in found.items()} == {n: t.tolist() for n, t in state.items()}


class Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, ("touch evil",)


class Quiet:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return builtins.exec, ("import pathlib; pathlib.Path('evil').touch()",)


def scripted() -> bytes:
    stream = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2)), stream)
    return stream.getvalue()


def hollow() -> bytes:
    """A file of two kilobytes whose tensor claims sixteen gigabytes."""
    return pickled({"weight": torch.zeros(1).expand(2**32)})


BAD = {
    "a program": lambda: pickled({"a": Evil()}),
    "another": lambda: pickled(Quiet()),
    "a program in the old form": lambda: pickled({"a": Evil()}, legacy=True),
    "a whole module": lambda: pickled(nn.Linear(2, 2)),
    "a list": lambda: pickled([torch.ones(2)]),
    "no tensors": lambda: pickled({"state_dict": {"a": 1}}),
    "a tensor alone": lambda: pickled(torch.ones(3)),
    "a sparse one": lambda: pickled({"a": torch.eye(3).to_sparse()}),
    "more than it holds": hollow,
    "complex numbers": lambda: pickled({"a": torch.ones(2, dtype=torch.complex64)}),
    "long names": lambda: pickled({"x" * 1000: torch.ones(1)}),
    "nothing": lambda: b"",
    "zeros": lambda: bytes(4000),
    "words": lambda: b"no weights" * 100,
    "half of it": lambda: pickled(small())[:2000],
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_state_dict_is_refused_in_a_sentence(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = BAD[what]()
    with pytest.raises(BadFile) as caught:
        unpickled(content, MOST)
    told = str(caught.value)
    assert told.endswith(".") and told.isprintable() and len(told) < 300
    assert list(tmp_path.iterdir()) == [], "nothing in it was run"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_script_of_torch_is_refused() -> None:
    with pytest.raises(BadFile):
        unpickled(scripted(), MOST)


def test_the_child_says_no_in_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "evil.pt", pickled({"a": Evil()}))
    module = build(SMALL)
    before = state_of(module)
    with pytest.raises(BadFile, match=r"^evil\.pt holds more than tensors"):
        load_weights(module, path)
    assert same(module, before)


def _die(connection: Any, most: int) -> None:
    os.abort()


def test_a_reader_that_dies_takes_nobody_along(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.nn import foreign

    monkeypatch.setattr(foreign, "_serve", _die)
    with pytest.raises(BadFile, match=r"^w\.pt could not be read: it brought the reader down"):
        state_in_child(b"x" * 500_000, "w.pt", MOST)


def header(**entries: Any) -> bytes:
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


SAFE = {
    "nothing": b"",
    "a long header": struct.pack("<Q", 2**60) + b"{}",
    "no JSON": struct.pack("<Q", 4) + b"abcd",
    "a list": struct.pack("<Q", 2) + b"[]",
    "a promise": header(a={"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}),
    "a huge promise": header(a={"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 4]}),
    "less than none": header(a={"dtype": "F32", "shape": [-1, -4], "data_offsets": [0, 16]}) + bytes(16),
    "too little": header(a={"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}) + bytes(9),
    "places that lie in each other": header(
        a={"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        b={"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
    )
    + bytes(12),
    "another type": header(a={"dtype": "Q9", "shape": [2], "data_offsets": [0, 8]}) + bytes(8),
    "a zip": b"",
}


@pytest.mark.parametrize("what", SAFE)
def test_damaged_safetensors_are_one_sentence(what: str, tmp_path: Path) -> None:
    content = SAFE[what]
    if what == "a zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a", "b")
        content = stream.getvalue()
    path = written(tmp_path, "w.safetensors", content)
    with pytest.raises(BadFile, match=r"^w\.safetensors [^\n]+\.$"):
        read_weights(path, {})


@pytest.mark.parametrize("form", ["safetensors", "zip", "legacy"])
def test_damaged_bytes_are_read_or_refused(form: str) -> None:
    whole = save(small()) if form == "safetensors" else pickled(small(), form == "legacy")
    chance = random.Random(form)
    from engine.nn.outside import _state

    for _ in range(1000 if LONG else 40):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(min(len(content), 3000))] = chance.randrange(256)
        if chance.random() < 0.2:
            del content[chance.randrange(len(content)) :]
        began = time.perf_counter()
        try:
            found = _state(bytes(content), "w") if form == "safetensors" else unpickled(bytes(content), MOST)
        except BadFile:
            continue
        finally:
            assert time.perf_counter() - began < 5
        assert all(isinstance(tensor, Tensor) for tensor in found.values())


def test_files_that_are_none(tmp_path: Path) -> None:
    module = build(SMALL)
    with pytest.raises(BadFile, match="There is no file"):
        load_weights(module, tmp_path / "none.pt")
    with pytest.raises(BadFile, match=r"w\.h5 is no file of weights: one that ends in \.safetensors, "):
        load_weights(module, written(tmp_path, "w.h5", b"x"))
    large = tmp_path / "large.pt"
    with large.open("wb") as handle:
        handle.truncate(3_000_000_000)
    with pytest.raises(BadFile, match=r"large\.pt has more than the 256,\d{3},\d{3} bytes"):
        load_weights(module, large)


def test_a_long_list_is_cut_short() -> None:
    matched = Matched(("a",), tuple(f"m{n}" for n in range(1000)), ("line\nbreak",), (), False)
    assert matched.lines()[1].endswith("m7 and 992 more.")
    assert "\n" not in matched.lines()[2]
