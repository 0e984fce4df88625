"""A network that ships with its weights, opened: to look into, to ask and to test."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from engine.data import Progress, load_data
from engine.data.dataset import DataSet
from engine.nn import build, layout_for
from engine.nn.pretrained import pretrained_state
from engine.presets.learned import Learned, learned
from engine.train.able import Trained


class Pretrained(Trained):
    """A network that ships with its weights.

    Attributes:
        spec, module, class_names: see `Trained`. A network may have more outputs than classes: only the first are
            scores.
        name, title: what it is called.
        about: where the weights come from, and under which licence.
        source, sha256: what a run that begins with these weights records.
    """

    def __init__(self, entry: Learned) -> None:
        spec = entry.make()
        module = build(spec)
        module.load_state_dict(pretrained_state(entry.name))
        module.to(memory_format=layout_for(module)).eval()  # type: ignore[call-overload]
        super().__init__(spec, module, entry.class_names)
        self.name, self.title, self.about = entry.name, entry.title, entry.about
        self.source, self.sha256 = entry.source, entry.sha256
        self._data = entry.data
        self._others = entry.others

    def _judge(self) -> nn.Module:
        return nn.Sequential(self.module, _First(len(self.class_names))) if self._others else self.module

    def _test_data(self, source: str | Path | None, progress: Progress | None) -> DataSet:
        if self._data and source in (None, self._data):
            return load_data(self._data, self.spec.input_shape, progress=progress)
        return super()._test_data(source, progress)


class _First(nn.Module):
    """The first few outputs."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def forward(self, made: Tensor) -> Tensor:
        """[N, outputs, …] to [N, count, …]."""
        return made[:, : self._count]


def pretrained(name: str) -> Pretrained:
    """Open a network that ships with its weights.

    Args:
        name: one of `pretrained_names()`, with or without "pretrained:" before it.

    Raises:
        SpecError: if there is none of this name.
        BadFile: if its file is damaged.

    Example:
        >>> network = pretrained("efficientnet-lite0")
        >>> network.predict("sample:coffee.jpg")[0].name
        'espresso'
    """
    return Pretrained(learned(name))
