"""What the tour shows: each scene is a project of its own, on real data."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from app.kernels.bank.contents import kernels_of
from app.kernels.compare import Mode
from app.kernels.design.scenes import SCENES, Act
from app.kernels.kinds.choosing import with_kind
from engine.kernels import kernel
from engine.kernels.banks import bank
from engine.presets import preset
from engine.presets.learned import learned
from engine.spec.attribution import Target
from engine.spec.data import AugmentSpec
from engine.spec.edit import with_channels, with_kernel
from engine.spec.filter import DetectorSpec, FilterSpec, PoolingSpec
from engine.spec.inspect import InspectSpec
from engine.spec.kind import KindSpec
from engine.spec.layers import Conv1d, FixedKernels, MaxPool1d, ReLU, TableConv2d, UnsharedConv2d
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import replace_field
from engine.spec.project import Project
from engine.spec.source import Clip, Drawing, Pattern, Picture, Sample, Source, Stroke
from engine.spec.study import LawsSpec, MatrixSpec
from engine.spec.train import TrainSpec
from engine.spec.trial import TrialSpec, TypedSignal
from engine.spec.view import ViewSpec


class Scene(NamedTuple):
    """A project on a page, how many frames of its source must have been shown, and whether it is trained first.

    On the Kernel page `look` is the tab that is chosen, `press` are those of its buttons that are down, by their names,
    and `at` is the cell that is looked at; `compare` is how the map is shown, and `histograms` whether those are.
    `design` is what is done on the kernel's bench. On the Network page `layer` is the one that is chosen, and `unit`
    the number of its maps that is explained; else their figures are told.
    """

    project: Project
    frames: int = 1
    page: str = "kernel"
    train: bool = False
    look: str = "map"
    press: tuple[str, ...] = ()
    at: tuple[int, int] | None = None
    compare: Mode = "map"
    histograms: bool = False
    design: Act | None = None
    tab: str = "progress"
    """Which tab of the Train page is chosen."""
    layer: str = ""
    unit: tuple[int, ...] | None = None
    diagram: bool = False
    """Whether the stack is drawn in the place of its maps."""
    code: bool = False
    """Whether its source code stands there."""

    @property
    def has_maps(self) -> bool:
        """Whether the maps of a layer are looked at more closely."""
        return bool(self.layer) and not (self.diagram or self.code)


def _scene(
    source: Source, name: str, frames: int = 1, parameters: dict[str, float] | None = None, **filter: object
) -> Scene:
    spec = with_kernel(FilterSpec(), kernel(name, **(parameters or {})).spec())
    spec = msgspec.structs.replace(spec, **filter)
    return Scene(Project(source=source, filter=spec), frames)


def _seven() -> Drawing:
    """A hand-written 7."""
    bar = tuple((40.0 + 2 * math.sin(x / 14), 36.0 + x) for x in range(0, 56, 3))
    stem = tuple((40.0 + y, 92.0 - 0.45 * y + 3 * math.sin(y / 12)) for y in range(0, 62, 3))
    return Drawing(strokes=(Stroke(points=bar, width=8.0), Stroke(points=stem, width=8.0)))


def _volume() -> Scene:
    scene = _scene(Picture(path="sample:chelsea.jpg"), "laplacian-8")
    return Scene(msgspec.structs.replace(scene.project, filter=with_channels(scene.project.filter, "sum")))


def _design() -> dict[str, Scene]:
    """Filters in a row, many kernels at once, before and after, and how often each value occurs."""
    coffee, chelsea = Picture(path="sample:coffee.jpg"), Picture(path="sample:chelsea.jpg")
    row = tuple(_scene(coffee, name, channels="each").project.filter for name in ("gaussian", "sharpen"))
    edges = _scene(coffee, "scharr-vertical", detector=DetectorSpec(kind="magnitude"))
    pooled = _scene(coffee, "box", pooling=PoolingSpec(kind="max")).project.filter
    chain = msgspec.structs.replace(edges.project, before=row, after=(pooled,))
    split = _scene(chelsea, "emboss", stride=(2, 2), padding="valid")
    blend = _scene(coffee, "sobel-horizontal", detector=DetectorSpec(kind="abs"))
    return {
        "chain": Scene(chain),
        "bank": Scene(Project(source=chelsea, bank=kernels_of(bank("lecture"))), look="bank"),
        "bank-gabor": Scene(
            Project(source=Picture(path="sample:brick.jpg"), bank=kernels_of(bank("gabor"))), look="bank"
        ),
        "split": split._replace(compare="split"),
        "blend": blend._replace(compare="blend"),
        "histograms": Scene(Project(), histograms=True),
        "histograms-colour": _scene(coffee, "unsharp", channels="each")._replace(histograms=True, compare="split"),
    }


def _steps() -> dict[str, Scene]:
    """The window on its walk, and who depends on whom."""
    astronaut, small = Picture(path="sample:astronaut.jpg"), Pattern(kind="noise", height=12, width=16, seed=2)
    padded = _scene(small, "sobel-vertical", stride=(2, 2), padding="full", bias=0.25, operation="convolution")
    pooled = _scene(astronaut, "scharr-vertical", detector=DetectorSpec(kind="relu"), pooling=PoolingSpec(kind="max"))
    wide = _scene(small, "sobel-vertical", stride=(2, 2))
    return {
        "steps": padded._replace(look="steps", at=(0, 3)),
        "steps-letters": padded._replace(look="steps", press=("Letters",), at=(4, 2)),
        "steps-pooling": pooled._replace(look="steps", press=("Follow",), at=(61, 88)),
        "touches": wide._replace(look="touches", at=(5, 7)),
        "touches-visits": wide._replace(look="touches", press=("Visits",), at=(7, 8)),
    }


def _kinds() -> dict[str, Scene]:
    """Layers of several kinds: on a picture, on a signal of one's own, and on a volume."""
    step = TypedSignal(text="0 0 0 0 1 2 3 4 4 4 4 4 1 1 1 1 1 0 0 -2 -2 -2 0 0 0 0 1 0 0 0 0 0")
    tiled = KindSpec(kind="tiled", size=(16, 24), padding="same", tile=(2, 3))
    signal, volume = KindSpec(size=(32,), kernel_size=(5,), padding="same"), KindSpec(size=(12, 20, 20), padding="same")
    ball = TrialSpec(weights="mean", volume="ball")
    coffee = Picture(path="sample:coffee.jpg")
    return {
        "kinds": Scene(Project(source=coffee, kind=tiled), look="kinds", at=(4, 10)),
        "kinds-transposed": Scene(
            Project(source=coffee, kind=with_kind(KindSpec(), "transposed")), look="kinds", at=(5, 4)
        ),
        "kinds-signal": Scene(
            Project(kind=signal, trial=TrialSpec(weights="mean", signal=step)), look="kinds", at=(0, 6)
        ),
        "kinds-volume": Scene(Project(kind=volume, trial=ball), look="kinds", at=(6, 5)),
    }


def _studies() -> dict[str, Scene]:
    """What holds of convolution, and the convolution as a matrix."""
    coffee, emboss = Picture(path="sample:coffee.jpg"), with_kernel(FilterSpec(), kernel("emboss").spec())
    strided = msgspec.structs.replace(emboss, operation="convolution", stride=(2, 2))
    ramp = msgspec.structs.replace(with_kernel(FilterSpec(), kernel("sobel-vertical").spec()), padding="valid")
    circular = msgspec.structs.replace(ramp, padding="same", padding_mode="circular", operation="convolution")
    place = MatrixSpec(place=(52, 300))
    unshared = KindSpec(kind="unshared")
    return {
        "laws": Scene(Project(source=coffee, filter=emboss), look="laws"),
        "laws-convolution": Scene(
            Project(source=coffee, filter=strided, laws=LawsSpec(border="circular", shift=(2, 4), angle=90.0)),
            look="laws",
        ),
        "matrix": Scene(Project(source=coffee, filter=ramp, kind=KindSpec(), matrix=place), look="matrix", at=(6, 14)),
        "matrix-unshared": Scene(
            Project(source=coffee, filter=circular, kind=unshared, matrix=place), look="matrix", at=(14, 20)
        ),
    }


def _maps() -> dict[str, Scene]:
    """The maps of a layer in order and over the picture, and a number of one explained."""
    project = Project(source=Picture(path="sample:astronaut.jpg"), network=preset("tiny-vgg"))
    view, lite0 = ViewSpec(sort="variance", hide_dead=True, heat=0.6), learned("efficientnet-lite0")
    return {
        "maps": Scene(msgspec.structs.replace(project, view=view), page="network", layer="relu1"),
        "explain": Scene(project, page="network", layer="relu2", unit=(4, 30, 24)),
        "diagram": Scene(Project(network=preset("mini-resnet")), page="network", layer="relu2", diagram=True),
        "diagram-vgg": Scene(Project(network=preset("vgg-16")), page="network", layer="pool3", diagram=True),
        "pretrained": Scene(
            Project(source=Picture(path="sample:coffee.jpg"), network=lite0.make(), pretrained="efficientnet-lite0"),
            page="network",
            layer="block2_expand_relu",
        ),
        "explain-winner": Scene(project, page="network", layer="pool1", unit=(2, 14, 12)),
    }


def _health() -> dict[str, Scene]:
    """Layers, doctor, mistakes and past of a run, and a batch taken slowly; the doctor's has gone far too fast."""
    project = Project(source=_seven(), train=TrainSpec(epochs=2))
    wild = msgspec.structs.replace(project, train=TrainSpec(epochs=1, learning_rate=1.0))
    made = {"layers": project, "doctor": wild, "mistakes": project, "timeline": project, "slow": project}
    return {name: Scene(each, page="train", train=True, tab=name) for name, each in made.items()}


def _inspect() -> dict[str, Scene]:
    """Where a name came from by three methods, and what one unit of a network sees."""
    lite0 = learned("efficientnet-lite0")

    def scene(picture: str, **what: object) -> Scene:
        return Scene(
            Project(
                source=Picture(path=f"sample:{picture}"),
                network=lite0.make(),
                pretrained="efficientnet-lite0",
                inspect=msgspec.structs.replace(InspectSpec(), **what),
            ),
            page="inspect",
        )

    return {
        "inspect": scene("coffee.jpg", method="grad-cam"),
        "inspect-smooth": scene("camera.jpg", method="smoothgrad"),
        "inspect-unit": scene("astronaut.jpg", method="guided-backprop", unit=Target(layer="head_relu", map=3)),
    }


def _building() -> dict[str, Scene]:
    """The stack as source code, and layers that have controls, or kernels, of their own."""
    astronaut = Picture(path="sample:astronaut.jpg")
    paper, kirsch = preset("lenet-5-paper"), kernels_of(bank("kirsch-compass"))
    frozen = replace_field(preset("mini-resnet"), "conv1", "frozen", True)
    local = NetworkSpec(
        input_shape=(3, 40, 40),
        layers=(FixedKernels(kernels=kirsch), ReLU(), UnsharedConv2d(out_channels=6, kernel_size=5, stride=2)),
    )
    signal = (Conv1d(out_channels=8, kernel_size=9, padding="same"), ReLU(), MaxPool1d(kernel_size=2))
    table = next(path for path, layer in layers_with_paths(paper.layers) if isinstance(layer, TableConv2d))
    made = {
        "code": (frozen, "conv1", None),
        "table": (paper, table, None),
        "bank-layer": (local, "bank1", None),
        "unshared": (local, "local1", (2, 9, 9)),
        "signal-network": (NetworkSpec(input_shape=(3, 128), layers=signal), "conv1", (3, 60)),
    }
    return {
        name: Scene(
            Project(source=astronaut, network=network), page="network", layer=layer, unit=unit, code=name == "code"
        )
        for name, (network, layer, unit) in made.items()
    }


def _data() -> dict[str, Scene]:
    """Close looks at data sets, samples varied by chance, and a set that is recorded."""
    varied = AugmentSpec(rotate=15.0, scale=0.15, shift=2, noise=0.05)
    colours = AugmentSpec(flip="horizontal", rotate=20.0, cutout=0.3, saturation=0.6, fill="edge")
    emoji, clip = preset("mini-resnet"), Clip(path="sample:webcam_digits_320x240.mp4")
    return {
        "data": Scene(Project(), page="train", tab="data"),
        "data-emoji": Scene(Project(data="emoji-10", network=emoji), page="train", tab="data"),
        "variation": Scene(Project(augment=varied), page="train", tab="variation"),
        "variation-emoji": Scene(
            Project(data="emoji-10", network=emoji, augment=colours), page="train", tab="variation"
        ),
        "record": Scene(Project(source=clip), frames=2, page="train", tab="record"),
    }


def scenes() -> dict[str, Scene]:
    """Every scene by its name, in the order of the tour."""
    astronaut, rings = Picture(path="sample:astronaut.jpg"), Pattern(kind="rings", period=24.0)
    return {
        "kernel": Scene(Project()),
        "stride-and-pooling": _scene(
            astronaut,
            "sobel-horizontal",
            stride=(2, 2),
            detector=DetectorSpec(kind="relu"),
            pooling=PoolingSpec(kind="max", kernel_size=(3, 3)),
        ),
        "clip-gradient": _scene(
            Clip(path="sample:webcam_scene_320x240.mp4"), "scharr-vertical", 8, detector=DetectorSpec(kind="magnitude")
        ),
        "convolution": _scene(
            Picture(path="sample:camera.jpg"), "emboss", operation="convolution", padding="full", padding_mode="reflect"
        ),
        "drawing": _scene(_seven(), "gaussian", parameters={"sigma": 3.0}),
        "direction": _scene(rings, "sobel-vertical", detector=DetectorSpec(kind="direction")),
        "colour": _scene(Picture(path="sample:coffee.jpg"), "unsharp", channels="each"),
        "volume": _volume(),
        "network": Scene(Project(source=astronaut, network=preset("tiny-vgg")), page="network"),
        "network-problem": Scene(
            Project(network=replace_field(preset("lenet-5"), "conv2", "kernel_size", (19, 19))), page="network"
        ),
        "data-set": Scene(
            Project(source=Sample(data="emoji-10", index=4), network=preset("mini-resnet"), data="emoji-10"),
            page="network",
        ),
        "train": Scene(Project(source=_seven(), train=TrainSpec(epochs=1)), page="train", train=True),
        "trained-network": Scene(Project(source=_seven()), page="network"), **_inspect(),
        **_maps(), **_building(), **_design(), **_steps(), **_kinds(), **_studies(), **_data(), **_health(),
        "gabor": _scene(Picture(path="sample:brick.jpg"), "gabor", bias=0.1),
        "does-not-fit": _scene(
            Pattern(kind="checkerboard", height=12, width=12, period=4.0), "gaussian", parameters={"sigma": 3.0},
            padding="valid", dilation=(2, 2),
        ),
        **{name: Scene(project, design=act) for name, (project, act) in SCENES.items()},
    }  # fmt: skip
