"""Files of every version that there ever was open as what they were; the older file is kept for the older program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadFile
from engine.kernels import kernel
from engine.presets.learned import learned
from engine.project import load_project, project_from_json, project_to_json, save_project
from engine.project.guarded import Migration, decoded
from engine.project.migrations import PROJECT
from engine.project.project_file import FORMAT, VERSION
from engine.spec.data import AugmentSpec
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from engine.spec.source import Pattern

GOLDEN = Path(__file__).parents[2] / "golden"


def stored(project: Project, **changes: Any) -> bytes:
    return json.dumps({**json.loads(project_to_json(project)), **changes}).encode()


def test_there_is_a_file_of_every_version_and_a_step_from_each_to_the_next() -> None:
    kept = sorted(file.name for file in GOLDEN.glob("project-*.convscope"))
    assert kept == [f"project-{number}.convscope" for number in range(1, VERSION + 1)]
    assert sorted(PROJECT) == list(range(1, VERSION))
    for number in range(1, VERSION + 1):
        content = (GOLDEN / f"project-{number}.convscope").read_bytes()
        assert json.loads(content)["version"] == number


def test_a_file_of_the_first_version_is_one_kernel_on_one_picture() -> None:
    project = load_project(GOLDEN / "project-1.convscope")
    assert project.filter.kernel.name == "scharr-vertical"
    assert [layer.id for layer in project.network.layers[:3]] == ["conv1", "relu1", "pool1"]
    assert (project.before, project.after, project.bank) == ((), (), ())


def test_a_file_of_the_second_version_has_steps_and_a_bank() -> None:
    project = load_project(GOLDEN / "project-2.convscope")
    assert [step.kernel.name for step in project.before] == ["gaussian"]
    assert [step.detector.kind for step in project.after] == ["relu"]
    assert [each.name for each in project.bank] == ["scharr-vertical", "scharr-horizontal"]
    assert project.source == Pattern(kind="rings", noise=0.25)
    assert project.network.layers[2].parts()["body"][0].disabled
    assert project.planted[0].kernel == kernel("vertical").spec()
    assert (project.data, project.train.epochs, project.train.seed) == ("emoji-10", 3, 11)
    assert project.pretrained == ""


def test_a_file_of_the_third_version_names_the_weights_that_its_network_begins_with() -> None:
    project = load_project(GOLDEN / "project-3.convscope")
    assert project.pretrained == "mtcnn-r"
    assert project.network == learned("mtcnn-r").make()


def test_a_file_of_the_fourth_version_says_how_pictures_are_varied() -> None:
    varied = AugmentSpec(flip="horizontal", shift=2, rotate=12.5, noise=0.05, fill="reflect")
    assert load_project(GOLDEN / "project-4.convscope").augment == varied
    assert load_project(GOLDEN / "project-3.convscope").augment == AugmentSpec()


@pytest.mark.parametrize("number", range(1, VERSION + 1))
def test_what_was_opened_and_saved_is_a_file_of_this_version_and_the_same_project(number: int, tmp_path: Path) -> None:
    path = tmp_path / "mine.convscope"
    before = (GOLDEN / f"project-{number}.convscope").read_bytes()
    path.write_bytes(before)
    project = load_project(path)
    save_project(project, path)
    save_project(project, path)
    assert json.loads(path.read_bytes())["version"] == VERSION
    assert load_project(path) == project
    older = {f"mine.convscope.v{number}.bak": before} if number < VERSION else {}
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file != path} == older


def test_the_file_that_is_kept_for_the_older_program_is_the_first_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.convscope"
    first, second = stored(Project(), version=1), stored(Project(data="emoji-10"), version=1)
    for content in (first, second):
        path.write_bytes(content)
        save_project(Project(), path)
    assert (tmp_path / "mine.convscope.v1.bak").read_bytes() == first


def rename(found: dict[str, Any]) -> None:
    found["data"] = found.pop("pictures")


def to_upper(found: dict[str, Any]) -> None:
    found["data"] = found["data"].upper()


def read(content: bytes, steps: Mapping[int, Migration], version: int = 3) -> Project:
    return decoded(content, "a.convscope", FORMAT, version, "project", Project, steps)


def test_steps_follow_one_another_from_the_version_of_the_file() -> None:
    steps = {1: rename, 2: to_upper}
    first = json.loads(stored(Project(), version=1))
    del first["data"]
    assert read(json.dumps({**first, "pictures": "mnist"}).encode(), steps).data == "MNIST"
    assert read(stored(Project(data="emoji-10"), version=2), steps).data == "EMOJI-10"
    assert read(stored(Project(data="emoji-10"), version=3), steps).data == "emoji-10"


@pytest.mark.parametrize("changes", [{}, {"pictures": 3}, {"pictures": None}, {"pictures": ["a"]}])
def test_an_older_file_that_a_step_cannot_make_sense_of_is_one_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(BadFile, match=r"^a\.convscope holds no project: [^\n]+\.$"):
        read(stored(Project(), version=1, **changes), {1: rename, 2: to_upper})


def test_what_a_newer_program_wrote_is_told_to_be_so() -> None:
    with pytest.raises(
        BadFile, match=rf"newer version of Convscope \(project format {VERSION + 1}\); update the program"
    ):
        project_from_json(stored(Project(), version=VERSION + 1), "a.convscope")
    layer = {"input_shape": [1, 8, 8], "layers": [{"type": "Hologram", "id": "holo1"}]}
    words = (
        r"Invalid value 'Hologram' \(network\.layers\[0\]\.type\); it may be of a newer version of Convscope, so update"
    )
    with pytest.raises(BadFile, match=words):
        project_from_json(stored(Project(), network=layer), "a.convscope")
    with pytest.raises(BadFile, match="unknown field `smell`; it may be of a newer version"):
        project_from_json(stored(Project(), smell=1), "a.convscope")


def test_a_name_that_is_no_text_is_not_written() -> None:
    half = FilterSpec(kernel=kernel("vertical").spec())
    with pytest.raises(BadFile, match="no text; rename"):
        project_to_json(Project(filter=half, data="fold\udcffer"))
