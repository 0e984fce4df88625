"""The whole of what a person has set up: the one value that forms, undo and files are views of."""

from __future__ import annotations

from engine.spec.fields import Spec
from engine.spec.filter import FilterSpec
from engine.spec.source import Picture, Source
from engine.spec.view import ViewSpec


class Project(Spec, frozen=True, kw_only=True):
    """Everything that undo brings back."""

    source: Source = Picture(path="sample:astronaut.jpg")
    filter: FilterSpec = FilterSpec()
    view: ViewSpec = ViewSpec()
