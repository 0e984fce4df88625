"""Convscope's engine: convolution, feature maps and small CNNs, from a script and without a window.

Importing it is quick: each name is loaded when it is first used, and none of torch, cv2 or Qt before that.

Example:
    >>> import engine
    >>> engine.output_size(512, kernel_size=3, stride=2, padding=1)
    256
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.arithmetic import output_size as output_size
    from engine.errors import BadFile as BadFile
    from engine.errors import EngineError as EngineError
    from engine.errors import SourceError as SourceError
    from engine.errors import SpecError as SpecError
    from engine.filtering import apply_filter as apply_filter
    from engine.filtering import filter_image as filter_image
    from engine.frames import read_image as read_image
    from engine.frames.grab import grab as grab
    from engine.kernels import kernel as kernel
    from engine.kernels import kernel_names as kernel_names
    from engine.spec.filter import DetectorSpec as DetectorSpec
    from engine.spec.filter import FilterSpec as FilterSpec
    from engine.spec.filter import KernelSpec as KernelSpec
    from engine.spec.filter import PoolingSpec as PoolingSpec
    from engine.spec.source import Camera as Camera
    from engine.spec.source import Clip as Clip
    from engine.spec.source import Drawing as Drawing
    from engine.spec.source import Folder as Folder
    from engine.spec.source import Pattern as Pattern
    from engine.spec.source import Picture as Picture
    from engine.spec.source import Stream as Stream
    from engine.spec.source import Stroke as Stroke

__version__ = "0.1.0"

_HOME = {
    "BadFile": "engine.errors",
    "Camera": "engine.spec.source",
    "Clip": "engine.spec.source",
    "DetectorSpec": "engine.spec.filter",
    "Drawing": "engine.spec.source",
    "EngineError": "engine.errors",
    "FilterSpec": "engine.spec.filter",
    "Folder": "engine.spec.source",
    "KernelSpec": "engine.spec.filter",
    "Pattern": "engine.spec.source",
    "Picture": "engine.spec.source",
    "PoolingSpec": "engine.spec.filter",
    "SourceError": "engine.errors",
    "SpecError": "engine.errors",
    "Stream": "engine.spec.source",
    "Stroke": "engine.spec.source",
    "apply_filter": "engine.filtering",
    "filter_image": "engine.filtering",
    "grab": "engine.frames.grab",
    "kernel": "engine.kernels",
    "kernel_names": "engine.kernels",
    "output_size": "engine.arithmetic",
    "read_image": "engine.frames",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"engine has no {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
