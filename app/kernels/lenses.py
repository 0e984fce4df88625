"""The parts of a project that the Kernel page's forms are views of."""

from __future__ import annotations

import msgspec

from app.state.form import Lens
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.project import Project


def get_filter(project: Project) -> FilterSpec:
    """What is done to the picture."""
    return project.filter


def put_filter(project: Project, spec: FilterSpec) -> Project:
    """The project with another filter."""
    return msgspec.structs.replace(project, filter=spec)


def _get_detector(project: Project) -> DetectorSpec:
    return project.filter.detector


def _put_detector(project: Project, spec: DetectorSpec) -> Project:
    return put_filter(project, msgspec.structs.replace(project.filter, detector=spec))


def _get_pooling(project: Project) -> PoolingSpec:
    return project.filter.pooling


def _put_pooling(project: Project, spec: PoolingSpec) -> Project:
    return put_filter(project, msgspec.structs.replace(project.filter, pooling=spec))


FILTER = Lens(FilterSpec, get_filter, put_filter)
DETECTOR = Lens(DetectorSpec, _get_detector, _put_detector)
POOLING = Lens(PoolingSpec, _get_pooling, _put_pooling)

__all__ = ["DETECTOR", "FILTER", "POOLING", "get_filter", "put_filter"]
