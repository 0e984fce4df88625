"""Starting the engine process, with as little imported before it as can be: the window's imports run beside its own."""

from __future__ import annotations

import importlib
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import NamedTuple

from engine.buffers import PictureBuffers, View
from engine.spawn import one_thread_for_algebra, start_child

SERVER = "engine.server.main"


class Launched(NamedTuple):
    """A process on its way, our end of its pipe, and the memory it shares with us."""

    process: BaseProcess
    connection: Connection
    buffers: PictureBuffers


def launch(buffers: PictureBuffers | None = None, held: dict[View, int] | None = None) -> Launched:
    """Start an engine process. `held` are the slots of `buffers` that are on the screen."""
    memory = buffers or PictureBuffers()
    ours, theirs = Pipe()
    process = start_child(_run, (theirs, ours, memory, held or {}), "convscope-engine")
    theirs.close()
    return Launched(process, ours, memory)


def _run(connection: Connection, theirs: Connection, buffers: PictureBuffers, held: dict[View, int]) -> None:
    """First thing in the child: give up the window's end of the pipe, or its end would never be noticed."""
    theirs.close()
    one_thread_for_algebra()
    importlib.import_module(SERVER).main(connection, buffers, held)
