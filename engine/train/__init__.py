"""Training: runs that tell what they do, can be stopped at any step, and be taken up again bit for bit.

`engine.train` is this package and, called, the function of that name: whichever was loaded first.
"""

from __future__ import annotations

import sys
from types import ModuleType

from engine.train.able import Prediction, Trained
from engine.train.again import fork, replay
from engine.train.controls import Controls, Weights
from engine.train.loaded import Run, load_run
from engine.train.opened import Pretrained, pretrained
from engine.train.range_test import RangeTest, lr_range_test
from engine.train.run import resume, train
from engine.train.score import Score
from engine.train.start import Start, start_from

__all__ = [
    "Controls",
    "Prediction",
    "Pretrained",
    "RangeTest",
    "Run",
    "Score",
    "Start",
    "Trained",
    "Weights",
    "fork",
    "load_run",
    "lr_range_test",
    "pretrained",
    "replay",
    "resume",
    "start_from",
    "train",
]


class _Callable(ModuleType):
    """A module that trains when it is called."""

    __call__ = staticmethod(train)


sys.modules[__name__].__class__ = _Callable
