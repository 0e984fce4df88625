"""Settings survive everything: a damaged file is put aside, an unwritable one forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.state.settings import MAX_RECENT, Recent, Settings, Values


def test_what_was_changed_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    Settings(path).change(dark=False, geometry="abc")
    assert Settings(path).values == Values(dark=False, geometry="abc")


def test_recent_ones_are_newest_first_and_without_doubles(tmp_path: Path) -> None:
    settings_ = Settings(tmp_path / "s.json")
    for number in [*range(12), 5]:
        settings_.add_recent("picture", f"{number}.png")
    recent = Settings(settings_.path).values.recent
    assert recent[0] == Recent(kind="picture", path="5.png") and len(recent) == MAX_RECENT == len(set(recent))


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 136, b"{", b"[" * 100_000, b'{"dark": 3}', "\u2028é".encode("utf-16"), b"x" * 2_000_000]
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(data)
    assert Settings(path).values == Values()
    assert not path.exists() and path.with_suffix(".bad").read_bytes() == data


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_start(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(data)
    assert isinstance(Settings(path).values, Values)


def test_unknown_keys_of_a_newer_program_are_no_reason_to_forget_the_known(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"dark": false, "from_the_future": 1}')
    assert Settings(path).values.dark is False


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings_ = Settings(blocked / "settings.json")
    settings_.change(dark=False)
    settings_.change(page="train")
    assert (settings_.values.dark, settings_.values.page) == (False, "train")


def test_two_windows_do_not_take_back_what_the_other_has_changed(tmp_path: Path) -> None:
    one, other = Settings(tmp_path / "s.json"), Settings(tmp_path / "s.json")
    one.add_recent("picture", "a.png")
    other.add_recent("clip", "b.mp4")
    one.change(page="train", splitters={"kernel pictures": "abc"})
    other.change(dark=False)
    assert Settings(tmp_path / "s.json").values == Values(
        dark=False,
        recent=(Recent(kind="clip", path="b.mp4"), Recent(kind="picture", path="a.png")),
        page="train",
        splitters={"kernel pictures": "abc"},
    )
