"""Changes of the network as changes of the project: kernels planted in layers follow their layers."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.errors import SpecError
from engine.kernels import family
from engine.spec.edit import CUSTOM, flipped, with_kernel
from engine.spec.filter import FilterSpec, KernelSpec, Plane
from engine.spec.layers import AnyLayer, Conv2d, FixedKernels, pair_of
from engine.spec.network import NetworkSpec, layers_with_paths
from engine.spec.network_edit import find_layer, fit_kernel, replace_layer
from engine.spec.project import Planted, Project
from engine.spec.shapes import walk


def with_network(project: Project, network: NetworkSpec, moved: Mapping[str, str] | None = None) -> Project:
    """The project with a changed network.

    Args:
        project: the project.
        network: its new network.
        moved: the new path of each layer that has another one; what it holds goes with it.
    """
    planted = []
    layers = dict(layers_with_paths(network.layers))
    for kernel in project.planted:
        path = _followed(kernel.layer, moved or {})
        if isinstance(layers.get(path), Conv2d):
            planted.append(msgspec.structs.replace(kernel, layer=path))
    return msgspec.structs.replace(project, network=network, planted=tuple(planted))


def with_another_network(project: Project, network: NetworkSpec, pretrained: str = "") -> Project:
    """The project with a network that has nothing to do with the one before, whatever its layers are called.

    Args:
        project: the project.
        network: its new network.
        pretrained: the shipped weights that it begins with; random ones if empty.
    """
    return msgspec.structs.replace(project, network=network, planted=(), pretrained=pretrained)


def _followed(path: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        if path == old or path.startswith(f"{old}."):
            return new + path[len(old) :]
    return path


def planted_in(project: Project, path: str) -> tuple[Planted, ...]:
    """The kernels planted in a layer, by the map they make."""
    return tuple(sorted((each for each in project.planted if each.layer == path), key=lambda each: each.out_channel))


def plant(project: Project, path: str, out_channel: int) -> Project:
    """Put the Kernel page's kernel into a convolution, in the place of what makes one of its maps.

    A layer whose kernels are smaller gets the kernel's size.

    Raises:
        SpecError: if the kernel does not go in there.
    """
    return _planted(project, path, out_channel, laid_on(project.filter))


def _planted(project: Project, path: str, out_channel: int, kernel: KernelSpec) -> Project:
    layer = find_layer(project.network, path)
    if not isinstance(layer, Conv2d):
        raise SpecError(f"{path} is no convolution, and only one can hold a kernel.")
    problem = misfit(layer, kernel, out_channel, inputs_of(layer, _entering(project.network, path)))
    if problem is not None:
        raise SpecError(problem)
    size = pair_of(layer.kernel_size)
    larger = (max(size[0], kernel.size[0]), max(size[1], kernel.size[1]))
    network = fit_kernel(project.network, path, larger) if larger != size else project.network
    made = Planted(layer=path, kernel=kernel, out_channel=out_channel)
    others = (each for each in project.planted if (each.layer, each.out_channel) != (path, out_channel))
    return msgspec.structs.replace(project, network=network, planted=(*others, made))


def plant_bank(project: Project, path: str, first: int) -> Project:
    """Put the Kernel page's bank into a convolution, a kernel a map from the map `first` on.

    A layer that makes fewer maps, or has smaller kernels, grows so far that the bank goes in.

    Raises:
        SpecError: if there is no bank, or it does not go in there.
    """
    layer = find_layer(project.network, path)
    if not project.bank:
        raise SpecError("There is no bank; add kernels to it on the Kernel page.")
    if not isinstance(layer, Conv2d):
        raise SpecError(f"{path} is no convolution, and only one can hold kernels.")
    count = max(layer.out_channels, first + len(project.bank))
    wide = msgspec.structs.replace(
        project, network=replace_layer(project.network, path, msgspec.structs.replace(layer, out_channels=count))
    )
    for place, kernel in enumerate(bank_laid_on(project), start=first):
        wide = _planted(wide, path, place, kernel)
    return wide


def use_kernels(project: Project, path: str, kernels: tuple[KernelSpec, ...]) -> Project:
    """Give a layer of fixed kernels these in place of its own.

    Raises:
        SpecError: if the layer has none, or there are none to give.
    """
    layer = find_layer(project.network, path)
    if not isinstance(layer, FixedKernels):
        raise SpecError(f"{path} has no fixed kernels; a FixedKernels layer would do.")
    if not kernels:
        raise SpecError("There is no bank; add kernels to it on the Kernel page.")
    changed = msgspec.structs.replace(layer, kernels=kernels)
    return msgspec.structs.replace(project, network=replace_layer(project.network, path, changed))


def pull(project: Project, path: str, out_channel: int) -> Project:
    """Take a planted kernel out again: the map is made by the layer's own weights."""
    kept = tuple(each for each in project.planted if (each.layer, each.out_channel) != (path, out_channel))
    return msgspec.structs.replace(project, planted=kept)


def misfit(layer: AnyLayer, kernel: KernelSpec, out_channel: int, inputs: int | None) -> str | None:
    """One sentence on why a kernel does not go into a layer with so many inputs (None: unknown), or None."""
    if not isinstance(layer, Conv2d):
        return f"{layer.type} holds no kernels."
    if out_channel >= layer.out_channels:
        return f"The layer makes the maps 0 to {layer.out_channels - 1}; there is no map {out_channel}."
    depth = len(kernel.weights)
    if inputs is not None and depth not in (1, inputs):
        return f"A kernel of {depth} planes needs {depth} input maps for each of its own; here are {inputs}."
    return None


def outgrown(layer: AnyLayer, kernel: KernelSpec) -> str | None:
    """One sentence if the layer's kernels have become smaller than one that was planted, or None."""
    size = pair_of(layer.kernel_size) if isinstance(layer, Conv2d) else (0, 0)
    if kernel.size[0] <= size[0] and kernel.size[1] <= size[1]:
        return None
    return f"The kernel of {kernel.size[0]}×{kernel.size[1]} is larger than the layer's {size[0]}×{size[1]}."


def inputs_of(layer: AnyLayer, entering: tuple[int, ...] | None) -> int | None:
    """How many input maps each kernel of a layer has, by the shape that arrives at it; None if that is not known."""
    if entering is None or len(entering) != 3 or not isinstance(layer, Conv2d):
        return None
    return entering[0] // layer.groups


def _entering(network: NetworkSpec, path: str) -> tuple[int, ...] | None:
    return next((step.entering.shape for step in walk(network) if step.path == path and step.entering), None)


def laid_on(spec: FilterSpec) -> KernelSpec:
    """The Kernel page's kernel as it is laid on the picture: a true convolution turns it, and a layer does not."""
    return _laid(spec, spec.kernel)


def bank_laid_on(project: Project) -> tuple[KernelSpec, ...]:
    """The same of every kernel of the bank."""
    return tuple(_laid(project.filter, kernel) for kernel in project.bank)


def _laid(spec: FilterSpec, kernel: KernelSpec) -> KernelSpec:
    if spec.operation == "correlation":
        return kernel
    weights = tuple(flipped(plane) for plane in kernel.weights)
    return kernel if weights == kernel.weights else KernelSpec(name=CUSTOM, weights=weights)


def with_kernel_on_page(project: Project, plane: Plane) -> Project:
    """The project with a layer's kernel on the Kernel page, so that it is laid on the picture as in the layer."""
    turned = flipped(plane) if project.filter.operation == "convolution" else plane
    kernel = KernelSpec(name=CUSTOM, weights=(turned,))
    return msgspec.structs.replace(project, filter=with_kernel(project.filter, kernel))


def kernel_name(kernel: KernelSpec) -> str:
    """What a kernel is called."""
    if kernel.name == CUSTOM:
        return "your own"
    try:
        return family(kernel.name).label
    except SpecError:
        return kernel.name
