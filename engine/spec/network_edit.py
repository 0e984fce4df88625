"""Every change that a person can make to a network, as functions from one spec to the next.

Layers are named by their paths, such as `conv1` or `res1.body.conv1`; lists by the path of what holds them, such as
`res1.body`, the network's own by "". A layer keeps its id when it is changed or moved within its list, so that its
weights can stay; one that is copied gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from engine.errors import SpecError
from engine.spec.layers import AnyLayer, Branches, Residual, Shape, settings_of
from engine.spec.network import NetworkSpec, layers_with_paths

Layers = tuple[AnyLayer, ...]


def find_layer(network: NetworkSpec, path: str) -> AnyLayer:
    """The layer at a path.

    Raises:
        SpecError: if there is none.
    """
    inside, layer_id = _split(path)
    for layer in layers_in(network, inside):
        if layer.id == layer_id:
            return layer
    raise SpecError(f"The network has no layer {path!r}; it has {_names(network)}.")


def layers_in(network: NetworkSpec, inside: str = "") -> Layers:
    """The layers of one list: the network's own, or one such as `res1.body`."""
    if not inside:
        return network.layers
    path, _, part = inside.rpartition(".")
    parts = find_layer(network, path).parts() if path else {}
    if part not in parts:
        raise SpecError(f"The network has no list of layers {inside!r}.")
    return parts[part]


def ids_added(before: NetworkSpec, after: NetworkSpec) -> tuple[str, ...]:
    """The paths that an edit added, outermost only: what a window selects after it."""
    known = {path for path, _ in layers_with_paths(before.layers)}
    new = [path for path, _ in layers_with_paths(after.layers) if path not in known]
    return tuple(path for path in new if not any(path.startswith(f"{other}.") for other in new))


def with_input_shape(network: NetworkSpec, shape: Shape) -> NetworkSpec:
    """The same layers on another input."""
    return msgspec.structs.replace(network, input_shape=shape)


def add(network: NetworkSpec, layer: AnyLayer, inside: str = "", index: int | None = None) -> NetworkSpec:
    """Put a layer into a list, at its end if no place is given. It gets an id of its own there."""
    return add_all(network, (layer,), inside, index)


def add_all(
    network: NetworkSpec, layers: Iterable[AnyLayer], inside: str = "", index: int | None = None
) -> NetworkSpec:
    """Put several layers into a list, one after the other; see `add`."""
    here = layers_in(network, inside)
    place = len(here) if index is None else index
    taken = {layer.id for layer in here}
    new: list[AnyLayer] = []
    for layer in layers:
        new.append(msgspec.structs.replace(layer, id="") if layer.id in taken else layer)
        taken.add(layer.id)
    return _with_list(network, inside, (*here[:place], *new, *here[place:]))


def add_beside(network: NetworkSpec, layers: Iterable[AnyLayer], path: str, after: bool = True) -> NetworkSpec:
    """Put layers right after the one at a path, or right before it."""
    inside, _ = _split(path)
    return add_all(network, layers, inside, _index(network, path) + after)


def remove(network: NetworkSpec, paths: str | Iterable[str]) -> NetworkSpec:
    """Take layers out, with all that they hold."""
    for path in outermost(paths):
        inside, layer_id = _split(path)
        find_layer(network, path)
        network = _with_list(network, inside, tuple(x for x in layers_in(network, inside) if x.id != layer_id))
    return network


def move(network: NetworkSpec, paths: str | Iterable[str], inside: str = "", index: int = 0) -> NetworkSpec:
    """Bring layers to another place, in the order they are given.

    Args:
        network: the network.
        paths: the layers.
        inside: the list they come to.
        index: the place there, counted before anything is taken out.

    Raises:
        SpecError: if a layer would come to lie in itself.
    """
    moved = outermost(paths)
    if any(f"{inside}.".startswith(f"{path}.") for path in moved):
        raise SpecError("A layer cannot be moved into itself.")
    layers = [find_layer(network, path) for path in moved]
    place = place_without(network, moved, inside, index)
    return add_all(remove(network, moved), layers, inside, place)


def place_without(network: NetworkSpec, paths: Iterable[str], inside: str, index: int) -> int:
    """A place in a list, counted after layers were taken out instead of before."""
    leaving = {_split(path)[1] for path in paths if _split(path)[0] == inside}
    return index - sum(layer.id in leaving for layer in layers_in(network, inside)[:index])


def paths_at(network: NetworkSpec, inside: str, index: int, count: int) -> tuple[str, ...]:
    """The paths of so many layers of a list from a place on."""
    found = layers_in(network, inside)[index : index + count]
    return tuple(f"{inside}.{layer.id}" if inside else layer.id for layer in found)


def duplicate(network: NetworkSpec, paths: str | Iterable[str]) -> NetworkSpec:
    """Copy layers; the copies come after the last of each list."""
    lists: dict[str, list[str]] = {}
    for path in outermost(paths):
        lists.setdefault(_split(path)[0], []).append(path)
    for each in lists.values():
        chosen = _in_order(network, each)
        copies = [msgspec.structs.replace(find_layer(network, path), id="") for path in chosen]
        network = add_beside(network, copies, chosen[-1])
    return network


def replace_field(network: NetworkSpec, path: str, name: str, value: Any) -> NetworkSpec:
    """Change one setting of one layer.

    Example:
        >>> from engine.spec.layers import MaxPool2d
        >>> spec = NetworkSpec(layers=(MaxPool2d(kernel_size=2),))
        >>> replace_field(spec, "pool1", "stride", 1).layers[0].stride
        (1, 1)
    """
    return replace_fields(network, path, {name: value})


def replace_fields(network: NetworkSpec, path: str, changes: dict[str, Any]) -> NetworkSpec:
    """Change several settings of one layer at once."""
    layer = find_layer(network, path)
    for name in changes:
        if name not in (*settings_of(type(layer)), "disabled"):
            raise SpecError(f"{layer.type} has no setting {name!r}; it has {', '.join(settings_of(type(layer)))}.")
    return replace_layer(network, path, msgspec.structs.replace(layer, **changes))


def replace_layer(network: NetworkSpec, path: str, layer: AnyLayer) -> NetworkSpec:
    """Put another layer in the place and under the id of one."""
    inside, layer_id = _split(path)
    find_layer(network, path)
    same = msgspec.structs.replace(layer, id=layer_id)
    return _with_list(network, inside, tuple(same if x.id == layer_id else x for x in layers_in(network, inside)))


def set_disabled(network: NetworkSpec, paths: str | Iterable[str], disabled: bool = True) -> NetworkSpec:
    """Switch layers off, or on again."""
    for path in [paths] if isinstance(paths, str) else paths:
        network = replace_field(network, path, "disabled", disabled)
    return network


def rename(network: NetworkSpec, path: str, new_id: str) -> NetworkSpec:
    """Give a layer another id."""
    inside, layer_id = _split(path)
    layer = msgspec.structs.replace(find_layer(network, path), id=new_id)
    return _with_list(network, inside, tuple(layer if x.id == layer_id else x for x in layers_in(network, inside)))


def wrap(network: NetworkSpec, paths: str | Iterable[str], block: AnyLayer | None = None) -> NetworkSpec:
    """Make neighbouring layers of one list the body of a residual block, or the first list of another, in their place.

    Raises:
        SpecError: unless they follow one another.
    """
    chosen = _in_order(network, paths)
    inside, first = _split(chosen[0])[0], _index(network, chosen[0])
    if [_index(network, path) for path in chosen] != list(range(first, first + len(chosen))):
        raise SpecError("Only layers that follow one another can be wrapped.")
    here = layers_in(network, inside)
    holder = block or Residual()
    filled = holder.with_parts({next(iter(holder.parts())): here[first : first + len(chosen)]})
    return _with_list(network, inside, (*here[:first], filled, *here[first + len(chosen) :]))


def unwrap(network: NetworkSpec, path: str) -> NetworkSpec:
    """Put a block's body in its place; a shortcut is dropped."""
    parts = find_layer(network, path).parts()
    if not parts:
        raise SpecError(f"{path} holds no layers.")
    if "body" not in parts:
        raise SpecError(f"{path} has several paths and no body to put in its place; take its layers out one by one.")
    body = parts["body"]
    inside, _ = _split(path)
    index = _index(network, path)
    return add_all(remove(network, path), body, inside, index)


def add_path(network: NetworkSpec, path: str) -> NetworkSpec:
    """Give branches one more path, empty and after the others.

    Example:
        >>> from engine.spec.layers import Branches
        >>> list(add_path(NetworkSpec(layers=(Branches(),)), "branch1").layers[0].parts())
        ['path1', 'path2', 'path3']
    """
    holder = _branches(network, path)
    return replace_layer(network, path, msgspec.structs.replace(holder, paths=(*holder.paths, ())))


def remove_path(network: NetworkSpec, inside: str) -> NetworkSpec:
    """Take a path such as `branch1.path2` out of its branches, with all that it holds."""
    path, _, part = inside.rpartition(".")
    holder = _branches(network, path)
    if part not in holder.parts():
        raise SpecError(f"The network has no list of layers {inside!r}.")
    kept = tuple(layers for name, layers in holder.parts().items() if name != part)
    return replace_layer(network, path, msgspec.structs.replace(holder, paths=kept))


def _branches(network: NetworkSpec, path: str) -> Branches:
    found = find_layer(network, path)
    if not isinstance(found, Branches):
        raise SpecError(f"{path} has no paths; only Branches has.")
    return found


def fit_kernel(network: NetworkSpec, path: str, kernel_size: tuple[int, int]) -> NetworkSpec:
    """Give a convolution the kernel size of a kernel that is to be put into it."""
    if "kernel_size" not in settings_of(type(find_layer(network, path))):
        raise SpecError(f"{path} has no kernel; a Conv2d would do.")
    return replace_field(network, path, "kernel_size", kernel_size)


def _with_list(network: NetworkSpec, inside: str, layers: Layers) -> NetworkSpec:
    """The network with one of its lists replaced."""
    if not inside:
        return msgspec.structs.replace(network, layers=layers)
    path, _, part = inside.rpartition(".")
    holder = find_layer(network, path).with_parts({part: layers})
    above, holder_id = _split(path)
    return _with_list(network, above, tuple(holder if x.id == holder_id else x for x in layers_in(network, above)))


def _split(path: str) -> tuple[str, str]:
    """(list, id) of a path."""
    inside, _, layer_id = path.rpartition(".")
    return inside, layer_id


def _index(network: NetworkSpec, path: str) -> int:
    inside, layer_id = _split(path)
    find_layer(network, path)
    return [layer.id for layer in layers_in(network, inside)].index(layer_id)


def outermost(paths: str | Iterable[str]) -> list[str]:
    """The paths without doubles and without those that lie in others of them."""
    chosen = list(dict.fromkeys([paths] if isinstance(paths, str) else paths))
    return [path for path in chosen if not any(path.startswith(f"{other}.") for other in chosen)]


def _in_order(network: NetworkSpec, paths: str | Iterable[str]) -> Sequence[str]:
    """The paths in the order of their list.

    Raises:
        SpecError: if there are none, or not all of one list.
    """
    chosen = outermost(paths)
    if len({_split(path)[0] for path in chosen}) != 1:
        raise SpecError("Choose layers of one list.")
    return sorted(chosen, key=lambda path: _index(network, path))


def _names(network: NetworkSpec) -> str:
    return ", ".join(path for path, _ in layers_with_paths(network.layers)) or "none"
