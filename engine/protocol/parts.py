"""Requests that are read part by part: of a project that came before, only what has changed is decoded and checked."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar, get_args

import msgspec

from engine.protocol.requests import Show
from engine.spec.project import Project

Raws = dict[str, msgspec.Raw]
Asked = TypeVar("Asked")


class PartReader:
    """Reads projects from bytes. A part whose bytes are what they were is the very object that it was.

    Example:
        >>> reader, first = PartReader(), Project()
        >>> second = msgspec.structs.replace(first, data="emoji-10")
        >>> one, other = (reader.read(msgspec.Raw(msgspec.msgpack.encode(each))) for each in (first, second))
        >>> (one, other) == (first, second), other.network is one.network
        (True, True)
    """

    def __init__(self) -> None:
        self._split = msgspec.msgpack.Decoder(Raws)
        self._decoders = {
            field.encode_name: msgspec.msgpack.Decoder(field.type) for field in msgspec.structs.fields(Project)
        }
        self._bytes: dict[str, bytes] = {}
        self._parts: dict[str, Any] = {}

    def read(self, data: msgspec.Raw) -> Project:
        """The project that these bytes of MessagePack say.

        Raises:
            msgspec.ValidationError: they say none.
        """
        raws = self._split.decode(data)
        unknown = raws.keys() - self._decoders.keys()
        if unknown:
            raise msgspec.ValidationError(f"A project has no {min(unknown)!r}.")
        return Project(**{name: self._part(name, bytes(raw)) for name, raw in raws.items()})

    def _part(self, name: str, data: bytes) -> Any:
        if self._bytes.get(name) != data:
            self._parts[name] = self._decoders[name].decode(data)
            self._bytes[name] = data
        return self._parts[name]


class RequestDecoder(Generic[Asked]):
    """Reads messages of a union that `Show` is one of. Two `Show` have the parts of their projects in common."""

    def __init__(self, union: Any) -> None:
        self._projects = PartReader()
        self._names = [field.name for field in msgspec.structs.fields(Show) if field.name != "project"]
        self._rough = _rough_show()
        kinds = [self._rough if kind is Show else kind for kind in get_args(union)]
        self._decoder = msgspec.msgpack.Decoder(reduce(or_, kinds))

    def decode(self, data: bytes) -> Asked:
        """What was said.

        Raises:
            msgspec.ValidationError: it is none of these messages.
        """
        said: Any = self._decoder.decode(data)
        if not isinstance(said, self._rough):
            return said  # type: ignore[no-any-return]
        others = {name: getattr(said, name) for name in self._names}
        return Show(project=self._projects.read(said.project), **others)  # type: ignore[attr-defined, return-value]


def _rough_show() -> type[msgspec.Struct]:
    """A `Show` whose project is still bytes."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(Show):
        kind = msgspec.Raw if field.name == "project" else field.type
        fields.append((field.name, kind) if field.required else (field.name, kind, field.default))
    return msgspec.defstruct("RoughShow", fields, tag=Show.__struct_config__.tag, kw_only=True, frozen=True)
