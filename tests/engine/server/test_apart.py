"""Training in a process of its own: the same run, steered from here, and one sentence when the process dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from engine.errors import EngineError, SpecError
from engine.protocol import Train
from engine.server.apart import Apart, Remote
from engine.server.errands import Begin, Learned, Over, Refused, Report, Steer, decode_order, decode_report, encode
from engine.server.runner import Here
from engine.spec.events import Epoch, Finished, Paused, Resumed, Started, Steps, Stopped, TrainEvent
from engine.spec.network_edit import replace_field
from engine.spec.project import Project
from engine.spec.train import TrainSpec
from engine.train import load_run
from tests.engine.train.conftest import same

PROJECT = Project(train=TrainSpec(epochs=1, batch_size=256))
LONG = Project(train=TrainSpec(epochs=1000, batch_size=256))


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    """One process for all tests: torch takes its time."""
    made = Apart()
    made.prepare()
    yield made
    made.close()


def request(project: Project | None = PROJECT, run: str = "") -> Train:
    return Train(id=1, action="start" if project else "continue", project=project, run=run, device="cpu")


def begun(apart: Apart, asked: Train) -> tuple[Remote, Iterator[TrainEvent]]:
    remote, begin = apart.run(asked)
    return remote, begin()


def following(events: Iterator[TrainEvent], kind: type[TrainEvent]) -> TrainEvent:
    return next(event for event in events if isinstance(event, kind))


@pytest.mark.parametrize(
    "said", [Begin(train=request()), Steer(order="set_learning_rate", value=0.25), Steer(order="want_weights")]
)
def test_orders_arrive_as_they_were_sent(said: Begin | Steer) -> None:
    assert decode_order(encode(said)) == said


@pytest.mark.parametrize(
    "said", [Learned(step=3, weights=b"\0\1"), Refused(message="No."), Over(), Paused(step=3), Stopped(step=3, epoch=1)]
)
def test_reports_arrive_as_they_were_sent(said: Report) -> None:
    assert decode_report(encode(said)) == said


def test_it_is_the_run_that_it_would_be_here_and_brings_its_last_weights(apart: Apart, tmp_path: Path) -> None:
    remote, events = begun(apart, request(run=str(tmp_path / "apart")))
    kinds = [type(event) for event in events]
    assert (kinds[0], kinds[-1]) == (Started, Finished)
    _, begin = Here().run(request(run=str(tmp_path / "here")))
    list(begin())
    there, here = load_run(tmp_path / "apart"), load_run(tmp_path / "here")
    assert same(dict(there.module.state_dict()), dict(here.module.state_dict()))
    assert remote.weights is not None
    assert remote.weights.step == there.step
    assert same(remote.weights.state, dict(there.module.state_dict()))


def test_it_is_steered_from_here(apart: Apart, tmp_path: Path) -> None:
    remote, events = begun(apart, request(LONG, str(tmp_path / "run")))
    following(events, Steps)
    with pytest.raises(SpecError, match="Learning rate"):
        remote.set_learning_rate(-1.0)
    remote.pause()
    paused = following(events, Paused)
    remote.set_learning_rate(0.25)
    remote.want_weights()
    remote.resume()
    assert following(events, Resumed) == Resumed(step=paused.step)
    assert 0.2 < following(events, Steps).learning_rate <= 0.25
    assert remote.weights is not None
    assert remote.weights.step == paused.step
    remote.stop()
    stopped = following(events, Stopped)
    assert list(events) == []
    assert load_run(tmp_path / "run").step == stopped.step
    again, events = begun(apart, request(None, str(tmp_path / "run")))
    assert following(events, Started).step == stopped.step
    again.stop()
    assert isinstance(list(events)[-1], Stopped)


def test_what_cannot_be_is_the_sentence_that_it_would_be_here(apart: Apart, tmp_path: Path) -> None:
    wrong = msgspec.structs.replace(PROJECT, network=replace_field(PROJECT.network, "linear3", "out_features", 3))
    for asked in (request(wrong), request(None, str(tmp_path)), request(msgspec.structs.replace(PROJECT, data="none"))):
        _, begin = Here().run(asked)
        with pytest.raises(EngineError) as here:
            list(begin())
        with pytest.raises(EngineError) as there:
            list(begun(apart, asked)[1])
        assert str(there.value) == str(here.value)


def test_its_death_is_told_its_run_resumed_and_another_process_made(apart: Apart, tmp_path: Path) -> None:
    _, events = begun(apart, request(LONG, str(tmp_path / "run")))
    reached = following(events, Epoch)
    assert apart._process is not None
    os.kill(apart._process.pid, signal.SIGKILL)
    with pytest.raises(EngineError, match=r"training process ended \(ended by SIGKILL\); the run can be resumed"):
        list(events)
    assert load_run(tmp_path / "run").step >= reached.step
    remote, events = begun(apart, request(None, str(tmp_path / "run")))
    assert following(events, Started).step >= reached.step
    # Nobody hears the end of this one: it leaves a checkpoint behind all the same.
    told = following(events, Steps).step
    apart.close()
    assert load_run(tmp_path / "run").step >= told
    remote.stop()
