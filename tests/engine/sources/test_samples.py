"""Pictures of data sets as sources: the right picture with the right class, from every form of data set."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import engine
from engine.codegen import filter_script
from engine.data import load_data
from engine.errors import SourceError
from engine.filtering import apply_filter
from engine.sources import shelf
from engine.sources.names import class_names
from engine.sources.shelf import load_shelved
from engine.spec.project import Project
from engine.spec.source import Drawing, Pattern, Sample
from tests.support.watching import Watched


def save(path: Path, level: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((6, 9, 3), (level, 0, 255 - level), np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index, name in enumerate(("Ash", "birch", "Cedar")):
        for number in range(5):
            save(tmp_path / "leaves" / name / f"{number}.png", 60 * index + number)
    (tmp_path / "leaves" / "birch" / "broken.png").write_text("no picture")
    (tmp_path / "leaves" / "empty").mkdir()
    return tmp_path / "leaves"


@given(st.sampled_from(["mnist", "fashion-mnist", "emoji-10"]), st.sampled_from(["train", "test"]), st.integers(0, 999))
def test_a_sample_is_the_very_picture_of_its_set(data: str, split: str, index: int) -> None:
    whole = load_shelved(data)
    with Watched(Sample(data=data, split=split, index=index)) as watched:  # type: ignore[arg-type]
        frame = watched.more(1)[0]
        x, y = (whole.x_train, whole.y_train) if split == "train" else (whole.x_test, whole.y_test)
        picture = x[index].numpy()
        assert (frame.pixels == np.broadcast_to(picture.transpose(1, 2, 0), frame.pixels.shape)).all()
        assert not frame.pixels.flags.writeable
        status = watched.status
        assert (status.state, status.position, status.count) == ("still", index, len(y))
        assert status.label == whole.class_names[int(y[index])]
        assert status.channels == picture.shape[0]


def test_another_picture_of_the_same_set_needs_no_new_source() -> None:
    with Watched(Sample(index=1)) as watched:
        first = watched.more(1)[0].pixels
        assert watched.source.update(Sample(index=2))
        assert watched.more(1)[0].position == 2
        assert watched.source.update(Sample(split="train", index=1))
        assert not np.array_equal(watched.more(1)[0].pixels, first)
        watched.source.step(1)
        assert watched.more(1)[0].position == 2
        watched.source.seek(10**9)
        assert watched.more(1)[0].position == 11_999
        assert not watched.source.update(Sample(data="emoji-10"))
        assert not watched.source.update(Drawing())


def test_a_number_beyond_the_last_is_said_and_can_be_put_right() -> None:
    with Watched(Sample(index=2000)) as watched:
        message = watched.state("failed").message
        assert message == "MNIST has 2,000 pictures to be tested on; there is no number 2,001 among them."
        assert watched.source.update(Sample(index=1999))
        assert watched.more(1)[0].position == 1999
        assert watched.status.message == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [("nowhere", "nowhere"), ("", "No data set is named"), ("\0", "'\\x00'"), ("only", "one class only")],
)
def test_a_set_that_is_none_is_one_sentence(
    data: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "only" / "ash" / "0.png", 1)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError) as caught:
        engine.grab(Sample(data=data))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_a_file_and_idx_files(folder: Path, tmp_path: Path) -> None:
    with Watched(Sample(data=str(folder), split="train", index=4)) as watched:
        frame = watched.more(1)[0]
        assert frame.pixels.shape == (6, 9, 3)
        assert watched.status.label == "birch"
        assert watched.status.count == 12
        assert 60 <= frame.pixels[0, 0, 0] < 65
    x, y = np.arange(4 * 30, dtype=np.uint8).reshape(4, 5, 6), np.array([1, 0, 1, 0], np.uint8)
    np.savez(tmp_path / "mine.npz", x_train=x, y_train=y, x_test=x, y_test=y, class_names=np.array(["no", "yes"]))
    with Watched(Sample(data=str(tmp_path / "mine.npz"), index=2)) as watched:
        assert np.array_equal(watched.more(1)[0].pixels[..., 1], x[2])
        assert watched.status.label == "yes"
    idx = tmp_path / "idx"
    idx.mkdir()
    (idx / "t10k-images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 4, 5, 6) + x.tobytes())
    (idx / "t10k-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 4) + y.tobytes())
    with Watched(Sample(data=str(idx), index=3)) as watched:
        assert np.array_equal(watched.more(1)[0].pixels[..., 0], x[3])
        assert watched.status.label == "0"
    with pytest.raises(SourceError, match="idx has no pictures to learn from; those of its other part would do"):
        engine.grab(Sample(data=str(idx), split="train"))


def test_the_last_set_is_kept_until_a_file_of_it_changes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_shelved(str(folder))
    assert load_shelved(str(folder)) is first
    save(folder / "Ash" / "0.png", 200)
    second = load_shelved(str(folder))
    assert second is not first
    assert int(second.x_train.max()) != int(first.x_train.max()) or int(second.x_test.max()) != int(first.x_test.max())
    monkeypatch.setattr(shelf, "MOST_BYTES", 10)
    assert load_shelved("mnist") is not load_shelved("mnist")


def test_class_names_are_those_that_the_set_is_loaded_with(folder: Path) -> None:
    assert class_names(str(folder)) == load_data(str(folder)).class_names == ("Ash", "birch", "Cedar")
    for name in ("mnist", "emoji-10"):
        assert class_names(name) == load_data(name).class_names


def test_closing_while_a_large_folder_is_read_ends_the_reading(tmp_path: Path) -> None:
    for number in range(400):
        save(tmp_path / "many" / str(number % 2) / f"{number}.png", number % 256)
    with Watched(Sample(data=str(tmp_path / "many"))) as watched:
        watched.until(lambda: "of 400 pictures read" in watched.status.note)
        watched.source.close()
        thread = watched.source._thread  # type: ignore[attr-defined]
        thread.join(10)
        assert not thread.is_alive()
        assert watched.source.take() is None


def test_the_copied_script_computes_the_same_map() -> None:
    project = Project(source=Sample(data="emoji-10", split="train", index=5))
    names: dict[str, object] = {}
    exec(filter_script(project), names)
    picture = load_shelved("emoji-10").x_train[5].permute(1, 2, 0).numpy()
    expected = apply_filter(picture, project.filter).map
    assert np.allclose(np.asarray(names["feature_map"]), expected, atol=1e-6)


def test_every_other_source_is_opened_as_before() -> None:
    assert engine.grab(Pattern(kind="impulse", height=3, width=3)).sum() == 3.0
