"""Training: runs that tell what they do, can be stopped at any step, and be taken up again bit for bit.

`engine.train` is this package and, called, the function of that name: whichever was loaded first.
"""

from __future__ import annotations

import sys
from types import ModuleType

from engine.train.controls import Controls, Weights
from engine.train.loaded import Prediction, Run, load_run
from engine.train.run import resume, train
from engine.train.score import Score

__all__ = ["Controls", "Prediction", "Run", "Score", "Weights", "load_run", "resume", "train"]


class _Callable(ModuleType):
    """A module that trains when it is called."""

    __call__ = staticmethod(train)


sys.modules[__name__].__class__ = _Callable
