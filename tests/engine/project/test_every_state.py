"""Every state that a network passes through while somebody edits it, a broken one too, survives its file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.presets import preset
from engine.project import network_from_json, network_to_json, project_from_json, project_to_json
from engine.spec import network_edit as edit
from engine.spec.layers import LAYER_TYPES, Residual, new_layer
from engine.spec.layers.base import settings_of
from engine.spec.layers.containers import MAX_DEPTH
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.project import Planted, Project
from engine.spec.summary import summary
from tests.support.stacks import leaves, networks

EDITS = 8
amounts = st.one_of(
    st.integers(-2, 300), st.booleans(), st.sampled_from(["same", "full", 0.5, None, (3, 2), "reflect"])
)


def survives(network: NetworkSpec) -> None:
    assert network_from_json(network_to_json(network)) == network
    project = Project(network=network, planted=(Planted(layer="conv1", kernel=Project().filter.kernel),))
    assert project_from_json(project_to_json(project)) == project


def edited(network: NetworkSpec, data: st.DataObject) -> NetworkSpec:
    """The network after one thing that a person may do to it, whether or not it then fits together."""
    paths = [path for path, _ in layers_with_paths(network.layers)]
    verb = data.draw(st.sampled_from(["add", "new", "shape", *(["set", "remove", "copy", "off", "wrap", "move"] * 2)]))
    if verb == "shape":
        return edit.with_input_shape(
            network, data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple))
        )
    if verb in ("add", "new") or not paths:
        layer = data.draw(leaves) if verb == "add" else new_layer(data.draw(st.sampled_from(sorted(LAYER_TYPES))))
        return edit.add(network, layer, index=data.draw(st.integers(0, len(network.layers))))
    path = data.draw(st.sampled_from(paths))
    if verb == "set":
        names = settings_of(type(edit.find_layer(network, path))) or ("id",)
        return edit.replace_field(network, path, data.draw(st.sampled_from(names)), data.draw(amounts))
    if verb == "move":
        return edit.move(network, path, index=data.draw(st.integers(0, len(network.layers))))
    verbs = {"remove": edit.remove, "copy": edit.duplicate, "off": edit.set_disabled, "wrap": edit.wrap}
    return verbs[verb](network, path)


@settings(max_examples=2 * settings().max_examples)
@given(networks(), st.data())
def test_every_state_on_the_way_survives(network: NetworkSpec, data: st.DataObject) -> None:
    for _ in range(EDITS):
        try:
            network = edited(network, data)
        except SpecError:
            continue
        survives(network)


def test_states_that_are_broken_are_among_them() -> None:
    broken = edit.replace_field(preset("lenet-5"), "conv2", "kernel_size", 31)
    assert summary(broken).problems
    survives(broken)
    survives(NetworkSpec(input_shape=(1,), layers=tuple(new_layer(name) for name in LAYER_TYPES)))
    survives(NetworkSpec(layers=()))


def test_the_deepest_network_fits_into_a_project() -> None:
    layer = Residual()
    for _ in range(MAX_DEPTH):
        layer = Residual(body=(layer,), shortcut=(layer,)) if layer == Residual() else Residual(body=(layer,))
    survives(NetworkSpec(layers=(layer,)))
