"""The engine process as the window sees it: start it, talk to it, notice that it died, start it again."""

from __future__ import annotations

import atexit
import signal
import sys
import time
from collections import deque
from multiprocessing.process import BaseProcess

import msgspec

from engine.buffers import View
from engine.client.launch import Launched, launch
from engine.client.outbox import Outbox
from engine.protocol import Died, Event, Explain, Ping, Probe, Quit, Request, Show, Taken, decode_event

MAX_DEATHS = 3
DEATH_SPAN = 10.0
CLOSE_SECONDS = 2.0


class EngineProcess:
    """A running engine in a process of its own, restarted if it dies.

    Every method returns at once except `close`. Nothing calls back: ask `poll` for what was said.
    """

    def __init__(self, launched: Launched | None = None) -> None:
        first = launched or launch()
        self.buffers = first.buffers
        self.held: dict[View, int] = {}
        """The slots on the screen: kept up by the window, respected by an engine that is started again."""
        self._deaths: deque[float] = deque(maxlen=MAX_DEATHS)
        self._take(first)

    def _start(self) -> None:
        self._take(launch(self.buffers, self.held))

    def _take(self, launched: Launched) -> None:
        self._process, self._connection = launched.process, launched.connection
        # At the interpreter's end children are waited for; one that nobody closed must be gone by then.
        atexit.register(self._process.kill)
        self._outbox = Outbox(self._connection)
        self._heard = time.monotonic()
        self._pings = 0
        self._running = True

    @property
    def pid(self) -> int:
        """Of the engine process that runs now."""
        return self._process.pid or 0

    @property
    def bell(self) -> int | None:
        """A descriptor that can be read when there is something to `poll`; None where there is none to wait for."""
        return self._connection.fileno() if self._running and sys.platform != "win32" else None

    @property
    def silent_for(self) -> float:
        """Seconds since the engine last said anything; it answers a ping every second."""
        return time.monotonic() - self._heard if self._running else 0.0

    def offer(self, request: Show | Probe | Explain) -> None:
        """Ask for a state of affairs; only the newest is sure to arrive."""
        self._outbox.offer(request)

    def send(self, request: Request) -> None:
        """Say something that must arrive."""
        self._outbox.post(request)

    def poll(self) -> list[Event]:
        """Everything the engine has said since the last time, and its death if it died."""
        events: list[Event] = []
        if not self._running:
            return events
        try:
            while self._connection.poll():
                events.append(decode_event(self._connection.recv_bytes()))
        except (EOFError, OSError, msgspec.DecodeError):
            events.append(self._died())
            return events
        if events:
            self._heard, self._pings = time.monotonic(), 0
        for event in events:
            if isinstance(event, Taken):
                self._outbox.taken()
        self._outbox.flush()
        if self._outbox.broken:
            events.append(self._died())
        elif self.silent_for > self._pings + 1.0:
            self._pings += 1
            self.send(Ping(id=self._pings))
        return events

    def restart(self) -> None:
        """End the engine process, whatever it is doing, and start another."""
        self._end(self._process)
        self._start()

    def close(self) -> None:
        """Let the engine close its files and end; kill it if it takes longer than two seconds."""
        if self._running:
            self.send(Quit())
            self._process.join(CLOSE_SECONDS)
        self._end(self._process)
        self._running = False

    def _end(self, process: BaseProcess) -> None:
        atexit.unregister(process.kill)
        if process.is_alive():
            process.kill()
        process.join()
        self._connection.close()

    def _died(self) -> Died:
        self._process.join(0.5)
        reason = _reason(self._process.exitcode)
        self._end(self._process)
        now = time.monotonic()
        self._deaths.append(now)
        if len(self._deaths) == MAX_DEATHS and now - self._deaths[0] < DEATH_SPAN:
            self._running = False
            return Died(
                message=f"The engine stopped {MAX_DEATHS} times within {DEATH_SPAN:.0f} seconds ({reason}) and was not "
                "started again; your work is untouched. Choose Engine ▸ Restart to try once more.",
                again=False,
            )
        self._start()
        return Died(message=f"The engine stopped ({reason}) and was started again; your work is untouched.", again=True)


def _reason(exit_code: int | None) -> str:
    if exit_code is None:
        return "its connection broke"
    if exit_code < 0:
        return f"ended by {signal.Signals(-exit_code).name}" if -exit_code in _SIGNALS else f"signal {-exit_code}"
    return f"exit status {exit_code}"


_SIGNALS = {int(s) for s in signal.Signals}
