"""What a run has to be told so that it trains what the document says, and those orders in words."""

from __future__ import annotations

from typing import Any

import msgspec

from app.widgets.number_text import number_text
from engine.spec.fields import fields_of
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import replace_field
from engine.spec.steering import (
    STEERABLE,
    Broken,
    Cell,
    Change,
    Entry,
    Freeze,
    Rebuild,
    Redraw,
    RollBack,
    Standing,
    Steered,
    undone,
)
from engine.spec.summary import summary
from engine.spec.train import TrainSpec


def setting_orders(told: TrainSpec, wanted: TrainSpec) -> list[Steered]:
    """A change for each setting that a run can be told and that differs.

    Example:
        >>> [order.name for order in setting_orders(TrainSpec(), TrainSpec(batch_size=9, seed=3))]
        ['batch_size']
    """
    return [
        Change(name=name, new=getattr(wanted, name))
        for name in STEERABLE
        if getattr(wanted, name) != getattr(told, name)
    ]


def network_orders(told: Standing, wanted: NetworkSpec) -> list[Steered]:
    """Other layers, if they are others, and then what is to learn and what is not: what learns again comes first."""
    orders: list[Steered] = []
    if _without_flags(told.network) != _without_flags(wanted):
        orders.append(Rebuild(network=wanted))
        told = told.after(orders[0])
    held = held_layers(told)
    wanted_held = held_layers(Standing(settings=told.settings, network=wanted))
    changed = [Freeze(layer=path, frozen=still) for path, still in wanted_held.items() if held.get(path) != still]
    return [*orders, *sorted(changed, key=lambda order: order.frozen)]


def held_layers(standing: Standing) -> dict[str, bool]:
    """Whether each layer that could learn is frozen, by its path."""
    flags = dict(layers_with_paths(standing.network.layers))
    return {
        row.id: standing.frozen.get(row.id, bool(flags[row.id].frozen))  # type: ignore[union-attr]
        for row in summary(standing.network).rows
        if row.parameters and not row.disabled and hasattr(flags.get(row.id), "frozen")
    }


def _without_flags(network: NetworkSpec) -> object:
    return _stripped(msgspec.to_builtins(network))


def _stripped(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _stripped(value) for key, value in part.items() if key != "frozen"}
    return [_stripped(each) for each in part] if isinstance(part, list | tuple) else part


def order_words(entry: Entry) -> str:
    """What was told, in a few words.

    Example:
        >>> order_words(Entry(step=940, time=0.0, order=Change(name="batch_size", new=32), old=64))
        'batch size 64 → 32'
    """
    order = entry.order
    if isinstance(order, Change):
        label, old = fields_of(TrainSpec)[order.name].label.lower(), entry.old
        before = f" {number_text(old, 4)}" if isinstance(old, int | float) else ""
        return f"{label}{before} → {number_text(order.new, 4)}"
    if isinstance(order, Freeze):
        return f"{order.layer} {'is frozen' if order.frozen else 'learns again'}"
    if isinstance(order, Cell):
        before = f" {number_text(entry.old, 3)}" if isinstance(entry.old, float | int) else ""
        return f"{order.weight}[{', '.join(map(str, order.index))}]{before} → {number_text(order.new, 3)}"
    if isinstance(order, Rebuild):
        return f"network: {_network_words(msgspec.convert(entry.old, NetworkSpec), order.network)}"
    if isinstance(order, Redraw):
        return f"{order.layer}: filters {', '.join(map(str, order.filters))} begin again"
    if isinstance(order, RollBack):
        return "went back to an earlier checkpoint"
    return "a number was no longer finite" if isinstance(order, Broken) else "pictures are varied otherwise"


def _network_words(old: NetworkSpec, new: NetworkSpec) -> str:
    before, after = dict(layers_with_paths(old.layers)), dict(layers_with_paths(new.layers))
    parts = [f"{path} added" for path in after if path not in before]
    parts += [f"{path} removed" for path in before if path not in after]
    parts += [f"{path} changed" for path, layer in after.items() if path in before and before[path] != layer]
    return ", ".join(parts) or "layers in another order"


def taken_back(entry: Entry, train: TrainSpec, network: NetworkSpec) -> tuple[TrainSpec, NetworkSpec] | None:
    """Settings and network of a document that takes this order back; None of one that a document does not hold.

    Raises:
        SpecError: if the layer is no longer there.
    """
    order = undone(entry)
    if isinstance(order, Change):
        return msgspec.structs.replace(train, **{order.name: order.new}), network
    if isinstance(order, Freeze):
        return train, replace_field(network, order.layer, "frozen", order.frozen)
    return (train, order.network) if isinstance(order, Rebuild) else None
