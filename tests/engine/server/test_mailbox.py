"""The newest wins where only the newest counts, and nothing is lost where everything does."""

from __future__ import annotations

from engine.protocol import Explain, Probe, Save, Show, Transport
from engine.server.mailbox import Mailbox
from engine.server.slots import SlotPool
from engine.spec.project import Project


def test_the_newest_show_and_questions_win_and_every_job_is_kept_in_order() -> None:
    mailbox = Mailbox()
    jobs = [Transport(action="pause"), Save(id=1, path="a.npy"), Transport(action="play")]
    for number, job in enumerate(jobs):
        mailbox.put(Show(id=number, project=Project()))
        mailbox.put(Probe(view="map", row=number))
        mailbox.put(Explain(row=number + 5))
        mailbox.put(job)
    assert mailbox.has_show
    show, probe, explain = mailbox.take_show(), mailbox.take_question(), mailbox.take_question()
    assert show is not None
    assert show.id == 2
    assert (probe, explain) == (Probe(view="map", row=2), Explain(row=7))
    assert mailbox.take_question() is None
    assert not mailbox.has_show
    assert mailbox.take_show() is None
    assert [mailbox.take_job() for _ in range(4)] == [*jobs, None]


def test_slots_are_given_once_until_they_are_released_and_held_ones_not_at_all() -> None:
    pool = SlotPool({"map": 1})
    taken = []
    while pool.available("map"):
        taken.append(pool.take("map"))
    assert taken == [0, 2]
    pool.release("map", 1)
    pool.release("map", 1)
    assert pool.take("map") == 1
    assert not pool.available("map")
    assert pool.available("input")
