"""Settings as source code that a person can read, run and change."""

from __future__ import annotations

from engine.codegen.filtering import filter_script

__all__ = ["filter_script"]
