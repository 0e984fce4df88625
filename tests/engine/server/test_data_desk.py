"""Data sets in the engine: closer looks, samples varied, series and numbers shown, recording, downloads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from engine.data import Progress, load_data
from engine.data.augment import augment
from engine.errors import SourceError
from engine.protocol import (
    DataSeen,
    Download,
    Downloading,
    Event,
    LookAtData,
    Problem,
    Record,
    Recorded,
    Release,
    Samples,
    Show,
    StopReading,
    StudyData,
    Varied,
    VaryData,
)
from engine.server.data_tiles import as_tiles, coloured, drawn, laid_out
from engine.server.fetching import Fetching
from engine.server.reading import Reading
from engine.spec.data import AugmentSpec
from engine.spec.project import Project
from engine.spec.source import Clip, Pattern, Source
from tests.engine.server.test_studio import Talk


class Desk(Talk):
    """An inline engine on the Train page; pictures of data sets are copied and given back."""

    def poll(self) -> None:
        for event in self.engine.poll():
            self.heard.append(event)
            planes = getattr(event, "planes", ()) or (getattr(event, "plane", None),)
            for plane in planes:
                if plane is not None:
                    self._take(plane)

    def show(self, source: Source) -> None:
        self.engine.offer(Show(id=1, project=Project(source=source), page="train"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_close_look_tells_counts_means_and_samples(desk: Desk) -> None:
    desk.engine.send(StudyData(id=3, data="emoji-10"))
    desk.until(lambda: desk.last(DataSeen))
    seen, data = desk.last(DataSeen), load_data("emoji-10")
    assert seen is not None
    assert (seen.train_counts, seen.test_counts) == ((450,) * 10, (100,) * 10)
    assert len(seen.tiles) == 1 + 10 + 100
    top, left, height, width = seen.tiles[11 + 37]
    shown = desk.pictures["data"][top : top + height, left : left + width, 2::-1]
    assert seen.labels[37] == 3 == int(data.y_train[seen.indices[37]])
    assert np.array_equal(shown, data.x_train[seen.indices[37]].permute(1, 2, 0).numpy())
    both = torch.cat([data.x_train[data.y_train == 3], data.x_test[data.y_test == 3]]).to(torch.float64).mean(0)
    top, left, height, width = seen.tiles[1 + 3]
    mean = desk.pictures["data"][top : top + height, left : left + width, 2::-1]
    assert np.abs(mean - both.permute(1, 2, 0).numpy()).max() <= 0.51


def test_samples_are_varied_as_training_varies_them(desk: Desk) -> None:
    spec = AugmentSpec(rotate=30.0, noise=0.1)
    for number, (draw, varied) in enumerate(((0, spec), (0, spec), (1, spec), (1, AugmentSpec())), 1):
        desk.engine.send(VaryData(id=number, data="mnist", augment=varied, draw=draw, input_shape=(1, 28, 28)))
        desk.until(lambda wanted=number: (told := desk.last(Varied)) is not None and told.id == wanted)
        desk.pictures[f"{number}"] = desk.pictures["varied"]
    told = desk.last(Varied)
    assert told is not None
    assert np.array_equal(desk.pictures["1"], desk.pictures["2"])
    assert not np.array_equal(desk.pictures["1"], desk.pictures["3"])
    columns = [told.tiles[place] for place in range(told.columns)]
    cells = [desk.pictures["4"][t : t + h, left : left + w, 0] for t, left, h, w in columns]
    assert all(np.array_equal(cells[0], other) for other in cells[1:]), "nothing is varied"
    first = torch.from_numpy(cells[0].copy())[None, None]
    made = augment(first.repeat(1, 1, 1, 1), AugmentSpec(flip="both"), torch.Generator().manual_seed(0))
    assert made.shape == first.shape


def test_what_cannot_be_varied_is_one_sentence(desk: Desk) -> None:
    desk.engine.send(VaryData(id=1, data="mnist", augment=AugmentSpec(saturation=0.5)))
    desk.until(lambda: desk.last(Varied))
    told = desk.last(Varied)
    assert told is not None
    assert (told.plane, told.message[:10]) == (None, "Saturation")


def test_a_data_set_that_is_not_there_is_a_problem_of_the_look(desk: Desk, tmp_path: Path) -> None:
    desk.engine.send(StudyData(id=8, data=str(tmp_path / "nowhere")))
    desk.until(lambda: desk.last(Problem))
    problem = desk.last(Problem)
    assert problem is not None
    assert (problem.id, problem.code) == (8, "data look")


def test_series_with_numbers_to_be_told_are_drawn_and_have_ranges(desk: Desk, tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    x = chance.normal(size=(50, 1, 32)).astype(np.float32)
    y = np.stack([x.mean((1, 2)), x.max((1, 2))], axis=1).astype(np.float32)
    path = tmp_path / "waves.npz"
    np.savez(path, x_train=x[:40], y_train=y[:40], x_test=x[40:], y_test=y[40:])
    desk.engine.send(LookAtData(id=1, data=str(path)))
    desk.until(lambda: desk.last(Samples) or desk.last(Problem))
    samples = desk.last(Samples)
    assert samples is not None, desk.heard[-1]
    assert (samples.numbers, samples.train_counts, samples.input_shape) == (True, (40,), (1, 32))
    assert set(samples.labels) == {0}
    desk.engine.send(StudyData(id=2, data=str(path)))
    desk.until(lambda: desk.last(DataSeen))
    seen = desk.last(DataSeen)
    assert seen is not None
    assert len(seen.ranges) == 2
    assert seen.ranges[1] == pytest.approx((y[:, 1].min(), y[:, 1].mean(), y[:, 1].max()), abs=1e-5)
    assert len(seen.tiles) == 2 + len(seen.labels)
    assert seen.place == str(path)


def test_recording_keeps_a_still_picture_once_and_takes_it_back(desk: Desk, tmp_path: Path) -> None:
    desk.show(Pattern(kind="rings", height=40, width=40))
    desk.until(lambda: "input" in desk.pictures)
    folder = tmp_path / "mine"
    desk.engine.send(Record(id=1, action="open", folder=str(folder), size=(20, 20)))
    desk.engine.send(Record(id=2, action="hold", name="rings"))
    desk.engine.send(Record(id=3, action="let go"))
    desk.until(lambda: (told := desk.last(Recorded)) is not None and told.counts)
    told = desk.last(Recorded)
    assert told is not None
    assert (told.counts, told.labels, told.folder) == ({"rings": 1}, ("rings",), str(folder))
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.png")] == ["rings/00001.png"]
    desk.engine.send(Record(id=4, action="undo"))
    desk.until(lambda: (told := desk.last(Recorded)) is not None and not told.counts)
    desk.engine.send(Record(id=5, action="undo"))
    desk.until(lambda: (told := desk.last(Recorded)) is not None and told.message)
    assert list(folder.iterdir()) == []
    desk.engine.close()


def test_a_clip_is_recorded_while_the_key_is_held(desk: Desk, tmp_path: Path) -> None:
    desk.show(Clip(path="sample:webcam_digits_320x240.mp4"))
    desk.until(lambda: "input" in desk.pictures)
    desk.engine.send(Record(id=1, action="open", folder=str(tmp_path / "clip"), size=(28, 28)))
    desk.engine.send(Record(id=2, action="hold", name="a"))
    desk.until(lambda: (told := desk.last(Recorded)) is not None and told.counts.get("a", 0) >= 3)
    desk.engine.send(Record(id=3, action="hold", name="../b"))
    desk.until(lambda: (told := desk.last(Recorded)) is not None and told.message)
    told = desk.last(Recorded)
    assert told is not None
    assert "cannot be the name of a class" in told.message
    desk.engine.close()
    assert list(told.counts) == ["a"]


def test_recording_without_a_folder_or_a_picture_is_one_sentence(desk: Desk) -> None:
    desk.engine.send(Record(id=1, action="hold", name="a"))
    desk.until(lambda: desk.last(Recorded))
    told = desk.last(Recorded)
    assert told is not None
    assert told.message.startswith("The source has given no picture yet")
    desk.engine.close()


def test_reading_tells_how_far_it_is_and_ends_when_nobody_waits() -> None:
    heard: list[Event] = []
    wanted = [True]
    reading = Reading(heard.append, 7, "large", lambda: wanted[0])
    reading._told = 0.0
    reading(10, 100)
    reading(20, 100)
    assert [msgspec.structs.asdict(event) for event in heard] == [{"id": 7, "data": "large", "done": 10, "total": 100}]
    wanted[0] = False
    with pytest.raises(SourceError, match="stopped"):
        reading(30, 100)


def test_stopping_what_is_read_says_so(desk: Desk) -> None:
    desk.engine.send(LookAtData(id=1, data="mnist"))
    desk.engine.send(StopReading(id=2))
    desk.until(lambda: desk.last(Problem))
    problem = desk.last(Problem)
    assert problem is not None
    assert (problem.code, problem.message) == ("data", "The reading was stopped.")


def fetched(folder: Path, waits: threading.Event | None = None) -> Callable[[str, Progress, Callable[[], bool]], Path]:
    def fetch(name: str, progress: Progress, stopped: Callable[[], bool]) -> Path:
        progress(1, 4)
        if waits is not None:
            waits.wait(30)
            if stopped():
                raise SourceError("The download was stopped; files that were complete are kept.")
        progress(4, 4)
        return folder / name

    return fetch


@pytest.mark.parametrize("stops", [False, True])
def test_a_download_is_told_of_from_its_begin_to_its_end(tmp_path: Path, stops: bool) -> None:
    heard: list[Downloading] = []
    over, waits = threading.Event(), threading.Event()

    def hear(event: Event) -> None:
        assert isinstance(event, Downloading)
        heard.append(event)
        if event.state != "running":
            over.set()

    fetching = Fetching(hear, fetched(tmp_path, waits))
    fetching.handle(Download(id=1, name="mnist"))
    if stops:
        fetching.handle(Download(id=2, action="stop"))
    waits.set()
    assert over.wait(30)
    assert (heard[0].state, heard[0].done, heard[0].total) == ("running", 1, 4)
    assert heard[-1].state == ("failed" if stops else "done")
    assert heard[-1].folder == ("" if stops else str(tmp_path / "mnist"))
    assert bool(heard[-1].message) is stops


def test_tiles_of_other_channels_stand_beside_each_other() -> None:
    cells = np.arange(2 * 5 * 3 * 4, dtype=np.uint8).reshape(2, 5, 3, 4)
    tiles = coloured(cells)
    assert tiles.shape == (2, 6, 12, 3)
    assert np.array_equal(tiles[1, :3, 4:8, 0], cells[1, 1])
    assert np.array_equal(tiles[0, 3:, 4:8, 2], cells[0, 4])
    assert not tiles[0, 3:, 8:].any()


@pytest.mark.parametrize(
    "shape", [(0, 1, 8), (3, 1, 2), (2, 3, 50), (1, 1, 400)], ids=lambda shape: "×".join(map(str, shape))
)
def test_series_are_drawn_whatever_they_hold(shape: tuple[int, ...]) -> None:
    series = np.random.default_rng(1).normal(size=shape)
    series[:1, ..., :1] = np.nan
    tiles = drawn(series, dark=True)
    assert len(tiles) == shape[0]
    assert not shape[0] or (tiles != 0x1B).any()


def test_a_thousand_large_pictures_fit_into_their_view() -> None:
    tiles = as_tiles(np.zeros((40, 3, 300, 200), np.uint8), True, 1100, "data")
    assert len(tiles) == 40
    every = np.zeros((1100, *tiles.shape[1:]), np.uint8)
    picture, boxes = laid_out(every, 34, True)
    assert len(boxes) == 1100
    assert picture.shape[0] * picture.shape[1] <= 2**20
    assert Release(view="data", slot=0).view == "data"
