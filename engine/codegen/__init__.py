"""Settings and networks as source code that a person can read, run and change, and back."""

from __future__ import annotations

from engine.codegen.filtering import filter_script
from engine.codegen.pytorch import to_pytorch
from engine.codegen.reading import from_pytorch

__all__ = ["filter_script", "from_pytorch", "to_pytorch"]
