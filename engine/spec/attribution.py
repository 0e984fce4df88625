"""What of a network is explained, and by which methods: what each is called, what it says, and what it needs."""

from __future__ import annotations

import msgspec


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a network: of the `map` of a `layer`, the `cell`.

    Without a layer it is of the network's output, where `map` is the class. Without a cell it is the mean of the map:
    of a class whose scores lie over the picture, the score of the whole.

    Example:
        >>> Target(map=3)
        Target(layer='', map=3, cell=())
    """

    layer: str = ""
    map: int = 0
    cell: tuple[int, ...] = ()


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A way to say which part of an input a number came from. `runs` is about how often the network runs for it."""

    name: str
    label: str
    meaning: str
    source: str
    runs: int = 1
    needs_layer: bool = False
    signed: bool = True


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="saliency",
            label="Saliency",
            meaning="How much the number would change if a pixel changed a little. It tells what the network is "
            "sensitive to, not what it used: noise is normal.",
            source="Simonyan, Vedaldi and Zisserman, Deep Inside Convolutional Networks, 2013",
        ),
        Method(
            name="gradient-x-input",
            label="Gradient × input",
            meaning="The sensitivity times the pixel itself: what the pixel adds, if the network were linear. Black "
            "pixels get nothing, however much their blackness matters.",
            source="Shrikumar et al., Not Just a Black Box, 2016",
        ),
        Method(
            name="integrated-gradients",
            label="Integrated gradients",
            meaning="The pixel times the mean sensitivity on the way from a black picture to this one. What all pixels "
            "get adds up to the difference between the two scores.",
            source="Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017",
            runs=50,
        ),
        Method(
            name="smoothgrad",
            label="SmoothGrad",
            meaning="The mean sensitivity over noisy copies of the picture. What remains is what does not hang on a "
            "single grain of noise.",
            source="Smilkov et al., SmoothGrad: removing noise by adding noise, 2017",
            runs=24,
        ),
        Method(
            name="guided-backprop",
            label="Guided backpropagation",
            meaning="The gradient, where each ReLU lets only gains through. Sharp to look at, but it shows edges of "
            "the picture almost whatever the network has learned.",
            source="Springenberg et al., Striving for Simplicity, 2014, section 3.4",
        ),
        Method(
            name="deconvolution",
            label="Deconvolution",
            meaning="The output sent back, where each ReLU is laid on the way back instead of on the way there. It "
            "shows the pattern that would have excited the number.",
            source="Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2013",
        ),
        Method(
            name="grad-cam",
            label="Grad-CAM",
            meaning="The maps of a layer added up, each weighted by how much the number grows with it. Coarse, since "
            "it has that layer's resolution, but it does depend on the class.",
            source="Selvaraju et al., Grad-CAM, 2016",
            needs_layer=True,
            signed=False,
        ),
        Method(
            name="guided-grad-cam",
            label="Guided Grad-CAM",
            meaning="Guided backpropagation where Grad-CAM is warm. Fine detail, and only of the place that speaks for "
            "this class.",
            source="Selvaraju et al., Grad-CAM, 2016, section 3.2",
            runs=2,
            needs_layer=True,
        ),
        Method(
            name="occlusion",
            label="Occlusion",
            meaning="How far the number falls when a grey patch hides the place. The slowest and the plainest: it asks "
            "the network itself.",
            source="Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2013, section 4.2",
            runs=200,
        ),
    )
}


def method_names() -> tuple[str, ...]:
    """The methods of attribution, the quick ones first.

    Example:
        >>> method_names()[0]
        'saliency'
    """
    return tuple(METHODS)
