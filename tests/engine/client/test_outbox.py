"""The window never waits for an engine that reads nothing, and what must arrive arrives in order."""

from __future__ import annotations

from multiprocessing import Pipe

import msgspec

from engine.client.outbox import CREDIT, SMALL, Outbox
from engine.protocol import Ping, Probe, Show, decode_request, encode
from engine.spec.project import Project
from engine.spec.source import Drawing, Stroke


def _show(number: int) -> Show:
    return Show(id=number, project=Project())


def _large(number: int) -> Show:
    points = tuple((float(i), float(i)) for i in range(4000))
    return Show(id=number, project=Project(source=Drawing(strokes=(Stroke(points=points),) * 20)))


def test_only_the_newest_of_a_storm_is_sent_beyond_the_credit() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(ours)
    for number in range(1000):
        outbox.offer(_show(number))
    seen = []
    while theirs.poll(0.0) or outbox._newest:
        seen.append(decode_request(theirs.recv_bytes()))
        outbox.taken()
    ids = [request.id for request in seen if isinstance(request, Show)]
    assert ids == [*range(CREDIT), 999]


def test_a_probe_does_not_push_out_a_show() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(ours)
    for number in range(CREDIT + 2):
        outbox.offer(_show(number))
        outbox.offer(Probe(view="map", row=number))
    kinds = []
    for _ in range(CREDIT + 2):
        kinds.append(decode_request(theirs.recv_bytes()))
        outbox.taken()
    assert [k for k in kinds if isinstance(k, Show)][-1].id == CREDIT + 1
    assert [k for k in kinds if isinstance(k, Probe)][-1].row == CREDIT + 1


def test_a_message_larger_than_the_pipe_does_not_block_and_keeps_its_place() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(ours)
    large = _large(1)
    assert len(encode(large)) > 20 * SMALL
    outbox.offer(large)  # would never return if written here: nobody reads yet
    outbox.post(Ping(id=1))
    outbox.post(Ping(id=2))
    received = [decode_request(theirs.recv_bytes())]
    assert received == [large]
    assert outbox._writer is not None
    outbox._writer.join(5.0)
    outbox.flush()
    assert [decode_request(theirs.recv_bytes()) for _ in range(2)] == [Ping(id=1), Ping(id=2)]


def test_a_closed_pipe_is_noticed_and_not_raised() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(ours)
    theirs.close()
    outbox.post(Ping(id=1))
    assert outbox.broken


def test_messages_survive_the_wire() -> None:
    show = msgspec.structs.replace(_large(7), dark=False, gallery=True, asked=1.5)
    assert decode_request(encode(show)) == show
