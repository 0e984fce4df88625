"""Why a layer cannot take its input, and what might help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.spec.layers.containers import AnyLayer


@dataclass(frozen=True)
class Fix:
    """A change that could make a layer fit; nobody has tried it yet.

    Args:
        label: a few words for a button.
        changes: settings of the layer itself, to replace.
        before: layers to put in front of it.
        remove: take the layer out.
        instead: a layer to put in its place.
    """

    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[AnyLayer, ...] = ()
    remove: bool = False
    instead: AnyLayer | None = None


class Misfit(Exception):
    """A layer that cannot take its input. `message` is one sentence, `fixes` come best first."""

    def __init__(self, message: str, fixes: Sequence[Fix] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fixes = tuple(fixes)


@dataclass(frozen=True)
class Doubt:
    """Something that works and is probably not meant."""

    message: str
    fixes: tuple[Fix, ...] = ()
