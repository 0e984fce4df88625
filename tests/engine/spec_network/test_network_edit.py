"""Edits: each gives a whole new network, keeps the ids of what stays, and leaves the old one alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec import network_edit as edit
from engine.spec.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Residual, Tanh
from engine.spec.network import NetworkSpec, layers_with_paths
from tests.support.stacks import leaves, networks

PLAIN = NetworkSpec(
    input_shape=(1, 12, 12),
    layers=(
        Conv2d(out_channels=4, kernel_size=3),
        ReLU(),
        Residual(body=(Conv2d(out_channels=4, kernel_size=3, padding=1), ReLU())),
        Flatten(),
        Linear(out_features=10),
    ),
)


def paths(network: NetworkSpec) -> list[str]:
    return [path for path, _ in layers_with_paths(network.layers)]


def ids(network: NetworkSpec, inside: str = "") -> list[str]:
    return [layer.id for layer in edit.layers_in(network, inside)]


def test_adding_gives_an_id_and_tells_which() -> None:
    more = edit.add(PLAIN, MaxPool2d(kernel_size=2), index=2)
    assert ids(more) == ["conv1", "relu1", "pool1", "res1", "flatten1", "linear1"]
    assert edit.ids_added(PLAIN, more) == ("pool1",)
    again = edit.add(more, ReLU(id="relu1"), inside="res1.shortcut")
    assert ids(again, "res1.shortcut") == ["relu1"]
    twice = edit.add_beside(again, [ReLU(id="relu1"), Tanh()], "res1.body.conv1")
    assert ids(twice, "res1.body") == ["conv1", "relu2", "tanh1", "relu1"]
    assert edit.ids_added(again, twice) == ("res1.body.relu2", "res1.body.tanh1")


def test_removing_takes_what_is_inside_along() -> None:
    assert paths(edit.remove(PLAIN, "res1")) == ["conv1", "relu1", "flatten1", "linear1"]
    assert ids(edit.remove(PLAIN, ["res1.body.relu1", "conv1"]), "res1.body") == ["conv1"]
    assert paths(edit.remove(PLAIN, ["res1", "res1.body.conv1"])) == ["conv1", "relu1", "flatten1", "linear1"]


@pytest.mark.parametrize(
    ("moved", "index", "order"),
    [
        (["conv1"], 2, ["relu1", "conv1", "res1", "flatten1", "linear1"]),
        (["linear1"], 0, ["linear1", "conv1", "relu1", "res1", "flatten1"]),
        (["conv1", "flatten1"], 5, ["relu1", "res1", "linear1", "conv1", "flatten1"]),
        (["flatten1", "conv1"], 3, ["relu1", "res1", "flatten1", "conv1", "linear1"]),
        (["relu1"], 1, ["conv1", "relu1", "res1", "flatten1", "linear1"]),
    ],
)
def test_moving_counts_places_as_a_person_sees_them(moved: list[str], index: int, order: list[str]) -> None:
    assert ids(edit.move(PLAIN, moved, index=index)) == order


def test_moving_between_lists() -> None:
    inward = edit.move(PLAIN, ["relu1"], inside="res1.body", index=1)
    assert (ids(inward), ids(inward, "res1.body")) == (
        ["conv1", "res1", "flatten1", "linear1"],
        ["conv1", "relu2", "relu1"],
    )
    outward = edit.move(PLAIN, ["res1.body.conv1"], index=0)
    assert ids(outward) == ["conv2", "conv1", "relu1", "res1", "flatten1", "linear1"]
    with pytest.raises(SpecError, match="into itself"):
        edit.move(PLAIN, ["res1"], inside="res1.body")


def test_a_copy_stands_after_the_last_and_has_a_name_of_its_own() -> None:
    more = edit.duplicate(PLAIN, ["res1", "relu1"])
    assert ids(more) == ["conv1", "relu1", "res1", "relu2", "res2", "flatten1", "linear1"]
    assert edit.find_layer(more, "res2.body.conv1") == edit.find_layer(PLAIN, "res1.body.conv1")


def test_settings_are_replaced_by_name_and_checked() -> None:
    changed = edit.replace_field(PLAIN, "res1.body.conv1", "stride", 2)
    assert edit.find_layer(changed, "res1.body.conv1").stride == (2, 2)
    assert edit.find_layer(PLAIN, "res1.body.conv1").stride == (1, 1)
    with pytest.raises(SpecError, match="Stride must be"):
        edit.replace_field(PLAIN, "conv1", "stride", 0)
    with pytest.raises(SpecError, match="ReLU has no setting 'stride'"):
        edit.replace_field(PLAIN, "relu1", "stride", 1)
    with pytest.raises(SpecError, match="no layer 'conv7'; it has conv1"):
        edit.replace_field(PLAIN, "conv7", "stride", 1)
    with pytest.raises(SpecError, match=r"no list of layers 'conv1\.body'"):
        edit.add(PLAIN, ReLU(), inside="conv1.body")


def test_a_layer_keeps_its_name_when_another_takes_its_place() -> None:
    assert edit.find_layer(edit.replace_layer(PLAIN, "relu1", Tanh()), "relu1") == Tanh(id="relu1")
    assert paths(edit.rename(PLAIN, "res1", "block"))[2:5] == ["block.body.conv1", "block.body.relu1", "block"]
    with pytest.raises(SpecError, match="Two layers are called"):
        edit.rename(PLAIN, "relu1", "conv1")


def test_wrapping_and_unwrapping() -> None:
    wrapped = edit.wrap(PLAIN, ["relu1", "conv1"])
    assert ids(wrapped) == ["res2", "res1", "flatten1", "linear1"]
    assert ids(wrapped, "res2.body") == ["conv1", "relu1"]
    assert edit.unwrap(wrapped, "res2") == PLAIN
    with pytest.raises(SpecError, match="follow one another"):
        edit.wrap(PLAIN, ["conv1", "res1"])
    with pytest.raises(SpecError, match="one list"):
        edit.wrap(PLAIN, ["conv1", "res1.body.conv1"])
    with pytest.raises(SpecError, match="holds no layers"):
        edit.unwrap(PLAIN, "conv1")


def test_a_kernel_can_be_made_room_for() -> None:
    assert edit.find_layer(edit.fit_kernel(PLAIN, "conv1", (5, 7)), "conv1").kernel_size == (5, 7)
    with pytest.raises(SpecError, match="has no kernel"):
        edit.fit_kernel(PLAIN, "relu1", (3, 3))


@given(networks(), leaves, st.data())
def test_any_edit_of_any_network_keeps_all_other_layers(network: NetworkSpec, layer, data: st.DataObject) -> None:
    def drawn(values):
        return data.draw(st.sampled_from(values))

    added = edit.add(network, layer, index=data.draw(st.integers(0, len(network.layers))))
    (new,) = edit.ids_added(network, added)
    assert edit.remove(added, new) == network
    one = drawn(paths(added))
    off = edit.set_disabled(added, one)
    assert edit.find_layer(off, one).disabled
    assert set(paths(off)) == set(paths(added))
    copied = edit.duplicate(added, one)
    assert edit.remove(copied, edit.ids_added(added, copied)) == added
    moved = edit.move(added, new, index=data.draw(st.integers(0, len(added.layers))))
    assert sorted(paths(moved)) == sorted(paths(added))
    wrapped = edit.wrap(added, new)
    (block,) = (path for path in edit.ids_added(added, wrapped) if wrapped.layers)
    assert edit.unwrap(wrapped, block) == added
