"""A network that follows its spec while a person edits it: weights stay with the layers that they still fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import SpecError
from engine.forward.explain import Explainer
from engine.forward.kernel_pictures import kernel_pictures, maps_before
from engine.forward.plants import Plants
from engine.forward.running import never
from engine.forward.sight import Seen, Sight, unchanged
from engine.nn import Kept, Network, fresh_module, layout_for, load_state, state_of
from engine.nn.pretrained import pretrained_state
from engine.presets.learned import learned
from engine.spec.network import NetworkSpec
from engine.spec.project import Planted
from engine.spec.summary import summary

_NOTHING = Kept((), ())


@dataclass(frozen=True)
class Origin:
    """Where learned weights come from.

    `run` is the run's folder, empty for one that keeps nothing; `step` its step; `going_on` whether it trains now.
    `planted` are the kernels that it began with: they were learned on, and are not put in again. `sha256` is that of
    the file, where the weights were opened and no run of ours has made them. All of it goes with a project that names
    the same `pretrained` weights: what was learned before others were chosen is not laid over these. `past` are weights
    that the run had once.
    """

    run: str = ""
    step: int = 0
    going_on: bool = False
    class_names: tuple[str, ...] = ()
    planted: tuple[Planted, ...] = ()
    sha256: str = ""
    pretrained: str = ""
    past: bool = False


_ORIGIN = Origin()


class LiveNetwork:
    """Holds the module of the newest spec.

    Layers have the weights of their last training. Those that have learned nothing have the weights that a training
    with this seed would begin with, a person's kernels among them.
    """

    def __init__(self) -> None:
        self._spec: NetworkSpec | None = None
        self._planted: tuple[Planted, ...] = ()
        self._seed = 0
        self._scores = ""
        self._others = 0
        self._module: Network | None = None
        self._learned: dict[str, Tensor] = {}
        self._kept = self._began = _NOTHING
        self._origin: Origin | None = None
        self._now: tuple[dict[str, Tensor], Origin | None] | None = None
        self.pretrained = ""
        """Whose weights the layers begin with; random ones if empty."""
        self.knows_classes = False
        """Whether there still is an output for each class that those know."""
        self._sight = Sight()
        self._plants = Plants()
        self.macs = 0
        """Multiplications and additions of one pass."""
        self.version = 0
        """Rises whenever the weights may be others."""

    @property
    def module(self) -> Network:
        """The module of the newest spec that could be built."""
        if self._module is None:
            raise SpecError("There is no network yet; build one that has no problems first.")
        return self._module

    @property
    def origin(self) -> Origin | None:
        """Where the weights come from; None if none of the layers has learned anything."""
        return self._origin if self._kept.kept else None

    @property
    def fresh(self) -> tuple[str, ...]:
        """Paths of the layers with weights that have learned nothing."""
        return self._kept.fresh

    @property
    def began(self) -> Kept:
        """Which layers have pretrained weights, and which begin with random ones."""
        return self._began

    def update(self, spec: NetworkSpec, planted: tuple[Planted, ...] = (), seed: int = 0, pretrained: str = "") -> None:
        """Follow an edit. One that only puts a kernel in leaves everything else as it is.

        Raises:
            SpecError: if the network has a problem; the module before it stays.
        """
        before = (self._spec, self._planted, self._seed, self.pretrained)
        if (spec, planted, seed, pretrained) == before and self._module is not None:
            return
        if (spec, self._planted, seed, pretrained) == before and self._module is not None:
            self._replant(self._module, planted)
            return
        module = fresh_module(spec, seed)
        module = module.to(memory_format=layout_for(module))  # type: ignore[call-overload]
        same = _same_layers(self._spec, spec)
        self._spec, self._planted, self._seed, self.pretrained = spec, planted, seed, pretrained
        outputs, self.macs = _outputs(spec), summary(spec).macs
        self._scores = spec.layers[-1].id if outputs >= 2 else ""
        entry = learned(pretrained) if pretrained else None
        self.knows_classes = entry is not None and outputs == len(entry.class_names) + entry.others
        self._others = entry.others if entry is not None and self.knows_classes else 0
        self._dress(module)
        if self._module is not None:
            same = min(same, unchanged(self._module, module))
        self._module = module.eval()
        self._sight.follow(self._module, same)

    def _dress(self, module: Network) -> None:
        """Put in what was learned, and over it the kernels that nothing has been learned on yet."""
        self.version += 1
        origin = self._origin if self._origin is not None and self._origin.pretrained == self.pretrained else None
        opened = origin is not None and bool(origin.sha256)
        self._began = (
            load_state(module, pretrained_state(self.pretrained)) if self.pretrained and not opened else _NOTHING
        )
        self._kept = load_state(module, self._learned) if origin is not None else _NOTHING
        self._plants.begin(module, self._to_put())

    def _to_put(self) -> list[Planted]:
        """The kernels that nothing has been learned on yet."""
        origin = self._origin if self._origin is not None and self._origin.pretrained == self.pretrained else None
        known = origin.planted if origin is not None else ()
        return [each for each in self._planted if each not in known or each.layer not in self._kept.kept]

    def _replant(self, module: Network, planted: tuple[Planted, ...]) -> None:
        """Put other kernels in; only the layers that they go into are touched."""
        self._planted = planted
        for path, before in self._plants.change(module, self._to_put()).items():
            self._sight.edited(path, *before)
            self.version += 1

    @property
    def laid_over(self) -> int:
        """How many kernels of the person's stand in the place of other weights."""
        return self._plants.count

    def learn(self, state: Mapping[str, Tensor], origin: Origin = _ORIGIN) -> None:
        """Take all weights over from a training or a run. They are kept, also through edits that do not fit them.

        While one looks back, they wait.
        """
        taken = {name: tensor.detach().cpu() for name, tensor in state.items()}
        if self._now is None:
            self._wear(taken, origin)
        else:
            self._now = taken, origin

    def look_back(self, state: Mapping[str, Tensor], origin: Origin) -> None:
        """Have weights of the past until `look_ahead`; those that are learned meanwhile are not lost."""
        if self._now is None:
            self._now = self._learned, self._origin
        self._wear({name: tensor.detach().cpu() for name, tensor in state.items()}, origin)
        self._begin_anew()

    def look_ahead(self) -> bool:
        """Have the newest weights again; whether it had others."""
        if self._now is None:
            return False
        now, self._now = self._now, None
        self._wear(*now)
        self._begin_anew()
        return True

    def _begin_anew(self) -> None:
        """Layers that the weights do not fit begin with those of a new module, not with what they had before."""
        spec, self._spec = self._spec, None
        if spec is not None:
            self.update(spec, self._planted, self._seed, self.pretrained)

    def _wear(self, state: dict[str, Tensor], origin: Origin | None) -> None:
        self._learned, self._origin = state, origin
        if self._module is not None:
            self._dress(self._module)
            self._sight.follow(self._module)

    def settle(self) -> bool:
        """The run that the weights come from does not go on any more; whether that is news."""
        origin = self._origin if self._now is None else self._now[1]
        if origin is None or not origin.going_on:
            return False
        origin = replace(origin, going_on=False)
        if self._now is None:
            self._origin = origin
        else:
            self._now = self._now[0], origin
        return True

    def forget(self) -> None:
        """Start again from the weights that a training would begin with."""
        self._learned, self._spec, self._origin, self._now = {}, None, None, None

    def state(self) -> dict[str, Tensor]:
        """A copy of the weights as they are now."""
        return state_of(self.module)

    def see(
        self,
        frame: NDArray[np.uint8],
        path: str,
        also: Iterable[str] = (),
        *,
        guess: bool = True,
        at_once: bool = False,
        stale: Callable[[], bool] = never,
    ) -> Seen:
        """Run the network on a frame: those of its layers that what is wanted depends on, and is not known of yet.

        Args:
            frame: uint8 [H, W, 3].
            path: the layer whose maps are wanted; the network's own input if empty.
            also: layers whose maps are wanted besides, "" for the input.
            guess: whether the probabilities of the classes are wanted, if the network ends in such.
            at_once: the maps may be within rounding of what they are, after an edit that changed few of them.
            stale: whether the maps are of no use any more; asked between two layers.

        Raises:
            SpecError: if there is no such layer.
            Cancelled: once they are stale.
        """
        assert self._spec is not None
        self._sight.look(frame, self._spec.input_shape)
        found = self._sight.at_once(path) if at_once else None
        return found or self._sight.see(path, tuple(also), self._scores if guess else "", self._others, stale)

    @property
    def computed(self) -> frozenset[str]:
        """Paths of the layers whose maps of the newest frame are there."""
        return self._sight.running.there

    def explainer(self) -> Explainer:
        """Tells what numbers of the maps of the newest frame were computed from.

        Raises:
            SpecError: if no frame was looked at yet.
        """
        if self._spec is None or self._sight.inputs is None:
            raise SpecError("No frame has gone through the network yet; wait for the first one.")
        return Explainer(self._spec, self.module, self._numbers)

    def _numbers(self, paths: tuple[str, ...]) -> dict[str, Tensor]:
        made = self._sight.numbers(paths)
        return {path: made[path][0] for path in paths}

    def kernels(self, path: str, place: tuple[int, int] | None = None) -> NDArray[np.float32] | None:
        """A layer's kernels as `kernel_pictures` has them; None if it has none.

        Args:
            path: the layer's.
            place: (row, column) of the output whose kernels are wanted, where each place has its own.
        """
        try:
            layer = self.module.get_submodule(path) if path else None
        except AttributeError:
            return None
        if layer is None or self._spec is None:
            return None
        return kernel_pictures(layer, place, maps_before(self._spec, path) if isinstance(layer, nn.Linear) else None)


def _outputs(spec: NetworkSpec) -> int:
    """How many numbers come out in a row, one for each class; 0 if it is no row."""
    shape = summary(spec).output_shape
    return shape[0] if spec.layers and shape is not None and len(shape) == 1 else 0


def _same_layers(before: NetworkSpec | None, after: NetworkSpec) -> int:
    """How many layers at the beginning of two networks are the same, on the same input."""
    if before is None or before.input_shape != after.input_shape:
        return 0
    pairs = zip(before.layers, after.layers, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), len(before.layers))
