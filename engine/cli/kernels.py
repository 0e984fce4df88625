"""`kernels`: the named kernels and banks of kernels, what each does, and the parameters it takes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli.answer import Answer
from engine.kernels import Family, Parameter, families

if TYPE_CHECKING:
    from engine.kernels.banks import BankFamily


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It takes none of its own."""


def run(arguments: argparse.Namespace) -> Answer:
    """List all kernels and all banks."""
    # Imported late: `filter`, whose parser is made along with this one, has no use for banks.
    from engine.kernels.banks import bank_families

    found, banks = families(), bank_families()
    width = max(len(name) for name in (*(each.name for each in found), *(each.name for each in banks)))
    kernels = [line for family in found for line in _lines(family, width)]
    sets = [line for family in banks for line in _lines(family, width)]
    data = {"kernels": [_data(family) for family in found], "banks": [_bank_data(family) for family in banks]}
    return Answer("\n".join([*kernels, "", "Banks, of which BANK#NAME is one kernel:", *sets]), data)


def _lines(family: Family | BankFamily, width: int) -> list[str]:
    parameters = [f"{'':{width}}    -P {_parameter(parameter)}" for parameter in family.parameters]
    return [f"{family.name:{width}}  {family.summary}", *parameters]


def _parameter(parameter: Parameter) -> str:
    unit = f" {parameter.unit}" if parameter.unit else ""
    automatic = ", 0 for automatic" if parameter.automatic else ""
    limits = f"{parameter.minimum:g} to {parameter.maximum:g}{unit}{automatic}"
    return f"{parameter.name}={parameter.default:g}  {limits}"


def _bank_data(family: BankFamily) -> dict[str, Any]:
    return {
        "name": family.name,
        "label": family.label,
        "summary": family.summary,
        "source": family.source,
        "parameters": [msgspec.to_builtins(parameter) for parameter in family.parameters],
        "kernels": [{"name": each.name, "summary": each.summary} for each in family.bank({}).kernels],
    }


def _data(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "label": family.label,
        "group": family.group,
        "summary": family.summary,
        "source": family.source,
        "parameters": [msgspec.to_builtins(parameter) for parameter in family.parameters],
        "weights": family.kernel({}).weights.tolist(),
    }
