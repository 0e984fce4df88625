"""Banks of kernels: those that come with the program, one's own, and their files; numpy only."""

from __future__ import annotations

from engine.kernels.banks.bank import MOST_KERNELS, Bank, NamedKernel, bank_of, stack_of
from engine.kernels.banks.catalogue import bank, bank_families, bank_names, sweep
from engine.kernels.banks.family import BankFamily
from engine.kernels.banks.files import bank_from_json, bank_to_json, load_bank, save_bank

__all__ = [
    "MOST_KERNELS",
    "Bank",
    "BankFamily",
    "NamedKernel",
    "bank",
    "bank_families",
    "bank_from_json",
    "bank_names",
    "bank_of",
    "bank_to_json",
    "load_bank",
    "save_bank",
    "stack_of",
    "sweep",
]
