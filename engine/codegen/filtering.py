"""The Kernel page as a Python script that uses `engine` and computes the same map."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.spec.filter import DetectorSpec, FilterSpec
from engine.spec.project import Project
from engine.spec.source import Picture, Source

_DEFAULTS = FilterSpec()


def filter_script(project: Project, kernel_is_named: bool) -> str:
    """A script that loads the picture, applies the kernel and ends with `feature_map`.

    Args:
        project: what is set up on the Kernel page.
        kernel_is_named: whether the weights are what `engine.kernel(name, **parameters)` gives, so that the name
            can stand for them.

    Example:
        >>> print(filter_script(Project(), kernel_is_named=True))
        import engine
        <BLANKLINE>
        picture = engine.read_image('sample:astronaut.jpg')
        spec = engine.FilterSpec(
            kernel=engine.kernel('sobel-vertical').spec(),
        )
        feature_map = engine.apply_filter(picture, spec).map
        <BLANKLINE>
    """
    lines = ["import engine", "", *_picture(project.source), "spec = engine.FilterSpec("]
    lines += [f"    {name}={text}," for name, text in _arguments(project.filter, kernel_is_named)]
    lines += [")", "feature_map = engine.apply_filter(picture, spec).map", ""]
    return "\n".join(lines)


def _picture(source: Source) -> list[str]:
    if isinstance(source, Picture):
        page = f", page={source.page}" if source.page else ""
        return [f"picture = engine.read_image({source.path!r}{page})"]
    return [f"picture = engine.grab({_call(source)})"]


def _call(struct: msgspec.Struct) -> str:
    """A struct as the call that makes it, with only what differs from its defaults."""
    name = type(struct).__name__
    given = [(key, getattr(struct, key)) for key in struct.__struct_fields__]
    defaults = dict(zip(reversed(struct.__struct_fields__), reversed(struct.__struct_defaults__), strict=False))
    changed = [(key, value) for key, value in given if key not in defaults or defaults[key] != value]
    return f"engine.{name}({', '.join(f'{key}={_text(value)}' for key, value in changed)})"


def _text(value: Any) -> str:
    if isinstance(value, msgspec.Struct):
        return _call(value)
    if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return "(" + ", ".join(_text(item) for item in value) + ",)"
    return repr(value)


def _arguments(spec: FilterSpec, kernel_is_named: bool) -> list[tuple[str, str]]:
    arguments = [("kernel", _kernel(spec, kernel_is_named))]
    for name in ("channels", "operation", "padding", "padding_mode", "stride", "dilation", "bias"):
        if getattr(spec, name) != getattr(_DEFAULTS, name):
            arguments.append((name, repr(getattr(spec, name))))
    if spec.detector.kind != "none":
        arguments.append(("detector", _call(_used_detector(spec.detector))))
    if spec.pooling.kind != "none":
        arguments.append(("pooling", _call(spec.pooling)))
    return arguments


def _used_detector(detector: DetectorSpec) -> DetectorSpec:
    """Only the parameters that this kind reads."""
    plain = DetectorSpec(kind=detector.kind)
    if detector.kind == "leaky_relu":
        return msgspec.structs.replace(plain, negative_slope=detector.negative_slope)
    if detector.kind == "threshold":
        return msgspec.structs.replace(plain, threshold=detector.threshold)
    return plain


def _kernel(spec: FilterSpec, kernel_is_named: bool) -> str:
    kernel = spec.kernel
    if kernel_is_named and len(kernel.weights) == 1:
        parameters = "".join(f", {key}={value!r}" for key, value in kernel.parameters.items())
        return f"engine.kernel({kernel.name!r}{parameters}).spec()"
    rows = "".join(
        f"\n        ({''.join(f'{chr(10)}            {row!r},' for row in plane)}\n        ),"
        for plane in kernel.weights
    )
    return f"engine.KernelSpec(name={kernel.name!r}, weights=({rows}\n    ))"
