"""Wishes of several threads: whichever moment they come at, the supervisor hears of them."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection, wait

import numpy as np
import pytest

from engine.frames.capture.messages import Control
from engine.frames.capture.ring import Ring, make_arena
from engine.frames.capture.wishes import Wishes


class InterruptedBell:
    """The bell, where another thread rings in the middle of its being hushed: before or after a look into the pipe."""

    def __init__(self, wishes: Wishes, look: int, after: bool) -> None:
        self._wishes, self._bell, self._look, self._after = wishes, wishes.bell, look, after

    def poll(self) -> bool:
        self._look -= 1
        if self._look == 0 and not self._after:
            self._wishes.want(Control(delta=1))
        answer = self._bell.poll()
        if self._look == 0 and self._after:
            self._wishes.want(Control(delta=1))
        return answer

    def recv_bytes(self) -> bytes:
        return self._bell.recv_bytes()


@pytest.mark.parametrize("look", [1, 2])
@pytest.mark.parametrize("after", [False, True])
def test_a_wish_in_the_middle_of_hushing_does_not_silence_the_bell(look: int, after: bool) -> None:
    wishes = Wishes()
    bell: Connection = wishes.bell
    wishes.want(Control(playing=True))
    wishes.bell = InterruptedBell(wishes, look, after)  # type: ignore[assignment]
    wishes.hush()
    wishes.bell = bell
    assert wishes.control() == Control(playing=True, delta=1)
    while wait([bell], 0):
        wishes.hush()
    wishes.want(Control(playing=False))
    assert wait([bell], 0), "rung, and not to be heard"
    assert wishes.control() == Control(playing=False)
    wishes.close()


def test_no_slot_and_no_wish_is_lost_among_threads() -> None:
    """Threads give frames back and wish as fast as they can; one hears all of it, and never sleeps on something."""
    wishes, ring = Wishes(), Ring(make_arena(64))
    each, threads = 400, 3
    told = returned = 0

    def hurry(slot: int) -> None:
        for _ in range(each):
            wishes.want(Control(delta=1))
            frame = wishes.lend(ring, slot, 2, 2)
            assert frame.dtype == np.uint8
            del frame

    hands = [threading.Thread(target=hurry, args=(slot,)) for slot in range(threads)]
    for hand in hands:
        hand.start()
    while told < each * threads or returned < each * threads:
        assert wait([wishes.bell], 10.0), f"asleep after {told} wishes and {returned} frames"
        wishes.hush()
        control = wishes.control()
        told += 0 if control is None else control.delta
        returned += len(wishes.returned(ring))
    for hand in hands:
        hand.join()
    wishes.close()
