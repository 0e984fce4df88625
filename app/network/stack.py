"""Everything a person can do to the stack of layers: each verb is one edit, and says what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

from app.network.chosen import Chosen
from app.network.edits import with_another_network, with_network
from app.network.places import INPUT, Place, after, neighbour, place_of
from app.network.recipes import made
from app.state.document import Document
from app.state.notices import Notices
from engine.errors import SpecError
from engine.spec import network_edit
from engine.spec.layers import AnyLayer, new_layer
from engine.spec.network import NetworkSpec
from engine.spec.project import Project
from engine.spec.summary import Repair

ABOUT = "network"
Change = Callable[[NetworkSpec], NetworkSpec]


class Stack:
    """The verbs that list, menus, keys and form share. All work on the chosen layers unless they name others."""

    def __init__(self, document: Document, chosen: Chosen, notices: Notices) -> None:
        self._document = document
        self._notices = notices
        self.chosen = chosen

    @property
    def network(self) -> NetworkSpec:
        """The stack."""
        return self._document.project.network

    def layer(self) -> AnyLayer | None:
        """The chosen layer; None if the input is."""
        path = self.chosen.path
        return network_edit.find_layer(self.network, path) if path != INPUT else None

    def add(self, name: str, place: Place | None = None) -> None:
        """Put a new layer of a type, or the layers of a recipe, after the chosen ones, or at a place."""
        where = place or after(self.network, (self.chosen_paths() or [INPUT])[-1])
        self.insert(made(name, self.network, where), f"add {name}", where)

    def chosen_paths(self) -> list[str]:
        """All chosen layers without those that lie in others of them."""
        return network_edit.outermost(self.chosen.paths)

    def remove(self) -> None:
        """Take the chosen layers out."""
        paths = self.chosen_paths()
        if paths:
            self._try(f"remove {_told(paths)}", lambda network: network_edit.remove(network, paths))

    def duplicate(self) -> None:
        """Copy the chosen layers."""
        paths = self.chosen_paths()
        if paths:
            self._try(f"duplicate {_told(paths)}", lambda network: network_edit.duplicate(network, paths))

    def set_disabled(self, disabled: bool) -> None:
        """Switch the chosen layers off, or on again."""
        paths = self.chosen_paths()
        if paths:
            text = f"{'disable' if disabled else 'enable'} {_told(paths)}"
            self._try(text, lambda network: network_edit.set_disabled(network, paths, disabled))

    def switch(self) -> None:
        """Switch the chosen layers off; on, if all of them are off."""
        layers = [network_edit.find_layer(self.network, path) for path in self.chosen_paths()]
        self.set_disabled(not all(layer.disabled for layer in layers))

    def step(self, by: int, closed: Collection[str] = ()) -> None:
        """Bring the chosen layers to the place before (−1) or after (1) their own."""
        paths = self.chosen_paths()
        if paths:
            place = neighbour(self.network, paths[0 if by < 0 else -1], by, closed)
            if place is not None and not any(f"{place.inside}.".startswith(f"{path}.") for path in paths):
                self.move(paths, place)

    def move(self, chosen: str | Sequence[str], place: Place) -> None:
        """Bring layers to a place, counted before they are taken out; their own changes nothing."""
        before, paths = self.network, [chosen] if isinstance(chosen, str) else list(chosen)
        try:
            network = network_edit.move(before, paths, *place)
        except SpecError as error:
            self.refuse(str(error))
            return
        at = network_edit.place_without(before, paths, *place)
        new = network_edit.paths_at(network, place.inside, at, len(paths))
        moved = {old: path for old, path in zip(paths, new, strict=True) if old != path}
        if network != before:
            self._edit(network, f"move {_told(paths)}", new, moved)

    def rename(self, name: str) -> bool:
        """Give the layer that is looked at another name. Returns whether it can be called that."""
        path = self.chosen.path
        inside = path.rpartition(".")[0]
        new = f"{inside}.{name}" if inside else name
        try:
            network = network_edit.rename(self.network, path, name)
        except SpecError as error:
            self.refuse(str(error))
            return False
        self._edit(network, f"rename {_id(path)}", [new], {path: new})
        return True

    def wrap(self, kind: str = "Residual") -> None:
        """Make the chosen layers the body of a block, or the first path of branches."""
        paths = self.chosen_paths()
        if not paths:
            return
        try:
            network = network_edit.wrap(self.network, paths, new_layer(kind))
        except SpecError as error:
            self.refuse(str(error))
            return
        # Found by its place: a block may get the id of the one that it holds.
        block = network_edit.paths_at(network, *place_of(self.network, paths[0]), 1)[0]
        part = next(iter(network_edit.find_layer(network, block).parts()))
        self._edit(network, f"wrap {_told(paths)}", [block], {path: f"{block}.{part}.{_id(path)}" for path in paths})

    def unwrap(self) -> None:
        """Put what the block that is looked at holds in its place."""
        path, layer = self.chosen.path, self.layer()
        if layer is None or not layer.parts():
            return
        body, (inside, index) = layer.parts().get("body", ()), place_of(self.network, path)
        try:
            network = network_edit.unwrap(self.network, path)
        except SpecError as error:
            self.refuse(str(error))
            return
        places = network_edit.paths_at(network, inside, index, len(body))
        moved = {f"{path}.body.{each.id}": place for each, place in zip(body, places, strict=True)}
        self._edit(network, f"unwrap {_id(path)}", places, moved)

    def add_path(self) -> None:
        """Give the branches that are looked at one more path."""
        path = self.chosen.path
        self._try(f"add a path to {_id(path)}", lambda network: network_edit.add_path(network, path))

    def remove_path(self, inside: str) -> None:
        """Take a path of branches out, with all that it holds; those after it move up."""
        holder, _, part = inside.rpartition(".")
        names = list(network_edit.find_layer(self.network, holder).parts())
        behind = names[names.index(part) + 1 :] if part in names else []
        moved = dict(zip(behind, [part, *behind], strict=False))
        try:
            network = network_edit.remove_path(self.network, inside)
        except SpecError as error:
            self.refuse(str(error))
            return
        # What stood in the path that goes may not pass for what takes its name.
        followed = {f"{holder}.{part}": f"{holder}.-"} | {f"{holder}.{a}": f"{holder}.{b}" for a, b in moved.items()}
        self._edit(network, f"remove {part} of {_id(holder)}", [holder], followed)

    def insert(self, layers: Sequence[AnyLayer], text: str, place: Place | None = None) -> None:
        """Put layers after the chosen ones, or at a place."""
        last = (self.chosen_paths() or [INPUT])[-1]
        inside, index = place or after(self.network, last)
        self._try(text, lambda network: network_edit.add_all(network, layers, inside, index))

    def copied(self) -> tuple[AnyLayer, ...]:
        """The chosen layers."""
        return tuple(network_edit.find_layer(self.network, path) for path in self.chosen_paths())

    def set_input(self, shape: tuple[int, ...], merge: Hashable) -> None:
        """Another shape of what comes in."""
        self._try("change the input", lambda network: network_edit.with_input_shape(network, shape), merge)

    def repair(self, path: str, repair: Repair) -> None:
        """Do what was offered."""
        self._edit(repair.network, f"{repair.label} at {_id(path)}")

    def replace(self, network: NetworkSpec, text: str, pretrained: str = "") -> None:
        """Use another network altogether, with the shipped weights of that name."""
        self._notices.clear(ABOUT)
        self._put(with_another_network(self._document.project, network, pretrained), text, network)

    def refuse(self, sentence: str) -> None:
        """Say why something cannot be."""
        self._notices.problem(sentence, ABOUT)

    def _try(self, text: str, change: Change, merge: Hashable | None = None) -> None:
        try:
            network = change(self.network)
        except SpecError as error:
            self.refuse(str(error))
            return
        new = network_edit.ids_added(self.network, network)
        self._edit(network, text, new, merge=merge)

    def _edit(
        self,
        network: NetworkSpec,
        text: str,
        choose: Sequence[str] = (),
        moved: Mapping[str, str] | None = None,
        merge: Hashable | None = None,
    ) -> None:
        self._notices.clear(ABOUT)
        self.chosen.expect(*choose)
        self._document.edit(with_network(self._document.project, network, moved), text, merge)
        self.chosen.expect()

    def _put(self, project: Project, text: str, network: NetworkSpec) -> None:
        self._document.edit(project, text)
        self.chosen.choose(network.layers[0].id if network.layers else INPUT)


def _id(path: str) -> str:
    return path.rpartition(".")[2]


def _told(paths: Sequence[str]) -> str:
    return _id(paths[0]) if len(paths) == 1 else f"{len(paths)} layers"
