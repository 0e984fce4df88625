"""A source that does not work is taken back with one sentence; nothing the person did is lost."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.source.edits import with_source
from app.source.guard import SourceGuard
from app.state.document import Document
from app.state.settings import Recent
from engine.spec.project import Project
from engine.spec.source import Camera, Clip, Drawing, Pattern, Picture, Source, Stream

from .conftest import Bench

ASTRONAUT = Project().source
CLIP = Clip(path="/clips/a.mp4")
MISSING = Picture(path="/nowhere/b.png")


@pytest.fixture
def guarded(bench: Bench) -> Bench:
    SourceGuard(bench.document, bench.link, bench.notices, bench.settings)
    return bench


def choose(bench: Bench, source: Source) -> None:
    bench.document.edit(with_source(bench.document.project, source), "open")


def set_bias(bench: Bench, bias: float) -> None:
    project = bench.document.project
    bench.document.edit(
        msgspec.structs.replace(project, filter=msgspec.structs.replace(project.filter, bias=bias)), "bias"
    )


def said(bench: Bench) -> str:
    notice = bench.heard.standing.get("source")
    return notice.text if notice else ""


def test_a_choice_that_fails_never_happened(guarded: Bench) -> None:
    set_bias(guarded, 2.0)
    guarded.state("still")
    choose(guarded, MISSING)
    guarded.state("failed", message="b.png does not exist; check the name.")
    assert guarded.source == ASTRONAUT and guarded.document.undo_text == "bias" and not guarded.document.redo_text
    assert said(guarded) == "b.png does not exist; check the name."
    assert guarded.engine.offered[-1].project == guarded.document.project


def test_the_sentence_stays_while_the_old_source_comes_back_and_goes_with_the_next_choice(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, MISSING)
    guarded.state("failed", message="b.png does not exist.")
    guarded.state("opening")
    guarded.state("still")
    assert said(guarded)
    choose(guarded, CLIP)
    guarded.state("opening")
    assert said(guarded)
    guarded.state("playing")
    assert not said(guarded)


def test_a_failure_is_said_once_although_it_is_reported_often(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, CLIP)
    guarded.document.undo()
    for captured in range(3):
        guarded.state("failed", message="gone", captured=captured)
    assert guarded.heard.all == ["gone"]


def test_a_failure_without_words_still_names_the_source(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, MISSING)
    guarded.state("failed")
    assert said(guarded).startswith("b.png ")


def test_a_late_failure_of_a_source_already_replaced_is_no_news(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, MISSING)
    choose(guarded, CLIP)
    guarded.state("failed", source=MISSING, message="no such file")
    assert guarded.source == CLIP and not said(guarded)


def test_a_chain_of_choices_is_taken_back_to_the_one_that_works(guarded: Bench) -> None:
    guarded.state("still")
    for path in ("/x/1.png", "/x/2.png", "/x/3.png"):
        choose(guarded, Picture(path=path))
    for _ in range(3):
        guarded.state("failed", message="no")
    assert guarded.source == ASTRONAUT and not guarded.document.undo_text
    guarded.state("still")
    assert guarded.source == ASTRONAUT


def test_other_changes_made_since_are_kept(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, MISSING)
    set_bias(guarded, 3.0)
    guarded.state("failed", message="no")
    assert guarded.source == ASTRONAUT and guarded.document.project.filter.bias == 3.0
    assert guarded.document.undo_text == "go back to astronaut.jpg"


def test_a_change_of_source_and_more_loses_only_the_source(guarded: Bench) -> None:
    guarded.state("still")
    project = with_source(guarded.document.project, MISSING)
    both = msgspec.structs.replace(project, filter=msgspec.structs.replace(project.filter, bias=4.0))
    guarded.document.edit(both, "open a project")
    guarded.state("failed", message="no")
    assert guarded.source == ASTRONAUT and guarded.document.project.filter.bias == 4.0


def test_a_source_that_worked_before_gives_way_to_the_one_before_it(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, CLIP)
    guarded.state("playing")
    set_bias(guarded, 1.0)
    choose(guarded, Pattern())
    guarded.state("still")
    set_bias(guarded, 2.0)
    guarded.state("failed", message="no")
    assert guarded.source == CLIP


def test_a_source_reached_by_undo_stays_so_that_undo_goes_on(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, CLIP)
    guarded.state("playing")
    set_bias(guarded, 1.0)
    choose(guarded, Pattern())
    guarded.state("still")
    guarded.document.undo()
    guarded.state("failed", message="a.mp4 is gone")
    assert guarded.source == CLIP and guarded.document.redo_text and said(guarded) == "a.mp4 is gone"
    guarded.document.undo()
    guarded.document.undo()
    guarded.state("still")
    assert guarded.source == ASTRONAUT and not said(guarded)


def test_at_the_start_the_default_picture_is_fallen_back_to(qtbot: QtBot, bench: Bench) -> None:
    bench.document.withdraw(with_source(Project(), MISSING))
    SourceGuard(bench.document, bench.link, bench.notices, bench.settings)
    bench.state("failed", message="no")
    assert bench.source == ASTRONAUT and not bench.document.undo_text


def test_if_even_that_fails_nothing_goes_round_in_circles(guarded: Bench) -> None:
    for _ in range(3):
        guarded.state("failed", message="the program's own picture is damaged")
    assert guarded.document.project == Project() and guarded.heard.all == ["the program's own picture is damaged"]
    choose(guarded, MISSING)
    guarded.state("failed", message="no")
    assert guarded.source == MISSING and said(guarded) == "no"


def test_a_lost_source_is_kept_and_the_sentence_goes_when_it_is_back(guarded: Bench) -> None:
    choose(guarded, Camera(index=1))
    guarded.state("playing")
    guarded.state("lost", message="Camera 1 was pulled out.")
    guarded.state("opening")
    guarded.state("lost", message="Camera 1 was pulled out.", captured=3)
    assert guarded.heard.all == ["Camera 1 was pulled out."] and guarded.source == Camera(index=1)
    guarded.state("playing")
    assert not said(guarded)
    guarded.state("lost", message="Camera 1 was pulled out.")
    assert said(guarded)


def test_trying_again_says_again(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, CLIP)
    choose(guarded, Pattern())
    guarded.document.undo()
    for _ in range(2):
        guarded.state("failed", message="a.mp4 is gone")
        guarded.state("opening")
    assert guarded.heard.all == ["a.mp4 is gone"] * 2


def test_what_opened_is_remembered_and_what_failed_is_not(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, MISSING)
    guarded.state("failed", message="no")
    for source in (CLIP, Stream(url="http://cam/1"), Drawing(), Camera()):
        choose(guarded, source)
        guarded.state("playing")
        guarded.state("playing", captured=7)
    expected = (Recent(kind="stream", path="http://cam/1"), Recent(kind="clip", path="/clips/a.mp4"))
    assert guarded.settings.values.recent == expected


ACTIONS = st.lists(st.sampled_from(["good", "bad", "bias", "undo", "redo", "report"]), max_size=25)


@given(ACTIONS)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_whatever_is_done_it_ends_with_a_source_that_works_unless_undo_led_to_one_that_does_not(
    qapp: object, tmp_path_factory: pytest.TempPathFactory, actions: list[str]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("bench"))
    SourceGuard(bench.document, bench.link, bench.notices, bench.settings)
    for number, action in enumerate(actions):
        if action in ("good", "bad"):
            choose(bench, Picture(path=f"/{action}/{number}.png"))
        elif action == "bias":
            set_bias(bench, float(number))
        elif action != "report":
            getattr(bench.document, action)()
        if action == "report":
            settle(bench)
    biases = bench.document.project.filter.bias
    settle(bench)
    works = "/bad/" not in getattr(bench.source, "path", "")
    assert works or bench.document.redo_text
    assert bench.document.project.filter.bias == biases
    bench.link.close()


def settle(bench: Bench) -> None:
    """Report until the document no longer changes."""
    before = None
    while before != bench.document.project:
        before = bench.document.project
        works = "/bad/" not in getattr(bench.source, "path", "")
        bench.state("still" if works else "failed", message="" if works else "no")


def test_the_document_is_peeked_at_in_silence(guarded: Bench) -> None:
    guarded.state("still")
    choose(guarded, CLIP)
    changes: list[Document] = []
    guarded.document.changed.connect(lambda: changes.append(guarded.document))
    guarded.state("failed", message="no")
    assert len(changes) == 1
