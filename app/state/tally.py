"""What became of every frame and edit that the engine has answered: painted, or replaced before it was."""

from __future__ import annotations

from app.state.figures import Latency, Rate


class Tally:
    """Counts; knows nothing of pictures.

    Every frame that is told of by `computed` is in the end one of `shown` and `replaced`, or it is the one that waits.
    """

    def __init__(self) -> None:
        self.latency = Latency()
        self.rate = Rate()
        self.shown = 0
        """Frames that were painted."""
        self.replaced = 0
        """Frames that were computed and not painted: a newer one was there first, or nobody would have seen them."""
        self._frame = False
        self._since: float | None = None
        self._picture: int | None = None

    @property
    def waiting(self) -> bool:
        """Whether a picture has not been painted yet."""
        return self._picture is not None

    def computed(self, frame: bool, since: float | None, picture: int) -> None:
        """A picture came, number `picture` of those that are painted.

        Args:
            frame: whether it shows a frame that none before it has shown.
            since: time.monotonic() of what a person waits for: an edit, or the frame's arrival; None if nobody does.
            picture: rises with every picture that is handed to a view.
        """
        if frame and self._frame:
            self.replaced += 1
        self._frame |= frame
        self._since, self._picture = since, picture

    def painted(self, picture: int) -> None:
        """The view has finished painting this picture."""
        if self._picture is None or picture < self._picture:
            return
        if self._since is not None:
            self.latency.add(self._since)
        if self._frame:
            self.shown += 1
            self.rate.tick()
        self._forget()

    def unseen(self, picture: int) -> None:
        """This picture is not painted, since nobody would see it."""
        if picture == self._picture:
            self.replaced += self._frame
            self._forget()

    def _forget(self) -> None:
        self._frame, self._since, self._picture = False, None, None
