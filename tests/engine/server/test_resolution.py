"""A frame that moves is worked on as fine as the screen shows it; what is read and saved comes from the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.filtering import apply_chain, apply_filter
from engine.frames.latest import LatestSource
from engine.kernels import kernel
from engine.presets import preset
from engine.protocol import (
    Explain,
    Explained,
    Histograms,
    Maps,
    Patch,
    PatchOf,
    Plane,
    Probe,
    Problem,
    Readout,
    Result,
    Save,
    Saved,
    Show,
    Thumbnails,
    Transport,
)
from engine.server.bank_task import bank_specs
from engine.server.resolution import MOST, SMALLEST, asks, halvings, reduced_frame, screen_reduction
from engine.server.warm_up import LOADED
from engine.spec.edit import with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.project import Project
from engine.spec.view import ViewSpec
from tests.engine.server.test_studio import Talk

HEIGHT, WIDTH = 403, 518
EDGES = FilterSpec(kernel=kernel("sobel-vertical").spec(), detector=DetectorSpec(kind="relu"))
BLUR = FilterSpec(kernel=kernel("gaussian").spec(), channels="each")
POOLED = FilterSpec(stride=(2, 1), padding="valid", pooling=PoolingSpec(kind="max", kernel_size=(3, 3)))


class Film(LatestSource):
    """A source that plays until it is paused; a frame comes when the test lets it."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        self.sent = 0

    def drip(self) -> None:
        self.sent += 1
        self.pixels = np.random.default_rng(self.sent).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        self.publish(self.pixels, self.sent, stamp=float(self.sent), state="playing")

    def pause(self) -> None:
        self.report(state="paused")

    def update(self, spec: object) -> bool:
        return True

    def close(self) -> None:
        self.seal()


class Screen(Talk):
    """A window on a film."""

    def __init__(self, film: Film) -> None:
        super().__init__()
        self.film = film
        self.shows = 0

    def show(self, project: Project, reduction: int = 2, **more: Any) -> None:
        self.shows += 1
        self.engine.offer(Show(id=self.shows, project=project, reduction=reduction, **more))

    def roll(self) -> Result:
        """The next frame, and what was made of it."""
        self.film.drip()
        before = self.film.sent
        self.until(lambda: self.last(Result) and self.last(Result).arrived == before)  # type: ignore[union-attr]
        return self.newest(Result)

    def newest(self, kind: Any) -> Any:
        found = self.last(kind)
        assert found is not None
        return found

    def planes(self) -> dict[str, Plane]:
        """The newest of each view."""
        return {plane.view: plane for each in self.heard if isinstance(each, (Result, Maps)) for plane in each.planes}

    def pause(self) -> None:
        """Hold the film, and have the whole."""
        self.engine.send(Transport(action="pause"))
        self.until(lambda: not self.planes()["map"].live and not self.planes()["input"].live)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    film = Film()
    monkeypatch.setattr("engine.server.sourcing.open_source", lambda spec, wake: film)
    made = Screen(film)
    yield made
    made.engine.close()


def test_a_moving_frame_is_made_smaller_and_says_so(screen: Screen) -> None:
    screen.show(Project(filter=POOLED), reduction=3)
    screen.roll()
    whole = apply_filter(screen.film.pixels, POOLED).map
    small = apply_filter(reduced_frame(screen.film.pixels, 2), POOLED).map
    planes = screen.planes()
    assert [plane.live for plane in planes.values()] == [True, True]
    assert (planes["map"].rows, planes["map"].columns) == whole.shape
    assert (planes["map"].height, planes["map"].width) == small.shape
    assert (planes["input"].rows, planes["input"].columns) == (HEIGHT, WIDTH)
    assert planes["input"].reduction == planes["map"].reduction == 2
    shown = screen.newest(Result).range
    assert shown is not None
    assert shown.maximum == pytest.approx(small.max())


def test_a_pause_brings_the_same_frame_whole(screen: Screen) -> None:
    screen.show(Project(filter=EDGES))
    frame = screen.roll().frame
    screen.pause()
    result, planes = screen.newest(Result), screen.planes()
    assert result.frame == frame
    assert (planes["map"].height, planes["map"].width, planes["map"].reduction) == (HEIGHT, WIDTH, 1)
    assert (planes["input"].height, planes["input"].width) == (HEIGHT, WIDTH)
    assert result.range.maximum == pytest.approx(apply_filter(screen.film.pixels, EDGES).map.max())


def test_a_pause_brings_the_whole_when_the_settings_alone_had_made_it_small(screen: Screen) -> None:
    screen.show(Project(filter=EDGES), reduction=1)
    screen.roll()
    assert not screen.planes()["map"].live
    screen.show(Project(filter=EDGES), reduction=2)
    screen.until(lambda: screen.planes()["map"].live)
    screen.pause()


def test_a_film_too_quick_to_keep_up_with_is_paused_and_asked_all_the_same(screen: Screen) -> None:
    film = screen.film
    screen.show(Project(filter=EDGES))
    screen.roll()
    film.take = lambda: (film.drip(), LatestSource.take(film))[1]  # type: ignore[method-assign]
    film.pause = lambda: (setattr(film, "take", lambda: None), Film.pause(film))  # type: ignore[method-assign]
    screen.engine.offer(Probe(id=1, view="map", row=2, column=3))
    screen.until(lambda: screen.last(Readout))
    screen.engine.offer(Probe(view=None))
    screen.pause()


READERS: dict[str, Callable[[Screen], None]] = {
    "probe": lambda screen: screen.engine.offer(Probe(id=1, view="map", row=201, column=307)),
    "explain": lambda screen: screen.engine.offer(Explain(id=1, row=201, column=307)),
}


@pytest.mark.parametrize("before", [(), (BLUR,)])
@pytest.mark.parametrize("reader", READERS)
def test_numbers_that_are_read_are_those_of_the_whole(screen: Screen, reader: str, before: Any) -> None:
    project = Project(before=before, filter=EDGES)
    screen.show(project)
    screen.roll()
    READERS[reader](screen)
    kind = Readout if reader == "probe" else Explained
    screen.until(lambda: screen.last(kind))
    for _ in range(2):
        whole = apply_chain(screen.film.pixels, project.steps).map
        assert screen.newest(kind).values == pytest.approx([whole[201, 307]], abs=1e-5)
        screen.roll()
        assert not screen.planes()["map"].live  # what is read is what is seen
    screen.engine.offer(Probe(view=None) if reader == "probe" else Explain())
    screen.poll()
    screen.roll()
    assert screen.planes()["map"].live


def test_an_input_cell_is_read_from_the_whole_behind_other_steps(screen: Screen) -> None:
    screen.show(Project(before=(BLUR,), filter=EDGES))
    screen.roll()
    screen.engine.offer(Probe(id=1, view="input", row=HEIGHT - 1, column=WIDTH - 1))
    screen.until(lambda: screen.last(Readout))
    assert screen.newest(Readout).values == pytest.approx((screen.film.pixels[-1, -1] / 255).tolist())


def test_the_saved_map_is_the_whole_one(screen: Screen, tmp_path: Path) -> None:
    screen.show(Project(filter=EDGES))
    screen.roll()
    screen.engine.send(Save(id=1, path=str(tmp_path / "map.npy")))
    screen.until(lambda: screen.last(Saved))
    assert np.array_equal(np.load(tmp_path / "map.npy"), apply_filter(screen.film.pixels, EDGES).map)
    assert screen.planes()["map"].live


def test_a_patch_is_cut_from_the_whole(screen: Screen) -> None:
    screen.show(Project(filter=EDGES))
    screen.roll()
    screen.engine.send(Patch(id=1, top=300, left=400, height=5, width=7))
    screen.until(lambda: screen.last(PatchOf))
    whole = apply_filter(screen.film.pixels, EDGES).input[300:305, 400:407]
    assert np.array_equal(np.frombuffer(screen.newest(PatchOf).values, np.float32).reshape(5, 7), whole)


def test_histograms_count_the_whole(screen: Screen) -> None:
    screen.show(Project(filter=EDGES), histogram=True)
    screen.roll()
    screen.until(lambda: screen.last(Histograms))
    assert sum(screen.newest(Histograms).map.channels[0]) == HEIGHT * WIDTH
    assert not screen.planes()["map"].live


def test_thumbnails_behind_other_steps_see_the_map_before(screen: Screen) -> None:
    project = Project(before=(with_kernel(EDGES, kernel("gaussian").spec()),), filter=EDGES)
    screen.show(project, gallery=True)
    screen.roll()
    screen.until(lambda: screen.last(Thumbnails))
    assert screen.last(Problem) is None


def test_a_kernel_that_needs_the_whole_has_it(screen: Screen) -> None:
    large = msgspec.structs.replace(
        with_kernel(EDGES, kernel("gaussian", size=31, sigma=5).spec()), dilation=(9, 9), padding="valid"
    )
    screen.show(Project(filter=large))
    screen.roll()
    assert screen.last(Problem) is None
    assert not screen.planes()["map"].live
    assert screen.planes()["map"].rows == HEIGHT - 270


def test_a_finer_wish_is_followed_while_it_plays(screen: Screen) -> None:
    screen.show(Project(filter=EDGES), reduction=4)
    screen.roll()
    assert screen.planes()["map"].reduction == 4
    screen.show(Project(filter=EDGES), reduction=1)
    screen.until(lambda: screen.newest(Result).id == 2)
    assert [plane.live for plane in screen.planes().values()] == [False, False]


def test_a_bank_is_worked_out_as_fine_as_its_mosaic(screen: Screen) -> None:
    bank = tuple(kernel("gabor", theta=float(angle)).spec() for angle in range(0, 160, 5))
    project = Project(filter=EDGES, bank=bank)
    screen.show(project, page="bank")
    screen.film.drip()
    screen.until(lambda: screen.last(Maps))
    moving = screen.newest(Maps)
    assert "1/2" in moving.note
    assert moving.shape[1:] == (-(-HEIGHT // 2), -(-WIDTH // 2))
    screen.engine.send(Transport(action="pause"))
    screen.until(lambda: screen.newest(Maps).shape[1:] == (HEIGHT, WIDTH))
    still = screen.newest(Maps)
    assert still.note == ""
    assert still.tiles == moving.tiles
    lows = [apply_filter(screen.film.pixels, spec).map.min() for spec in bank_specs(EDGES, bank)]
    assert still.range.minimum == pytest.approx(min(lows), abs=1e-6)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor in the place of a graphics card."""
    monkeypatch.setattr("engine.server.card.graphics_card", lambda: torch.device("cpu"))
    monkeypatch.setattr(LOADED, "is_set", lambda: True)


@pytest.mark.usefixtures("card")
def test_a_card_works_on_the_whole_and_the_picture_is_the_same(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = tuple(kernel("gabor", theta=float(angle)).spec() for angle in range(0, 160, 5))
    # a share that saturates would be one of the tiles' cells here, and one of all cells there
    project = Project(before=(BLUR,), filter=EDGES, bank=bank, view=ViewSpec(saturated=0.0))
    screen.show(project, page="bank")
    screen.film.drip()
    screen.until(lambda: screen.last(Maps))
    found, picture = screen.newest(Maps), screen.pictures["maps"]
    assert found.method.endswith("on the graphics card")
    assert (found.note, found.shape[1:]) == ("", (HEIGHT, WIDTH))
    monkeypatch.setattr("engine.server.card.graphics_card", lambda: None)
    screen.film.pause()
    screen.show(project, page="bank", dark=True)
    screen.until(lambda: screen.newest(Maps).id == 2)
    whole = screen.newest(Maps)
    assert not whole.method.endswith("card")
    assert (found.shape, found.tiles) == (whole.shape, whole.tiles)
    assert found.range.minimum == pytest.approx(whole.range.minimum, abs=1e-5)
    assert found.range.maximum == pytest.approx(whole.range.maximum, abs=1e-5)
    assert found.range.mean == pytest.approx(whole.range.mean, abs=1e-5)
    assert np.mean(np.abs(picture.astype(int) - screen.pictures["maps"]) > 3) < 0.01


@pytest.mark.usefixtures("card")
def test_without_room_on_the_card_the_processor_does_it(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr("engine.server.card.bank_tiles", full)
    screen.show(Project(filter=EDGES, bank=(kernel("gabor").spec(),)), page="bank")
    screen.film.drip()
    screen.until(lambda: screen.last(Maps))
    assert screen.newest(Maps).method == "bank of 1"
    assert screen.last(Problem) is None


@given(st.floats(0, 100), st.integers(1, 3000), st.integers(1, 3000))
def test_reductions_are_powers_of_two_that_leave_something(wish: float, height: int, width: int) -> None:
    assert halvings(wish) <= max(wish, 1)
    show = Show(id=1, project=Project(), reduction=int(wish))
    found = screen_reduction(show, height, width, 1.0)
    assert found in (1, 2, 4, MOST)
    assert found == 1 or min(height, width) > (SMALLEST - 1) * found
    network = msgspec.structs.replace(show, page="network", project=Project(network=preset("lenet-5")))
    assert screen_reduction(network, height, width, 1.0) == 1


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 2, 4, 8]), st.integers(0, 99))
def test_a_smaller_frame_is_the_mean_of_blocks(height: int, width: int, factor: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    made = reduced_frame(pixels, factor)
    for row in range(0, height - factor + 1, factor):
        for column in range(0, width - factor + 1, factor):
            mean = pixels[row : row + factor, column : column + factor].mean(axis=(0, 1))
            assert np.abs(made[row // factor, column // factor] - mean).max() <= 1.6
    assert made.shape[:2] == (-(-height // factor), -(-width // factor))


def test_questions_that_end_others_ask_nothing() -> None:
    questions = (Probe(view="map"), Probe(view=None), Explain(row=0), Explain(), None)
    assert [asks(question) for question in questions] == [True, False, True, False, False]
