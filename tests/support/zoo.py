"""Random networks of all types of layers, on signals, maps and volumes, with blocks and branches."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.spec import layers as spec
from engine.spec.filter import KernelSpec
from engine.spec.layers import AnyLayer
from engine.spec.network import NetworkSpec
from tests.support.stacks import channels, small

Some = st.SearchStrategy[Any]
rarely = st.sampled_from([None] * 30 + [1, 4])
MODES = st.sampled_from(["zeros"] * 5 + ["reflect", "replicate", "circular"])
DISABLED = st.sampled_from([False] * 9 + [True])


def amounts(axes: int, least: int = 1, most: int = 4) -> Some:
    """One number, or one for each axis."""
    one = st.integers(least, most)
    return one if axes == 1 else st.one_of(one, st.tuples(*[one] * axes))


def given(kind: type[AnyLayer], **settings: Some) -> st.SearchStrategy[AnyLayer]:
    return st.builds(kind, **settings, disabled=DISABLED)


def convolutions(axes: int) -> Some:
    kinds = {1: spec.Conv1d, 2: spec.Conv2d, 3: spec.Conv3d}
    back = {1: spec.ConvTranspose1d, 2: spec.ConvTranspose2d, 3: spec.ConvTranspose3d}
    steps = st.one_of(st.just(1), amounts(axes, 1, 3))
    shared: dict[str, Any] = {
        "in_channels": rarely,
        "out_channels": channels,
        "kernel_size": amounts(axes, 1, 5),
        "stride": steps,
        "dilation": st.one_of(st.just(1), st.just(1), steps),
        "groups": st.sampled_from([1, 1, 1, 2, 3]),
        "bias": st.booleans(),
    }
    paddings = st.one_of(st.sampled_from(["valid", "same", "full"]), amounts(axes, 0, 3))
    forward = given(kinds[axes], **shared, padding=paddings, padding_mode=MODES)
    more = st.one_of(st.just(0), amounts(axes, 0, 2))
    transposed = given(back[axes], **shared, padding=st.one_of(st.just(0), amounts(axes, 0, 3)), output_padding=more)
    if axes != 2:
        return st.one_of(forward, forward, transposed)
    local = given(spec.UnsharedConv2d, **shared, padding=paddings, padding_mode=MODES)
    tiled = given(spec.TiledConv2d, **shared, padding=paddings, padding_mode=MODES, tile=amounts(2, 1, 3))
    return st.one_of(forward, forward, transposed, local, tiled, tables, banks)


_rows = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).map(tuple)
tables = given(
    spec.TableConv2d,
    connections=st.lists(_rows, min_size=1, max_size=4).map(tuple),
    kernel_size=amounts(2),
    stride=amounts(2, 1, 2),
    padding=st.one_of(st.sampled_from(["valid", "same", "full"]), amounts(2, 0, 2)),
    bias=st.booleans(),
)
_deep = KernelSpec(name="custom", weights=(((1.0, 2.0),),) * 3)
_flat = KernelSpec(name="custom", weights=(((1.0, 0.5), (0.25, -1.0), (2.0, 0.0)),))
banks = given(
    spec.FixedKernels,
    kernels=st.lists(st.sampled_from([KernelSpec(), _flat, _flat, _deep]), min_size=1, max_size=3).map(tuple),
    stride=amounts(2, 1, 2),
    padding=st.one_of(st.sampled_from(["valid", "same", "full"]), amounts(2, 0, 2)),
    padding_mode=MODES,
    dilation=amounts(2, 1, 2),
    trainable=st.booleans(),
)


def poolings(axes: int) -> Some:
    names = ("MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "AdaptiveMaxPool")
    most, mean, power, grid, peaks = (getattr(spec, f"{name}{axes}d") for name in names)
    window: dict[str, Any] = {
        "kernel_size": amounts(axes),
        "stride": st.one_of(st.none(), amounts(axes, 1, 3)),
        "ceil_mode": st.booleans(),
    }
    padding = st.one_of(st.just(0), st.just(0), amounts(axes, 0, 2))
    gaps = st.one_of(st.just(1), st.just(1), amounts(axes, 1, 3))
    return st.one_of(
        given(most, **window, padding=padding, dilation=gaps),
        given(mean, **window, padding=padding, count_include_pad=st.booleans()),
        given(power, **window, norm_type=st.sampled_from([1.0, 2.0, 3.0])),
        given(grid, output_size=amounts(axes)),
        given(peaks, output_size=amounts(axes)),
    )


_SIMPLE = (
    spec.ReLU,
    spec.ReLU6,
    spec.ELU,
    spec.GELU,
    spec.SiLU,
    spec.Sigmoid,
    spec.Tanh,
    spec.Identity,
    spec.Dropout2d,
)
_plain = st.one_of(
    st.sampled_from(_SIMPLE).flatmap(given),
    given(spec.LeakyReLU),
    given(spec.Dropout),
    given(spec.PReLU, num_parameters=st.sampled_from([1, 1, 2, 4])),
    given(spec.Softmax, dim=st.sampled_from([1, 1, 1, -1, 0, 2, 3])),
    given(spec.GroupNorm, num_groups=st.integers(1, 4), num_channels=rarely, affine=st.booleans()),
    given(
        spec.LayerNorm,
        normalized_shape=st.sampled_from([None] * 7 + [4, (3, 4), ()]),
        elementwise_affine=st.booleans(),
        bias=st.booleans(),
    ),
    given(spec.Normalize, mean=st.sampled_from([0.5, (0.5,), (0.1, 0.2, 0.3)]), std=st.just(0.5)),
)


def norms(axes: int) -> Some:
    kinds = {1: spec.BatchNorm1d, 2: spec.BatchNorm2d, 3: spec.BatchNorm3d}
    return given(kinds[axes], num_features=rarely, affine=st.booleans())


def reshaping(axes: int) -> Some:
    modes = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}[axes]
    mode = st.sampled_from(["nearest"] * 3 + ["nearest-exact", *modes, *modes, "bilinear"])
    factor = {"scale_factor": st.sampled_from([2.0, 2.0, 3.0, 1.5, 0.5, 0.3])}
    corners = st.sampled_from([False, False, False, True])
    return st.one_of(
        given(spec.Upsample, **factor, mode=mode, align_corners=corners),
        given(spec.Upsample, size=amounts(axes, 1, 9), mode=mode, align_corners=corners),
        given(spec.Upsample, size=st.sampled_from([None, 4]), scale_factor=st.sampled_from([None, 2.0])),
        given(
            spec.Pad,
            padding=st.one_of(st.integers(0, 3), st.tuples(*[st.integers(0, 3)] * 2 * axes)),
            mode=MODES,
        ),
    )


dense = st.one_of(given(spec.Flatten), given(spec.Linear, in_features=rarely, out_features=channels))


def leaves(axes: int) -> Some:
    """A layer for so many axes; now and then one for another number."""
    own = st.one_of(convolutions(axes), convolutions(axes), poolings(axes), norms(axes), _plain, reshaping(axes))
    other = convolutions(axes % 3 + 1)
    return st.one_of(own, own, own, own, own, dense, other)


def keeping(axes: int) -> Some:
    """A layer that keeps the size, so that blocks often fit."""
    kinds: dict[int, Any] = {1: spec.Conv1d, 2: spec.Conv2d, 3: spec.Conv3d}
    same = st.builds(kinds[axes], out_channels=channels, kernel_size=amounts(axes), padding=st.just("same"))
    return st.one_of(same, _plain)


def blocks(axes: int, inner: Some) -> Some:
    lists = st.lists(inner, max_size=2).map(tuple)
    kept = st.lists(keeping(axes), max_size=2).map(tuple)
    part = st.one_of(kept, kept, kept, lists)
    paths = st.lists(part, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        given(spec.Residual, body=part, shortcut=st.one_of(st.just(()), part)),
        given(spec.Branches, paths=paths, merge=st.sampled_from(["concat", "concat", "add"])),
    )


def layers(axes: int) -> Some:
    """Any layer, blocks within blocks included."""
    plain = leaves(axes)
    return st.one_of(plain, plain, plain, blocks(axes, st.one_of(plain, blocks(axes, plain))))


_ANY = {axes: layers(axes) for axes in (1, 2, 3)}
_SIZES = {1: (small, 40), 2: (small, 20), 3: (small, 9)}


@st.composite
def anything(draw: st.DrawFn, most: int = 6) -> NetworkSpec:
    """A network of any layers on an input of one, two or three axes, some of which do not fit together."""
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape = (draw(channels), *(draw(st.integers(1, _SIZES[axes][1])) for _ in range(axes)))
    return NetworkSpec(input_shape=shape, layers=draw(st.lists(_ANY[axes], max_size=most)))
