"""Every change a person can make to the bank, as functions from one project to the next."""

from __future__ import annotations

import msgspec

from engine.errors import SpecError
from engine.spec.edit import with_kernel
from engine.spec.filter import KernelSpec
from engine.spec.project import Project


def put_bank(project: Project, kernels: tuple[KernelSpec, ...]) -> Project:
    """The project with another bank; an empty one is none.

    Raises:
        SpecError: for too many kernels.
    """
    return msgspec.structs.replace(project, bank=kernels)


def add_kernel(project: Project) -> Project:
    """The kernel of the chosen step as the last one of the bank.

    Raises:
        SpecError: if the bank is full, or holds these weights already.
    """
    kernel = project.filter.kernel
    if any(each.weights == kernel.weights for each in project.bank):
        raise SpecError("The bank holds this kernel already; change a weight first.")
    return put_bank(project, (*project.bank, kernel))


def remove_kernel(project: Project, place: int) -> Project:
    """The bank without one of its kernels."""
    return put_bank(project, (*project.bank[:place], *project.bank[place + 1 :]))


def use_kernel(project: Project, place: int) -> Project:
    """A kernel of the bank as that of the chosen step."""
    return msgspec.structs.replace(project, filter=with_kernel(project.filter, project.bank[place]))
