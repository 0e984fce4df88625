"""Everything a person can do to the stack of layers: each verb is one edit, and says what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping

from app.network.chosen import Chosen
from app.network.edits import with_another_network, with_network
from app.network.places import INPUT, Place, after, neighbour, place_of
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
    """The verbs that list, menus, keys and form share. All work on the chosen layer unless they name another."""

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
        """Put a new layer of a type after the chosen one, or at a place."""
        inside, index = place or after(self.network, self.chosen.path)
        self._try(f"add {name}", lambda network: network_edit.add(network, new_layer(name), inside, index))

    def remove(self) -> None:
        """Take the chosen layer out."""
        path = self.chosen.path
        if path != INPUT:
            self._try(f"remove {_id(path)}", lambda network: network_edit.remove(network, path))

    def duplicate(self) -> None:
        """Copy the chosen layer."""
        path = self.chosen.path
        if path != INPUT:
            self._try(f"duplicate {_id(path)}", lambda network: network_edit.duplicate(network, path))

    def set_disabled(self, disabled: bool) -> None:
        """Switch the chosen layer off, or on again."""
        path = self.chosen.path
        if path != INPUT:
            verb = "disable" if disabled else "enable"
            self._try(f"{verb} {_id(path)}", lambda network: network_edit.set_disabled(network, path, disabled))

    def step(self, by: int, closed: Collection[str] = ()) -> None:
        """Bring the chosen layer to the place before (−1) or after (1) its own."""
        path = self.chosen.path
        place = neighbour(self.network, path, by, closed) if path != INPUT else None
        if place is not None:
            self.move(path, place)

    def move(self, path: str, place: Place) -> None:
        """Bring a layer to a place, counted before it is taken out; its own changes nothing."""
        now = place_of(self.network, path)
        if place.inside == now.inside and place.before in (now.before, now.before + 1):
            return
        try:
            network = network_edit.move(self.network, path, *place)
        except SpecError as error:
            self.refuse(str(error))
            return
        new = network_edit.ids_added(self.network, network)
        self._edit(network, f"move {_id(path)}", new[0] if new else path, {path: new[0]} if new else None)

    def rename(self, name: str) -> bool:
        """Give the chosen layer another name. Returns whether it can be called that."""
        path = self.chosen.path
        inside = path.rpartition(".")[0]
        new = f"{inside}.{name}" if inside else name
        try:
            network = network_edit.rename(self.network, path, name)
        except SpecError as error:
            self.refuse(str(error))
            return False
        self._edit(network, f"rename {_id(path)}", new, {path: new})
        return True

    def wrap(self) -> None:
        """Make the chosen layer the body of a block."""
        path = self.chosen.path
        if path == INPUT:
            return
        try:
            network = network_edit.wrap(self.network, path)
        except SpecError as error:
            self.refuse(str(error))
            return
        block = network_edit.ids_added(self.network, network)[0]
        self._edit(network, f"wrap {_id(path)}", block, {path: f"{block}.body.{_id(path)}"})

    def unwrap(self) -> None:
        """Put what the chosen block holds in its place."""
        path, layer = self.chosen.path, self.layer()
        if layer is None or not layer.parts():
            return
        body, (inside, index) = layer.parts().get("body", ()), place_of(self.network, path)
        try:
            network = network_edit.unwrap(self.network, path)
        except SpecError as error:
            self.refuse(str(error))
            return
        freed = network_edit.layers_in(network, inside)[index : index + len(body)]
        places = [f"{inside}.{each.id}" if inside else each.id for each in freed]
        moved = {f"{path}.body.{each.id}": place for each, place in zip(body, places, strict=True)}
        self._edit(network, f"unwrap {_id(path)}", places[0] if places else None, moved)

    def set_input(self, shape: tuple[int, ...], merge: Hashable) -> None:
        """Another shape of what comes in."""
        self._try("change the input", lambda network: network_edit.with_input_shape(network, shape), merge)

    def repair(self, path: str, repair: Repair) -> None:
        """Do what was offered."""
        self._edit(repair.network, f"{repair.label} at {_id(path)}", None)

    def replace(self, network: NetworkSpec, text: str) -> None:
        """Use another network altogether."""
        self._notices.clear(ABOUT)
        self._put(with_another_network(self._document.project, network), text, network)

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
        self._edit(network, text, new[0] if new else None, merge=merge)

    def _edit(
        self,
        network: NetworkSpec,
        text: str,
        choose: str | None,
        moved: Mapping[str, str] | None = None,
        merge: Hashable | None = None,
    ) -> None:
        self._notices.clear(ABOUT)
        self.chosen.expect(choose)
        self._document.edit(with_network(self._document.project, network, moved), text, merge)
        self.chosen.expect(None)

    def _put(self, project: Project, text: str, network: NetworkSpec) -> None:
        self._document.edit(project, text)
        self.chosen.choose(network.layers[0].id if network.layers else INPUT)


def _id(path: str) -> str:
    return path.rpartition(".")[2]
