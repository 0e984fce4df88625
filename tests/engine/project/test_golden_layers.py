"""A file with a layer of every type, as this version writes it, opens as what it was."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.project import load_project
from engine.project.project_file import VERSION
from engine.spec.layers import LAYER_TYPES, new_layer
from engine.spec.network import layers_with_paths

EVERY = Path(__file__).parents[2] / "golden" / "every-layer-3.convscope"


def test_there_is_one_of_every_type() -> None:
    assert VERSION >= 3
    held = {layer.type for layer in load_project(EVERY).network.layers}
    assert held == set(LAYER_TYPES), "a new type belongs into the file"


@pytest.mark.parametrize("name", sorted(LAYER_TYPES))
def test_each_is_what_the_menu_makes(name: str) -> None:
    """Ids apart; the blocks hold a layer each."""
    (found,) = (layer for layer in load_project(EVERY).network.layers if layer.type == name)
    if found.parts():
        assert [layer.type for _, layer in layers_with_paths((found,))] == ["Conv2d", name]
    else:
        assert msgspec.structs.replace(found, id="") == new_layer(name)
