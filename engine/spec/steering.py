"""What a run is told while it goes on, and the lines of its log: with them and the settings, a run repeats itself."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.errors import SpecError
from engine.spec.data import AugmentSpec
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec

STEERABLE = (
    "learning_rate", "momentum", "weight_decay", "batch_size", "clip_norm", "label_smoothing", "epochs", "max_steps",
)  # fmt: skip
"""The settings that may change while a run goes on."""

Number = int | float


class Order(msgspec.Struct, frozen=True, kw_only=True, tag_field="what", forbid_unknown_fields=True):
    """One change, made between two steps."""


class Change(Order, frozen=True, kw_only=True, tag="setting"):
    """Another value for a setting.

    Example:
        >>> Change(name="seed", new=1)
        Traceback (most recent call last):
        engine.errors.SpecError: A run cannot change its seed; learning_rate, momentum, weight_decay, batch_size, \
clip_norm, label_smoothing, epochs or max_steps would do.
    """

    name: str
    new: Number

    def __post_init__(self) -> None:
        if self.name not in STEERABLE:
            names = f"{', '.join(STEERABLE[:-1])} or {STEERABLE[-1]}"
            raise SpecError(f"A run cannot change its {self.name}; {names} would do.")
        checked: dict[str, Any] = {self.name: self.new}
        msgspec.structs.force_setattr(self, "new", getattr(TrainSpec(**checked), self.name))


class Freeze(Order, frozen=True, kw_only=True, tag="freeze"):
    """A layer, by its path, learns no more, or again; a normalisation that is frozen keeps its statistics too."""

    layer: str
    frozen: bool = True


class Cell(Order, frozen=True, kw_only=True, tag="cell"):
    """One number of a weight, such as `conv1.weight`, is set by hand."""

    weight: str
    index: tuple[int, ...]
    new: float

    def __post_init__(self) -> None:
        if not math.isfinite(self.new):
            raise SpecError(f"A cell of {self.weight} cannot be {self.new:g}; a finite number would do.")


class Rebuild(Order, frozen=True, kw_only=True, tag="network"):
    """Other layers from here on; every weight whose layer and shape are still there stays, with its history."""

    network: NetworkSpec


class Vary(Order, frozen=True, kw_only=True, tag="augment"):
    """The training pictures are varied otherwise."""

    augment: AugmentSpec


class Redraw(Order, frozen=True, kw_only=True, tag="redraw"):
    """Some filters of a layer, by their numbers, begin again with random weights; the chance is the run's own."""

    layer: str
    filters: tuple[int, ...]


class RollBack(Order, frozen=True, kw_only=True, tag="roll-back"):
    """The run went back to an earlier checkpoint: of the orders before this line only the first `kept` stand."""

    kept: int


class Broken(Order, frozen=True, kw_only=True, tag="diverged"):
    """A number was no longer finite after this step; what had been told before does not stand when it is resumed."""


Steered = Change | Freeze | Cell | Rebuild | Vary | Redraw
"""What a person can ask for."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the log: after how many steps, when (seconds since 1970), what, and what was there before."""

    step: int
    time: float
    order: Change | Freeze | Cell | Rebuild | Vary | Redraw | RollBack | Broken
    old: Number | bool | dict[str, Any] | None = None
    """For `Rebuild` and `Vary` the network and the augmentation as they were, as plain objects; None for `Redraw`."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is trained with after some orders."""

    settings: TrainSpec
    network: NetworkSpec
    augment: AugmentSpec = AugmentSpec()
    frozen: dict[str, bool] = {}

    def after(self, order: Steered) -> Standing:
        """With one order more; it is not checked here whether it can be.

        Example:
            >>> begun = Standing(settings=TrainSpec(), network=NetworkSpec())
            >>> begun.after(Change(name="batch_size", new=7)).settings.batch_size
            7
        """
        if isinstance(order, Change):
            settings = msgspec.structs.replace(self.settings, **{order.name: order.new})
            return msgspec.structs.replace(self, settings=settings)
        if isinstance(order, Freeze):
            return msgspec.structs.replace(self, frozen={**self.frozen, order.layer: order.frozen})
        if isinstance(order, Vary):
            return msgspec.structs.replace(self, augment=order.augment)
        return msgspec.structs.replace(self, network=order.network) if isinstance(order, Rebuild) else self

    def after_all(self, entries: Iterable[Entry]) -> Standing:
        """With all of these."""
        standing = self
        for entry in entries:
            if not isinstance(entry.order, RollBack | Broken):
                standing = standing.after(entry.order)
        return standing


def valid(entries: Iterable[Entry]) -> list[Entry]:
    """The orders that stand, in their order: those before a roll-back but for the ones that it has kept do not.

    Example:
        >>> told = [Entry(step=n, time=0.0, order=Change(name="batch_size", new=n)) for n in (3, 5)]
        >>> [entry.step for entry in valid([*told, Entry(step=4, time=0.0, order=RollBack(kept=1))])]
        [3]
    """
    found: list[Entry] = []
    for entry in entries:
        if isinstance(entry.order, RollBack):
            del found[entry.order.kept :]
        else:
            found.append(entry)
    return found


def undone(entry: Entry) -> Steered | None:
    """The order that takes an order back; None of one that cannot be. Weights of removed layers do not return.

    Example:
        >>> undone(Entry(step=1, time=0.0, order=Change(name="batch_size", new=9), old=64)).new
        64
    """
    order, old = entry.order, entry.old
    if isinstance(order, Change) and isinstance(old, Number):
        return Change(name=order.name, new=old)
    if isinstance(order, Freeze):
        return Freeze(layer=order.layer, frozen=bool(old))
    if isinstance(order, Cell) and isinstance(old, Number):
        return Cell(weight=order.weight, index=order.index, new=float(old))
    if isinstance(order, Rebuild):
        return Rebuild(network=msgspec.convert(old, NetworkSpec))
    return Vary(augment=msgspec.convert(old, AugmentSpec)) if isinstance(order, Vary) else None
