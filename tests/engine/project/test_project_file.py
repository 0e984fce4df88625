"""A project survives its file unchanged; any other file is refused in one sentence, and never half-written."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadFile
from engine.kernels import kernel, kernel_names
from engine.project import load_project, project_from_json, project_to_json, save_project
from engine.project.project_file import VERSION
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import FilterSpec
from engine.spec.kind import KindSpec
from engine.spec.layers import Conv2d
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted, Project
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Stream, Stroke
from engine.spec.train import TrainSpec
from engine.spec.trial import FileSignal, MadeSignal, TrialSpec, TypedSignal

sources = st.sampled_from(
    [
        Picture(path="ü 漢字 🙂.png", page=3),
        Clip(path="a.mp4", loop=False, speed=0.5),
        Folder(path="/tmp", index=7),
        Camera(index=2, fps=15.0),
        Stream(url="http://127.0.0.1:1/x"),
        Pattern(kind="rings", noise=0.25),
        Sample(data="/data/ü.npz", split="train", index=41),
        Drawing(strokes=(Stroke(points=((1.5, 2.0), (3.0, 4.0)), width=3.0),)),
    ]
)


@given(sources, st.sampled_from(kernel_names()), st.sampled_from(["grey", "each", "sum"]), st.integers(1, 9))
def test_every_project_comes_back_as_it_was(source: object, name: str, channels: str, epochs: int) -> None:
    spec = with_channels(with_kernel(FilterSpec(), kernel(name).spec()), channels)  # type: ignore[arg-type]
    broken = NetworkSpec(input_shape=(1, 4, 4), layers=(Conv2d(out_channels=1, kernel_size=9),))
    project = Project(
        source=source,  # type: ignore[arg-type]
        filter=spec,
        network=broken,
        planted=(Planted(layer="conv1", kernel=kernel(name).spec()),),
        data="emoji-10",
        train=TrainSpec(epochs=epochs),
    )
    assert project_from_json(project_to_json(project)) == project


LAYERS = (
    KindSpec(kind="tiled", size=(32,), tile=(3,), bias=True),
    KindSpec(kind="transposed", size=(4, 6), stride=(2, 3), output_padding=(1, 2), padding="same"),
    KindSpec(size=(6, 8, 10), in_channels=4, out_channels=8, groups=2, padding=(0, 1, 2), padding_mode="circular"),
    KindSpec(kind="unshared", size=(2160, 3840)),
)
SIGNALS = (
    MadeSignal(name="chirp", period=0.5, seed=9),
    TypedSignal(text="0 1, 2; 1/2 − not checked here"),
    FileSignal(path="/ü/a.csv", column="t [s]"),
)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("signal", SIGNALS)
def test_a_layer_and_its_numbers_come_back_as_they_were(layer: KindSpec, signal: object) -> None:
    trial = TrialSpec(weights="mean", seed=3, signal=signal, volume="source")  # type: ignore[arg-type]
    project = Project(kind=layer, trial=trial)
    assert project_from_json(project_to_json(project)) == project


def test_a_layer_that_cannot_be_is_refused_with_the_file_s_name() -> None:
    content = json.loads(project_to_json(Project()))
    content["kind"]["stride"] = [1, 2, 3]
    with pytest.raises(BadFile, match=r"mine\.convscope"):
        project_from_json(json.dumps(content).encode(), "mine.convscope")


def test_a_file_of_the_first_version_still_opens() -> None:
    golden = Path(__file__).parents[2] / "golden" / "project-1.convscope"
    project = load_project(golden)
    assert project.filter.kernel.name == "scharr-vertical"
    assert project.network.layers[0].id == "conv1"
    assert (project.kind, project.trial) == (Project().kind, Project().trial), "it was written before there were any"


BAD = {
    "empty": b"",
    "zeros": b"\0" * 300,
    "another format": b'{"format": "convscope-network", "version": 1}',
    "a newer version": b'{"format": "convscope-project", "version": 99}',
    "an unknown field": b'{"format": "convscope-project", "version": 1, "from_the_future": 1}',
    "a stride of 0": b'{"format": "convscope-project", "version": 1, "filter": {"stride": [0, 1]}}',
    "NaN": b'{"format": "convscope-project", "version": 1, "filter": {"bias": NaN}}',
    "a key twice": b'{"format": "convscope-project", "version": 1, "data": "a", "data": "b"}',
    "a deep one": b'{"format": ' + b"[" * 100_000,
    "a large one": b" " * 6_000_000,
    "a list": b"[1, 2]",
    "latin": '{"format": "é"}'.encode("latin-1"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence_that_names_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.convscope"
    path.write_bytes(BAD[name])
    with pytest.raises(BadFile, match=r"mine\.convscope") as caught:
        load_project(path)
    assert "\n" not in str(caught.value)


def test_it_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.convscope"
    save_project(Project(), path)
    before = path.read_bytes()
    assert json.loads(before)["version"] == VERSION
    save_project(msgspec.structs.replace(Project(), data="emoji-10"), path)
    assert load_project(path).data == "emoji-10"
    with pytest.raises(BadFile, match=r"\.convscope"):
        save_project(Project(), tmp_path / "a.txt")
    with pytest.raises(BadFile):
        save_project(Project(), tmp_path / "nowhere" / "a.convscope")
    assert [file.name for file in tmp_path.iterdir()] == ["a.convscope"]
