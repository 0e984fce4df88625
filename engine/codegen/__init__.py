"""Settings and networks as source code that a person can read, run and change, and back."""

from __future__ import annotations

from engine.codegen.filtering import filter_script
from engine.codegen.pytorch import to_pytorch
from engine.codegen.reading import Patch, Reading, from_pytorch, read_pytorch
from engine.codegen.source import CodeError, Mark

__all__ = [
    "CodeError",
    "Mark",
    "Patch",
    "Reading",
    "filter_script",
    "from_pytorch",
    "read_pytorch",
    "to_pytorch",
]
