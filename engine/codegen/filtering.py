"""The Kernel page as a Python script that uses `engine` and computes the same map."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.errors import SpecError
from engine.kernels import kernel as made
from engine.spec.filter import DetectorSpec, FilterSpec, KernelSpec
from engine.spec.project import Project
from engine.spec.source import Picture, Source

_DEFAULTS = FilterSpec()


def filter_script(project: Project) -> str:
    """A script that loads the picture, applies the kernel, or several in a row, and ends with `feature_map`.

    A kernel that a person has not edited is given by its name, if the catalogue has it.

    Example:
        >>> print(filter_script(Project()))
        import engine
        <BLANKLINE>
        picture = engine.read_image('sample:astronaut.jpg')
        spec = engine.FilterSpec(
            kernel=engine.kernel('sobel-vertical').spec(),
        )
        feature_map = engine.apply_filter(picture, spec).map
        <BLANKLINE>
    """
    lines, names = ["import engine", "", *_picture(project.source)], []
    for place, step in enumerate(project.steps, start=1):
        names.append(f"step_{place}" if project.before else "spec")
        lines.append(f"{names[-1]} = engine.FilterSpec(")
        lines += [f"    {name}={text}," for name, text in _arguments(step)]
        lines.append(")")
    call = f"apply_chain(picture, [{', '.join(names)}])" if project.before else "apply_filter(picture, spec)"
    return "\n".join([*lines, f"feature_map = engine.{call}.map", ""])


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


def _arguments(spec: FilterSpec) -> list[tuple[str, str]]:
    arguments = [("kernel", _kernel(spec.kernel))]
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


def _kernel(kernel: KernelSpec) -> str:
    if _is_known(kernel):
        parameters = "".join(f", {key}={value!r}" for key, value in kernel.parameters.items())
        return f"engine.kernel({kernel.name!r}{parameters}).spec()"
    rows = "".join(
        f"\n        ({''.join(f'{chr(10)}            {row!r},' for row in plane)}\n        ),"
        for plane in kernel.weights
    )
    return f"engine.KernelSpec(name={kernel.name!r}, weights=({rows}\n    ))"


def _is_known(kernel: KernelSpec) -> bool:
    """Whether the catalogue makes the same kernel under that name: those of files and banks have names of their own."""
    try:
        return made(kernel.name, **kernel.parameters).spec() == kernel
    except SpecError:
        return False
