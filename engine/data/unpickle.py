"""The one reader of pickled data: batches of CIFAR, and nothing else. Nothing in a file is ever called or imported.

Python's own unpickler runs what a file tells it to. This one knows the few instructions that bytes, texts, numbers,
lists, dicts and numpy arrays are made of, carries them out itself, and refuses every other one by name.

Source: the opcodes as the standard library's `pickletools` describes them.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadFile

MOST_BYTES = 2**30
MOST_STEPS = 20_000_000
_GLOBALS = {
    (module, name): name
    for modules, names in (
        (("numpy.core.multiarray", "numpy._core.multiarray"), ("_reconstruct",)),
        (("numpy.core.numeric", "numpy._core.numeric"), ("_frombuffer",)),
        (("numpy",), ("ndarray", "dtype")),
        (("_codecs",), ("encode",)),
    )
    for module in modules
    for name in names
}
_KINDS = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")
_MARK = object()


class _Refused(Exception):
    """Says what is not admitted, as the end of a sentence."""


class _Named:
    """A name that numpy's arrays are pickled with; nothing is behind it."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Kind:
    """What the cells of an array are."""

    def __init__(self, text: object) -> None:
        told = text.decode("latin1") if isinstance(text, bytes) else text
        if not isinstance(told, str) or told.lstrip("<>|=") not in _KINDS:
            raise _Refused(f"an array of {str(told)[:20]!r}")
        self.text, self.order = told.lstrip("<>|="), told[0] if told[0] in "<>" else "<"

    def build(self, state: object) -> None:
        """Take the order of bytes out of what numpy keeps of a type."""
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else None
        if order in ("<", ">", b"<", b">"):
            self.order = order.decode() if isinstance(order, bytes) else str(order)

    def array(self, content: object, shape: object, fortran: object) -> NDArray[Any]:
        """Bytes as cells."""
        sizes = shape if isinstance(shape, tuple) else (shape,)
        if not isinstance(content, bytes | bytearray) or not all(type(size) is int and size >= 0 for size in sizes):
            raise _Refused("an array without its bytes")
        dtype = np.dtype(self.order + self.text)
        if len(sizes) > 4 or int(np.prod([1, *sizes], dtype=object)) * dtype.itemsize != len(content):
            raise _Refused("an array of another size than it claims")
        return np.frombuffer(content, dtype).reshape(sizes, order="F" if fortran is True or fortran == 1 else "C")


class _Array:
    """An array on its way: numpy writes its name first and its cells after."""

    made: NDArray[Any] | None = None

    def build(self, state: object) -> None:
        """Take shape, type and cells."""
        if not (isinstance(state, tuple) and len(state) == 5 and isinstance(state[2], _Kind)):
            raise _Refused("an array of another form")
        self.made = state[2].array(state[4], state[1], state[3])


def read_pickled(name: str, content: bytes) -> Any:
    """The value that pickled bytes stand for.

    Args:
        name: the file's, for the sentence.
        content: all bytes of the file.

    Returns:
        Of bytes, str, int, float, bool, None, list, tuple, dict and numpy arrays of numbers only.

    Raises:
        BadFile: if there is anything else in it, or it is damaged.
    """
    if len(content) > MOST_BYTES:
        raise BadFile(f"{name} has {len(content):,} bytes, more than the {MOST_BYTES:,} allowed for a batch.")
    try:
        return _Machine().run(content)
    except _Refused as refused:
        told = f"{name} holds {refused}, which no batch of pictures does; it was not opened, get another copy of it."
        raise BadFile(told) from None
    except Exception:  # damaged bytes end in many kinds of errors, and all of them mean the same
        raise BadFile(f"{name} is no batch of pictures, or it is damaged; get another copy of it.") from None


class _Machine:
    """A stack, and what was noted for later."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._noted: dict[int, Any] = {}

    def run(self, content: bytes) -> Any:
        """Carry out every instruction."""
        for count, (opcode, argument, _) in enumerate(pickletools.genops(content)):
            if count > MOST_STEPS:
                raise _Refused("too many parts")
            if opcode.name == "STOP":
                return _plain(self._stack.pop())
            if opcode.name in _VALUES:
                self._stack.append(argument)
            elif opcode.name in _STEPS:
                _STEPS[opcode.name](self, argument)
            else:
                raise _Refused(f"the instruction {opcode.name}")
        raise _Refused("no end")

    def push(self, value: Any) -> None:
        """Lay a value on the stack."""
        self._stack.append(value)

    def since_mark(self) -> list[Any]:
        """Take all values down to the mark."""
        place = len(self._stack) - 1 - next(i for i, value in enumerate(reversed(self._stack)) if value is _MARK)
        taken = self._stack[place + 1 :]
        del self._stack[place:]
        return taken

    def tuple_of(self, count: int) -> None:
        """The last few values as one."""
        taken = tuple(self._stack[len(self._stack) - count :])
        del self._stack[len(self._stack) - count :]
        self._stack.append(taken)

    def name(self, module: Any, name: Any) -> None:
        """A name that an array is pickled with."""
        known = _GLOBALS.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
        if known is None:
            raise _Refused(f"a call of {str(module)[:40]}.{str(name)[:40]}")
        self._stack.append(_Named(known))

    def stack_name(self, _: Any) -> None:
        """The same, with the names on the stack."""
        name, module = self._stack.pop(), self._stack.pop()
        self.name(module, name)

    def reduce(self, _: Any) -> None:
        """What stands for an array, or for bytes, of its parts."""
        arguments, named = self._stack.pop(), self._stack.pop()
        if not isinstance(named, _Named) or not isinstance(arguments, tuple):
            raise _Refused("a call")
        self._stack.append(_made(named.name, arguments))

    def build(self, _: Any) -> None:
        """Fill an array or its type."""
        state = self._stack.pop()
        if not isinstance(self._stack[-1], _Array | _Kind):
            raise _Refused("an object")
        self._stack[-1].build(state)

    def extend(self, values: list[Any]) -> None:
        """Values into the list on top."""
        if type(self._stack[-1]) is not list:
            raise _Refused("an object")
        self._stack[-1].extend(values)

    def update(self, values: list[Any]) -> None:
        """Keys and values into the dict on top."""
        keys = values[::2]
        if type(self._stack[-1]) is not dict or not all(type(key) in (bytes, str, int) for key in keys):
            raise _Refused("an object")
        self._stack[-1].update(zip(keys, values[1::2], strict=True))

    def push_dict(self, values: list[Any]) -> None:
        """Keys and values as a dict."""
        self._stack.append({})
        self.update(values)

    def last(self, count: int) -> list[Any]:
        """Take the last few values."""
        taken = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        return taken

    def note(self, place: Any) -> None:
        """Keep what lies on top for later."""
        self._noted[len(self._noted) if place is None else place] = self._stack[-1]

    def recall(self, place: Any) -> None:
        """Lay on the stack what was kept."""
        self._stack.append(self._noted[place])


def _made(name: str, arguments: tuple[Any, ...]) -> Any:
    if name == "_reconstruct":
        return _Array()
    if name == "dtype":
        return _Kind(arguments[0])
    if name == "encode" and type(arguments[0]) is str and arguments[1:] in (("latin1",), (b"latin1",)):
        return arguments[0].encode("latin1")
    if name == "_frombuffer" and isinstance(arguments[1], _Kind):
        return arguments[1].array(arguments[0], arguments[2], arguments[3] == "F")
    raise _Refused("a call")


def _plain(value: Any) -> Any:
    """The value with arrays in the place of what stood for them; only its first level is looked at."""
    if type(value) is dict:
        return {key: _settled(each) for key, each in value.items()}
    return [_settled(each) for each in value] if type(value) is list else _settled(value)


def _settled(value: Any) -> Any:
    if isinstance(value, _Array) and value.made is not None:
        return value.made
    if isinstance(value, _Array | _Kind | _Named):
        raise _Refused("an array without its cells")
    return value


_VALUES = {
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8",
    "BININT", "BININT1", "BININT2", "LONG1", "INT", "LONG", "BINFLOAT", "UNICODE",
}  # fmt: skip
_STEPS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    # texts of Python 2 are bytes
    "BINSTRING": lambda machine, text: machine.push(text.encode("latin1")),
    "SHORT_BINSTRING": lambda machine, text: machine.push(text.encode("latin1")),
    "STRING": lambda machine, text: machine.push(text.encode("latin1")),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    "MARK": lambda machine, _: machine.push(_MARK),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "LIST": lambda machine, _: machine.push(machine.since_mark()),
    "DICT": lambda machine, _: machine.push_dict(machine.since_mark()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "APPEND": lambda machine, _: machine.extend(machine.last(1)),
    "APPENDS": lambda machine, _: machine.extend(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.update(machine.last(2)),
    "SETITEMS": lambda machine, _: machine.update(machine.since_mark()),
    "BINPUT": _Machine.note,
    "LONG_BINPUT": _Machine.note,
    "PUT": _Machine.note,
    "MEMOIZE": _Machine.note,
    "BINGET": _Machine.recall,
    "LONG_BINGET": _Machine.recall,
    "GET": _Machine.recall,
    "GLOBAL": lambda machine, text: machine.name(*text.split(" ", 1)),
    "STACK_GLOBAL": _Machine.stack_name,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}  # fmt: skip
