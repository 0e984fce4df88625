"""The guarded reader of a `state_dict` that another program has pickled: it works in a process that is thrown away.

`weights_only` keeps the unpickler to tensors and plain containers; it has been got around before, and a damaged file
can still end the process that reads it. So that process has nothing to lose, may write nothing, and says what it found
in safetensors, which its parent reads as it reads any other file.
"""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import torch
from safetensors.torch import save
from torch import Tensor

from engine.errors import BadFile
from engine.spawn import end_with_parent, start_child

SECONDS = 120.0
"""What is not read by then is not going to be."""
_FINE, _BAD = b"+", b"-"
_INSIDE = ("state_dict", "model_state_dict", "model", "module", "net", "weights", "params")
_FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
_TYPES = (*_FLOATS, torch.int64, torch.int32, torch.uint8, torch.bool)
_MOST_TENSORS = 20_000
_MOST_NAME = 300


def state_in_child(content: bytes, name: str, most: int) -> bytes:
    """The tensors of a pickled `state_dict`, as the bytes of a safetensors file.

    Args:
        content: all bytes of the file.
        name: the file's, for the sentence.
        most: bytes that the tensors may have together.

    Raises:
        BadFile: with one sentence, whatever it was that went wrong.
    """
    ours, theirs = Pipe()
    child = start_child(_serve, (theirs, most), "weights-reader")
    theirs.close()
    watch = threading.Timer(SECONDS, child.kill)
    watch.start()
    try:
        ours.send_bytes(content)
        told = ours.recv_bytes(2 * most)
    except (EOFError, OSError):
        raise BadFile(f"{name} could not be read: it brought the reader down; use another copy.") from None
    finally:
        watch.cancel()
        child.kill()
        child.join()
        ours.close()
    if told[:1] == _FINE:
        return told[1:]
    reason = "".join(letter for letter in told[1:600].decode("utf-8", "replace") if letter.isprintable())
    raise BadFile(f"{name} {reason}")


def _serve(connection: Connection, most: int) -> None:
    end_with_parent()
    content = connection.recv_bytes()
    _give_up_rights(len(content), most)
    try:
        connection.send_bytes(_FINE + save(unpickled(content, most)))
    except BadFile as error:
        connection.send_bytes(_BAD + str(error).encode())
    except MemoryError:
        connection.send_bytes(_BAD + b"needs more memory than the network that it is for; use another file.")


def _give_up_rights(size: int, most: int) -> None:
    """No files are written, and no more memory taken than the tensors may have."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    limit = 2 * size + 4 * most + 2**31
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def unpickled(content: bytes, most: int) -> dict[str, Tensor]:
    """The tensors in the bytes of a file that `torch.save` made, each whole and by itself; call it in a child.

    Raises:
        BadFile: with the rest of a sentence that begins with the file's name.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)  # noqa: TID251  the one place
    except MemoryError:
        raise
    except Exception:  # of six kinds, all of them about damaged or forbidden content
        told = "holds more than tensors, or it is damaged or not of torch; only a state_dict is read, or safetensors."
        raise BadFile(told) from None
    return _checked(_tensors(found), most)


def _tensors(found: object) -> dict[str, Tensor]:
    """The tensors by name, of a state_dict or of the one that a checkpoint holds."""
    if not isinstance(found, Mapping):
        raise BadFile(f"holds a {type(found).__name__} and no state_dict; save module.state_dict().")
    tensors = {name: value for name, value in found.items() if isinstance(name, str) and isinstance(value, Tensor)}
    if tensors:
        return tensors
    for name in _INSIDE:
        if isinstance(found.get(name), Mapping):
            return _tensors(found[name])
    raise BadFile("holds no tensors; save module.state_dict().")


def _checked(tensors: dict[str, Tensor], most: int) -> dict[str, Tensor]:
    if len(tensors) > _MOST_TENSORS or any(len(name) > _MOST_NAME for name in tensors):
        raise BadFile("holds more tensors, or longer names, than any network has.")
    for name, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.dtype not in _TYPES:
            raise BadFile(f"holds {name!a} as {tensor.dtype}, {tensor.layout}; only dense floats are read.")
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > most:
        raise BadFile(f"claims to hold {size:,} bytes of weights, where {most:,} would be many; use another file.")
    return {name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}
