"""What the layers of a stack made of one input: computed one after the other, and kept for as long as it is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from engine.errors import SpecError
from engine.filtering.bands import Cancelled
from engine.nn import Network, layer_paths
from engine.nn.maps import run

KEPT_BYTES = 512 * 2**20
"""What is kept of layers that nobody looks at: more would not be worth the time that it saves."""
Maps = dict[str, Tensor]


def never() -> bool:
    """Work that is always wanted."""
    return False


class Running:
    """Knows which layers have to be computed again, and computes no others."""

    def __init__(self) -> None:
        self._module: Network | None = None
        self._names: list[str] = []
        self._paths: frozenset[str] = frozenset()
        self._inputs: Tensor | None = None
        self._made: Maps = {}
        self._bytes = 0
        self._pivot = ""

    def follow(self, module: Network, same: int = 0) -> None:
        """Use another module, whose first `same` layers compute what those of the one before did."""
        self._module = module
        self._names = [name for name, _ in module.named_children()]
        self._paths = frozenset(layer_paths(module))
        self._drop(same)

    def begin(self, inputs: Tensor) -> None:
        """Look at another input."""
        self._inputs, self._made, self._bytes = inputs, {}, 0

    def changed(self, path: str) -> Maps:
        """The weights of this layer are others now; what it and the layers after it had made, kept no longer."""
        place = self._names.index(_top(path))
        self._pivot = self._names[place - 1] if place else ""
        return self._drop(place)

    def before(self, name: str) -> Tensor | None:
        """What enters a layer of the stack, if that is known."""
        place = self._names.index(name)
        return self._made.get(self._names[place - 1]) if place else self._inputs

    def between(self, first: str, last: str) -> list[nn.Module] | None:
        """The layers after `first` up to `last`; None if `last` is no layer of the stack that follows."""
        if self._module is None or last not in self._names or self._names.index(last) < self._names.index(first):
            return None
        return list(self._module)[self._names.index(first) + 1 : self._names.index(last) + 1]

    @property
    def there(self) -> frozenset[str]:
        """Paths of the layers of which that is known."""
        return frozenset(self._made)

    def known(self, path: str) -> bool:
        """Whether what the layer made is there."""
        return path in self._made

    def of(self, paths: Iterable[str], stale: Callable[[], bool] = never) -> Maps:
        """What the layers of these paths made of the input, [1, C, …] each, and of some more.

        Raises:
            SpecError: if there is no such layer.
            Cancelled: as soon as `stale()`, asked between two layers; what was computed by then is kept.
        """
        wanted = [path for path in dict.fromkeys(paths) if path and path not in self._made]
        for path in wanted:
            if path not in self._paths:
                have = ", ".join(layer_paths(self._module)) if self._module is not None else ""
                raise SpecError(f"The network has no layer {path!r}; it has {have or 'none'}.")
        for place in self._places(wanted):
            if stale():
                raise Cancelled
            self._compute(place, [path for path in wanted if _top(path) == self._names[place]])
            self._shed({*wanted, self._names[place], self._pivot})
        return self._made

    def _places(self, wanted: list[str]) -> list[int]:
        """Which layers of the stack are to be computed, first to last."""
        asked = {self._names.index(_top(path)) for path in wanted}
        found: list[int] = []
        needed = False
        for place in range(max(asked, default=-1), -1, -1):
            if place in asked or (needed and self._names[place] not in self._made):
                found.append(place)
                needed = True
            else:
                needed = False
        return found[::-1]

    def _compute(self, place: int, wanted: list[str]) -> None:
        assert self._module is not None
        assert self._inputs is not None
        name = self._names[place]
        entering = self._made[self._names[place - 1]] if place else self._inputs
        child = self._module[place]
        handles = [
            child.get_submodule(path.partition(".")[2]).register_forward_hook(self._keeper(path))
            for path in wanted
            if path != name
        ]
        try:
            with torch.no_grad():
                self._keep(name, run(child, entering))
        finally:
            for handle in handles:
                handle.remove()

    def _keeper(self, path: str) -> Callable[[nn.Module, object, Tensor], None]:
        def keep(_: nn.Module, __: object, made: Tensor) -> None:
            self._keep(path, made)

        return keep

    def _keep(self, path: str, made: Tensor) -> None:
        self._made[path] = made.detach()
        self._bytes += _size(made)

    def _drop(self, place: int) -> Maps:
        kept = set(self._names[:place])
        gone = {path: made for path, made in self._made.items() if _top(path) not in kept}
        for path, made in gone.items():
            del self._made[path]
            self._bytes -= _size(made)
        return gone

    def _shed(self, needed: set[str]) -> None:
        """Let go of the first layers' maps if all of them take too much memory."""
        for path in list(self._made):
            if self._bytes <= KEPT_BYTES:
                return
            if path not in needed:
                self._bytes -= _size(self._made.pop(path))


def _size(made: Tensor) -> int:
    return made.numel() * made.element_size()


def _top(path: str) -> str:
    """The layer of the stack that a layer is in, or is."""
    return path.partition(".")[0]
