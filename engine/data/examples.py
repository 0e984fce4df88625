"""Examples by their numbers: what training takes batches from, whether they lie in memory or are read from the disk.

How `engine.train` uses them: `data.train` and `data.test` are `Examples`. Where `streamed` is False, all of them may be
moved to the device at once (`take` of everything is one copy); where it is True the set is larger than memory, and
each batch is taken on the processor and moved: `inputs, targets = data.train.take(chosen)`. What comes back is the
same for both, cell by cell: inputs as they are stored, with the channels innermost in memory where they are streamed.
uint8 pictures are divided by 255 on the device, after `engine.data.augment.augment` has varied the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from engine.data.mapped import Mapping


class Examples(Protocol):
    """Inputs with the target of each."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, height, width) of every picture; (channels, length) of every series."""
        ...

    @property
    def targets(self) -> Tensor:
        """All of them, in memory: int64 [N] classes, or float32 [N, K] numbers to be told (regression)."""
        ...

    @property
    def streamed(self) -> bool:
        """Whether the inputs lie on the disk, because they may be more than fit into memory."""
        ...

    def __len__(self) -> int: ...

    def take(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """The examples of these numbers, in this order.

        Args:
            indices: int64 [n] on the processor, each from 0 to the number of examples less 1; any may come twice.

        Returns:
            Inputs, uint8 [n, C, H, W] or float32 [n, C, L], and their targets; both new, on the processor.
        """
        ...

    def slice(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """The same of some examples in a row; in memory they are views, not copies."""
        ...


class InMemory:
    """Examples that lie in memory whole.

    Example:
        >>> import torch
        >>> examples = InMemory(torch.arange(6, dtype=torch.uint8).reshape(3, 1, 1, 2), torch.tensor([0, 1, 0]))
        >>> inputs, targets = examples.take(torch.tensor([2, 0]))
        >>> inputs.flatten().tolist(), targets.tolist()
        ([4, 5, 0, 1], [0, 0])
    """

    streamed = False

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self._inputs = inputs
        self.targets = targets

    @property
    def shape(self) -> tuple[int, ...]:
        """See `Examples.shape`."""
        return tuple(self._inputs.shape[1:])

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """See `Examples.take`."""
        return self._inputs.index_select(0, indices), self.targets.index_select(0, indices)

    def slice(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """See `Examples.slice`."""
        return self._inputs[start:stop], self.targets[start:stop]


class Streamed:
    """Pictures of a mapped cache file: a batch is copied out of it, and what was read does not pile up in memory."""

    streamed = True

    def __init__(self, mapping: Mapping, first: int, targets: Tensor) -> None:
        self._mapping = mapping
        self._first = first
        self.targets = targets

    @property
    def shape(self) -> tuple[int, ...]:
        """See `Examples.shape`."""
        return self._mapping.shape

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """See `Examples.take`."""
        places = indices + self._first if self._first else indices
        return self._mapping.take(places), self.targets.index_select(0, indices)

    def slice(self, start: int, stop: int) -> tuple[Tensor, Tensor]:
        """See `Examples.slice`; here they are copies."""
        stop = min(stop, len(self))
        return self._mapping.slice(self._first + start, self._first + stop), self.targets[start:stop]
