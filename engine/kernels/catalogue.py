"""All named kernels."""

from __future__ import annotations

from typing import Any

from engine.errors import SpecError
from engine.kernels.blobs import BLOB_FAMILIES
from engine.kernels.blur import BLUR_FAMILIES
from engine.kernels.edges import EDGE_FAMILIES, LECTURE_FAMILIES
from engine.kernels.family import Family, Kernel
from engine.kernels.parameter import suggestion
from engine.kernels.sharpen import SHARPEN_FAMILIES
from engine.kernels.texture import TEXTURE_FAMILIES

_FAMILIES: dict[str, Family] = {
    family.name: family
    for families in (
        LECTURE_FAMILIES,
        EDGE_FAMILIES,
        BLOB_FAMILIES,
        BLUR_FAMILIES,
        SHARPEN_FAMILIES,
        TEXTURE_FAMILIES,
    )
    for family in families
}


def families() -> tuple[Family, ...]:
    """Every family of kernels, the lecture's first."""
    return tuple(_FAMILIES.values())


def family(name: str) -> Family:
    """The family of that name.

    Raises:
        SpecError: if there is none, with the names that come close.
    """
    found = _FAMILIES.get(name) if isinstance(name, str) else None
    if found is None:
        raise SpecError(f"There is no kernel {name!r}; {suggestion(str(name), list(_FAMILIES))}")
    return found


def kernel_names() -> tuple[str, ...]:
    """The names of all kernels, the lecture's first.

    Example:
        >>> kernel_names()[:4]
        ('vertical', 'horizontal', 'sobel-vertical', 'sobel-horizontal')
    """
    return tuple(_FAMILIES)


def kernel(name: str, /, **parameters: Any) -> Kernel:
    """A named kernel.

    Args:
        name: one of `kernel_names()`.
        parameters: of that family, by name; those left out take their default.

    Returns:
        The kernel; its `weights` are float32 [kH, kW], at most 31×31.

    Raises:
        SpecError: for an unknown name or parameter, or a value out of its range.

    Example:
        >>> kernel("sobel-vertical").weights.tolist()
        [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
        >>> kernel("gaussian", sigma=2).weights.shape
        (13, 13)
    """
    return family(name).kernel(parameters)
