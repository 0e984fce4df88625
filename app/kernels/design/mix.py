"""The tool that adds kernels, each times a number."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from app.kernels.design.kernel_pick import NONE, kernel_choice, picked
from app.kernels.design.live_tool import LiveTool
from app.kernels.design.place import Place
from app.kernels.design.weights import Array
from app.widgets.fields import Choice
from app.widgets.group import FieldRow
from app.widgets.number_field import NumberField
from app.widgets.number_text import parse_number
from engine.kernels import design

TERMS = 3
LARGEST = 1000.0
_HELP = (
    "Adds kernels, each times a number; the map is then the same sum of their maps. Identity minus blur keeps what is "
    "fine, twice identity minus blur sharpens."
)
_FACTOR_HELP = "What this kernel counts in the sum; 0 leaves it out, below 0 takes it away. The wheel turns it."


class Term(NamedTuple):
    """A named kernel and what it counts."""

    factor: float = 1.0
    name: str = NONE


class Settings(NamedTuple):
    """What the kernel itself counts, and the others."""

    own: float = 1.0
    terms: tuple[Term, ...] = (Term(),) * TERMS


class MixTool(LiveTool[Settings]):
    """A factor for the kernel itself, and rows of factor and kernel: the next one appears when one is used."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, "Weighted sum", _HELP, Settings())
        self.own = self._factor("Factor of this kernel")
        self.own.value_changed.connect(self._set_own)
        self.add_row("This kernel ×", self.own, tip=_FACTOR_HELP)
        self.factors: list[NumberField] = []
        self.names: list[Choice] = []
        self._rows: list[FieldRow] = []
        for number in range(TERMS):
            self._add_term(number)
        self.show_settings()

    def _factor(self, name: str) -> NumberField:
        made = NumberField(-LARGEST, LARGEST, 0.1, False, "", name, _FACTOR_HELP)
        made.rejected.connect(self._refuse)
        return made

    def _add_term(self, number: int) -> None:
        choice = kernel_choice(f"Kernel {number + 2}", _HELP, "add a kernel")
        factor = self._factor(f"Factor of kernel {number + 2}")
        choice.value_changed.connect(partial(self._set_name, number))
        factor.value_changed.connect(partial(self._set_factor, number))
        # A long name must not push the factor out of the row.
        choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumWidth(176)
        self.names.append(choice)
        self.factors.append(factor)
        row = FieldRow("+", choice, factor, tip=_HELP)
        self._rows.append(row)
        self.add(row)

    def make(self, weights: Array, settings: Settings) -> Array:
        """The sum, on a grid as large as the largest."""
        terms = [(term.factor, picked(term.name).weights()) for term in settings.terms if term.name]
        if weights.ndim == 3:
            terms = [(factor, np.repeat(each[..., np.newaxis], weights.shape[2], axis=2)) for factor, each in terms]
        return design.weighted_sum([(settings.own, weights), *terms], self.place.document.project.filter.operation)

    def act(self, settings: Settings) -> str:
        """What undo calls it."""
        return "add kernels" if any(term.name for term in settings.terms) else "scale the kernel"

    def leaves_alone(self, settings: Settings) -> bool:
        """Once the kernel and nothing else does."""
        return settings.own == 1 and not any(term.name for term in settings.terms)

    def show_settings(self) -> None:
        """Factors and kernels: all that are used, and one more."""
        own, terms = self.settings
        self.own.set_value(own)
        used = max((number + 1 for number, term in enumerate(terms) if term.name), default=0)
        for number, term in enumerate(terms):
            self.names[number].set_value(term.name)
            self.factors[number].set_value(term.factor)
            self.factors[number].setEnabled(bool(term.name))
            self._rows[number].setVisible(number <= used)

    def _set_own(self, factor: float) -> None:
        self.put(self.settings._replace(own=float(factor)))

    def _set_name(self, number: int, name: object) -> None:
        self._set_term(number, self.settings.terms[number]._replace(name=str(name)))

    def _set_factor(self, number: int, factor: float) -> None:
        self._set_term(number, self.settings.terms[number]._replace(factor=float(factor)))

    def _set_term(self, number: int, term: Term) -> None:
        terms = self.settings.terms
        self.put(self.settings._replace(terms=(*terms[:number], term, *terms[number + 1 :])))

    def _refuse(self, text: str) -> None:
        said = f"{text!r} is no number" if parse_number(text) is None else f"{text} is too much"
        self.refuse(f"{said}; a factor is −1000 to 1000, such as 0.5 or −1/9.")
