"""Every frame that was computed is in the end painted or replaced, whatever order things happen in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.state.tally import Tally

STEPS = st.lists(st.sampled_from(["frame", "edit", "weights", "adopt", "paint", "paint old", "unseen"]), max_size=60)


@given(STEPS)
def test_frames_add_up(steps: list[str]) -> None:
    tally, now = Tally(), 100.0
    generation = painted_at = frames = 0
    waits = False
    for step in steps:
        if step in ("frame", "edit", "weights"):
            frames += step == "frame"
            tally.computed(step == "frame", None if step == "weights" else now, generation + 1)
            waits = True
        elif step == "adopt" and waits:
            generation, waits = generation + 1, False
        elif step == "paint":
            before, was_waiting = tally.shown, tally.waiting and not waits
            tally.painted(generation)
            painted_at = generation
            assert tally.shown - before <= was_waiting
        elif step == "paint old":
            before = tally.shown
            tally.painted(painted_at - 1)
            assert tally.shown == before
        elif step == "unseen":
            tally.unseen(generation)
        assert 0 <= frames - tally.shown - tally.replaced <= 1
    tally.computed(False, None, generation + 1)
    tally.painted(generation + 1)
    assert frames == tally.shown + tally.replaced
    assert not tally.waiting


def test_an_edit_of_a_frame_that_was_not_painted_yet_shows_it() -> None:
    tally = Tally()
    tally.computed(True, 1.0, 1)
    tally.computed(False, 2.0, 2)
    tally.painted(1)
    assert (tally.shown, tally.waiting) == (0, True)
    tally.painted(2)
    assert (tally.shown, tally.replaced, tally.waiting) == (1, 0, False)


def test_nothing_is_kept_of_frames_that_nobody_sees() -> None:
    tally = Tally()
    for number in range(1, 5001):
        tally.computed(True, 1.0, number)
    assert (tally.shown, tally.replaced) == (0, 4999)
    assert not any(isinstance(value, (dict, list, set)) for value in vars(tally).values())
    tally.unseen(4999)
    assert tally.waiting
    tally.unseen(5000)
    assert (tally.replaced, tally.waiting) == (5000, False)
