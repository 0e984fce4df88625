"""Dropout: what is left out at random while training."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine.spec.fields import field
from engine.spec.layers.base import Layer, Shape
from engine.spec.layers.misfit import Doubt, Fix


class _Dropout(Layer, frozen=True, kw_only=True):
    prefix: ClassVar[str] = "dropout"
    group: ClassVar[str] = "Normalisation"
    signature: ClassVar[tuple[str, ...]] = ("p", "inplace")
    without_effect: ClassVar[dict[str, tuple[Any, ...]]] = {"inplace": (False, True)}

    p: Annotated[float, field("Share", "The share that is set to zero while training.", 0.0, 1.0)] = 0.5

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """A share of 1 leaves nothing."""
        if self.p < 1:
            return []
        return [Doubt("A share of 1 leaves nothing to learn from.", (Fix("share 0.5", {"p": 0.5}),))]


class Dropout(_Dropout, frozen=True, kw_only=True, tag=True):
    """Sets a share of the values to zero while training, others each time; afterwards it passes its input on.

    Source: Srivastava et al., Dropout (2014).
    """


class Dropout2d(_Dropout, frozen=True, kw_only=True, tag=True):
    """Sets a share of the maps to zero while training, others each time; afterwards it passes its input on.

    Source: Tompson et al., Efficient Object Localization Using Convolutional Networks (2015), section 3.2.
    """

    def doubts(self, shape: Shape, made: Shape) -> list[Doubt]:
        """It is meant for maps."""
        if len(shape) == 3:
            return _Dropout.doubts(self, shape, made)
        plain = (Fix("Dropout instead", instead=Dropout(p=self.p)),)
        return [Doubt("Dropout2d leaves out whole maps, and no maps come in here.", plain)]
