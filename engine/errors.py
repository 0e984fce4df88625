"""What the engine raises when it is given something that cannot work.

Every error carries one sentence for the person: it names the thing and says what would do. Nothing else that
the engine raises is meant to be read by a person.
"""

from __future__ import annotations


class EngineError(Exception):
    """Something the person can put right; `str(error)` is one sentence that says how."""

    code = "error"


class SpecError(EngineError, ValueError):
    """A setting that cannot be: out of its range, or at odds with another one."""

    code = "spec"


class BadFile(EngineError):
    """A file that cannot be read as what it claims to be, or cannot be written."""

    code = "file"


class SourceError(EngineError):
    """A picture source that cannot be opened or was lost: camera, clip, stream, folder."""

    code = "source"
