"""The small parts: borders, factors, tiles, bands, memory."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.filtering import bands as bands_module
from engine.filtering.bands import Cancelled, Habit, _habit, in_bands, run_bands, share_bands, split
from engine.filtering.border import gather, origins, zones
from engine.filtering.factors import factors
from engine.filtering.reuse import SMALLEST, result_array
from engine.filtering.tiles import SHORTEST_CHAIN, flat_loss, groups
from tests.engine.filtering.oracle import NUMPY_MODES, picture, weights

modes = st.sampled_from(list(NUMPY_MODES))


@given(st.integers(1, 12), st.integers(0, 11), st.integers(0, 11), modes, st.data())
def test_any_piece_of_a_padded_picture(n: int, before: int, after: int, mode: str, data: st.DataObject) -> None:
    assume(max(before, after) <= {"reflect": n - 1, "circular": n}.get(mode, 99))
    lanes = data.draw(st.integers(1, 3))
    source = picture((n, n, lanes), 0)
    wide = np.pad(source, ((before, after), (before, after), (0, 0)), mode=NUMPY_MODES[mode])
    beyond = np.pad(wide, ((0, 40), (0, 40), (0, 0)))
    step, top, left = (data.draw(st.integers(low, 4 + low)) for low in (1, 0, 0))
    h, w = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    top, left = min(top, len(wide) - 1), min(left, len(wide) - 1)
    target = np.full((h, w * lanes), np.nan, np.float32)
    gather(
        target,
        source.reshape(n, -1),
        zones(top, h, n, (before, after), mode, step=step),
        zones(left * lanes, w * lanes, n, (before, after), mode, lanes=lanes),
    )
    assert np.array_equal(target.reshape(h, w, lanes), beyond[top : top + step * h : step, left : left + w])


@given(st.integers(1, 9), st.integers(0, 8), modes)
def test_origins_are_where_numpy_copies_from(n: int, around: int, mode: str) -> None:
    assume(around <= {"reflect": n - 1, "circular": n}.get(mode, 99))
    places = np.arange(-around, n + around)
    expected = np.pad(np.arange(n) + 1, around, mode=NUMPY_MODES[mode]) - 1
    assert np.array_equal(origins(places, n, mode), expected)


@given(st.integers(4, 12), st.integers(4, 12), st.integers(0, 1000), st.integers(1, 3))
def test_factors_multiply_to_the_kernel(kh: int, kw: int, seed: int, rank: int) -> None:
    kernel = sum(weights((kh, kw), 7 * seed + 2 + 7 * i) for i in range(rank))
    pairs = factors(np.asarray(kernel), most=rank)
    if pairs is None:  # factors that cancel; never for one product
        assert rank > 1
        return
    assert len(pairs) <= rank
    product = sum(pair.column.astype(float) * pair.row for pair in pairs)
    assert np.abs(product - kernel).sum() <= 1e-7 * np.abs(kernel).sum()


def test_a_kernel_of_full_rank_has_no_few_factors() -> None:
    assert factors(np.eye(7), most=6) is None
    assert factors(np.zeros((3, 3)), most=3) is None


def test_factors_that_cancel_each_other_are_refused() -> None:
    """A line and a column that cross: two products, whose large parts take each other away."""
    cross = np.zeros((22, 24))
    cross[11] = cross[:, 12] = 1
    assert np.linalg.matrix_rank(cross) == 2
    assert factors(cross, most=6) is None


@given(st.integers(1, 40), st.integers(1, 150), st.integers(0, 1000), st.integers(1, 4), st.integers(1, 4))
def test_tiles_add_up_to_the_kernel(kh: int, kw: int, seed: int, stride: int, dilation: int) -> None:
    kernel = weights((kh, kw), seed)
    step = stride // np.gcd(stride, dilation)
    total = np.zeros((kh + 121, kw + 121), np.float32)
    for group in groups(kernel, 2e-7, stride, dilation):
        chains = [tile.weights for tile in group.tiles]
        longest = max(int(np.count_nonzero(chain)) for chain in chains)
        assert flat_loss(chains) <= 2e-7 or longest <= 2 * SHORTEST_CHAIN
        for row, column, part in group.tiles:
            assert part.size <= 121
            total[group.first + row * step :: step, column : column + part.shape[1]][: len(part)] += part
    assert np.array_equal(total[:kh, :kw], kernel.astype(np.float32))


def test_split_covers_every_row_once() -> None:
    for rows, parts, least in [(10, 3, 1), (10, 20, 1), (1, 5, 1), (100, 7, 30), (5, 2, 9)]:
        found = split(rows, parts, least)
        assert [row for low, high in found for row in range(low, high)] == list(range(rows))
        assert len(found) <= parts
        assert len(found) == 1 or min(high - low for low, high in found) >= least


class Rows:
    """Counts how often each row is done."""

    def __init__(self, rows: int) -> None:
        self.done = np.zeros(rows, int)
        self.threads: set[int] = set()

    def __call__(self, low: int, high: int) -> None:
        self.done[low:high] += 1
        self.threads.add(threading.get_ident())


@pytest.fixture
def two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands_module, "workers", lambda: 2)


@pytest.mark.usefixtures("two_workers")
def test_every_band_is_done_once() -> None:
    for _ in range(20):
        rows = Rows(200)
        share_bands(rows, split(200, 50))
        assert (rows.done == 1).all()


@pytest.mark.usefixtures("two_workers")
def test_helpers_take_part() -> None:
    both_at_work = threading.Barrier(2, timeout=30)
    share_bands(lambda low, high: both_at_work.wait() and None, [(0, 1), (1, 2)])


@pytest.mark.usefixtures("two_workers")
def test_an_error_anywhere_reaches_the_caller() -> None:
    both_at_work = threading.Barrier(2, timeout=30)
    caller = threading.get_ident()

    def work(low: int, high: int) -> None:
        both_at_work.wait()
        if threading.get_ident() != caller:
            raise ValueError("in a helper")

    with pytest.raises(ValueError, match="in a helper"):
        share_bands(work, [(0, 1), (1, 2)])
    rows = Rows(4)
    share_bands(rows, split(4, 4))
    assert (rows.done == 1).all()


@pytest.mark.parametrize("way", [run_bands, share_bands])
@pytest.mark.usefixtures("two_workers")
def test_nothing_runs_after_it_was_cancelled(way: object) -> None:
    rows = Rows(1000)
    with pytest.raises(Cancelled):
        way(rows, split(1000, 1000), lambda: bool(rows.done[:100].all()))  # type: ignore[operator]
    done = rows.done.copy()
    assert 100 <= done.sum() < 1000
    helpers = [thread for thread in threading.enumerate() if thread.name == "filter-helper"]
    for thread in helpers:
        thread.join(timeout=30)
    assert np.array_equal(done, rows.done)


def test_sharing_stops_when_it_does_not_pay_and_comes_back_when_it_does() -> None:
    habit, chosen = Habit(), []
    for quicker in (True, False, True):
        chosen.append([])
        for _ in range(300):
            together = habit.choose()
            chosen[-1].append(together)
            habit.note(together, 0.6e-3 if together == quicker else 1e-3)
    assert chosen[0][:4] == [True, False, True, False]
    assert [sum(part[-100:]) >= 90 for part in chosen] == [True, False, True]
    assert [sum(part[-100:]) <= 10 for part in chosen] == [False, True, False]


def test_a_core_that_falls_free_is_used_within_thirty_calls() -> None:
    habit = Habit()
    for _ in range(100):
        habit.note(habit.choose(), 1e-3)
    chosen = []
    for _ in range(60):
        chosen.append(habit.choose())
        habit.note(chosen[-1], 0.6e-3 if chosen[-1] else 1e-3)
    assert all(chosen[30:])


def test_each_kind_and_size_of_work_has_a_habit_of_its_own() -> None:
    small, large = _habit("direct", 1e6), _habit("direct", 2e6)
    for _ in range(20):
        small.note(small.choose(), 1e-3)
        together = large.choose()
        large.note(together, 0.6e-3 if together else 1e-3)
    assert _habit("direct", 1e6) is small
    assert [sum(habit.choose() for _ in range(5)) for habit in (small, large)] == [0, 5]


@pytest.mark.usefixtures("two_workers")
def test_work_is_done_once_alone_or_together() -> None:
    for bands in ((), split(40, 9)):
        for _ in range(6):
            rows = Rows(40)
            in_bands(rows, split(40, 2), bands, "test", 1e6)
            assert (rows.done == 1).all()


def test_memory_in_use_is_not_given_out_again() -> None:
    shape = (SMALLEST // 256, 256)
    first = result_array(shape)
    part = first[3:5, ::2]
    del first
    part.fill(7)
    others = [result_array(shape) for _ in range(4)]
    for other in others:
        other.fill(1)
    assert (part == 7).all()


def test_memory_is_given_out_again_when_nobody_holds_it() -> None:
    shape = (SMALLEST // 64, 80)
    addresses = {result_array(shape).ctypes.data for _ in range(10)}
    assert len(addresses) == 1


def test_large_memory_is_not_kept() -> None:
    assert result_array((5, 7)).base is None
    assert result_array((1 << 13, (1 << 12) + 1)).base is None
