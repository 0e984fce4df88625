"""Lines and places of the list, on random networks: none missing, none twice, and every step can be taken back."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from app.network.places import Place, after, exists, neighbour, place_of, places_of, rows_of
from engine.spec.layers import ReLU
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import add, find_layer, layers_in, move
from tests.support.stacks import networks


def _paths(network: NetworkSpec) -> list[str]:
    return [path for path, _ in layers_with_paths(network.layers)]


@given(networks())
def test_every_layer_has_one_line_above_what_it_holds(network: NetworkSpec) -> None:
    rows = rows_of(network)
    assert rows[0].kind == "input"
    told = [row.path for row in rows if row.kind == "layer"]
    assert sorted(told) == sorted(_paths(network))
    for row in rows[1:]:
        holder = row.path.rpartition(".")[0]
        assert row.depth == 0 if not holder else row.path != holder
        if row.kind == "layer":
            assert row.layer == find_layer(network, row.path)
        above = [each.path for each in rows[: rows.index(row)]]
        assert not holder or holder in above


@given(networks())
def test_what_a_closed_block_holds_is_left_out_and_nothing_else(network: NetworkSpec) -> None:
    blocks = [path for path in _paths(network) if find_layer(network, path).parts()]
    for block in blocks:
        shown = {row.path for row in rows_of(network, {block})}
        hidden = {row.path for row in rows_of(network)} - shown
        assert hidden == {row.path for row in rows_of(network) if row.path.startswith(f"{block}.")}


@given(networks())
def test_a_layer_can_be_put_at_every_place_and_lands_there(network: NetworkSpec) -> None:
    places = places_of(network)
    assert len(set(places)) == len(places)
    for place in places:
        made = add(network, ReLU(id="new"), *place)
        assert layers_in(made, place.inside)[place.before].id == "new"


@given(networks(), st.data())
def test_a_step_can_be_taken_back(network: NetworkSpec, data: st.DataObject) -> None:
    assume(network.layers)
    path = data.draw(st.sampled_from(_paths(network)))
    for by in (1, -1):
        place = neighbour(network, path, by)
        if place is None:
            continue
        inside, now = place.inside, place_of(network, path)
        moved = move(network, path, *place)
        assert moved != network
        landed = [layer.id for layer in layers_in(moved, inside)][place.before - (inside == now.inside and by > 0)]
        back = f"{inside}.{landed}" if inside else landed
        home = neighbour(moved, back, -by)
        assert home is not None
        again = move(moved, back, *home)
        assert [row.path.rpartition(".")[0] for row in rows_of(again)] == [
            row.path.rpartition(".")[0] for row in rows_of(network)
        ]


@given(networks(most=4))
def test_steps_down_visit_every_place_once(network: NetworkSpec) -> None:
    made = add(network, ReLU(id="walker"), "", 0)
    visited = [place_of(made, "walker")]
    path = "walker"
    while (place := neighbour(made, path, 1)) is not None:
        now = place_of(made, path)
        before = {each for each, _ in layers_with_paths(made.layers)}
        made = move(made, path, *place)
        if place.inside != now.inside:
            path = next(each for each, _ in layers_with_paths(made.layers) if each not in before)
        visited.append(place_of(made, path))
    assert visited == places_of(network)


@given(networks())
def test_what_exists(network: NetworkSpec) -> None:
    assert all(exists(network, path) for path in _paths(network))
    assert exists(network, "")
    for path in ("nothing", "nothing.body.relu1", "relu1.body.relu1"):
        assert exists(network, path) == (path in _paths(network))


def test_a_new_layer_comes_after_the_chosen_one() -> None:
    network = NetworkSpec(layers=(ReLU(), ReLU()))
    assert after(network, "") == Place("", 0)
    assert after(network, "relu1") == Place("", 1)
    assert after(network, "relu2") == Place("", 2)
