"""Scripts of filters: a kernel is given by its name only where the catalogue makes that very kernel."""

from __future__ import annotations

import numpy as np
import pytest

from engine.codegen import filter_script
from engine.filtering import apply_filter
from engine.kernels import kernel
from engine.sources.grab import grab
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.project import Project
from engine.spec.source import Pattern

NOISE = Pattern(kind="noise", height=12, width=15)
NAMED = kernel("gaussian", sigma=2.0).spec()


@pytest.mark.parametrize(
    ("given", "by_name"),
    [
        (NAMED, True),
        (KernelSpec(name="north-east", weights=(((1.0, 2.0), (3.0, 4.0)),)), False),
        (KernelSpec(name="gaussian", weights=(((1.0, 2.0),),)), False),
        (KernelSpec(name="gaussian", parameters={"unheard": 1.0}, weights=NAMED.weights), False),
        (KernelSpec(name="custom", weights=(((0.5,),),)), False),
    ],
)
def test_the_script_computes_the_map_whatever_the_kernel_is_called(given: KernelSpec, by_name: bool) -> None:
    spec = FilterSpec(kernel=given)
    script = filter_script(Project(source=NOISE, filter=spec))
    assert ("engine.kernel(" in script) == by_name
    found: dict[str, np.ndarray] = {}
    exec(script, found)
    np.testing.assert_array_equal(found["feature_map"], apply_filter(grab(NOISE), spec).map)
