"""Paths, addresses and names: every source has a name, every wrong path a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.source.edits import (
    CLIP_SUFFIXES,
    PICTURE_SUFFIXES,
    identity,
    pattern_label,
    remembered,
    source_for_path,
    source_for_text,
    source_help,
    source_name,
    with_source,
)
from engine.errors import SpecError
from engine.frames.folder import SUFFIXES
from engine.spec.project import Project
from engine.spec.source import Camera, Clip, Drawing, Folder, Pattern, Picture, Sample, Source, Stream


def test_only_the_source_changes() -> None:
    project = with_source(Project(), Camera())
    assert project.source == Camera() and with_source(project, Project().source) == Project()


@pytest.mark.parametrize("suffix", PICTURE_SUFFIXES)
def test_pictures_are_known_by_their_suffix_in_any_case(tmp_path: Path, suffix: str) -> None:
    for name in (f"a{suffix}", f"b{suffix.upper()}"):
        (tmp_path / name).touch()
        assert source_for_path(tmp_path / name) == Picture(path=str(tmp_path / name))


@pytest.mark.parametrize("suffix", CLIP_SUFFIXES)
def test_clips_are_known_by_their_suffix(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").touch()
    assert source_for_path(str(tmp_path / f"a{suffix}")) == Clip(path=str(tmp_path / f"a{suffix}"))


def test_a_folder_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "holiday.png").mkdir()
    assert source_for_path(tmp_path / "holiday.png") == Folder(path=str(tmp_path / "holiday.png"))


def test_a_data_set_in_a_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "mine.NPZ").touch()
    assert source_for_path(tmp_path / "mine.NPZ") == Sample(data=str(tmp_path / "mine.NPZ"))


def test_samples_are_not_looked_for_on_the_disk() -> None:
    assert source_for_path("sample:coins.jpg") == Picture(path="sample:coins.jpg")
    assert source_for_path("sample:a.mp4") == Clip(path="sample:a.mp4")


@pytest.mark.parametrize("name", ["notes.txt", "picture", "archive.tar.gz", ".png"])
def test_other_files_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(SpecError, match=f"'{name}' is neither a picture nor a clip"):
        source_for_path(tmp_path / name)


@pytest.mark.parametrize("path", ["missing.png", "", "~nobody-at-all/a.png", "a\0b.png", "x" * 5000, "a\nb\nc"])
def test_what_is_not_there_is_said_shortly(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SpecError) as caught:
        source_for_path(path)
    assert str(caught.value).startswith("There is no file or folder") and len(str(caught.value)) < 200


def test_text_is_an_address_or_a_path(tmp_path: Path) -> None:
    picture = tmp_path / "two words ü.png"
    picture.touch()
    expected = Picture(path=str(picture))
    assert source_for_text(f"  {picture}\n") == expected
    assert source_for_text(picture.as_uri()) == expected
    assert source_for_text("rtsp://cam/1") == Stream(url="rtsp://cam/1")
    with pytest.raises(SpecError, match="no stream address"):
        source_for_text("gopher://old")


def opened(text: str) -> Source | SpecError:
    try:
        return source_for_text(text)
    except SpecError as error:
        return error


@given(st.text(max_size=200))
def test_any_text_gives_a_source_or_a_sentence(text: str) -> None:
    found = opened(text)
    assert source_name(found) if isinstance(found, Source) else "\n" not in str(found)


NAMES: list[tuple[Source, str]] = [
    (Picture(path="sample:astronaut.jpg"), "astronaut.jpg"),
    (Picture(path="/some/where/a b.png"), "a b.png"),
    (Clip(path="/some/where/c.mp4"), "c.mp4"),
    (Folder(path="/some/where/"), "where"),
    (Folder(path="/"), "/"),
    (Camera(index=3), "Camera 3"),
    (Stream(url="http://me:secret@cam.local:8080/video?x=1"), "cam.local:8080"),
    (Stream(url="http://"), "http://"),
    (Drawing(), "Drawing 128×128"),
    (Pattern(kind="step"), "Step edge"),
    (Pattern(), "Grating"),
]


@pytest.mark.parametrize(("source", "name"), NAMES)
def test_every_source_has_a_name_and_a_longer_one(source: Source, name: str) -> None:
    assert source_name(source) == name
    assert source_help(source)


def test_patterns_are_called_as_in_the_field_table() -> None:
    assert pattern_label("checkerboard") == "Checkerboard" and pattern_label("step") == "Step edge"


def test_samples_and_made_pictures_are_not_remembered() -> None:
    kept = [remembered(source) for source, _ in NAMES]
    assert kept == [
        None,
        ("picture", "/some/where/a b.png"),
        ("clip", "/some/where/c.mp4"),
        ("folder", "/some/where/"),
        ("folder", "/"),
        None,
        ("stream", "http://me:secret@cam.local:8080/video?x=1"),
        ("stream", "http://"),
        None,
        None,
        None,
    ]


def test_a_source_stays_itself_when_its_settings_change() -> None:
    assert identity(Clip(path="a.mp4", speed=2.0)) == identity(Clip(path="a.mp4"))
    assert identity(Drawing(height=9)) == identity(Drawing())
    assert len({identity(source) for source, _ in NAMES}) == len(NAMES) - 1


def test_the_pictures_that_can_be_opened_are_those_that_a_folder_shows() -> None:
    assert set(PICTURE_SUFFIXES) == set(SUFFIXES)
