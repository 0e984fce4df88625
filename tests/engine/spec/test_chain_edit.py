"""Edits of the chain, against a plain list with a pointer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.kernels import kernel
from engine.spec import chain_edit
from engine.spec.chain_edit import all_steps, chosen_step, with_steps
from engine.spec.edit import with_channels
from engine.spec.filter import FilterSpec
from engine.spec.project import MAX_STEPS, Project

IDENTITY = kernel("identity").spec()


def chain(count: int, chosen: int) -> Project:
    """Steps that are told apart by their bias."""
    return with_steps(Project(), tuple(FilterSpec(bias=float(place)) for place in range(count)), chosen)


def biases(project: Project) -> list[float]:
    return [step.bias for step in all_steps(project)]


@st.composite
def chains(draw: st.DrawFn) -> Project:
    count = draw(st.integers(1, 7))
    return chain(count, draw(st.integers(0, count - 1)))


@given(chains(), st.data())
def test_choosing_changes_no_step_and_shows_those_up_to_it(project: Project, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(all_steps(project)) - 1))
    chosen = chain_edit.choose(project, place)
    assert biases(chosen) == biases(project)
    assert chosen_step(chosen) == place
    assert [step.bias for step in chosen.steps] == biases(project)[: place + 1]
    assert chosen.filter.bias == place
    assert chain_edit.choose(chosen, chosen_step(project)) == project


@given(chains(), st.data())
def test_moving_keeps_the_chosen_step_chosen(project: Project, data: st.DataObject) -> None:
    places = st.integers(0, len(all_steps(project)) - 1)
    place, to = data.draw(places), data.draw(places)
    moved = chain_edit.move(project, place, to)
    expected = biases(project)
    expected.insert(to, expected.pop(place))
    assert biases(moved) == expected
    assert moved.filter == project.filter
    assert chain_edit.move(moved, to, place) == project


@given(chains(), st.data())
def test_what_is_taken_out_is_gone_and_a_neighbour_is_chosen(project: Project, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(all_steps(project)) - 1))
    if len(all_steps(project)) == 1:
        with pytest.raises(SpecError, match="only one"):
            chain_edit.remove(project, place)
        return
    removed = chain_edit.remove(project, place)
    left = [bias for bias in biases(project) if bias != place]
    assert biases(removed) == left
    if place != chosen_step(project):
        assert removed.filter == project.filter
    else:
        assert chosen_step(removed) == min(place, len(left) - 1)


@given(chains(), st.data())
def test_a_copy_stands_behind_its_model_and_is_chosen(project: Project, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(all_steps(project)) - 1))
    copied = chain_edit.duplicate(project, place)
    assert chosen_step(copied) == place + 1
    assert copied.filter.bias == place
    assert all_steps(chain_edit.remove(copied, place + 1)) == all_steps(project)


@given(chains())
def test_a_new_step_stands_behind_the_chosen_one_and_hands_on_what_it_sees(project: Project) -> None:
    added = chain_edit.add(project, IDENTITY)
    assert added.before == (*project.before, project.filter)
    assert added.after == project.after
    assert added.filter == FilterSpec(kernel=IDENTITY)
    assert all_steps(chain_edit.remove(added, chosen_step(added))) == all_steps(project)


@pytest.mark.parametrize(("seen", "then"), [("grey", "grey"), ("each", "each"), ("sum", "grey")])
def test_a_new_step_sees_the_channels_that_there_are(seen: str, then: str) -> None:
    project = Project(filter=with_channels(FilterSpec(), seen))  # type: ignore[arg-type]
    assert chain_edit.add(project, IDENTITY).filter.channels == then


def test_there_is_a_last_place_and_it_is_said() -> None:
    full = chain(MAX_STEPS, 3)
    for edit in (lambda: chain_edit.add(full, IDENTITY), lambda: chain_edit.duplicate(full, 0)):
        with pytest.raises(SpecError, match=f"at most {MAX_STEPS} steps"):
            edit()
    for place in (-1, 4):
        for more in (lambda p: chain_edit.choose(chain(4, 0), p), lambda p: chain_edit.move(chain(4, 0), 0, p)):
            with pytest.raises(SpecError, match=f"no step {place + 1}; the chain has 4"):
                more(place)
